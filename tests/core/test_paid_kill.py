"""Runs that cost money, killed (SIGKILL) at random moments: nothing is lost, little paid twice.

The moments are chosen by what the server has seen, not by the clock: it kills the process at a
random one of its calls, before or after the answer.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from command import Starter
from picture_atlas import grouped_atlas, picture_atlas
from vision_servers import (
    KEY,
    ClarifaiServer,
    Fault,
    GoogleVisionServer,
    VisionServer,
    failing,
    running,
)

from tagatlas.atlas import open_atlas
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.steps.planning import estimate_tagging
from tagatlas.steps.tag import READY

pytestmark = pytest.mark.slow

BATCH, CALLS = 2, 4
IN_FLIGHT = BATCH * (CALLS + READY)
PRICE = 0.01
RAISE = 60 * PRICE
"""What a budget is raised by when it is reached."""

FAULTS = [
    Fault(code=grpc.StatusCode.UNAVAILABLE),
    Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=0.02, billed=False),
    Fault(fewer=1),
]


@dataclass
class Ambush:
    """Kills a process at one of its calls.

    Attributes:
        call: which one.
        after: whether after the answer, rather than before it.
        process: the process, once it is started.
    """

    call: int
    after: bool
    process: Future[int]

    def strike(self) -> None:
        """Kill the process, unless it came to its end before."""
        with suppress(ProcessLookupError):
            os.kill(self.process.result(timeout=60), signal.SIGKILL)


@dataclass(frozen=True)
class Books:
    """What the catalog says.

    Attributes:
        answered: number of images with an answer.
        units: what was billed at most.
        open: units of calls that were begun, and are not known to have ended.
    """

    answered: int
    units: int
    open: int


def books(folder: Path) -> Books:
    """Check that a catalog is sound, and read it."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        [answered] = connection.execute(
            "SELECT count(*) FROM answers JOIN backends ON backends.id = backend "
            "WHERE reads IS NULL AND status != 'failed'"
        ).fetchone()
        [units, still_open] = connection.execute(
            "SELECT coalesce(sum(units) FILTER (WHERE billed IS NOT 'no'), 0), "
            "coalesce(sum(units) FILTER (WHERE billed IS NULL), 0) FROM calls"
        ).fetchone()
    return Books(answered, units, still_open)


@pytest.fixture
def server() -> Iterator[ClarifaiServer]:
    bills = ClarifaiServer()
    with running(bills):
        yield bills


def run(
    starter: Starter,
    atlas: Path,
    server: VisionServer,
    budget: float,
    ambush: Ambush | None,
    words: Sequence[str] = ("--backend", "clarifai", "--near-duplicates", "each"),
) -> int:
    """``tagatlas tag``, until its end or until the ambush strikes; returns the exit status.

    By default no images that look the same are searched for, which takes a second.
    """
    first = len(server.calls)
    if ambush is not None:
        strikes = ambush

        def watch(number: int) -> None:
            if number == first + strikes.call:
                strikes.strike()

        server.on_end, server.on_call = (
            (watch, lambda _: None) if ambush.after else (lambda _: None, watch)
        )
    else:
        server.on_call = server.on_end = lambda _: None
    flags = [
        *("--endpoint", server.endpoint, "--images-per-call", str(BATCH)),
        *("--calls-at-once", str(CALLS), "--calls-per-second", "1000"),
        *("--price-per-unit", str(PRICE), "--budget", f"{budget:.2f}"),
    ]
    variables = {**os.environ, "CLARIFAI_PAT": KEY, "GOOGLE_API_KEY": KEY}
    with starter.started(["tag", atlas, *words, *flags], atlas.parent, variables) as process:
        if ambush is not None:
            ambush.process.set_result(process.pid)
        said = process.errors.read()
    assert process.returncode in (0, 1, -signal.SIGKILL), said
    if process.returncode == 1:
        assert "budget" in said.splitlines()[-1], said
    return process.returncode


@pytest.mark.thorough
@pytest.mark.parametrize(("images", "times"), [(120, 8), (240, 50)])
def test_killed_again_and_again(
    starter: Starter, server: ClarifaiServer, tmp_path: Path, images: int, times: int
) -> None:
    atlas = picture_atlas(tmp_path, images)
    dice = random.Random(20241107)  # noqa: S311 - no secret
    budget, kills, in_flight, reached = RAISE, 0, 0, 0
    before = books(atlas)
    while True:
        ambush = Ambush(dice.randint(1, 5), dice.random() < 0.5, Future())
        billed_before = server.billed.total()
        status = run(starter, atlas, server, budget, ambush if kills < times else None)
        found = books(atlas)
        at_kill = found.open - before.open
        billed = server.billed.total()
        assert found.answered >= before.answered, "an answer was lost"
        assert billed <= found.units, "the catalog knows of less than was billed"
        assert billed * PRICE <= budget + 1e-9, "the budget was passed"
        assert found.units * PRICE <= budget + 1e-9
        assert at_kill <= IN_FLIGHT
        assert billed - billed_before <= found.answered - before.answered + at_kill
        before, in_flight = found, in_flight + at_kill
        if status == -signal.SIGKILL:
            kills += 1
        elif status == 1:
            reached += 1
            budget += RAISE
        elif kills == times or found.answered == images:
            break

    assert kills == times
    assert reached >= images * PRICE / RAISE - 1
    assert found.answered == images
    assert images <= billed <= images + in_flight
    calls = len(server.calls)
    assert run(starter, atlas, server, budget, None) == 0
    assert len(server.calls) == calls, "asked twice"
    with open_atlas(atlas, load_plugins(), write=False) as opened:
        backend = opened.catalog.tagging.last_used()
        assert backend is not None
        assert opened.catalog.tagging.counts(backend.id)["ok"] == images
        tags = opened.catalog.tagging.tags(backend.id).collect()
        assert tags.height == 3 * images
        assert tags.select("image", "tag").is_duplicated().any() is False


@pytest.mark.thorough
@pytest.mark.parametrize("backend", ["clarifai", "google-vision"])
def test_killed_runs_bill_no_more_than_each_dry_run_said(
    starter: Starter, tmp_path: Path, backend: str
) -> None:
    server = ClarifaiServer() if backend == "clarifai" else GoogleVisionServer()
    features = () if backend == "clarifai" else ("labels", "logos")
    server.chance = failing(0.1, FAULTS, seed=11)
    server.latency = 0.05
    dice = random.Random(7)  # noqa: S311 - no secret
    words = ["--backend", backend, *(["--features", ",".join(features)] if features else [])]
    grouped_atlas(tmp_path / "x.atlas", [1, 2, 3, 1] * 20)
    found = books(tmp_path / "x.atlas")
    plugins = load_plugins()
    with running(server, can_cut=False):
        tagger = plugins.choose(TAGGERS, backend, {"features": features} if features else {})
        for kill in range(9):
            again = kill % 3 == 2
            with open_atlas(tmp_path / "x.atlas", plugins, write=False) as atlas:
                bound = estimate_tagging(atlas, tagger, retry_failed=again).units
            billed, booked = server.billed.total(), found.units
            ambush = (
                Ambush(dice.randint(2, 12), dice.random() < 0.5, Future()) if kill < 8 else None
            )
            more = ["--retry-failed"] if again else []
            run(starter, tmp_path / "x.atlas", server, 1000.0, ambush, [*words, *more])
            found = books(tmp_path / "x.atlas")
            assert server.billed.total() - billed <= found.units - booked <= bound
    assert server.billed.total() <= found.units
