"""The ``tagatlas`` command as tests run it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Run(Protocol):
    """Runs ``tagatlas``."""

    def __call__(
        self, *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command, its output as text."""
