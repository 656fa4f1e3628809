"""Runs Python where a folder is on a read-only medium, also for the superuser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"'


def run_read_only(folder: Path, script: str, *words: str | Path) -> str:
    """Run a script with ``folder`` mounted read-only; its arguments are the folder and ``words``.

    Returns:
        What it printed.
    """
    unshare = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    try:
        subprocess.run([*unshare, _MOUNT, "sh", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no folder can be mounted read-only: {error}")
    command = [*unshare, f'{_MOUNT} && exec "$0" -c "$2" "$1" "${{@:3}}"']
    command[3] = "bash"
    done = subprocess.run(
        [*command, sys.executable, folder, script, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
