"""Progress of long work."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Called by a step as its work progresses; from one thread at a time."""

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        """Report that ``done`` of ``total`` pieces are finished, of which ``failed`` failed."""


def no_progress(done: int, total: int, failed: int = 0) -> None:
    """A :class:`Progress` that does nothing."""


class ShowProgress(Protocol):
    """Makes the progress of each piece of work; called in the caller's thread."""

    def __call__(self, title: str) -> AbstractContextManager[Progress]:
        """The progress of a piece of work, for a ``with`` block.

        Args:
            title: one of ``reading``, ``fetching``, ``loading``, ``tagging``,
                ``preparing``, ``mapping``, ``rendering``, ``comparing`` or ``measuring``.
        """


def no_show(title: str) -> AbstractContextManager[Progress]:  # noqa: ARG001 - of ShowProgress
    """A :data:`ShowProgress` that shows nothing."""
    return nullcontext(no_progress)
