"""What is skipped is told with its reason, and fails a run in which nothing may be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_passes(): pass

@pytest.mark.xfail
def test_fails_as_expected(): assert False

@pytest.mark.gpu
@pytest.mark.skip(reason="no CUDA device")
def test_of_a_gpu(): pass

@pytest.mark.skip(reason="no browser")
def test_in_a_browser(): pass

@pytest.fixture
def program(): pytest.skip("no browser")

def test_of_a_program(program): pass
"""
MODULE = "import pytest\npytest.skip('no PyTorch', allow_module_level=True)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_module.py").write_text(MODULE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = gpu")
    return tmp_path


def run(folder: Path, *options: str) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "pytest", "-p", "skips", "-p", "no:randomly", *options]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1] / "support")}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["alone", "xdist"])
@pytest.mark.slow
def test_what_is_skipped_is_told_by_reason(folder: Path, processes: tuple[str, ...]) -> None:
    code, lines = run(folder, *processes)
    assert code == 0
    told = [line.split(maxsplit=1) for line in lines if line[:5].strip().isdecimal()]
    assert told == [["2", "no browser"], ["1", "no CUDA device"], ["1", "no PyTorch"]]


@pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["alone", "xdist"])
@pytest.mark.slow
def test_no_skips_are_failures_but_for_want_of_a_gpu(
    folder: Path, processes: tuple[str, ...]
) -> None:
    code, lines = run(folder, "--no-skips", "--continue-on-collection-errors", *processes)
    assert code == 1
    assert "1 passed, 1 skipped, 1 xfailed, 3 errors" in lines[-1]
    told = [line for line in lines if "--no-skips, and yet: " in line]
    reasons = [line.split("--no-skips, and yet: ")[1] for line in told]
    assert sorted(set(reasons)) == ["no PyTorch", "no browser"]
