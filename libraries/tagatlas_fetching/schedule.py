"""Which address is next: hosts take turns, none is asked more than it bears, none holds up others.

A failure is evidence against its address first. Only when several addresses of a host fail one
after the other, more than the share of those that were there so far explains, the host itself
rests, for a while that doubles each time, and is then tried by one request alone, at addresses
spread over those that wait; after some rests without a success between, it is left alone. Other
tries of an address that failed come when all addresses of its host have had theirs.
"""

from __future__ import annotations

import math
import random
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from yarl import URL

from tagatlas_fetching.hosts import HostManners
from tagatlas_fetching.outcome import Address, FetchOutcome
from tagatlas_fetching.waiting import Waiting

LOCAL = ""
"""The host of all paths on this machine; its only limit is the whole."""

LONGEST_REST = 64
"""How many times the first pause a host rests at most."""

FEWEST, MOST = 6, 50
"""Addresses of a host that answers: it does not rest before so many failed in a row, and always
does after so many."""

UNLIKELY = 3.0
"""A host may rest when the failures in a row have a chance below exp(-UNLIKELY), 5 %, given the
share of its addresses that were there."""

SLOWER, FASTER = 2.0, 1.1
"""What an answer that says that it is too much, and any other, do to the time between requests."""

SHORTEST_GAP, LONGEST_GAP = 0.02, 0.25
"""That time at first, and at most, in first pauses."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try at an address.

    Attributes:
        address: what is wanted.
        location: where it is tried: the address's own location, or that of another copy.
        host: of that location.
        way: which way to a copy this is; empty for the address itself.
        number: how many tries this is at this location, from 1.
        earlier: tries at other locations of the address before.
        left: seconds that this and further tries at this location may take.
        begun: the moment at which it was begun.
        last: what became of the try before it; None before the first.
    """

    address: Address
    location: str
    host: str
    way: str = ""
    number: int = 1
    earlier: int = 0
    left: float = float("inf")
    begun: float = 0.0
    last: FetchOutcome | None = None


@dataclass(slots=True)
class _Host:
    name: str
    manners: HostManners
    waiting: Waiting = field(default_factory=Waiting)
    again: list[tuple[float, int, Try]] = field(default_factory=list)
    under_way: int = 0
    paced_until: float = 0.0
    rests_until: float = 0.0
    gap: float = 0.0
    """Seconds between requests because it was asked too much."""
    tried: int = 0
    there: int = 0
    """Addresses of which it is known whether they are there, and those that are."""
    streak: int = 0
    """Addresses that failed since one was there, or since the last rest."""
    rests: int = 0
    """Rests since an address was there."""
    given_up: bool = False
    queued: int = -1
    """The bucket of hosts that are ready in which it is; -1 for none."""
    wakes: float = float("inf")
    """When it is due to be looked at again."""


