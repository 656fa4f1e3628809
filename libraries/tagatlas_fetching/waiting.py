"""The addresses of one host that are not tried yet."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tagatlas_fetching.outcome import Address

GOLDEN = (math.sqrt(5) - 1) / 2


class Waiting:
    """Addresses to be taken in order, or spread over the list. Used by one thread.

    All operations take amortised constant time.
    """

    def __init__(self) -> None:
        self._addresses: list[Address | None] = []
        self._left = 0
        self._next = 0
        self._probes = 0

    def __len__(self) -> int:
        """Number of addresses left."""
        return self._left

    def append(self, address: Address) -> None:
        """Add one at the end."""
        self._addresses.append(address)
        self._left += 1

    def first(self) -> Address:
        """Take the first; there must be one."""
        while (address := self._addresses[self._next]) is None:
            self._next += 1
        return self._taken(self._next, address)

    def elsewhere(self) -> Address:
        """Take one far from those taken this way before; there must be one.

        Indices advance by the golden ratio of the length, so that no regularity of the list can
        interfere.
        """
        count = len(self._addresses)
        nearest = round(count * GOLDEN)
        step = next(step for step in range(nearest, 0, -1) if math.gcd(step, count) == 1)
        while True:
            self._probes += 1
            place = self._probes * step % count
            address = self._addresses[place]
            if address is not None:
                return self._taken(place, address)

    def rest(self) -> Iterator[Address]:
        """Take all remaining ones, in order."""
        while self._left:
            yield self.first()

    def _taken(self, place: int, address: Address) -> Address:
        self._addresses[place] = None
        self._left -= 1
        return address
