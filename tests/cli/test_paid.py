"""The commands with backends that cost money, as a user runs them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event

import grpc
import pytest
from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode
from command import Run
from picture_atlas import picture_atlas
from vision_servers import (
    KEY,
    MODEL_VERSION,
    ClarifaiServer,
    Fault,
    GoogleVisionServer,
    VisionServer,
    running,
)

pytestmark = pytest.mark.slow

BACKENDS = ["clarifai", "google-vision"]
IMAGES = 12


def variables(server: VisionServer) -> Mapping[str, str]:
    """What leads the commands to a server, and the keys."""
    return {
        "CLARIFAI_PAT": KEY,
        "GOOGLE_API_KEY": KEY,
        "TAGATLAS_ENDPOINT": server.endpoint,
        "TAGATLAS_CALLS_PER_SECOND": "1000",
        "TAGATLAS_IMAGES_PER_CALL": "2",
        "TAGATLAS_POSTER_WIDTH": "400",
        "TAGATLAS_NEAR_DUPLICATES": "each",  # there are none, and looking for them takes a second
    }


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(backend: str) -> Iterator[VisionServer]:
    bills = ClarifaiServer() if backend == "clarifai" else GoogleVisionServer()
    with running(bills):
        yield bills


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    return picture_atlas(tmp_path, IMAGES)


@pytest.mark.parametrize("backend", ["google-vision"], indirect=True)
def test_a_dry_run_prints_units_and_cost_and_asks_nothing(
    tagatlas: Run, atlas: Path, backend: str, server: VisionServer
) -> None:
    tag = ("tag", atlas, "--backend", backend, "--dry-run")
    done = tagatlas(*tag, variables=variables(server))
    assert done.returncode == 0, done.stderr
    asks, cost = done.stdout.splitlines()
    assert asks == f"to ask {backend}: 12 images"
    assert re.match(
        r"cost: up to \$0\.01\d\d for 12 units \(.*; prices of 20\d\d-\d\d, https:", cost
    )
    facts = json.loads(tagatlas(*tag, "--price-per-unit", "0.5", "--budget", "5", "--json").stdout)
    assert (facts["units"], facts["dollars"], facts["budget"]) == (12, 6.0, 5.0)
    assert server.calls == []
    assert not (atlas / "atlas.toml").exists()


@pytest.mark.parametrize("backend", ["clarifai"], indirect=True)
def test_the_budget_is_remembered_and_ends_the_run_in_one_line(
    tagatlas: Run, atlas: Path, backend: str, server: VisionServer
) -> None:
    tag = ("tag", atlas, "--backend", backend, "--price-per-unit", "0.1")
    for words in (("--budget", "0.5"), ()):
        done = tagatlas(*tag, *words, variables=variables(server))
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("tagatlas: the budget of $0.50 for")
        assert server.billed.total() == 5
    done = tagatlas(*tag, "--budget", "2", "--json", variables=variables(server))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spent"] == pytest.approx(1.2)
    assert set(server.billed.values()) == {1}


def test_doctor_asks_once_and_names_the_price(
    tagatlas: Run, backend: str, server: VisionServer
) -> None:
    done = tagatlas("doctor", "--backend", backend, variables=variables(server))
    assert done.returncode == 0, done.stdout
    assert "1,000 images cost up to $1." in done.stdout
    assert server.calls == [1]


@pytest.mark.parametrize("key", ["", "not-the-key"])
def test_doctor_says_what_is_wrong_with_the_key(
    tagatlas: Run, backend: str, server: VisionServer, key: str
) -> None:
    given = {**variables(server), "CLARIFAI_PAT": key, "GOOGLE_API_KEY": key}
    done = tagatlas("doctor", "--backend", backend, variables=given)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if line.startswith("BAD")]
    assert "key" in line
    assert server.billed.total() == 0


def test_doctor_says_that_the_quota_is_used_up(
    tagatlas: Run, backend: str, server: VisionServer
) -> None:
    server.script.append(
        Fault(status=StatusCode.CONN_EXCEED_MONTHLY_LIMIT)
        if backend == "clarifai"
        else Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, text="Requests per day")
    )
    done = tagatlas("doctor", "--backend", backend, variables=variables(server))
    assert done.returncode == 1
    assert re.search(r"11004|per day", done.stdout)
    assert len(server.calls) == 1


@pytest.mark.parametrize("backend", ["clarifai"], indirect=True)
def test_a_service_that_cannot_be_reached_is_said_at_once(
    atlas: Path, backend: str, server: VisionServer
) -> None:
    tag = ("tag", atlas, "--backend", backend)
    process = start(tag, {**variables(server), "TAGATLAS_ENDPOINT": "127.0.0.1:1"})
    assert process.stderr is not None
    said = next(line for line in process.stderr if "cannot be reached" in line)
    assert re.search(r"Clarifai cannot be reached: .*; trying again until \d\d:\d\d$", said)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


def start(words: Sequence[str | Path], given: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tagatlas", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **given},
    )


def waiting(begun: Event, until: Event) -> Callable[[int], None]:
    """Says that a call has begun, and holds its answer back."""

    def wait(_: int) -> None:
        begun.set()
        until.wait(60)

    return wait


@pytest.mark.parametrize("backend", ["google-vision"], indirect=True)
def test_ctrl_c_finishes_what_is_under_way_and_keeps_it(
    tagatlas: Run, atlas: Path, backend: str, server: VisionServer
) -> None:
    under_way, told = Event(), Event()
    server.on_call = waiting(under_way, told)
    tag = ("tag", atlas, "--backend", backend)
    process = start(tag, variables(server))
    assert under_way.wait(60)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    told.set()
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    assert rest.splitlines()[-1] == "tagatlas: stopped; run the same command again to finish"
    billed = server.billed.total()
    assert 2 <= billed <= 8
    done = tagatlas(*tag, "--json", variables=variables(server))
    assert json.loads(done.stdout)["asked"] == IMAGES - billed
    assert set(server.billed.values()) == {1}


@pytest.mark.parametrize("backend", ["clarifai"], indirect=True)
def test_a_second_ctrl_c_ends_it_at_once(
    tagatlas: Run, atlas: Path, backend: str, server: VisionServer
) -> None:
    under_way, ended = Event(), Event()
    server.on_call = waiting(under_way, ended)
    process = start(("tag", atlas, "--backend", backend), variables(server))
    assert under_way.wait(60)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == -signal.SIGINT, "the calls under way were waited for"
    process.communicate()
    ended.set()
    server.on_call = lambda _: None
    done = tagatlas("tag", atlas, "--backend", backend, "--json", variables=variables(server))
    assert json.loads(done.stdout)["images"]["ok"] == IMAGES


@pytest.mark.parametrize(
    "backend",
    ["clarifai", pytest.param("google-vision", marks=pytest.mark.thorough)],
    indirect=True,
)
def test_keys_are_in_nothing_that_is_written(
    tagatlas: Run, atlas: Path, backend: str, server: VisionServer, tmp_path: Path
) -> None:
    given = variables(server)
    wrong = {**given, "CLARIFAI_PAT": "wrong-" + KEY, "GOOGLE_API_KEY": "wrong-" + KEY}
    leak = Fault(code=grpc.StatusCode.INTERNAL, text=f"the key {KEY} is the trouble")
    server.script.extend([leak, Fault(cut=True), Fault(code=grpc.StatusCode.UNAUTHENTICATED)])
    tag = ("tag", atlas, "--backend", backend)
    written = []
    for words, environment in (
        (("doctor", atlas, "--backend", backend, "--json"), wrong),
        (("doctor", atlas, "--backend", backend), given),
        ((*tag, "--debug"), wrong),
        ((*tag, "--json"), wrong),
        ((*tag, "--debug"), given),
        ((*tag, "--json"), given),
        ((*tag, "--json", "--retry-failed"), given),
        (("run", tmp_path / "pictures", "--out", atlas, "--backend", backend, "--json"), given),
        (("export", atlas, "--format", "svg", "--out", tmp_path / "svg"), given),
        (("doctor", atlas, "--json"), given),
        (("plugins", "--json"), given),
    ):
        done = tagatlas(*words, variables={**environment, "GRPC_VERBOSITY": "INFO"})
        written += [done.stdout, done.stderr]
    assert '"ok":12' in "".join(written).replace(" ", "")
    assert "***" in "".join(written)
    assert not [text for text in written if KEY in text]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 40
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    methods = (atlas / "maps" / backend / "methods.md").read_text(encoding="utf-8")
    assert (f"The version of its model was *{MODEL_VERSION}*" in methods) == (backend == "clarifai")
