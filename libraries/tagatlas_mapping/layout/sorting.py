"""Sorts images into cells by likeness, so that images that are alike are side by side.

Fast Linear Assignment Sorting (K. U. Barthel, N. Hezel, K. Jung, K. Schall: Improved Evaluation
and Generation of Grid Layouts using Distance Preservation Quality and Linear Assignment Sorting,
Computer Graphics Forum 42(1), 2023): the vectors of the images in the cells are averaged over a
window, a few images nearby are assigned to their cells so that each is as close as possible to
the average there, and the window shrinks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from tagatlas.compiled import kernel

_DECAY = 0.93
"""Factor of a window's radius from one pass to the next."""

_AT_ONCE = 9
"""Number of cells whose images are assigned together."""

_SETS = 4
"""Number of times that a cell is among those, in a pass, on average."""

_NO_CELL = -1

Features = NDArray[np.float32]
Cells = NDArray[np.int64]


def sort_cells(features: Features, cells: Cells, *, radius: float, seed: int) -> Cells:
    """Sort images into cells, so that those with similar vectors are neighbours.

    Time and memory are proportional to the number of images.

    Args:
        features: vectors of the images, whose products are their likeness; shape (n, d), finite.
        cells: where the images are at first, no two in one cell: column and row, from 0;
            shape (n, 2).
        radius: of the first window, in cells; images move about as far. Below 1, none moves.
        seed: of the choice of cells that are tried together.

    Returns:
        The images' cells: those that were given, in another order; shape (n, 2).
    """
    cells = cells.copy()
    columns, rows = cells.max(axis=0) + 1
    held = np.full((rows, columns), _NO_CELL)
    held[cells[:, 1], cells[:, 0]] = np.arange(len(cells))
    random = np.random.default_rng(seed)
    while radius >= 1:
        whole = int(radius)
        averages = _averages(features, held, whole)
        sets = _nearby(cells, whole, random)
        _assign_sets(cells, held, features, averages, sets)
        radius *= _DECAY
    return cells


def _averages(features: Features, held: Cells, radius: int) -> Features:
    """Means of the vectors in a square window around each cell, shape (rows, columns, d)."""
    filled = held != _NO_CELL
    sums = np.where(filled[:, :, None], features[held], np.float32(0))
    counts = filled.astype(np.float32)
    for axis in (0, 1):
        size = 2 * min(radius, held.shape[axis]) + 1
        sums = uniform_filter1d(sums, size, axis=axis, mode="constant")
        counts = uniform_filter1d(counts, size, axis=axis, mode="constant")
    averages: Features = sums / np.maximum(counts, 1e-9)[:, :, None]
    return averages


def _nearby(cells: Cells, radius: int, random: np.random.Generator) -> Cells:
    """Cells around randomly chosen ones, which may be outside, shape (m, _AT_ONCE, 2)."""
    count = -(-len(cells) * _SETS // _AT_ONCE)
    centres = cells[random.integers(len(cells), size=count)]
    return centres[:, None, :] + random.integers(-radius, radius + 1, size=(count, _AT_ONCE, 2))


def compile_kernels() -> None:
    """Compile the kernels of :func:`sort_cells`, or read them from numba's cache."""
    sort_cells(np.eye(2, dtype=np.float32), np.array([[0, 0], [1, 0]]), radius=1, seed=0)


@kernel
def _assign_sets(
    cells: Cells, held: Cells, features: Features, averages: Features, sets: Cells
) -> None:
    """Assign the images of each set of cells to these cells at the least cost."""
    rows, columns = held.shape
    chosen = np.empty(sets.shape[1], dtype=np.int64)
    costs = np.empty((sets.shape[1], sets.shape[1]))
    for number in range(sets.shape[0]):
        count = 0
        for column, row in sets[number]:
            if 0 <= column < columns and 0 <= row < rows and held[row, column] >= 0:
                image = held[row, column]
                if not np.any(chosen[:count] == image):
                    chosen[count] = image
                    count += 1
        for place in range(count):
            column, row = cells[chosen[place]]
            average = averages[row, column]
            for one in range(count):
                costs[one, place] = _squared_distance(features[chosen[one]], average)
        places = cells[chosen[:count]]
        best = _least_cost(costs[:count, :count])
        for one in range(count):
            cells[chosen[one]] = places[best[one]]
            held[places[best[one], 1], places[best[one], 0]] = chosen[one]


@kernel
def _squared_distance(first: Features, second: Features) -> np.float32:
    total = np.float32(0)
    for axis in range(first.shape[0]):
        difference = first[axis] - second[axis]
        total += difference * difference
    return total


@kernel
def _least_cost(costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """The column of each row in the assignment of least cost, by shortest augmenting paths."""
    size = costs.shape[0]
    row_prices, column_prices = np.zeros(size + 1), np.zeros(size + 1)
    row_of = np.full(size + 1, -1)  # of each column; the last one is where a path begins
    for row in range(size):
        row_of[size] = row
        column = size
        slack, before = np.full(size, np.inf), np.full(size, size)
        is_reached = np.zeros(size + 1, dtype=np.bool_)
        while row_of[column] >= 0:
            is_reached[column] = True
            here, least, following = row_of[column], np.inf, -1
            for other in range(size):
                if not is_reached[other]:
                    reduced = costs[here, other] - row_prices[here] - column_prices[other]
                    if reduced < slack[other]:
                        slack[other], before[other] = reduced, column
                    if slack[other] < least:
                        least, following = slack[other], other
            for other in range(size + 1):
                if is_reached[other]:
                    row_prices[row_of[other]] += least
                    column_prices[other] -= least
                elif other < size:
                    slack[other] -= least
            column = following
        while column != size:
            row_of[column] = row_of[before[column]]
            column = before[column]
    columns = np.empty(size, dtype=np.int64)
    for column in range(size):
        columns[row_of[column]] = column
    return columns
