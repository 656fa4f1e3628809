"""Likely nearest neighbours of many vectors, without comparing all pairs.

An inverted file: vectors are put into cells around the means that k-means finds in a sample, and
each is compared with those of the cells nearest to it (J. Sivic & A. Zisserman, "Video Google",
ICCV 2003; H. Jégou, M. Douze & C. Schmid, "Product Quantization for Nearest Neighbor Search",
IEEE TPAMI 33(1), 2011, whose inverted file of whole vectors it is).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_processors import processors

Coordinates = NDArray[np.float32]

VISITED = 32
"""Number of cells whose vectors each vector is compared with."""

_MOST_COMPARED = 1 << 16
"""Vectors that each is compared with, at most: only equal ones crowd a cell so."""

_CELLS_PER_ROOT = 2.0
"""Cells, over the square root of the number of vectors: finding a vector's cell then costs about
as much as comparing it with those of the visited ones."""

_ROUNDS = 8
_ROWS_PER_CELL = 40
"""Vectors, for each cell, in the sample that the means are found in."""

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Candidates:
    """What is likely near each of n vectors.

    Attributes:
        rows: row numbers, shape (n, count), the largest product first, -1 where fewer were
            compared. A row is not among its own.
        order: all rows, those of one cell side by side, shape (n,): what is done in this order
            finds the rows that it needs in the processor's cache.
    """

    rows: NDArray[np.int32]
    order: NDArray[np.int32]


def candidates(coordinates: Coordinates, count: int) -> Candidates:
    """The rows whose products with each row are about the largest.

    The start of k-means is drawn with a fixed seed, and each row is searched for by itself: the
    same input gives the same result on one machine, whatever the number of threads.

    Args:
        coordinates: of n vectors of about equal length, shape (n, d), n at least 1.
        count: number of rows to find for each, at least 1.
    """
    means = _means(coordinates)
    cell = _nearest_mean(coordinates, means)
    order = np.argsort(cell, kind="stable").astype(np.int32)
    starts = np.searchsorted(cell[order], np.arange(len(means) + 1))
    offsets = _offsets(means)
    ordered = coordinates[order]
    rows = np.full((len(coordinates), count), -1, dtype=np.int32)

    def search(some: slice) -> None:
        _search(some.start, ordered[some], ordered, starts, means, offsets, order, rows)

    in_threads(search, len(coordinates))
    return Candidates(rows, order)


def in_threads(work: Callable[[slice], object], count: int) -> None:
    """Do some work for all of ``count`` rows, some at a time, on all processors."""
    some = [slice(start, start + _ROWS_AT_ONCE) for start in range(0, count, _ROWS_AT_ONCE)]
    with ThreadPoolExecutor(processors(), thread_name_prefix="neighbours") as pool:
        for _ in pool.map(work, some):
            pass


def _means(coordinates: Coordinates) -> Coordinates:
    """Means of cells, shape (k, d), by k-means in a sample; those left empty are left out."""
    most = max(1, int(_CELLS_PER_ROOT * len(coordinates) ** 0.5))
    size = min(len(coordinates), _ROWS_PER_CELL * most)
    most = min(most, size)
    sample = coordinates[np.linspace(0, len(coordinates) - 1, size).astype(np.intp)]
    means = sample[np.sort(np.random.default_rng(0).choice(size, most, replace=False))]
    for _ in range(_ROUNDS):
        cell = _nearest_mean(sample, means)
        order = np.argsort(cell, kind="stable")
        _, starts, sizes = np.unique(cell[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(sample[order], starts, axis=0, dtype=np.float64)
        means = (sums / sizes[:, None]).astype(np.float32)
    return means


def _nearest_mean(coordinates: Coordinates, means: Coordinates) -> NDArray[np.int32]:
    """The mean of least distance from each row, shape (n,)."""
    nearest = np.empty(len(coordinates), dtype=np.int32)
    offsets = _offsets(means)
    for start in range(0, len(coordinates), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        nearest[some] = np.argmax(coordinates[some] @ means.T - offsets, axis=1)
    return nearest


def _offsets(means: Coordinates) -> NDArray[np.float32]:
    """What is taken off products with means, so that the largest is that of the nearest."""
    halves: NDArray[np.float32] = np.einsum("kd,kd->k", means, means) / 2
    return halves


@kernel
def product(one: NDArray[np.float32], other: NDArray[np.float32]) -> np.float32:
    """The dot product of two rows, shape (d,) each."""
    total = np.float32(0)
    for column in range(one.shape[0]):
        total += one[column] * other[column]
    return total


@kernel
def keep(row: int, value: np.float32, rows: NDArray[np.int32], values: NDArray[np.float32]) -> None:
    """Insert a row where its value belongs, the largest first, the lower row among equals.

    Args:
        row: not among ``rows``.
        value: of this row.
        rows: the best so far, -1 where there are fewer, shape (count,).
        values: of these, -inf where there are fewer, shape (count,).
    """
    place = len(rows) - 1
    if value < values[place] or (value == values[place] and row > rows[place]):
        return
    while place > 0 and (
        values[place - 1] < value or (values[place - 1] == value and rows[place - 1] > row)
    ):
        values[place], rows[place] = values[place - 1], rows[place - 1]
        place -= 1
    values[place], rows[place] = value, row


@kernel
def _search(
    first: int,
    own: NDArray[np.float32],
    ordered: NDArray[np.float32],
    starts: NDArray[np.int64],
    means: NDArray[np.float32],
    offsets: NDArray[np.float32],
    order: NDArray[np.int32],
    rows: NDArray[np.int32],
) -> None:
    """Find the candidates of some rows, which are number ``first`` and following in the order."""
    count = rows.shape[1]
    many = min(VISITED, len(means))
    visited = np.empty(many, np.int32)
    nearness = np.empty(many, np.float32)
    found = np.empty(count, np.int32)
    products = np.empty(count, np.float32)
    for row in range(own.shape[0]):
        visited[:], nearness[:] = -1, -np.inf
        for mean in range(len(means)):
            keep(mean, product(own[row], means[mean]) - offsets[mean], visited, nearness)
        found[:], products[:] = -1, -np.inf
        left = _MOST_COMPARED
        for cell in visited:
            end = min(starts[cell + 1], starts[cell] + left)
            left -= end - starts[cell]
            for other in range(starts[cell], end):
                value = product(own[row], ordered[other])
                if value > products[count - 1] and other != first + row:
                    keep(other, value, found, products)
        for place in range(count):
            rows[order[first + row], place] = order[found[place]] if found[place] >= 0 else -1
