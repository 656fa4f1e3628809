"""What independent servers of both protocols bill, beside the dry run's bound and the books."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
import pytest
from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_atlas import grouped_atlas
from vision_servers import KEY, ClarifaiServer, Fault, GoogleVisionServer, VisionServer, running

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.cli.outcomes import outcome_of_estimating, outcome_of_tagging
from tagatlas.contracts import Tagger
from tagatlas.errors import TaggerError
from tagatlas.plugins import TAGGERS, PluginChoice, load_plugins
from tagatlas.steps.doctor import check_atlas
from tagatlas.steps.info import info
from tagatlas.steps.planning import estimate_tagging, look_alikes
from tagatlas.steps.tag import tag_collection

BACKENDS = ("clarifai", "google-vision")
SIZES = (1, 1, 1, 1, 3, 1, 2, 4)
"""Images in each group of those that look the same: 14 images, of which 8 are asked about."""

LOST = Fault(code=grpc.StatusCode.UNAVAILABLE)
LOST_UNBILLED = Fault(code=grpc.StatusCode.UNAVAILABLE, billed=False)
LATE = Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED)
BROKEN = Fault(code=grpc.StatusCode.INTERNAL)
BUSY = Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=0.01, billed=False)
FEWER = Fault(fewer=1)
V1, V2 = Fault(version="v1"), Fault(version="v2")
WRONG_KEY = Fault(code=grpc.StatusCode.UNAUTHENTICATED, billed=False)


@dataclass(frozen=True)
class Books:
    """Units, and what became of the images.

    Attributes:
        bound: that the dry run gave.
        billed: by the server.
        booked: by the atlas.
        ok: number of the 14 images with an answer, afterwards.
        held: number of images that wait for ``--retry-failed``.
    """

    bound: int
    billed: int
    booked: int
    ok: int
    held: int = 0


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", KEY)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, VisionServer]]:
    both = {"clarifai": ClarifaiServer(), "google-vision": GoogleVisionServer()}
    with running(both["clarifai"]), running(both["google-vision"]):
        yield both


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    grouped_atlas(tmp_path / "x.atlas", SIZES)
    with open_atlas(tmp_path / "x.atlas", load_plugins()) as opened:
        assert sorted(map(len, look_alikes(opened))) == [2, 3, 4]
        yield opened


UNREADABLE = {
    "clarifai": Fault(images=dict.fromkeys(range(4), StatusCode.INPUT_UNSUPPORTED_FORMAT)),
    "google-vision": Fault(images=dict.fromkeys(range(4), 3)),
}
"""All four images of a call cannot be read."""


def choose(backend: str, server: VisionServer, **values: object) -> PluginChoice[Tagger]:
    options = {
        "endpoint": server.endpoint,
        "images_per_call": 4,
        "calls_at_once": 1,
        "calls_per_second": 1000.0,
        "price_per_unit": 0.01,
        **values,
    }
    return load_plugins().choose(TAGGERS, backend, options)


def run(
    atlas: Atlas,
    tagger: PluginChoice[Tagger],
    server: VisionServer,
    faults: Sequence[Fault] = (),
    *,
    retry_failed: bool = False,
    retry_unreadable: bool = False,
    budget: float | None = None,
) -> Books:
    """A dry run, and the same run."""
    tagging = atlas.catalog.tagging
    server.script.clear()
    server.script.extend(faults)
    billed, booked = server.billed.total(), tagging.spent(tagger.name).units
    bound = estimate_tagging(
        atlas, tagger, retry_failed=retry_failed, retry_unreadable=retry_unreadable
    ).units
    held = 0
    with suppress(TaggerError):
        held = tag_collection(
            atlas,
            tagger,
            budget=budget,
            retry_failed=retry_failed,
            retry_unreadable=retry_unreadable,
        ).held
    found = tagging.last_used()
    assert found is not None
    return Books(
        bound=bound,
        billed=server.billed.total() - billed,
        booked=tagging.spent(tagger.name).units - booked,
        ok=tagging.counts(found.id)["ok"],
        held=held,
    )


FIRST_CALL_LOST = [Books(8, 8, 8, 4, 6), Books(0, 0, 0, 4, 6), Books(4, 4, 4, 14)]
TABLE: Mapping[str, tuple[Sequence[Fault], Sequence[Books]]] = {
    "plain": ([], [Books(8, 8, 8, 14), Books(0, 0, 0, 14), Books(0, 0, 0, 14)]),
    "lost, billed": ([LOST], FIRST_CALL_LOST),
    "lost, not billed": ([LOST_UNBILLED], [Books(8, 4, 8, 4, 6), *FIRST_CALL_LOST[1:]]),
    "after the deadline": ([LATE], FIRST_CALL_LOST),
    "fault of the service": (
        [BROKEN, BROKEN],
        [Books(8, 8, 8, 0, 6), Books(0, 0, 0, 0, 6), Books(8, 8, 8, 14)],
    ),
    "throttled": ([BUSY, BUSY], [Books(8, 8, 8, 14), Books(0, 0, 0, 14), Books(0, 0, 0, 14)]),
    "wrong key": ([WRONG_KEY], [Books(8, 0, 0, 0), Books(8, 8, 8, 14), Books(0, 0, 0, 14)]),
    "new versions": ([V1, V2], [Books(8, 8, 8, 14), Books(0, 0, 0, 14), Books(0, 0, 0, 14)]),
}
"""By scenario: the faults of the first calls; a run, another, and one with ``--retry-failed``."""


@pytest.mark.parametrize("scenario", TABLE)
def test_what_is_billed_is_announced_and_booked(
    atlas: Atlas, backend: str, servers: Mapping[str, VisionServer], scenario: str
) -> None:
    server, (faults, expected) = servers[backend], TABLE[scenario]
    tagger = choose(backend, server)
    assert run(atlas, tagger, server, faults) == expected[0]
    assert run(atlas, tagger, server) == expected[1]
    assert run(atlas, tagger, server, retry_failed=True) == expected[2]
    assert run(atlas, tagger, server, retry_failed=True, retry_unreadable=True).billed == 0


def test_what_cannot_be_read_is_paid_once(
    atlas: Atlas, backend: str, servers: Mapping[str, VisionServer]
) -> None:
    server = servers[backend]
    tagger = choose(backend, server)
    assert run(atlas, tagger, server, [UNREADABLE[backend]]) == Books(8, 8, 8, 4)
    assert run(atlas, tagger, server) == Books(3, 3, 3, 10), "one more of each group"
    assert run(atlas, tagger, server, retry_failed=True) == Books(0, 0, 0, 13)
    assert run(atlas, tagger, server, retry_unreadable=True) == Books(1, 1, 1, 14)


def test_each_kind_of_failure_is_paid_again_only_where_that_one_is_named(
    atlas: Atlas, backend: str, servers: Mapping[str, VisionServer]
) -> None:
    server = servers[backend]
    tagger = choose(backend, server)
    assert run(atlas, tagger, server, [LOST, UNREADABLE[backend]]) == Books(8, 8, 8, 0, 6)
    assert run(atlas, tagger, server, retry_unreadable=True) == Books(4, 4, 4, 4, 6)
    assert run(atlas, tagger, server, retry_failed=True) == Books(4, 4, 4, 14)


def test_a_result_too_few_costs_no_more(atlas: Atlas, servers: Mapping[str, VisionServer]) -> None:
    server = servers["clarifai"]
    tagger = choose("clarifai", server)
    assert run(atlas, tagger, server, [FEWER]) == Books(8, 8, 8, 12, 1)
    assert run(atlas, tagger, server, retry_failed=True) == Books(1, 1, 1, 14)


def test_of_google_a_result_too_few_belongs_to_nobody(
    atlas: Atlas, servers: Mapping[str, VisionServer]
) -> None:
    server = servers["google-vision"]
    tagger = choose("google-vision", server, features=("labels", "logos"))
    assert run(atlas, tagger, server, [FEWER]) == Books(16, 16, 16, 4, 6)
    assert run(atlas, tagger, server, retry_failed=True) == Books(8, 8, 8, 14)


@pytest.mark.parametrize("units", [0, 1, 3, 6, 8])
def test_a_budget_is_used_up(
    atlas: Atlas, backend: str, servers: Mapping[str, VisionServer], units: int
) -> None:
    server = servers[backend]
    found = run(atlas, choose(backend, server), server, budget=units * 0.01 + 0.004)
    assert (found.billed, found.booked) == (units, units)


def test_the_versions_that_answered_are_counted(
    atlas: Atlas, servers: Mapping[str, VisionServer]
) -> None:
    server = servers["clarifai"]
    run(atlas, choose("clarifai", server), server, [V1, V2])
    other = choose("clarifai", server, minimum_score=0.9)
    tag_collection(atlas, other)
    for described in info(atlas).backends:
        assert described.model_versions == {"v1": 10, "v2": 4}
    warnings = [finding.text for finding in check_atlas(atlas) if "versions" in finding.text]
    assert len(warnings) == 2
    assert warnings[0].endswith("may differ: v1 (10 images), v2 (4 images)")


def test_versions_of_answers_from_before_they_were_counted_are_found_by_another_reading(
    atlas: Atlas, servers: Mapping[str, VisionServer]
) -> None:
    server = servers["clarifai"]
    run(atlas, choose("clarifai", server), server, [V1, V2])
    with closing(sqlite3.connect(atlas.folder / "catalog.sqlite")) as connection, connection:
        connection.execute("DELETE FROM model_versions")
    assert [each.model_versions for each in info(atlas).backends] == [{}]
    report = tag_collection(atlas, choose("clarifai", server, minimum_score=0.9))
    assert (report.asked, report.model_versions) == (0, {"v1": 10, "v2": 4})


def test_what_waits_is_said(atlas: Atlas, servers: Mapping[str, VisionServer]) -> None:
    server = servers["clarifai"]
    tagger = choose("clarifai", server)
    server.script.extend([LOST, UNREADABLE["clarifai"]])
    said = outcome_of_tagging(tag_collection(atlas, tagger, budget=0.08), None).lines
    assert any(line.startswith("held: ") and "--retry-failed" in line for line in said)
    assert any(line.startswith("unreadable: 4 images") for line in said)
    said = outcome_of_estimating(estimate_tagging(atlas, tagger, budget=0.08)).lines
    assert any(line.startswith("held: ") for line in said)
    again = estimate_tagging(atlas, tagger, budget=0.11, retry_failed=True)
    assert "it pays for 3 images" in outcome_of_estimating(again).lines[-1]


FAULTS = st.sampled_from(
    [Fault(), Fault(), LOST, LOST_UNBILLED, LATE, BROKEN, BUSY, FEWER, V1, WRONG_KEY, "unreadable"]
)


@pytest.mark.slow
@settings(max_examples=12)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    runs=st.lists(
        st.tuples(
            st.lists(FAULTS, max_size=6),
            st.booleans(),
            st.booleans(),
            st.none() | st.integers(0, 12),
        ),
        min_size=1,
        max_size=4,
    ),
    images_per_call=st.integers(1, 4),
    at_once=st.integers(1, 3),
    backend=st.sampled_from(BACKENDS),
)
def test_no_run_bills_more_than_was_announced(
    servers: Mapping[str, VisionServer],
    sizes: Sequence[int],
    runs: Sequence[tuple[Sequence[Fault | str], bool, bool, int | None]],
    images_per_call: int,
    at_once: int,
    backend: str,
) -> None:
    server = servers[backend]
    tagger = choose(backend, server, images_per_call=images_per_call, calls_at_once=at_once)
    with TemporaryDirectory() as folder:
        grouped_atlas(Path(folder) / "x.atlas", sizes)
        with open_atlas(Path(folder) / "x.atlas", load_plugins()) as atlas:
            server.billed.clear()
            for faults, retry_failed, retry_unreadable, more in runs:
                spent = atlas.catalog.tagging.spent(backend)
                found = run(
                    atlas,
                    tagger,
                    server,
                    [UNREADABLE[backend] if isinstance(each, str) else each for each in faults],
                    retry_failed=retry_failed,
                    retry_unreadable=retry_unreadable,
                    budget=None if more is None else spent.dollars + more * 0.01,
                )
                assert found.billed <= found.booked <= found.bound
                assert more is None or found.booked <= more
                if more is None and WRONG_KEY not in faults:
                    assert found.booked == found.bound, "all that was announced is asked"
            assert server.billed.total() <= atlas.catalog.tagging.spent(backend).units


def test_prices_are_said_with_their_dates_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for backend in BACKENDS:
        price = load_plugins().choose(TAGGERS, backend, {}).product.price
        assert price is not None
        [row] = [line for line in readme.splitlines() if line.startswith(f"| `{backend}` |")]
        thousand = f"${1000 * price.per_image:,.2f}"
        assert re.search(rf"{re.escape(thousand)}.*\(prices of {price.as_of}", row)


@pytest.mark.parametrize(("backend", "published"), [("clarifai", 15), ("google-vision", 1800 / 60)])
def test_default_rates_are_a_tenth_below_the_published_limits(
    backend: str, published: float
) -> None:
    rate = load_plugins().choose(TAGGERS, backend, {}).product.calls_per_second
    assert rate == pytest.approx(0.9 * published)
