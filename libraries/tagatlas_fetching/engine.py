"""The engine: fetches a batch of addresses into the store, with an outcome per address.

Downloads share one event loop; decoding is done by a few processes, hashing and writing by as
many threads. The number of addresses under way is limited, and so is the memory, regardless of the
size of the batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

import aiohttp

from tagatlas.contracts import ImageStatus, ImageStore, Recovery
from tagatlas.errors import ImageRejected, PluginFailed, TagatlasError
from tagatlas.wording import in_one_line
from tagatlas_fetching.blocking import iterate_in_thread
from tagatlas_fetching.download import Download, DownloadRejected, download, open_session
from tagatlas_fetching.gathering import GatheringStore, when_put
from tagatlas_fetching.host_names import LOCAL
from tagatlas_fetching.hosts import Hosts
from tagatlas_fetching.keep import Keeper
from tagatlas_fetching.limits import refused_by
from tagatlas_fetching.local import read_file
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.outcome import Address, FetchOutcome
from tagatlas_fetching.retries import Retries
from tagatlas_fetching.robots import Robots
from tagatlas_fetching.schedule import Schedule, Try
from tagatlas_fetching.workers import Workers
from tagatlas_processors import processors

PAGE_BYTES = 512 * 1024
"""Bytes kept of a web page received in place of a picture: enough for its head."""

NAME_LOOKUPS = 32
"""Host names looked up at once: dead hosts take seconds each."""

WORTH_A_PROCESS = 16
"""Pictures that take about as long to decode as another decoding process takes to start."""

WRITING = 0.1
"""Largest share of the time spent on storing outcomes: a durable transaction takes as long as a
picture, so successive outcomes are stored together."""

GATHER = 0.25
"""Maximum seconds that an outcome waits for others: what a crash may lose."""

AHEAD = 512
"""Outcomes that may wait to be stored."""

FAULTS_IN_A_ROW = 20
"""Addresses in a row that fail unexpectedly, with no picture between them, that end the batch."""

OnFault = Callable[[str, Exception], None]
"""Called with a location and the unexpected error that it failed with."""


def no_log(location: str, error: Exception) -> None:
    """An :data:`OnFault` that does nothing: the outcome has the reason."""


def fetch(
    addresses: Sequence[Address],
    store: ImageStore,
    options: FetchOptions,
    *,
    hosts: Hosts | None = None,
    recoveries: Mapping[str, Recovery] | None = None,
    on_fault: OnFault = no_log,
) -> Generator[list[FetchOutcome], None, None]:
    """Fetch a batch of images into a store; :func:`fetch_batch` for synchronous code.

    The work goes on in its own thread while the caller stores outcomes, at most :data:`AHEAD`
    outcomes, or ``options.concurrency``, ahead. It may be closed at any time, also by Ctrl-C:
    downloads under way are then cancelled, and nothing is left half-written.

    Args:
        addresses: see :func:`fetch_batch`.
        store: see :func:`fetch_batch`.
        options: see :func:`fetch_batch`.
        hosts: see :func:`fetch_batch`.
        recoveries: see :func:`fetch_batch`.
        on_fault: see :func:`fetch_batch`.

    Yields:
        The outcomes since the last list; at least one. All lists together have one outcome per
        address.

    Raises:
        StorageError, PluginError, TagatlasError: see :func:`fetch_batch`.
    """
    batch = fetch_batch(
        addresses, store, options, hosts=hosts, recoveries=recoveries, on_fault=on_fault
    )
    ahead = max(AHEAD, options.concurrency)
    yield from iterate_in_thread(
        batch, ahead=ahead, helpers=NAME_LOOKUPS, share=WRITING, gather=GATHER
    )


async def fetch_batch(
    addresses: Sequence[Address],
    store: ImageStore,
    options: FetchOptions,
    *,
    hosts: Hosts | None = None,
    recoveries: Mapping[str, Recovery] | None = None,
    on_fault: OnFault = no_log,
) -> AsyncGenerator[FetchOutcome, None]:
    """Fetch a batch of images into a store.

    Args:
        addresses: to fetch. Hosts are interleaved, so the order is not kept.
        store: receives each image in all kept variants, unless it has them.
        options: limits and retries.
        hosts: policies of the hosts; by default that of the options for all.
        recoveries: by name, where to look for images whose address is dead, tried in this order;
            the outcome has the name.
        on_fault: see :data:`OnFault`; called in the event loop's thread.

    Yields:
        One outcome per address, as soon as it is settled; of an image for a store that puts many
        at once, when they are put. An unexpected error, also of the store, fails its address
        alone: the reason is its class and text.

    Raises:
        StorageError: the store cannot take an image. No further download is begun, and the
            outcomes of those under way are yielded first, but for images that wait to be put.
        PluginError: no picture can be decoded on this machine; likewise.
        TagatlasError: :data:`FAULTS_IN_A_ROW` addresses failed unexpectedly; likewise. They
            have outcomes, so that another batch goes on with the others.
    """
    hosts = hosts or Hosts(options.host_policy())
    schedule = Schedule(
        addresses,
        policies=hosts.for_host,
        concurrency=options.concurrency,
        rate=options.rate,
        patience=options.host_patience,
        pause=options.pause,
    )
    count = min(processors(), max(1, len(addresses) // WORTH_A_PROCESS))
    threads = ThreadPoolExecutor(count, thread_name_prefix="tagatlas-keep")
    gathering = GatheringStore(store) if store.batch_size > 1 else None
    async with open_session(options) as session:
        robots = (
            Robots(
                session,
                options.identity(),
                allow_private=options.allow_private,
                timeout=options.timeout,
            )
            if options.robots
            else None
        )
        workers = Workers(count if addresses else 0, options)
        keeper = Keeper(gathering or store, workers, options)
        run = _Run(
            schedule,
            Retries(schedule, options, recoveries or {}),
            _Fetcher(session, threads, keeper, options, hosts, robots),
            on_fault,
        )
        try:
            outcomes = run.outcomes(options.concurrency)
            if gathering is not None:
                outcomes = when_put(outcomes, gathering)
            async with aclosing(outcomes):
                async for outcome in outcomes:
                    yield outcome
        finally:
            await run.cancel()
            if robots is not None:
                await robots.close()
            threads.shutdown(cancel_futures=True)
            workers.close()
    if run.failure is not None:
        raise run.failure


@dataclass
class _Run:
    """One batch being fetched.

    Attributes:
        failure: the error that ended it early.
    """

    schedule: Schedule
    retries: Retries
    fetcher: _Fetcher
    on_fault: OnFault = no_log
    failure: TagatlasError | None = None
    _faults_in_a_row: int = 0
    _under_way: dict[asyncio.Task[_Result], Try] = field(default_factory=dict)
    _finished: asyncio.Queue[asyncio.Task[_Result]] = field(default_factory=asyncio.Queue)

    async def outcomes(self, concurrency: int) -> AsyncGenerator[FetchOutcome, None]:
        """One outcome per address, or those up to the failure."""
        clock = asyncio.get_running_loop().time
        while True:
            for outcome in self.retries.left_alone(clock()):
                yield outcome
            while self.failure is None and len(self._under_way) < concurrency:
                tried = self.schedule.take(clock())
                if tried is None:
                    break
                self._start(self.retries.begun(tried, clock()))
            if not self._under_way and (self.failure is not None or not len(self.schedule)):
                return
            is_full = len(self._under_way) >= concurrency
            task = await self._next(clock(), is_full=is_full or self.failure is not None)
            if task is None:
                continue
            tried = self._under_way.pop(task)
            self.schedule.give_back(tried, clock())
            try:
                result = task.result()
                if self.failure is None or result.rejected is None:
                    for outcome in self.retries.settle(
                        tried, result.outcome, result.rejected, clock()
                    ):
                        if outcome.status == ImageStatus.OK:
                            self._faults_in_a_row = 0
                        yield outcome
            except Exception as error:  # noqa: BLE001 - recorded, as what became of the address
                for outcome in self._failed(tried, error):
                    yield outcome

    def _failed(self, tried: Try, error: Exception) -> Iterator[FetchOutcome]:
        """The outcome of an address after an unexpected error; none if the batch ends."""
        if isinstance(error, TagatlasError) and not isinstance(error, PluginFailed):
            self.failure = self.failure or error  # nothing to do with the address
        if self.failure is not None:
            return
        self.on_fault(tried.location, error)
        reason = str(error) if isinstance(error, PluginFailed) else in_one_line(error)
        attempts = tried.earlier + tried.number
        yield FetchOutcome(tried.address.key, ImageStatus.FAILED, reason, attempts=attempts)
        self._faults_in_a_row += 1
        if self._faults_in_a_row >= FAULTS_IN_A_ROW:
            self.failure = _too_many(error, reason)

    async def cancel(self) -> None:
        """Cancel the downloads under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _start(self, tried: Try) -> None:
        task = asyncio.create_task(self.fetcher.fetch(tried))
        task.add_done_callback(self._finished.put_nowait)
        self._under_way[task] = tried

    async def _next(self, now: float, *, is_full: bool) -> asyncio.Task[_Result] | None:
        """The next finished try; None if it is time, and there is room, to start another first."""
        moment = None if is_full else self.schedule.next_moment()
        pause = None if moment is None else max(0.0, moment - now)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                return await self._finished.get()
        return None


