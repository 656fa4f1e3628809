"""Programs that some tests need and Python's packages do not bring."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pytest

_ROOT = Path(__file__).parents[2]
_NODE = _ROOT / "tests" / "node"


def find_program(names: Sequence[str], packages: Sequence[str]) -> str:
    """The path of a program; the system's packages that have it are installed where they may.

    Without it the test is skipped, or fails where ``CI=true`` is set.

    Args:
        names: the program's names, of which one is enough.
        packages: what Debian calls the packages that have it.
    """
    found = _which(names)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, capture_output=True, check=False)
        found = _which(names)
    if found is None:
        go_without(f"{names[0]} is not installed: apt-get install {' '.join(packages)}")
    return found


def node_modules() -> Path:
    """The folder of the Node packages in ``tests/node``, installed once for each lock file."""
    npm = find_program(["npm"], ["nodejs", "npm"])
    lock = (_NODE / "package-lock.json").read_bytes()
    place = _ROOT / ".cache" / "node" / sha256(lock).hexdigest()[:16]
    if not (place / "node_modules" / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_NODE / name, place / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            go_without(f"npm could not install graphology-gexf: {done.stderr.strip()[-300:]}")
        (place / "node_modules" / "complete").touch()
    return place / "node_modules"


def go_without(reason: str) -> NoReturn:
    """Skip the test; where ``CI=true`` is set, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _which(names: Sequence[str]) -> str | None:
    return next((path for name in names if (path := shutil.which(name))), None)
