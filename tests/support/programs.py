"""Programs that some tests need beyond Python's packages; fixtures of ``conftest.py`` give them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

_ROOT = Path(__file__).parents[2]
_NODE = _ROOT / "tests" / "node"


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class FindProgram(Protocol):
    """Finds a program."""

    def __call__(self, names: Sequence[str], packages: Sequence[str]) -> str:
        """The path of a program; without it the test is skipped.

        Args:
            names: the program's names, of which one is enough.
            packages: Debian's packages that have it.
        """


def find_program(names: Sequence[str], packages: Sequence[str]) -> str:
    """The path of a program, as in :class:`FindProgram`."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed: apt-get install {' '.join(packages)}")
    return found


def node_modules(npm: str) -> Path:
    """The folder of the Node packages in ``tests/node``, installed once for each lock file."""
    lock = (_NODE / "package-lock.json").read_bytes()
    place = _ROOT / ".cache" / "node" / sha256(lock).hexdigest()[:16]
    if not (place / "node_modules" / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_NODE / name, place / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install tests/node: {done.stderr.strip()[-300:]}")
        (place / "node_modules" / "complete").touch()
    return place / "node_modules"
