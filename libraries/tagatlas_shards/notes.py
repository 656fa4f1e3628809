"""Gathers warnings and faults in a process that works on shards, to be told to the driver."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from threading import Lock

from tagatlas.masking import masked
from tagatlas_shards.shard import Fault

LONGEST = 8192
"""Maximum characters of a fault's text: the last ones, which say most."""


class Notes:
    """Warnings and faults since they were last told. Used by any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._warnings: list[str] = []
        self._faults: list[Fault] = []

    def warn(self, line: str) -> None:
        """Note a line for the user."""
        with self._lock:
            self._warnings.append(line)

    def record(self, item: str, error: Exception) -> None:
        """Note an unexpected error that cost one item."""
        text = masked("".join(traceback.format_exception(error)))[-LONGEST:]
        kind = type(error.__cause__ or error).__name__
        with self._lock:
            self._faults.append(Fault(masked(item), kind, text))

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """What was noted since the last call."""
        with self._lock:
            told = self._warnings, self._faults
            self._warnings, self._faults = [], []
        return told
