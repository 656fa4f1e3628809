"""The viewer that is shipped is what its sources build to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from programs import FindProgram

WEB = Path(__file__).parents[2] / "plugins" / "tagatlas_web"


@pytest.mark.slow
def test_the_viewer_is_the_build_of_its_sources(find_program: FindProgram, tmp_path: Path) -> None:
    npm = find_program(["npm"], ["nodejs", "npm"])
    sources = tmp_path / "viewer"
    shutil.copytree(WEB / "viewer", sources, ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "static").mkdir()
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "check"], ["run", "build"]):
        done = subprocess.run([npm, *command], cwd=sources, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    built = (tmp_path / "static" / "viewer.js").read_bytes()
    assert built == (WEB / "static" / "viewer.js").read_bytes()
