"""Which address is next, so that a slow host never keeps the others waiting."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

from yarl import URL

from tagatlas.fetch.outcome import Address

LOCAL = ""
"""The host of all paths on this machine; its only limit is the whole."""


class Schedule:
    """The addresses that still wait, by host. Used by one thread.

    The next address is always of a host with the fewest addresses under way. Hosts that answer
    quickly come back to few quickly, so they get their share however many slow ones there are.
    Every operation takes a time that does not grow with the number of addresses.
    """

    def __init__(self, addresses: Sequence[Address], *, per_host: int, concurrency: int) -> None:
        """Sort the addresses by host.

        Args:
            addresses: in the order in which those of one host are wanted.
            per_host: how many of one host may be under way.
            concurrency: how many may be under way in all; the caller keeps to it.
        """
        self._concurrency = concurrency
        self._per_host = min(per_host, concurrency)
        self._waiting: dict[str, deque[Address]] = {}
        for address in addresses:
            self._waiting.setdefault(host_of(address), deque()).append(address)
        self._under_way = dict.fromkeys(self._waiting, 0)
        # Hosts that may be asked, by how many of their addresses are under way; the one that
        # has not been asked for longest comes first.
        self._ready = [OrderedDict[str, None]() for _ in range(concurrency + 1)]
        self._ready[0].update(dict.fromkeys(self._waiting))

    def take(self) -> Address | None:
        """An address to start with; None if there is none just now."""
        for hosts in self._ready:
            if hosts:
                host, _ = hosts.popitem(last=False)
                address = self._waiting[host].popleft()
                self._under_way[host] += 1
                self._place(host)
                return address
        return None

    def give_back(self, address: Address) -> None:
        """Say that an address that was taken is finished."""
        host = host_of(address)
        under_way = self._under_way[host]
        self._ready[under_way].pop(host, None)
        self._under_way[host] -= 1
        self._place(host)

    def _place(self, host: str) -> None:
        under_way = self._under_way[host]
        limit = self._concurrency if host == LOCAL else self._per_host
        if self._waiting[host] and under_way < limit:
            self._ready[under_way][host] = None


def host_of(address: Address) -> str:
    """The host an address belongs to, for fairness only; any text gives some host."""
    if address.local:
        return LOCAL
    try:
        return URL(address.location).raw_host or "?"
    except ValueError:
        return "?"
