"""The engine: a batch of addresses in, images in the store, and an outcome per address out.

Downloads share one event loop; decoding, hashing and writing are done by a few threads, for
Pillow works outside Python's global lock. What is under way at once is bounded, and so is the
memory, whatever the number of addresses.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import aiohttp

from tagatlas.contracts import ImageStatus, ImageStore, Variant
from tagatlas.errors import ImageRejected, StorageError
from tagatlas.fetch.blocking import iterate_in_thread
from tagatlas.fetch.download import DownloadRejected, download, open_session
from tagatlas.fetch.local import read_file
from tagatlas.fetch.normalise import normalise
from tagatlas.fetch.options import FetchOptions
from tagatlas.fetch.outcome import Address, FetchOutcome, StoredImage
from tagatlas.fetch.schedule import Schedule

NAME_LOOKUPS = 32
"""Host names looked up at once: those of dead hosts take seconds each."""


def fetch(
    addresses: Sequence[Address], store: ImageStore, options: FetchOptions
) -> Generator[list[FetchOutcome], None, None]:
    """Fetch a batch of images into a store; :func:`fetch_batch` for code that is not async.

    The work goes on in a thread of its own while the caller deals with some outcomes, but not
    further ahead than ``options.concurrency`` outcomes. The generator may be closed at any
    time, also by Ctrl-C: what is under way is then given up, and nothing is left half-written.

    Args:
        addresses: see :func:`fetch_batch`.
        store: see :func:`fetch_batch`.
        options: see :func:`fetch_batch`.

    Yields:
        The outcomes that have come since the last list; at least one. One list after the
        other, they have one outcome per address.

    Raises:
        StorageError: see :func:`fetch_batch`.
    """
    yield from iterate_in_thread(
        fetch_batch(addresses, store, options), ahead=options.concurrency, helpers=NAME_LOOKUPS
    )


async def fetch_batch(
    addresses: Sequence[Address], store: ImageStore, options: FetchOptions
) -> AsyncGenerator[FetchOutcome, None]:
    """Fetch a batch of images into a store.

    Args:
        addresses: what to fetch. Hosts are interleaved, so the order is not kept.
        store: gets each image in both variants, unless it has them.
        options: limits and patience.

    Yields:
        One outcome per address, as they are ready.

    Raises:
        StorageError: the store cannot take an image. Nothing new is begun then, and the
            outcomes of what was under way are yielded first.
    """
    schedule = Schedule(addresses, per_host=options.per_host, concurrency=options.concurrency)
    finished: asyncio.Queue[asyncio.Task[FetchOutcome]] = asyncio.Queue()
    under_way: dict[asyncio.Task[FetchOutcome], Address] = {}
    failure: StorageError | None = None
    async with open_session(options) as session:
        workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="tagatlas-normalise")
        fetcher = _Fetcher(session, workers, store, options)
        try:
            while True:
                while failure is None and len(under_way) < options.concurrency:
                    address = schedule.take()
                    if address is None:
                        break
                    task = asyncio.create_task(fetcher.fetch(address))
                    task.add_done_callback(finished.put_nowait)
                    under_way[task] = address
                if not under_way:
                    break
                task = await finished.get()
                schedule.give_back(under_way.pop(task))
                try:
                    outcome = task.result()
                except StorageError as error:
                    failure = failure or error
                else:
                    yield outcome
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            workers.shutdown(cancel_futures=True)
    if failure is not None:
        raise failure


@dataclass(frozen=True)
class _Fetcher:
    """Fetches single addresses with what a batch shares."""

    session: aiohttp.ClientSession
    workers: ThreadPoolExecutor
    store: ImageStore
    options: FetchOptions

    async def fetch(self, address: Address) -> FetchOutcome:
        """Fetch one address, whatever comes of it.

        Raises:
            StorageError: the store cannot take the image.
        """
        return await (self._from_file(address) if address.local else self._from_web(address))

    async def _from_file(self, address: Address) -> FetchOutcome:
        def read_and_keep() -> StoredImage:
            return keep(
                read_file(address.location, self.options.max_bytes), self.store, self.options
            )

        try:
            image = await self._in_thread(read_and_keep)
        except ImageRejected as rejected:
            return FetchOutcome(address.key, rejected.status, rejected.reason)
        return FetchOutcome(address.key, ImageStatus.OK, image=image)

    async def _from_web(self, address: Address) -> FetchOutcome:
        try:
            answer = await download(self.session, address.location, self.options)
        except DownloadRejected as rejected:
            return FetchOutcome(
                address.key,
                rejected.status,
                rejected.reason,
                http_status=rejected.http_status,
                final_url=rejected.final_url,
                attempts=rejected.attempts,
            )
        except ImageRejected as rejected:
            return FetchOutcome(address.key, rejected.status, rejected.reason, attempts=0)
        try:
            image = await self._in_thread(lambda: keep(answer.data, self.store, self.options))
            status, reason = ImageStatus.OK, ""
        except ImageRejected as rejected:
            image = None
            status, reason = rejected.status, rejected.reason
        return FetchOutcome(
            address.key,
            status,
            reason,
            image,
            http_status=answer.http_status,
            final_url=answer.final_url,
            content_type=answer.content_type,
            attempts=answer.attempts,
        )

    async def _in_thread(self, work: Callable[[], StoredImage]) -> StoredImage:
        return await asyncio.get_running_loop().run_in_executor(self.workers, work)


def keep(data: bytes, store: ImageStore, options: FetchOptions) -> StoredImage:
    """Normalise the bytes of one picture and put both variants into the store.

    Raises:
        ImageRejected: the bytes are no picture, or not one within the limits.
        StorageError: the store cannot take it.
    """
    made = normalise(data, max_side=options.max_side, max_pixels=options.max_pixels)
    for variant, encoded in ((Variant.IMAGE, made.image), (Variant.THUMBNAIL, made.thumbnail)):
        if not store.has(made.id, variant):
            store.put(made.id, variant, encoded)
    return StoredImage(
        id=made.id,
        width=made.width,
        height=made.height,
        format=made.format,
        bytes=len(data),
        frames=made.frames,
        perceptual_hash=made.perceptual_hash,
    )
