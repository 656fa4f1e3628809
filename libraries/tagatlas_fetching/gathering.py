"""Copies gathered for a store that puts many at once; outcomes wait until theirs are put."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from threading import Lock

from tagatlas.contracts import ImageCopy, ImageStore, StoreInFront, Variant
from tagatlas_fetching.outcome import FetchOutcome

LONGEST = 60.0
"""Most seconds for which copies are gathered: what a crash may lose."""


class GatheringStore(StoreInFront):
    """Gathers what is put, up to the store's ``batch_size`` and ``batch_bytes``."""

    def __init__(self, store: ImageStore) -> None:
        super().__init__(store)
        self._lock = Lock()
        self._gathered: dict[tuple[str, Variant], ImageCopy] = {}
        self._under_way: dict[tuple[str, Variant], ImageCopy] = {}
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether as much is gathered as is best put at once."""
        return len(self._gathered) >= self.batch_size or (
            self.batch_bytes is not None and self._bytes >= self.batch_bytes
        )

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Gather a copy."""
        with self._lock:
            self._gathered[image_id, variant] = ImageCopy(image_id, variant, data)
            self._bytes += len(data)

    def holds(self, copy: ImageCopy) -> bool:
        """Whether a copy is gathered, being put, or stored; see :meth:`ImageStore.holds`."""
        key = (copy.image_id, copy.variant)
        with self._lock:
            found = self._gathered.get(key) or self._under_way.get(key)
        return found == copy or self._store.holds(copy)

    def put_gathered(self) -> None:
        """Put what is gathered; raises as :meth:`ImageStore.put_many` does."""
        with self._lock:
            self._under_way, self._gathered, self._bytes = self._gathered, {}, 0
        if self._under_way:
            self._store.put_many(list(self._under_way.values()))
        with self._lock:
            self._under_way = {}


async def when_put(
    outcomes: AsyncGenerator[FetchOutcome], store: GatheringStore, *, longest: float = LONGEST
) -> AsyncGenerator[FetchOutcome, None]:
    """Outcomes, those with an image once it is stored; others at once.

    Copies are gathered for as long as the work has gone on before, at most ``longest``, so that a
    run that is killed soon and often still comes forward. While they are put, further outcomes
    are taken, until as many are gathered again.

    Args:
        outcomes: with images that were put into ``store`` before.
        store: that gathers.
        longest: most seconds that images are gathered; looked at when an outcome comes.

    Raises:
        StorageError, PluginError: the store does not take the copies. The outcomes with images
            that wait are not yielded.
    """
    clock = asyncio.get_running_loop().time
    begun, waiting = clock(), _Waiting(store)
    try:
        async with aclosing(outcomes):
            async for outcome in outcomes:
                for each in waiting.settled():
                    yield each
                if outcome.image is None:
                    yield outcome
                    continue
                waiting.add(outcome, clock())
                if store.is_full or clock() - waiting.since >= min(longest, waiting.since - begun):
                    for each in await waiting.put():
                        yield each
        for _ in range(2):  # those being put, and those gathered meanwhile
            for each in await waiting.put():
                yield each
    finally:
        await waiting.end()


@dataclass
class _Waiting:
    """Outcomes whose images are gathered, and those whose images are being put.

    Attributes:
        since: when the first of the gathered ones came.
    """

    store: GatheringStore
    since: float = 0.0
    _gathered: list[FetchOutcome] = field(default_factory=list)
    _being_put: list[FetchOutcome] = field(default_factory=list)
    _putting: asyncio.Task[None] | None = None

    def add(self, outcome: FetchOutcome, now: float) -> None:
        """Have an outcome wait."""
        if not self._gathered:
            self.since = now
        self._gathered.append(outcome)

    def settled(self) -> list[FetchOutcome]:
        """The outcomes whose images have been put meanwhile."""
        if self._putting is None or not self._putting.done():
            return []
        self._putting.result()
        self._putting, done, self._being_put = None, self._being_put, []
        return done

    async def put(self) -> list[FetchOutcome]:
        """Wait for the images being put, and begin to put those gathered; returns the former."""
        if self._putting is not None:
            await self._putting
        done = self.settled()
        if self._gathered:
            self._being_put, self._gathered = self._gathered, []
            self._putting = asyncio.create_task(asyncio.to_thread(self.store.put_gathered))
        return done

    async def end(self) -> None:
        """Wait until nothing is being put any more."""
        if self._putting is not None:
            await asyncio.gather(self._putting, return_exceptions=True)
