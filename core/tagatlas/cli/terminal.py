"""Output: results on standard output, everything else on standard error."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from numbers import Integral, Real
from pathlib import PurePath
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING

from tagatlas.masking import as_shown

if TYPE_CHECKING:
    from tagatlas.contracts import Progress, ShowProgress

PLAIN_INTERVAL = 5.0
"""Seconds between two lines of progress if standard error is not a terminal."""


def say(text: str) -> None:
    """Print one line for a person, on standard error."""
    print(printable(text), file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


def show(lines: Iterable[str]) -> None:
    """Print the result of a command or step for a person, on standard output."""
    for line in lines:
        print(printable(line), flush=True)  # noqa: T201 - this is the terminal


def show_json(facts: Mapping[str, object]) -> None:
    """Print the result of a command for a program, on standard output."""
    print(json_text(facts), flush=True)  # noqa: T201 - this is the terminal


def json_text(facts: Mapping[str, object]) -> str:
    """The result of a command as JSON; paths become texts, numpy's numbers plain ones.

    Raises:
        TypeError: JSON cannot hold it.
    """
    import msgspec

    def plain(value: object) -> str | int | float:
        if isinstance(value, PurePath | str):
            return str(value)
        if isinstance(value, Integral):  # those of numpy are neither int nor, some, float
            return int(value)
        if isinstance(value, Real):
            return float(value)
        raise TypeError(f"{value!r} is no number, text, list or dict")

    try:
        encoded = msgspec.json.encode(facts, enc_hook=plain).decode()
        return msgspec.json.format(as_shown(encoded))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise TypeError(f"--json cannot print the facts ({error})") from error


def printable(text: str) -> str:
    """The text with control characters escaped, and addresses as shown.

    Outside text must not control a terminal.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in as_shown(text)
    )


def shown(stop: Event | None = None) -> ShowProgress:
    """Show a bar for each piece of work; while images are tagged, Ctrl-C sets an event."""

    @contextmanager
    def show(title: str) -> Iterator[Progress]:
        if title == "preparing":
            say("preparing: compiling for this machine takes up to a minute, once per version")
            yield _said
            return
        stopping = nullcontext() if stop is None else stop_on_interrupt(stop)
        with stopping if title == "tagging" else nullcontext(), progress_bar(title) as progress:
            yield progress

    return show


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A :class:`Progress` drawn as a bar in a terminal, as plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _PlainProgress(title)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(title, total=None, rate="", failed="")
        begun = time.monotonic()

        def show(done: int, total: int, failed: int = 0) -> None:
            rate = done / max(time.monotonic() - begun, 1e-3)
            bars.update(
                task,
                completed=done,
                total=total,
                rate=f"{rate:{',.1f' if rate >= 1 else '.1g'}}/s",
                failed=f"{failed:,} failed" if failed else "",
            )

        yield show


@contextmanager
def stop_on_interrupt(stop: Event) -> Iterator[None]:
    """Within the block, Ctrl-C sets an event; a second Ctrl-C ends the process at once.

    Outside the main thread, where no signal comes, the event is never set.
    """
    if current_thread() is not main_thread():
        yield
        return

    def interrupted(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's
        if stop.is_set():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.raise_signal(signal.SIGINT)
        stop.set()
        say("stopping: what is under way is finished and kept; Ctrl-C again ends it at once")

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _said(done: int, total: int, failed: int = 0) -> None:
    """The progress of work that a line has announced already."""


class _PlainProgress:
    """Progress as occasional lines, and one at the end.

    Args:
        title: of the work.
        clock: seconds that have passed.
    """

    def __init__(self, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._title = title
        self._clock = clock
        self._begun = self._said = clock()
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        now = self._clock()
        if self._first is None and done:
            self._first = now, done
        if total == 0 or (done < total and now - self._said < PLAIN_INTERVAL):
            return
        self._said = now
        rate = done / max(now - self._begun, 1e-3)
        said = f"{rate:{',.1f' if rate >= 1 else '.1g'}}/s"
        left = self._left(now, done, total)
        said += "" if left is None else f", {left:,.0f} s left"
        said += f", {failed:,} failed" if failed else ""
        say(f"{self._title}: {done:,} of {total:,} ({said})")

    def _left(self, now: float, done: int, total: int) -> float | None:
        """Seconds left, as fast as since the first step, which waits for all that is prepared."""
        begun, first = self._first or (now, done)
        if done in (total, first) or now - begun < PLAIN_INTERVAL:
            return None
        return (total - done) * (now - begun) / (done - first)
