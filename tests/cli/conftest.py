"""Runs the real command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from command import Run


@pytest.fixture
def tagatlas(tmp_path: Path) -> Run:
    """The command, run in an empty folder."""

    def run(
        *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        settings = {"TAGATLAS_STRICT_PLUGINS": "1", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-m", "tagatlas", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, **settings, **(variables or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run