class Schedule:
    """The tries that are still to be made, by host. Used by one thread.

    The next try is always at a host with the fewest under way, so that hosts that answer
    quickly get their share however many slow ones there are. Moments are seconds of any clock
    that never goes back. No operation takes a time that grows with the number of addresses.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        *,
        manners: Callable[[str], HostManners],
        concurrency: int,
        rate: float = 0.0,
        patience: int = 5,
        pause: float = 1.0,
    ) -> None:
        """Sort the addresses by host.

        Args:
            addresses: in the order in which those of one host are wanted.
            manners: how a host is to be treated, by its name.
            concurrency: how many may be under way in all; the caller keeps to it.
            rate: tries a second in all; 0 for no limit.
            patience: rests in a row after which a host is given up.
            pause: seconds that a host rests for the first time.
        """
        self._manners = manners
        self._concurrency = concurrency
        self._interval = 1 / rate if rate else 0.0
        self._patience = patience
        self._pause = pause
        self._hosts: dict[str, _Host] = {}
        self._ready = [OrderedDict[str, None]() for _ in range(concurrency + 1)]
        self._resting: list[tuple[float, str]] = []
        self._not_before = 0.0
        self._count = 0
        self._serial = 0
        for address in addresses:
            self._host(host_of(address)).waiting.append(address)
            self._count += 1
        for host in self._hosts.values():
            self._place(host, now=0.0)

    def __len__(self) -> int:
        """How many tries wait, for their turn or for a moment."""
        return self._count

    def take(self, now: float) -> Try | None:
        """A try to start with; None if there is none just now."""
        while self._resting and self._resting[0][0] <= now:
            moment, name = heappop(self._resting)
            host = self._hosts[name]
            if host.wakes == moment:
                host.wakes = float("inf")
                self._place(host, now)
        if self._not_before > now:
            return None
        for names in self._ready:
            if names:
                return self._start(self._hosts[next(iter(names))], now)
        return None

    def next_moment(self) -> float | None:
        """When it is worth to call :meth:`take` again if nothing else happens; None for never."""
        moment = self._resting[0][0] if self._resting else None
        if any(self._ready):
            return self._not_before if moment is None else min(moment, self._not_before)
        return moment

    def give_back(self, tried: Try, now: float) -> None:
        """Say that a try that was taken is over."""
        host = self._hosts[tried.host]
        host.under_way -= 1
        self._place(host, now)

    def add(self, another: Try, moment: float, now: float) -> None:
        """Have a try made at a moment or later, after addresses that were not tried yet."""
        host = self._host(another.host)
        self._serial += 1
        heappush(host.again, (moment, self._serial, another))
        self._count += 1
        self._place(host, now)

    def succeeded(self, name: str) -> None:
        """Say that a host answered as it should."""
        host = self._hosts[name]
        host.tried += 1
        host.there += 1
        host.streak = host.rests = 0
        host.gap = host.gap / FASTER if host.gap > SHORTEST_GAP * self._pause else 0.0

    def failed(self, name: str, now: float, *, answered: bool) -> bool:
        """Say that the first try of an address failed, for reasons that may be its host's.

        Requests that were under way together fail together: those that fail while the host rests
        do not count.

        Args:
            name: of the host.
            now: the present moment.
            answered: whether there was an answer; where there is none at all, and nothing was
                ever there, one failure is enough.

        Returns:
            Whether the host is given up.
        """
        host = self._hosts[name]
        host.tried += 1
        if host.rests_until <= now:
            host.streak += 1
            if host.streak >= _bearable(host, answered=answered):
                self._rest(host, now)
        return host.given_up

    def overloaded(self, name: str, now: float, wait: float) -> bool:
        """Say that a host was asked too much: it is asked more slowly, and gets the pause it wants.

        Args:
            name: of the host.
            now: the present moment.
            wait: seconds that it asked for; 0 for none, infinite to give it up at once.

        Returns:
            Whether the host is given up.
        """
        host = self._hosts[name]
        shortest, longest = SHORTEST_GAP * self._pause, LONGEST_GAP * self._pause
        host.gap = min(max(host.gap * SLOWER, shortest), longest)
        if wait > 0:
            self._rest(host, now, wait)
        return host.given_up

    def _rest(self, host: _Host, now: float, wait: float = 0.0) -> None:
        host.streak = 0
        host.rests += host.rests_until <= now
        longest = self._pause * min(2 ** (host.rests - 1), LONGEST_REST)
        pause = wait + random.uniform(0.5, 1.0) * longest  # noqa: S311 - spreads, hides nothing
        host.rests_until = max(host.rests_until, now + pause)
        host.given_up |= host.rests > self._patience or wait == float("inf")
        self._place(host, now)

    def knows(self, name: str) -> bool:
        """Whether anything was or is to be tried at a host."""
        return name in self._hosts

    def is_given_up(self, name: str) -> bool:
        """Whether a host is not to be asked any more."""
        return name in self._hosts and self._hosts[name].given_up

    def abandon(self, name: str) -> Iterator[Try]:
        """Take out everything that waits for a host."""
        host = self._hosts[name]
        while host.again:
            self._count -= 1
            yield heappop(host.again)[2]
        for address in host.waiting.rest():
            self._count -= 1
            yield Try(address, address.location, name)
        self._place(host, 0.0)

    def _start(self, host: _Host, now: float) -> Try:
        if host.waiting:
            address = host.waiting.elsewhere() if host.rests else host.waiting.first()
            tried = Try(address, address.location, host.name)
        else:
            tried = heappop(host.again)[2]
        self._count -= 1
        host.under_way += 1
        if host.name != LOCAL:
            interval = 1 / host.manners.rate if host.manners.rate else 0.0
            host.paced_until = max(host.paced_until, now) + max(interval, host.gap)
            self._not_before = max(self._not_before, now) + self._interval
        self._place(host, now)
        return tried

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(name, self._manners(name))
        return host

    def _place(self, host: _Host, now: float) -> None:
        """Put a host where it belongs: among those that are ready, that rest, or nowhere."""
        if host.queued >= 0:
            self._ready[host.queued].pop(host.name, None)
            host.queued = -1
        host.wakes = float("inf")
        if host.under_way >= self._limit(host) or not (host.waiting or host.again):
            return
        due = 0.0 if host.waiting else host.again[0][0]
        moment = max(due, host.paced_until, host.rests_until)
        if moment <= now:
            host.queued = host.under_way
            self._ready[host.queued][host.name] = None
        else:
            host.wakes = moment
            heappush(self._resting, (moment, host.name))

    def _limit(self, host: _Host) -> int:
        if host.name == LOCAL:
            return self._concurrency
        return 1 if host.rests else min(host.manners.connections, self._concurrency)


def _bearable(host: _Host, *, answered: bool) -> int:
    """Failures in a row that say something about the host."""
    if host.there:
        return min(max(FEWEST, math.ceil(UNLIKELY * host.tried / host.there)), MOST)
    return FEWEST if answered else 1


def host_of(address: Address) -> str:
    """The host an address belongs to, for fairness only; any text gives some host."""
    return LOCAL if address.local else host_in(address.location)


def host_in(location: str) -> str:
    """The host of a URL; any text gives some host."""
    try:
        return URL(location).raw_host or "?"
    except (ValueError, IndexError):  # an index: yarl, on odd host names
        return "?"
