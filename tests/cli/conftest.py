"""Runs the real command in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from command import Run, Starter


@pytest.fixture
def tagatlas(starter: Starter, tmp_path: Path) -> Run:
    """The command, run in an empty folder."""

    def run(
        *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        settings = {"TAGATLAS_STRICT_PLUGINS": "1", "COLUMNS": "200"}
        return starter.run(words, tmp_path, {**os.environ, **settings, **(variables or {})})

    return run
