"""Iterates an asynchronous generator from synchronous code."""

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
    items: AsyncGenerator[T], *, ahead: int, helpers: int, share: float, gather: float
) -> Generator[list[T], None, None]:
    """Run an asynchronous generator in its own thread, and yield its items in lists.

    A list has the items since the last one, so that a caller that stores each list in one
    transaction keeps up with any speed. The first item is yielded at once; after that, the caller
    is busy for at most ``share`` of the time, unless items would wait longer than ``gather``.

    Also works where an event loop is already running, as in a notebook. Closing the generator, at
    any time, closes ``items`` and waits until that is done.

    Args:
        items: yields anything but None.
        ahead: number of items it may be ahead of the caller.
        helpers: threads for the blocking calls of its event loop, such as name look-ups.
        share: largest share of the time that the caller should be busy with the lists, above 0.
        gather: maximum seconds that an item waits for others.

    Raises:
        Exception: any exception of ``items``, after the items yielded before it.
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
            until = 0.0
            while ready := _take(handed, ahead, until):
                _tell(loop, partial(_release, room, len(ready)))
                begun = monotonic()
                yield ready
                ended = monotonic()
                until = ended + min(gather, (ended - begun) * (1 / share - 1))
        finally:
            _tell(loop, lambda: _cancel_tasks(loop))
        working.result()


def _take(handed: SimpleQueue[T | None], most: int, until: float) -> list[T]:
    """At least one item, and further ones until a time; none if the final None comes first."""
    taken: list[T] = []
    with suppress(Empty):
        while len(taken) < most:
            item = handed.get(timeout=max(0.0, until - monotonic()) if taken else None)
            if item is None:
                handed.put(None)  # found again by the next call
                break
            taken.append(item)
    return taken


def _release(room: asyncio.Semaphore, items: int) -> None:
    for _ in range(items):
        room.release()


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call something in the loop of another thread, unless the loop has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(callback)


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
