"""A command that was forked from a process with its imports is as a new one is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from command import Starter, run_new

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("plugins", "--json"),
        ("info", "nothing.atlas"),
        ("run", "nothing", "--out", "x.atlas"),
        ("map", "--no-such-flag"),
    ],
    ids=" ".join,
)
def test_it_says_and_does_what_a_new_process_does(
    starter: Starter, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert starter.can_fork(os.environ)
    forked, new = starter.run(words, tmp_path, os.environ), run_new(words, tmp_path, os.environ)
    assert forked.returncode == new.returncode
    assert (forked.stdout, forked.stderr) == (new.stdout, new.stderr)


@pytest.mark.slow
def test_nothing_of_one_command_is_left_for_the_next(starter: Starter, tmp_path: Path) -> None:
    before = starter.run(("doctor",), tmp_path, os.environ)
    for name, value in {"TAGATLAS_STRICT_PLUGINS": "1", "COLUMNS": "40"}.items():
        assert starter.can_fork({**os.environ, name: value})
        starter.run(("doctor", "--help"), tmp_path, {**os.environ, name: value})
    after = starter.run(("doctor",), tmp_path, os.environ)
    assert (after.returncode, after.stdout) == (before.returncode, before.stdout)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file.txt").write_text("no picture")
    here = starter.run(("add", "x.atlas", "file.txt"), tmp_path, os.environ)
    there = starter.run(("add", "x.atlas", "file.txt"), tmp_path / "inner", os.environ)
    assert "file.txt" in here.stderr
    assert here.returncode != 0
    assert here.stderr != there.stderr


@pytest.mark.parametrize(
    "name", ["NUMBA_CACHE_DIR", "POLARS_MAX_THREADS", "PYTHONWARNINGS", "LANG"]
)
def test_what_counts_at_the_import_makes_it_a_new_process(starter: Starter, name: str) -> None:
    assert not starter.can_fork({**os.environ, name: "anything"})
