"""Runs Python where a folder is on a read-only medium or a small disk, also for the superuser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'
_SMALL = 'mount -t tmpfs -o size=8m none "$1"'


def run_read_only(folder: Path, script: str, *words: str | Path) -> str:
    """Run a script with ``folder`` mounted read-only; its arguments are the folder and ``words``.

    Returns:
        What it printed.
    """
    return _run(_READ_ONLY, folder, script, words)


def run_on_small_disk(folder: Path, script: str, *words: str | Path) -> str:
    """The same with an empty disk of 8 MB mounted on ``folder``."""
    return _run(_SMALL, folder, script, words)


def _run(mount: str, folder: Path, script: str, words: tuple[str | Path, ...]) -> str:
    unshare = ["unshare", "--map-root-user", "--mount", "bash", "-c"]
    try:
        subprocess.run([*unshare, mount, "bash", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no folder can be mounted: {error}")
    command = f'{mount} && exec "$0" -c "$2" "$1" "${{@:3}}"'
    done = subprocess.run(
        [*unshare, command, sys.executable, folder, script, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
