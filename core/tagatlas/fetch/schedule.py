"""Which address is next: hosts take turns, none is asked more than it bears, none holds up others.

A host that fails, as opposed to one of its addresses, rests for a while that doubles with each
failure in a row, and is then tried by one request alone; after some failures it is left alone.
"""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from yarl import URL

from tagatlas.fetch.hosts import HostManners
from tagatlas.fetch.outcome import Address

LOCAL = ""
"""The host of all paths on this machine; its only limit is the whole."""

FIRST_REST = 1.0
LONGEST_REST = 60.0
"""Seconds that a host rests after a first failure, and at most."""


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
        deadline: the moment at which the address is given up; None before its first try.
    """

    address: Address
    location: str
    host: str
    way: str = ""
    number: int = 1
    earlier: int = 0
    deadline: float | None = None


@dataclass(slots=True)
class _Host:
    name: str
    manners: HostManners
    waiting: deque[Address] = field(default_factory=deque)
    again: list[tuple[float, int, Try]] = field(default_factory=list)
    under_way: int = 0
    paced_until: float = 0.0
    rests_until: float = 0.0
    failures: int = 0
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
    ) -> None:
        """Sort the addresses by host.

        Args:
            addresses: in the order in which those of one host are wanted.
            manners: how a host is to be treated, by its name.
            concurrency: how many may be under way in all; the caller keeps to it.
            rate: tries a second in all; 0 for no limit.
            patience: failures in a row after which a host is given up.
        """
        self._manners = manners
        self._concurrency = concurrency
        self._interval = 1 / rate if rate else 0.0
        self._patience = patience
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
        """Have a try made at a moment or later, before addresses that were not tried yet."""
        host = self._host(another.host)
        self._serial += 1
        heappush(host.again, (moment, self._serial, another))
        self._count += 1
        self._place(host, now)

    def succeeded(self, name: str) -> None:
        """Say that a host answered as it should."""
        self._hosts[name].failures = 0

    def failed(self, name: str, now: float, wait: float = 0.0) -> bool:
        """Say that a host, and not just an address of it, failed; it rests.

        Requests that were under way together fail together: they count once.

        Args:
            name: of the host.
            now: the present moment.
            wait: seconds that it asked for; infinite to give it up at once.

        Returns:
            Whether the host is given up.
        """
        host = self._hosts[name]
        is_first = host.rests_until <= now
        if is_first or wait > 0:
            host.failures += is_first
            longest = min(FIRST_REST * 2 ** (host.failures - 1), LONGEST_REST)
            pause = wait + random.uniform(0.5, 1.0) * longest  # noqa: S311 - spreads, hides nothing
            host.rests_until = max(host.rests_until, now + pause)
            host.given_up |= host.failures > self._patience or wait == float("inf")
            self._place(host, now)
        return host.given_up

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
        while host.waiting:
            self._count -= 1
            address = host.waiting.popleft()
            yield Try(address, address.location, name)
        self._place(host, 0.0)

    def _start(self, host: _Host, now: float) -> Try:
        if host.again and host.again[0][0] <= now:
            tried = heappop(host.again)[2]
        else:
            address = host.waiting.popleft()
            tried = Try(address, address.location, host.name)
        self._count -= 1
        host.under_way += 1
        if host.name != LOCAL:
            if host.manners.rate:
                host.paced_until = max(host.paced_until, now) + 1 / host.manners.rate
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
        return 1 if host.failures else min(host.manners.connections, self._concurrency)


def host_of(address: Address) -> str:
    """The host an address belongs to, for fairness only; any text gives some host."""
    return LOCAL if address.local else host_in(address.location)


def host_in(location: str) -> str:
    """The host of a URL; any text gives some host."""
    try:
        return URL(location).raw_host or "?"
    except (ValueError, IndexError):  # an index: yarl, on odd host names
        return "?"
