"""How long work tells that it moves."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by a step as its work goes on; from one thread at a time."""

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        """Say that ``done`` of ``total`` pieces are finished, ``failed`` of them in vain."""


def no_progress(done: int, total: int, failed: int = 0) -> None:
    """A :class:`Progress` that says nothing."""
