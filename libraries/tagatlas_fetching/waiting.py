"""The addresses of one host that are not tried yet."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

GOLDEN = (math.sqrt(5) - 1) / 2


class Waiting:
    """Keys of addresses to be taken in order, or spread over the list. Used by one thread.

    All operations take amortised constant time.
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        """Take the keys, in the wanted order; the array is only read."""
        self._keys = keys
        self._is_taken: bytearray | None = None  # only where some were not taken in order
        self._left = len(keys)
        self._next = 0
        self._probes = 0

    def __len__(self) -> int:
        """Number of addresses left."""
        return self._left

    def first(self) -> int:
        """Take the first; there must be one."""
        while self._is_taken is not None and self._is_taken[self._next]:
            self._next += 1
        self._next += 1
        return self._take(self._next - 1)

    def elsewhere(self) -> int:
        """Take one far from those taken this way before; there must be one.

        Indices advance by the golden ratio of the length, so that no regularity of the list can
        interfere.
        """
        count = len(self._keys)
        if self._is_taken is None:
            self._is_taken = bytearray(count)
        nearest = round(count * GOLDEN)
        step = next(step for step in range(nearest, 0, -1) if math.gcd(step, count) == 1)
        while True:
            self._probes += 1
            place = self._probes * step % count
            if place >= self._next and not self._is_taken[place]:
                return self._take(place)

    def rest(self) -> Iterator[int]:
        """Take all remaining ones, in order."""
        while self._left:
            yield self.first()

    def _take(self, place: int) -> int:
        if self._is_taken is not None:
            self._is_taken[place] = True
        self._left -= 1
        return int(self._keys[place])
