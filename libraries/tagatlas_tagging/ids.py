"""Ids of very many images: their numbers are in memory, and the ids are read when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 4096


class Ids(Sequence[str]):
    """Ids of images in a wanted order, each once; in memory each is a number.

    They stay the same, whatever becomes of the images meanwhile.
    """

    def __init__(
        self, numbers: NDArray[np.int64], read: Callable[[Sequence[int]], list[str]]
    ) -> None:
        """Take the numbers; nothing is read.

        Args:
            numbers: of the images, shape (images,).
            read: gives the ids of some numbers, in their order.
        """
        self._numbers = numbers
        self._read = read

    def __len__(self) -> int:
        """Number of ids."""
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Read one id, or some."""
        if isinstance(place, slice):
            return self._read(self._numbers[place].tolist())
        return self._read([int(self._numbers[place])])[0]

    def __iter__(self) -> Iterator[str]:
        """Read all, some at a time."""
        for begin in range(0, len(self), _AT_ONCE):
            yield from self[begin : begin + _AT_ONCE]