@dataclass(frozen=True, slots=True)
class _Result:
    """Result of one try; ``rejected`` is set if it gave no bytes."""

    outcome: FetchOutcome
    rejected: DownloadRejected | None = None


@dataclass(frozen=True)
class _Fetcher:
    """Makes single tries, with the resources that a batch shares."""

    session: aiohttp.ClientSession
    threads: ThreadPoolExecutor
    keeper: Keeper
    options: FetchOptions
    hosts: Hosts
    robots: Robots | None

    async def fetch(self, tried: Try) -> _Result:
        """Make one try.

        Raises:
            StorageError: the store cannot take the image.
            PluginError: the store failed, or no picture can be decoded on this machine.
        """
        if tried.address.local:
            return _Result(await self._from_file(tried.address))
        return await self._from_web(tried)

    async def _from_file(self, address: Address) -> FetchOutcome:
        def read_and_keep() -> FetchOutcome:
            try:
                data = read_file(address.location, self.options.max_bytes)
                return FetchOutcome(address.key, ImageStatus.OK, image=self.keeper.keep(data))
            except ImageRejected as rejected:
                return FetchOutcome(
                    address.key,
                    rejected.status,
                    rejected.reason,
                    refused_by=self._refused_by(rejected, LOCAL),
                )

        return await asyncio.get_running_loop().run_in_executor(self.threads, read_and_keep)

    async def _from_web(self, tried: Try) -> _Result:
        key = tried.address.key
        attempts = tried.earlier + tried.number
        limits = replace(self.options, timeout=max(0.01, min(self.options.timeout, tried.left)))
        try:
            answer = await download(
                self.session,
                tried.location,
                limits,
                hosts=self.hosts,
                robots=self.robots,
                headers_for=tried.address.headers_for or (tried.way and tried.address.location),
            )
        except DownloadRejected as rejected:
            outcome = FetchOutcome(
                key,
                rejected.status,
                rejected.reason,
                http_status=rejected.http_status,
                final_url=rejected.final_url,
                attempts=attempts,
                refused_by=self._refused_by(rejected, tried.host),
            )
            return _Result(outcome, rejected)
        except ImageRejected as rejected:  # before anything was asked
            outcome = FetchOutcome(
                key,
                rejected.status,
                rejected.reason,
                attempts=attempts - 1,
                refused_by=self._refused_by(rejected, tried.host),
            )
            return _Result(outcome, DownloadRejected(rejected.status, rejected.reason))
        return _Result(await self._kept(tried, answer, attempts))

    async def _kept(self, tried: Try, answer: Download, attempts: int) -> FetchOutcome:
        """Store the downloaded bytes; returns the result."""

        def keep() -> FetchOutcome:
            image, status, reason, stood_against = None, ImageStatus.OK, "", ""
            try:
                image = self.keeper.keep(answer.data)
            except ImageRejected as rejected:
                status, reason = rejected.status, rejected.reason
                stood_against = self._refused_by(rejected, tried.host)
            return FetchOutcome(
                tried.address.key,
                status,
                reason,
                image,
                http_status=answer.http_status,
                final_url=answer.final_url,
                content_type=answer.content_type,
                attempts=attempts,
                way=tried.way,
                refused_by=stood_against,
                page=answer.data[:PAGE_BYTES] if status == ImageStatus.BLOCKED else b"",
            )

        return await asyncio.get_running_loop().run_in_executor(self.threads, keep)

    def _refused_by(self, rejected: ImageRejected, host: str) -> str:
        return refused_by(rejected.setting, self.options, self.hosts.for_host(host))


def _too_many(error: Exception, reason: str) -> TagatlasError:
    """The error that ends a batch in which address after address fails unexpectedly."""
    if isinstance(error, PluginFailed):
        return error
    return TagatlasError(
        f"{FAULTS_IN_A_ROW} addresses in a row failed with unexpected errors, at last with "
        f"{reason}: run the command again to go on with the others"
    )
