"""Fetching in shards: the same outcomes as :func:`tagatlas_fetching.engine.fetch`.

Addresses are fetched in lanes of their hosts first. Copies that recoveries name are at other
hosts, so they are looked for after that, in rounds of lanes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Event

import numpy as np

from tagatlas.contracts import ImageStatus, ImageStore, Recovery
from tagatlas.errors import TagatlasError
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.hosts import Hosts
from tagatlas_fetching.plain import encodable
from tagatlas_fetching.refusing import RefusingStore
from tagatlas_shards.driver import Pool, drive
from tagatlas_shards.failed import OnFault, Told
from tagatlas_shards.notes import Notes
from tagatlas_shards.outcomes import Fetched, hash_of, read_outcomes, write_outcomes
from tagatlas_shards.partition import ADDRESSES, address_lanes
from tagatlas_shards.place import Place
from tagatlas_shards.shard import Desk, Fault, Job, Lane, Results, Shard

COPIES = "copies-"
"""How the names of shards of copies begin."""

AT_ONCE = 100_000
"""Maximum addresses whose copies are looked for together, but for those of one shard."""


@dataclass(frozen=True)
class FetchJob(Job):
    """Fetching with one set of options.

    Attributes:
        place: see :class:`Job`.
        folder: see :class:`Job`.
        marker: see :class:`Job`.
        options: limits and policies; without a rate of all requests, which nobody would keep.
        make_store: makes the image store in another process; gets what notes its failures.
        refused: hashes of images that may not come back; see :class:`RefusingStore`.
        keeps_pages: whether recoveries read pages that were served in place of pictures.
        gpus: see :class:`Job`.
    """

    place: Place
    folder: str
    marker: str
    options: FetchOptions
    make_store: Callable[[Notes], ImageStore] = field(repr=False)
    refused: frozenset[str] = field(default=frozenset(), repr=False)
    keeps_pages: bool = False
    gpus: float = 0.0

    def begin(self) -> Desk:
        """Open the store."""
        notes = Notes()
        return _FetchDesk(self, RefusingStore(self.make_store(notes), self.refused), notes)


@dataclass(frozen=True)
class _FetchDesk(Desk):
    job: FetchJob
    store: ImageStore
    notes: Notes

    def work(self, shard: Shard, stop: Event) -> Results:
        """Fetch the addresses of a shard."""
        from tagatlas_fetching.engine import fetch  # slow to load

        addresses = {each.key: each for each in shard.items if isinstance(each, Address)}
        hosts = shard.given if isinstance(shard.given, Hosts) else None
        seeking = _Seeking(keeps_pages=self.job.keeps_pages)
        fetched: list[Fetched] = []
        error = ""
        batches = fetch(
            list(addresses.values()),
            self.store,
            self.job.options,
            hosts=hosts,
            recoveries={"": seeking},
            on_fault=self.notes.record,
        )
        try:
            with closing(batches):
                for outcomes in batches:
                    fetched += [seeking.noted(addresses[each.key], each) for each in outcomes]
                    if stop.is_set():
                        break
        except TagatlasError as trouble:
            error = str(trouble)
        is_whole = len(fetched) == len(addresses)
        return Results(write_outcomes(fetched) if fetched else b"", is_whole, error)

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """See :meth:`Desk.told`."""
        return self.notes.told()


class _Seeking(Recovery):
    """Notes for which addresses copies are to be looked for, and names none itself."""

    def __init__(self, *, keeps_pages: bool) -> None:
        self._keeps_pages = keeps_pages
        self._page = "", ""
        self._sought: dict[str, tuple[str, str]] = {}

    def copies(self, url: str) -> Sequence[str]:
        """Note an address, with the page that was told just before."""
        self._sought[url] = self._page
        self._page = "", ""
        return ()

    def copies_in_page(self, url: str, page: str) -> Sequence[str]:
        """Note the page of the address that comes next."""
        self._page = (encodable(url), page) if self._keeps_pages else ("", "")
        return ()

    def noted(self, address: Address, outcome: FetchOutcome) -> Fetched:
        """The outcome of an address, with what was noted of it."""
        page = self._sought.get(address.location)
        is_sought = page is not None and outcome.status != ImageStatus.OK
        return Fetched(outcome, hash_of(address), is_sought, *(page or ("", "")))


@dataclass
class _Search:
    """An address whose copies are tried.

    Attributes:
        address: the address.
        outcome: final if no copy is found.
        copies: remaining locations of copies, with the recovery's name.
        file: with the outcome; it stays until the search ends.
    """

    address: Address
    outcome: FetchOutcome
    copies: list[tuple[str, str]]
    file: str

    @property
    def origin(self) -> str:
        """The URL whose origin alone gets headers that may be keys."""
        return self.address.headers_for or self.address.location


@dataclass
class _Kept:
    """Files that stay until the searches from them have ended.

    Attributes:
        place: of the files.
        searches: number of searches by file.
    """

    place: Place
    searches: dict[str, int] = field(default_factory=dict)

    def end(self, file: str) -> None:
        """One search of a file has ended, and its outcome is stored."""
        self.searches[file] -= 1
        if not self.searches[file]:
            self.place.remove(file)


def fetch_in_shards(
    addresses: Sequence[Address],
    job: FetchJob,
    pool: Pool,
    *,
    hosts: Hosts,
    recoveries: Mapping[str, Recovery],
    warn: Callable[[str], None],
    on_fault: OnFault,
    kept: Sequence[str] = (),
    most: int = ADDRESSES,
) -> Iterator[list[FetchOutcome]]:
    """Fetch addresses in a pool of processes; yields outcomes as the engine's ``fetch`` does.

    A shard's file is removed once its outcomes are stored and no copies of its pictures are
    looked for any more; until then, it says which ones are. Of an address, its number is in memory.
    Ctrl-C while it waits has what is fetched yielded, and is raised then.

    Args:
        addresses: of the web, each once.
        job: how they are fetched.
        pool: of processes with that job; closed by the caller.
        hosts: policies of the hosts.
        recoveries: by name, in the order in which they are asked.
        warn: called with lines for the user.
        on_fault: called with unexpected errors that cost one address each.
        kept: files of an earlier driver with outcomes whose copies it did not look for yet.
        most: addresses of a shard.

    Yields:
        Outcomes, at least one. All lists together have one outcome per address that was settled.

    Raises:
        TagatlasError: some shards could not be finished, or the processes cannot work.
    """
    told = Told(warn, on_fault)
    stop = Event()
    wanted = Addresses.of(addresses)
    left: list[tuple[str, int]] = []
    begun: list[int] = []
    for file in kept:
        fetched = read_outcomes(job.place.get(file), file)
        if new := _searches(fetched, wanted, recoveries, file):
            left.append((file, len(new)))
            begun += (search.address.key for search in new)
        else:
            job.place.remove(file)
    rest = wanted.only(~np.isin(wanted.keys, begun)) if begun else wanted
    lanes = address_lanes(rest, hosts, most=most) if rest else []
    for file, fetched in _results(lanes, job, pool, told, stop):
        new = _searches(fetched, wanted, recoveries, file)
        sought = {search.address.key for search in new}
        settled = [each.outcome for each in fetched if each.outcome.key not in sought]
        if settled:
            yield settled
        if new:
            left.append((file, len(new)))
        else:
            job.place.remove(file)
    while left and not stop.is_set():
        files, searches = _Kept(job.place), list[_Search]()
        while left and len(searches) + left[-1][1] <= max(AT_ONCE, left[-1][1]):
            file, _ = left.pop()
            new = _searches(read_outcomes(job.place.get(file), file), wanted, recoveries, file)
            files.searches[file] = len(new)
            searches += new
        yield from _found(searches, job, pool, hosts, told, stop, files, most)
    if told.failed:
        raise TagatlasError(told.sentence())


def _found(
    searches: Sequence[_Search],
    job: FetchJob,
    pool: Pool,
    hosts: Hosts,
    told: Told,
    stop: Event,
    files: _Kept,
    most: int,
) -> Iterator[list[FetchOutcome]]:
    """Outcomes of the addresses whose copies are tried, one copy of each in a round."""
    left = {search.address.key: search for search in searches}
    number = 0
    while left and not stop.is_set():
        number += 1
        tried = {key: search.copies.pop(0) for key, search in left.items()}
        copies = [
            Address(key, location, headers_for=left[key].origin)
            for key, (location, _) in tried.items()
        ]
        lanes = address_lanes(copies, hosts, prefix=f"{COPIES}{number}-", most=most)
        asked: set[int] = set()
        for file, fetched in _results(lanes, job, pool, told, stop):
            settled = []
            for each in fetched:
                key = each.outcome.key
                outcome = _after(left[key], each.outcome, tried[key][1])
                asked.add(key)
                if outcome is not None:
                    settled.append((left.pop(key).file, outcome))
            if settled:
                yield [outcome for _, outcome in settled]
            for origin, _ in settled:
                files.end(origin)
            job.place.remove(file)
        left = {key: search for key, search in left.items() if key in asked}  # others failed


def _after(search: _Search, copy: FetchOutcome, way: str) -> FetchOutcome | None:
    """The outcome of an address after a try at a copy; None if there are more copies."""
    attempts = search.outcome.attempts + copy.attempts
    if copy.status == ImageStatus.OK:
        return replace(copy, way=way, attempts=attempts)
    search.outcome = replace(search.outcome, attempts=attempts)
    return None if search.copies else search.outcome


def _results(
    lanes: Sequence[Lane], job: FetchJob, pool: Pool, told: Told, stop: Event
) -> Iterator[tuple[str, list[Fetched]]]:
    """The files of finished shards, with their outcomes."""
    for shard, report in drive(lanes, pool, stop=stop, warn=told.warn):
        told.take(shard, report)
        if report.file:
            yield report.file, read_outcomes(job.place.get(report.file), report.file)


def _searches(
    fetched: Sequence[Fetched], wanted: Addresses, recoveries: Mapping[str, Recovery], file: str
) -> list[_Search]:
    """The searches for copies that outcomes in a file call for."""
    sought = [each for each in fetched if each.is_sought] if recoveries else []
    found = []
    addresses = wanted.find(each.outcome.key for each in sought)
    for each in sought:
        address = addresses.get(each.outcome.key)
        if address is None or each.location_hash != hash_of(address):
            continue
        if copies := _copies(each, address.location, recoveries):
            found.append(_Search(address, each.outcome, copies, file))
    return found


def _copies(
    fetched: Fetched, location: str, recoveries: Mapping[str, Recovery]
) -> list[tuple[str, str]]:
    """Locations of copies with the recovery's name, in the engine's order."""
    named = {
        way: recovery.copies_in_page(fetched.page_url, fetched.page) if fetched.page else ()
        for way, recovery in recoveries.items()
    }
    return [
        (copy, way)
        for way, recovery in recoveries.items()
        for copy in (*recovery.copies(location), *named[way])
        if copy != location
    ]


def kept_outcomes(
    place: Place, folder: str, warn: Callable[[str], None]
) -> Iterator[tuple[str, list[Fetched]]]:
    """Files of outcomes that no driver has removed yet, with the outcomes.

    One that cannot be read is said and removed, and its addresses are fetched again. Files of
    copies are removed unread: which address they are of is known by those that look for them.
    """
    for name in place.names(folder):
        if name.startswith(f"{folder}/{COPIES}"):
            place.remove(name)
            continue
        try:
            yield name, read_outcomes(place.get(name), name)
        except TagatlasError as error:
            warn(f"{error}; it is removed, and its addresses are fetched again")
            place.remove(name)
