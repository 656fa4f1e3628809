"""An asynchronous generator, iterated by code that is not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


def iterate_in_thread(
    items: AsyncGenerator[T], *, ahead: int, helpers: int, gather: float
) -> Generator[list[T], None, None]:
    """Run an asynchronous generator in a thread of its own, and yield what it yields, in lists.

    A list is what has come since the last one: a caller that writes each list down in one go
    keeps up with any speed.

    It works also where an event loop is running already, as in a notebook. Closing the
    generator, at any time, closes ``items`` and waits until that is done.

    Args:
        items: yields anything but None.
        ahead: how many items it may be ahead of the caller.
        helpers: threads for the blocking calls of its event loop, such as looking up names.
        gather: seconds that the first item of a list waits for others.

    Raises:
        Exception: whatever ``items`` raises, after what it yielded before.
    """
    handed: SimpleQueue[T | None] = SimpleQueue()
    room = asyncio.Semaphore(ahead)
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    loop = runner.get_loop()
    loop.set_default_executor(ThreadPoolExecutor(helpers))

    async def relay() -> None:
        async with aclosing(items):
            async for item in items:
                await room.acquire()
                handed.put(item)

    def work() -> None:
        try:
            with runner:
                runner.run(relay())
        finally:
            handed.put(None)

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        try:
            while ready := _take(handed, ahead, gather):
                _tell(loop, partial(_release, room, len(ready)))
                yield ready
        finally:
            _tell(loop, lambda: _cancel_tasks(loop))
        working.result()


def _take(handed: SimpleQueue[T | None], most: int, gather: float) -> list[T]:
    """At least one item, and others that come soon; none if the None at the end comes first."""
    taken: list[T] = []
    until = float("inf")
    with suppress(Empty):
        while len(taken) < most:
            item = handed.get(timeout=max(0.0, until - monotonic()) if taken else None)
            if item is None:
                handed.put(None)  # found again by the next call
                break
            if not taken:
                until = monotonic() + gather
            taken.append(item)
    return taken


def _release(room: asyncio.Semaphore, items: int) -> None:
    for _ in range(items):
        room.release()


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Have a loop in another thread call something, unless it has come to its end."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(callback)


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
