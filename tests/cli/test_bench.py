from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bench_plugins import PLANTED, dark_and_light
from command import Run
from strangers import VERSION, lay_plugin
from vision_servers import KEY, ClarifaiServer, running

OPTIONS = ("--labels", "folder", "--timed", "0")


@pytest.fixture
def strangers(tmp_path: Path) -> dict[str, str]:
    """The variables with which the plugin of a stranger is found, and takes part."""
    lay_plugin(tmp_path / "site", "planted_taggers", PLANTED)
    return {
        "PYTHONPATH": str(tmp_path / "site"),
        "KILLED_MARK": str(tmp_path / "killed"),
        "CLARIFAI_PAT": KEY,
    }


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return dark_and_light(tmp_path / "pictures")


@pytest.mark.slow
def test_after_a_kill_the_same_command_goes_on_and_asks_nothing_twice(
    tagatlas: Run, tmp_path: Path, pictures: Path, strangers: dict[str, str]
) -> None:
    with running(ClarifaiServer()) as server:
        service = f"clarifai:endpoint={server.endpoint},images-per-call=4,price-per-unit=0.01"
        named = ("--backend", service, "--backend", "killed")
        command = ("bench", pictures, *named, *OPTIONS, "--budget", "1")
        done = tagatlas(*command, variables=strangers)
        assert done.returncode == -9
        assert server.billed.total() == 12
        assert len(list((tmp_path / "bench" / "results").rglob("clarifai-*.json"))) == 1
        done = tagatlas(*command, "--json", variables=strangers)
        assert server.billed.total() == 12
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["error"] for each in found["entrants"]] == ["", ""]
    assert {each["counts"]["pending"] for each in found["entrants"]} == {0}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_process_of_a_tagger_ends_with_the_command(
    tmp_path: Path, pictures: Path, strangers: dict[str, str], number: signal.Signals
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    named = ("--backend", "tones", "--backend", "waiting")
    command = ("bench", pictures, *named, "--timed", "4", "--perturbed", "0")
    started = subprocess.Popen(
        [sys.executable, "-m", "tagatlas", *map(str, command)],
        cwd=tmp_path,
        env={**os.environ, **strangers, "WAITING_PIPE": str(pipe)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # as a terminal does it
        text=True,
    )
    with pipe.open() as said:
        assert int(said.readline()) != started.pid
        os.killpg(started.pid, number)
        _, told = started.communicate()
        assert said.read() == "", "the other process has ended, and with it the pipe"
    assert started.returncode == (130 if number == signal.SIGINT else -number)
    assert "Traceback" not in told
    if number == signal.SIGINT:
        assert told.splitlines()[-1].startswith("tagatlas: stopped; run the same command again")
    assert len(list((tmp_path / "bench" / "results").rglob("entrants/tones-*.json"))) == 1


@pytest.mark.slow
def test_what_a_plugin_raises_is_said_in_a_line(
    tagatlas: Run, pictures: Path, strangers: dict[str, str]
) -> None:
    named = ("--backend", "raising", "--backend", "tones", "--backend", "ending")
    done = tagatlas(
        "bench",
        pictures,
        *named,
        "--labels",
        "folder",
        "--timed",
        "4",
        "--perturbed",
        "2",
        variables=strangers,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "ValueError: the moon is full" in done.stdout
    assert "its process ended with status 7" in done.stdout
    done = tagatlas("bench", pictures, "--backend", "raising", *OPTIONS, variables=strangers)
    assert "ValueError: the moon is full" in done.stdout
    assert "tones" in done.stdout, "what was measured before is on the board"


@pytest.mark.slow
def test_a_strangers_plugin_is_named_with_its_version(
    tagatlas: Run, pictures: Path, strangers: dict[str, str]
) -> None:
    command = ("bench", pictures, "--backend", "tones", *OPTIONS, "--json")
    done = tagatlas(*command, variables=strangers)
    assert done.returncode == 0, done.stderr
    [tones] = json.loads(done.stdout)["entrants"]
    assert tones["plugin"] == f"tagatlas-planted_taggers {VERSION}"
    assert tones["counts"] == {"ok": 12, "empty": 0, "failed": 0, "pending": 0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--backend", "greyy"), "no tagger is named 'greyy'"),
        (("--backend", "imagenet:minimum-score=0.1,top"), "NAME:option=value"),
        (("--backend", "imagenet:minimum-score=2"), "--minimum-score"),
        (("--backend", "imagenet", "--backend", "imagenet"), "name each backend once"),
        (("--backend", "imagenet", "--labels", "theme"), "theme"),
        ((), "name it with --backend"),
    ],
)
@pytest.mark.slow
def test_wrong_words_are_told(
    tagatlas: Run, pictures: Path, words: tuple[str, ...], told: str
) -> None:
    done = tagatlas("bench", pictures, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
