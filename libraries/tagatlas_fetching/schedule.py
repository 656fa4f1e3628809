"""Chooses the next address: hosts take turns, none is overloaded, none delays others.

A failure is evidence against its address first. Only if several addresses of a host fail in a
row, more than its share of dead addresses so far explains, the host itself rests, for a time that
doubles each time. It is then tried with single requests, at addresses spread over those waiting;
after some rests without a success, it is skipped. Retries of an address come after the first
tries of all addresses of its host.
"""

from __future__ import annotations

import math
import random
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice

import numpy as np

from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.host_names import LOCAL
from tagatlas_fetching.hosts import HostPolicy
from tagatlas_fetching.outcome import Address, FetchOutcome
from tagatlas_fetching.waiting import Waiting

LONGEST_REST = 64
"""Longest rest of a host, in first pauses."""

FEWEST, MOST = 6, 50
"""Failures in a row of a host that answers: it never rests before the first number, and always
after the second."""

UNLIKELY = 3.0
"""A host rests when the failures in a row have a probability below exp(-UNLIKELY), 5 %, given the
share of its addresses that succeeded."""

SLOWER, FASTER = 2.0, 1.1
"""Factor of the time between requests after a sign of overload, and divisor after any other."""

SHORTEST_GAP, LONGEST_GAP = 0.02, 0.25
"""Initial and longest time between requests, in first pauses."""

