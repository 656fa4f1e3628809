"""How long work tells that it moves."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Called by a step as its work goes on; from one thread at a time."""

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        """Say that ``done`` of ``total`` pieces are finished, ``failed`` of them in vain."""


def no_progress(done: int, total: int, failed: int = 0) -> None:
    """A :class:`Progress` that says nothing."""


class ShowProgress(Protocol):
    """Gives each piece of work its progress; called in the caller's thread."""

    def __call__(self, title: str) -> AbstractContextManager[Progress]:
        """The progress of a piece of work, for the length of a ``with`` block.

        Args:
            title: the work in a word: ``reading``, ``fetching``, ``loading``, ``tagging``,
                ``preparing``, ``mapping``, ``rendering``, ``comparing`` or ``measuring``.
        """


def no_show(title: str) -> AbstractContextManager[Progress]:  # noqa: ARG001 - of ShowProgress
    """A :data:`ShowProgress` that shows nothing."""
    return nullcontext(no_progress)
