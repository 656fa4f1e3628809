"""A tagger is prepared before its first image, and closed at the end, however that comes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Starter
from PIL import Image
from strangers import lay_plugin

import tagatlas as library

pytestmark = pytest.mark.slow

PLUGIN = """
import os, signal, threading
from dataclasses import dataclass
from tagatlas import Tag, Tagger, TaggerSpec, TagResult, TextEmbedder, hookimpl
from tagatlas.errors import TaggerError


@dataclass(frozen=True)
class Options:
    log: str = ""
    does: str = ""


class Logging(Tagger, TextEmbedder):
    def __init__(self, options):
        self._options = options
        self._say("made")

    def _say(self, event):
        main = threading.current_thread() is threading.main_thread()
        with open(self._options.log, "a") as file:
            file.write(event + ("" if main or event == "tag" else " elsewhere") + "\\n")

    def prepare(self, progress):
        self._say("prepare")
        progress(0, 1)
        if self._options.does == "unprepared":
            raise TaggerError("no such device")
        if self._options.does == "falls":
            raise ZeroDivisionError("three")
        progress(1, 1)

    def close(self):
        self._say("close")
        if self._options.does == "stuck":
            raise OSError("stuck")

    def tag(self, images):
        self._say("tag")
        if self._options.does == "fails":
            raise TaggerError("out of order")
        if self._options.does == "interrupts":
            os.kill(os.getpid(), signal.SIGINT)
        return [TagResult.ok([Tag("thing", 0.5)], embedding=[1.0, 2.0]) for _ in images]

    def embed_texts(self, texts):
        import numpy as np

        self._say("texts")
        return np.ones((len(texts), 2), np.float32)

    def fingerprint(self):
        return "logging"


@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="logging", summary="Logs.", options=Options, factory=Logging)]
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    lay_plugin(site, "logging_tagger", PLUGIN)
    return site


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def tagatlas(starter: Starter, site: Path, log: Path) -> Run:
    def run(*words: str | Path, does: str = "") -> subprocess.CompletedProcess[str]:
        log.unlink(missing_ok=True)
        variables = {"TAGATLAS_LOGGING_LOG": str(log), "TAGATLAS_LOGGING_DOES": does}
        environment = {**os.environ, **variables, "PYTHONPATH": str(site)}
        return starter.run(words, Path.cwd(), environment)

    return run


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for tone in (0, 100, 200):
        Image.new("RGB", (64, 48), (tone, tone, tone)).save(folder / f"{tone}.png")
    return folder


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    atlas = tmp_path_factory.mktemp("fetched") / "x.atlas"
    library.add(atlas, pictures)
    library.fetch(atlas)
    return atlas


@pytest.fixture
def atlas(tmp_path: Path, fetched: Path) -> Path:
    """An atlas of three pictures, none of them tagged."""
    return Path(shutil.copytree(fetched, tmp_path / "x.atlas"))


LOGGING = ("--backend", "logging")
ONE_RUN = ["made", "prepare", "tag", "tag", "tag", "close"]


def test_it_is_prepared_before_and_closed_after_in_the_main_thread(
    tagatlas: Run, atlas: Path, log: Path
) -> None:
    done = tagatlas("tag", atlas, *LOGGING)
    assert done.returncode == 0, done.stderr
    assert log.read_text().split() == ONE_RUN
    assert "loading: 1 of 1" in done.stderr


def test_where_nothing_is_to_be_asked_it_is_not_prepared(
    tagatlas: Run, atlas: Path, log: Path
) -> None:
    tagatlas("tag", atlas, *LOGGING)
    assert tagatlas("tag", atlas, *LOGGING).returncode == 0
    assert log.read_text().split() == ["made", "close"]


def test_in_the_whole_job_it_is_prepared_and_closed_once(
    tagatlas: Run, atlas: Path, pictures: Path, log: Path
) -> None:
    done = tagatlas("run", pictures, "--out", atlas, *LOGGING, "--layout", "forceatlas2")
    assert done.returncode == 0, done.stderr
    assert log.read_text().split() == ONE_RUN


@pytest.mark.parametrize(
    ("does", "status", "said", "events"),
    [
        ("fails", 1, "out of order", ["made", "prepare", "tag", "close"]),
        ("unprepared", 1, "no such device", ["made", "prepare", "close"]),
        ("falls", 1, "failed in prepare (ZeroDivisionError: three)", ["made", "prepare", "close"]),
        ("interrupts", 130, "stopped", ["made", "prepare", "tag", "close"]),
        ("stuck", 0, "logging could not be closed: ", ONE_RUN),
    ],
)
def test_it_is_closed_however_the_run_ends(
    tagatlas: Run,
    atlas: Path,
    pictures: Path,
    log: Path,
    does: str,
    status: int,
    said: str,
    events: list[str],
) -> None:
    done = tagatlas("run", pictures, "--out", atlas, *LOGGING, does=does)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert log.read_text().split() == events


def test_a_refused_choice_closes_it(tagatlas: Run, atlas: Path, log: Path) -> None:
    done = tagatlas("tag", atlas, *LOGGING, "--clip-threshold", "0.1")
    assert done.returncode != 0
    assert log.read_text().split() == ["made", "close"]


def test_doctor_bench_and_search_close_it(
    tagatlas: Run, atlas: Path, pictures: Path, log: Path
) -> None:
    assert tagatlas("doctor", *LOGGING).returncode == 0
    [made, prepared, *tagged, closed] = log.read_text().split()
    assert (made, prepared, closed) == ("made", "prepare", "close")
    assert set(tagged) == {"tag"}

    tagatlas("tag", atlas, *LOGGING)
    assert tagatlas("search", atlas, "thing", *LOGGING).returncode == 0
    assert log.read_text().split() == ["made", "texts", "close"]

    out = atlas.parent / "bench"
    done = tagatlas("bench", pictures, "--backend", f"logging:log={log}", "--out", out)
    assert done.returncode == 0, done.stderr
    said = log.read_text().split()
    assert [said.count(each) for each in ("made", "prepare", "close")] == [2, 2, 2]
    assert said[:3] == ["made", "made", "prepare"], "one more in a process of its own"
    assert said[-1] == "close"