LATER = 100_000
"""Tries again, and tries at copies, that may wait: until half of them are left, no address gets its
first try, since what it comes to may be another one of them."""

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Try:
    """One try at an address.

    Attributes:
        address: the address to fetch.
        location: where it is tried: the address's own location, or that of a copy.
        host: of that location.
        way: name of the recovery that gave the copy; empty for the address itself.
        number: number of this try at this location, from 1.
        earlier: number of earlier tries at other locations of the address.
        left: seconds left for this and further tries at this location.
        begun: start time.
        last: outcome of the previous try; None before the first.
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
    policy: HostPolicy
    waiting: Waiting = field(default_factory=lambda: Waiting(np.empty(0, np.int64)))
    again: list[tuple[float, int, Try]] = field(default_factory=list)
    under_way: int = 0
    paced_until: float = 0.0
    rests_until: float = 0.0
    gap: float = 0.0
    """Seconds between requests after signs of overload."""
    tried: int = 0
    there: int = 0
    """Addresses tried so far, and those that succeeded."""
    streak: int = 0
    """Addresses that failed since the last success or rest."""
    rests: int = 0
    """Rests since the last success."""
    given_up: bool = False
    is_abandoned: bool = False
    """Whether its waiting addresses are given back by :meth:`Schedule.abandoned` alone."""
    queued: int = -1
    """Its bucket among the ready hosts; -1 for none."""
    wakes: float = float("inf")
    """When it is due again."""


class Schedule:
    """The remaining tries, by host. Used by one thread.

    The next try is always at a host with the fewest under way, so that fast hosts get their share
    regardless of the number of slow ones. Times are seconds of any monotonic clock. No operation
    takes a time that grows with the number of addresses, and an address that waits for its first
    try takes the memory of its key: it is read when its turn comes.
    """

    def __init__(
        self,
        addresses: Sequence[Address],
        *,
        policies: Callable[[str], HostPolicy],
        concurrency: int,
        rate: float = 0.0,
        patience: int = 5,
        pause: float = 1.0,
        later: int = LATER,
    ) -> None:
        """Sort the addresses by host.

        Args:
            addresses: in the wanted order of those of one host, each once.
            policies: gives the policy of a host by its name.
            concurrency: maximum tries under way in all; the caller keeps to it.
            rate: tries per second in all; 0 for no limit.
            patience: rests in a row after which a host is given up.
            pause: seconds of a host's first rest.
            later: see :data:`LATER`.
        """
        self._policies = policies
        self._concurrency = concurrency
        self._interval = 1 / rate if rate else 0.0
        self._patience = patience
        self._pause = pause
        self._hosts: dict[str, _Host] = {}
        self._ready = [OrderedDict[str, None]() for _ in range(concurrency + 1)]
        self._resting: list[tuple[float, str]] = []
        self._not_before = 0.0
        self._most_later = later
        self._later = 0
        self._is_full = False
        self._abandoned = deque[_Host]()
        self._serial = 0
        wanted = Addresses.of(addresses)
        self._read = wanted.read
        self._count = len(wanted)
        for name, keys in wanted.by_host():
            host = self._host(name)
            host.waiting = Waiting(keys)
            self._place(host, now=0.0)

    def __len__(self) -> int:
        """Number of waiting tries."""
        return self._count

    def take(self, now: float) -> Try | None:
        """The next try to start; None if none is ready now."""
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
        """When :meth:`take` may give a try if nothing else happens; None for never."""
        moment = self._resting[0][0] if self._resting else None
        if any(self._ready):
            return self._not_before if moment is None else min(moment, self._not_before)
        return moment

    def give_back(self, tried: Try, now: float) -> None:
        """Record that a taken try is finished."""
        host = self._hosts[tried.host]
        host.under_way -= 1
        self._place(host, now)

    def add(self, another: Try, moment: float, now: float) -> None:
        """Schedule a try at a time or later, after addresses not tried yet."""
        host = self._host(another.host)
        self._serial += 1
        heappush(host.again, (moment, self._serial, another))
        self._count += 1
        self._count_later(1, now)
        self._place(host, now)

    def succeeded(self, name: str) -> None:
        """Record a success of a host."""
        host = self._hosts[name]
        host.tried += 1
        host.there += 1
        host.streak = host.rests = 0
        host.gap = host.gap / FASTER if host.gap > SHORTEST_GAP * self._pause else 0.0

    def failed(self, name: str, now: float, *, answered: bool) -> bool:
        """Record that the first try of an address failed, perhaps because of its host.

        Simultaneous requests fail together: failures while the host rests do not count.

        Args:
            name: of the host.
            now: the current time.
            answered: whether there was an answer; without any, and before any success, a single
                failure is enough.

        Returns:
            Whether the host is given up.
        """
        host = self._hosts[name]
        host.tried += 1
        if host.rests_until <= now:
            host.streak += 1
            if host.streak >= _tolerated(host, answered=answered):
                self._rest(host, now)
        return host.given_up

    def overloaded(self, name: str, now: float, wait: float) -> bool:
        """Record that a host is overloaded: requests slow down, and it gets the pause it wants.

        Args:
            name: of the host.
            now: the current time.
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
        """Whether the schedule has or had tries at a host."""
        return name in self._hosts

    def is_given_up(self, name: str) -> bool:
        """Whether a host is given up."""
        return name in self._hosts and self._hosts[name].given_up

    def abandon(self, name: str) -> Iterator[Try]:
        """Remove and return all waiting tries of a host, but for those left to `abandoned`."""
        host = self._hosts[name]
        host.is_abandoned = True
        self._place(host, 0.0)
        while host.again:
            self._count -= 1
            self._count_later(-1, 0.0)
            yield heappop(host.again)[2]
        self._abandoned.append(host)
        yield from self.abandoned()

    def abandoned(self) -> Iterator[Try]:
        """Remove and return first tries of abandoned hosts, as far as :data:`LATER` allows."""
        while self._abandoned and not self._is_full:
            host = self._abandoned[0]
            for address in self._read(list(islice(host.waiting.rest(), _AT_ONCE))):
                self._count -= 1
                yield Try(address, address.location, host.name)
            if not host.waiting:
                host.is_abandoned = False
                self._abandoned.popleft()

    def _start(self, host: _Host, now: float) -> Try:
        if host.waiting and not self._is_full:
            key = host.waiting.elsewhere() if host.rests else host.waiting.first()
            [address] = self._read([key])
            tried = Try(address, address.location, host.name)
        else:
            tried = heappop(host.again)[2]
            self._count_later(-1, now)
        self._count -= 1
        host.under_way += 1
        if host.name != LOCAL:
            interval = 1 / host.policy.rate if host.policy.rate else 0.0
            host.paced_until = max(host.paced_until, now) + max(interval, host.gap)
            self._not_before = max(self._not_before, now) + self._interval
        self._place(host, now)
        return tried

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(name, self._policies(name))
        return host

    def _place(self, host: _Host, now: float) -> None:
        """Put a host among the ready or the resting ones, or in neither."""
        if host.queued >= 0:
            self._ready[host.queued].pop(host.name, None)
            host.queued = -1
        host.wakes = float("inf")
        is_first = bool(host.waiting) and not self._is_full
        if host.under_way >= self._limit(host) or not (is_first or host.again):
            return
        if host.is_abandoned:
            return
        due = 0.0 if is_first else host.again[0][0]
        moment = max(due, host.paced_until, host.rests_until)
        if moment <= now:
            host.queued = host.under_way
            self._ready[host.queued][host.name] = None
        else:
            host.wakes = moment
            heappush(self._resting, (moment, host.name))

    def _count_later(self, more: int, now: float) -> None:
        """Count tries that wait besides first ones, and hold these up while there are too many."""
        self._later += more
        is_full = self._later > (self._most_later // 2 if self._is_full else self._most_later)
        if is_full != self._is_full:
            self._is_full = is_full
            for host in self._hosts.values():
                self._place(host, now)

    def _limit(self, host: _Host) -> int:
        if host.name == LOCAL:
            return self._concurrency
        return 1 if host.rests else min(host.policy.connections, self._concurrency)


def _tolerated(host: _Host, *, answered: bool) -> int:
    """Number of failures in a row that counts as a failure of the host."""
    if host.there:
        return min(max(FEWEST, math.ceil(UNLIKELY * host.tried / host.there)), MOST)
    return FEWEST if answered else 1
