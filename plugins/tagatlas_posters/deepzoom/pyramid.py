"""A pyramid of tiles, built incrementally from the bands of a picture.

Format: Microsoft, *Deep Zoom File Format Overview* (schema 2008). The last level is the picture;
each level before it is half as large, rounded up, down to one pixel. Tiles overlap their
neighbours by one pixel.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    WriteTile = Callable[["Tile", NDArray[np.uint8]], None]
    """Takes a tile and its pixels, of shape (h, w, 3); called from several threads."""

TILE, OVERLAP = 254, 1
_TILES_AT_ONCE = 8
_MOST_PENDING = 64


@dataclass(frozen=True)
class Tile:
    """A tile's place in the pyramid."""

    level: int
    column: int
    row: int


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Width and height of each level, from one pixel to the whole picture."""
    sizes = [(width, height)]
    while sizes[-1] != (1, 1):
        width, height = (width + 1) // 2, (height + 1) // 2
        sizes.append((width, height))
    return sizes[::-1]


def tiles_of(width: int, height: int) -> Iterator[Tile]:
    """All tiles of a picture's pyramid, level by level and row by row."""
    for level, (across, down) in enumerate(level_sizes(width, height)):
        for row in range(-(-down // TILE)):
            for column in range(-(-across // TILE)):
                yield Tile(level, column, row)


class Pyramid:
    """Takes rows from the top to the bottom, and has tiles written as soon as they are complete.

    Memory holds a row of tiles of each level, and those being written.

    Args:
        width: of the picture.
        height: of the picture.
        write: writes a tile.
        executor: to write tiles in.
    """

    def __init__(self, width: int, height: int, write: WriteTile, executor: Executor) -> None:
        self._write = write
        self._executor = executor
        self._pending: deque[Future[None]] = deque()
        self._levels = [_Level(*size) for size in level_sizes(width, height)]

    def add(self, rows: NDArray[np.uint8]) -> None:
        """Append rows of the picture, of shape (rows, width, 3)."""
        self._add(len(self._levels) - 1, rows)

    def finish(self) -> None:
        """Write the remaining tiles, after the last row."""
        for number in reversed(range(1, len(self._levels))):
            self._add(number - 1, self._levels[number].halved_rest())
        while self._pending:
            self._pending.popleft().result()

    def _add(self, number: int, rows: NDArray[np.uint8]) -> None:
        if not len(rows):
            return
        level = self._levels[number]
        for row, strip in level.tile_rows(rows):
            self._cut(number, row, strip)
        if number:
            self._add(number - 1, level.halved(rows))

    def _cut(self, number: int, row: int, strip: NDArray[np.uint8]) -> None:
        """Have a row of tiles written, a few at a time."""
        columns = range(-(-strip.shape[1] // TILE))
        for first in columns[::_TILES_AT_ONCE]:
            some = columns[first : first + _TILES_AT_ONCE]
            self._pending.append(self._executor.submit(self._write_some, number, row, some, strip))
        while len(self._pending) > _MOST_PENDING:
            self._pending.popleft().result()

    def _write_some(self, level: int, row: int, columns: range, strip: NDArray[np.uint8]) -> None:
        for column in columns:
            left = max(column * TILE - OVERLAP, 0)
            pixels = strip[:, left : (column + 1) * TILE + OVERLAP]
            self._write(Tile(level, column, row), np.ascontiguousarray(pixels))


class _Level:
    """Rows of one level that are waiting to become tiles, and one that waits to be halved."""

    def __init__(self, width: int, height: int) -> None:
        self._height = height
        self._waiting: list[NDArray[np.uint8]] = []
        self._first = 0
        self._end = 0
        self._next = 0
        self._odd: NDArray[np.uint8] = np.empty((0, width, 3), dtype=np.uint8)

    def tile_rows(self, rows: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Append rows; yields the rows of tiles completed by them, each with its number."""
        self._waiting.append(rows)
        self._end += len(rows)
        while self._first < self._end:
            last = min((self._next + 1) * TILE + OVERLAP, self._height)
            if self._end < last:
                return
            whole = np.concatenate(self._waiting)
            yield self._next, whole[: last - self._first]
            self._next += 1
            # The last row of tiles may be a single row of pixels, which the one before it has too.
            is_done = self._next * TILE >= self._height
            start = last if is_done else self._next * TILE - OVERLAP
            self._waiting = [whole[start - self._first :]]
            self._first = start

    def halved(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """These rows halved for the level above; an odd row waits for the next ones."""
        rows = np.concatenate([self._odd, rows])
        self._odd = rows[len(rows) // 2 * 2 :]
        return halve(rows[: len(rows) // 2 * 2])

    def halved_rest(self) -> NDArray[np.uint8]:
        """The odd row at the end halved for the level above; no rows if there is none."""
        return halve(np.repeat(self._odd, 2, axis=0))


def halve(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels averaged in blocks of 2 x 2; an odd column at the end is taken twice.

    Args:
        pixels: of shape (2 h, w, 3).
    """
    height, width, _ = pixels.shape
    smaller = np.empty((height // 2, (width + 1) // 2, 3), dtype=np.uint8)
    _halve(np.ascontiguousarray(pixels), smaller)
    return smaller


@kernel
def _halve(pixels: NDArray[np.uint8], smaller: NDArray[np.uint8]) -> None:
    last = pixels.shape[1] - 1
    for y in range(smaller.shape[0]):
        for x in range(smaller.shape[1]):
            right = min(2 * x + 1, last)
            for channel in range(3):
                upper = np.uint32(pixels[2 * y, 2 * x, channel]) + pixels[2 * y, right, channel]
                lower = (
                    np.uint32(pixels[2 * y + 1, 2 * x, channel]) + pixels[2 * y + 1, right, channel]
                )
                smaller[y, x, channel] = (upper + lower + np.uint32(2)) >> np.uint32(2)
