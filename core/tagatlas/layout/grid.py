"""Hangs images on a wall of equal cells without gaps, while neighbours stay neighbours.

The wall and the images are halved together, again and again: as many images as the left half has
cells go there, the leftmost ones, and so on until each cell has its image. So halves the method of
G. M. Hilasaca, W. E. Marcílio-Jr, D. M. Eler, R. M. Martins, F. V. Paulovich: A Grid-Based Method
for Removing Overlaps of Dimensionality Reduction Scatterplot Layouts, IEEE Transactions on
Visualization and Computer Graphics 30(8), 2024. Then images in touching cells change places for as
long as that brings those that were neighbours closer together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from tagatlas.compiled import kernel
from tagatlas.layout.boxes import map_area

ROOM = 0.06
"""Share of a cell's width and of its height that is left free around an image."""

_NARROWEST, _WIDEST = 1.2, 16 / 9
"""Width of a wall as a multiple of its height."""

_LENIENCE = 0.1
"""How far a wall's ratio may be from the wanted one, if fewer cells stay empty then."""

_CELL_RATIO = 2.0
"""A cell is at most so many times as wide as high, and as high as wide."""

_NEIGHBOURS = 10
"""Points that a point is kept near to."""

_LEAST = 1e-9
"""Change below which a swap is no gain, but rounding."""

_ROUNDS = 30
"""How often each point may change places, at most."""


class _Links(NamedTuple):
    """Links from each point, in compressed rows.

    Attributes:
        starts: where each point's links begin, shape (n + 1,).
        ends: the point at the other end of each, shape (m,).
        weights: 2 for a link of two points that are each among the other's nearest, else 1; (m,).
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]


class Wall(NamedTuple):
    """Images on a wall.

    Attributes:
        positions: centre of each image's cell, shape (n, 2).
        boxes: width and height of each image, which fits into its cell, shape (n, 2).
        cell: width and height of a cell, shape (2,).
    """

    positions: NDArray[np.float64]
    boxes: NDArray[np.float64]
    cell: NDArray[np.float64]


def hang_on_wall(positions: NDArray[np.float64], aspect: NDArray[np.float64]) -> Wall:
    """Give each image a cell of a wall, near those that it was near to.

    The wall covers about the map's area, is about as much wider than high as the map is, from 1.2
    to 16/9 times, and lies around the map's centre. Its cells are as the median image is shaped.
    Rows are full from the top; the last one may end early, on the right.

    Args:
        positions: places of the images on a map, shape (n, 2), finite, n at least 1.
        aspect: width divided by height of each image; shape (n,), above 0.

    Returns:
        The wall. The order of the images does not matter, but for those at one place.
    """
    low, high = np.percentile(positions, [1, 99], axis=0)
    width, height = high - low
    shape = float(np.clip(np.median(aspect), 1 / _CELL_RATIO, _CELL_RATIO))
    wanted = float(np.clip(width / height if height > 0 else _WIDEST, _NARROWEST, _WIDEST))
    columns = _columns(len(positions), wanted / shape)
    cells = assign_cells(positions, columns, shape)
    area = map_area(positions) / len(positions)
    cell = np.sqrt([area * shape, area / shape])
    size = cells.max(axis=0)
    hung = (low + high) / 2 + (cells - size / 2) * cell * [1, -1]
    width = np.minimum(cell[0], cell[1] * aspect) * (1 - ROOM)
    return Wall(hung, np.column_stack([width, width / aspect]), cell)


def assign_cells(positions: NDArray[np.float64], columns: int, shape: float) -> NDArray[np.int64]:
    """Assign points to the cells of a grid, so that neighbours stay neighbours.

    Ten thousand points take about a second.

    Args:
        positions: shape (n, 2), finite; y grows upwards.
        columns: of the grid, which has as many rows as are needed; 1 to n.
        shape: width of a cell divided by its height.

    Returns:
        Column and row of each point, from 0, shape (n, 2); row 0 is the uppermost. No two points
        have one cell, and only the last row is not full. The same points in another order have
        the same cells, unless they are at one place.
    """
    order = np.lexsort(positions.T)
    points = positions[order]
    cells = np.empty((len(points), 2), dtype=np.int64)
    cells[order] = _closer(points, _halved(points, columns, shape), shape)
    return cells


def compile_kernels() -> None:
    """Compile what :func:`hang_on_wall` runs, or read it from numba's cache."""
    assign_cells(np.eye(2), 2, 1.0)


def _columns(count: int, ratio: float) -> int:
    """Number of columns, about ``ratio`` times that of rows, that leaves few cells empty."""
    ideal = np.sqrt(count * ratio)
    lenience = 1 + _LENIENCE / 2
    least = max(1, int(np.rint(ideal / lenience)))
    choices = np.arange(least, max(least, min(count, int(np.rint(ideal * lenience)))) + 1)
    empty = -count % choices
    return int(choices[np.lexsort((np.abs(choices - ideal), empty))[0]])


def _halved(points: NDArray[np.float64], columns: int, shape: float) -> NDArray[np.int64]:
    """A cell for each point, by halving the grid along its longer side."""
    count = len(points)
    rows = -(-count // columns)
    cells = np.empty((count, 2), dtype=np.int64)
    waiting = [(np.arange(count), 0, columns, 0, rows)]
    while waiting:
        some, left, right, top, bottom = waiting.pop()
        if len(some) == 1:
            cells[some] = left, top
        elif len(some) > 1 and right - left > 1 and (right - left) * shape >= bottom - top:
            middle = (left + right) // 2
            from_left = some[np.argsort(points[some, 0], kind="stable")]
            here = _cells_in(left, middle, top, bottom, columns, count)
            waiting.append((from_left[:here], left, middle, top, bottom))
            waiting.append((from_left[here:], middle, right, top, bottom))
        elif len(some) > 1:
            middle = (top + bottom) // 2
            from_top = some[np.argsort(-points[some, 1], kind="stable")]
            here = _cells_in(left, right, top, middle, columns, count)
            waiting.append((from_top[:here], left, right, top, middle))
            waiting.append((from_top[here:], left, right, middle, bottom))
    return cells


def _cells_in(left: int, right: int, top: int, bottom: int, columns: int, count: int) -> int:
    """Number of cells within these columns and rows, of a grid of so many cells."""
    full_rows = count // columns
    in_full_rows = (min(bottom, full_rows) - min(top, full_rows)) * (right - left)
    in_last_row = min(max(count % columns - left, 0), right - left) if bottom > full_rows else 0
    return in_full_rows + in_last_row


def _closer(
    points: NDArray[np.float64], cells: NDArray[np.int64], shape: float
) -> NDArray[np.int64]:
    """The cells after points in touching ones have changed places where that is better."""
    columns, rows = cells.max(axis=0) + 1
    held_by = np.full((rows, columns), -1)
    held_by[cells[:, 1], cells[:, 0]] = np.arange(len(points))
    cells = cells.copy()
    _swap(cells, held_by, _nearest(points), shape * shape, _ROUNDS)
    return cells


def _nearest(points: NDArray[np.float64]) -> _Links:
    """Links of each point to and from those nearest to it."""
    count = len(points)
    _, found = cKDTree(points).query(points, k=range(1, min(_NEIGHBOURS + 1, count) + 1))
    rows = np.repeat(np.arange(count), found.shape[1])
    others = found.ravel()
    is_other = rows != others
    rows, others = rows[is_other], others[is_other]
    one_way = csr_array((np.ones(len(rows)), (rows, others)), shape=(count, count))
    links = csr_array(one_way + one_way.T)
    links.sort_indices()
    return _Links(links.indptr.astype(np.int64), links.indices.astype(np.int64), links.data)


@kernel
def _swap(
    cells: NDArray[np.int64],
    held_by: NDArray[np.int64],
    links: _Links,
    stretch: float,
    rounds: int,
) -> None:
    """Swap points in touching cells while that shortens their links, for so many rounds at most.

    ``held_by[row, column]`` is the point in a cell, -1 where it is empty. ``stretch`` is
    the square of a cell's width divided by that of its height.
    """
    rows = held_by.shape[0]
    for _ in range(rounds):
        swaps = 0
        for point in range(cells.shape[0]):
            column, row = cells[point]
            best, partner = -_LEAST, -1
            for there in range(max(row - 1, 0), min(row + 2, rows)):
                for other in held_by[there, max(column - 1, 0) : column + 2]:
                    if other >= 0 and other != point:
                        change = _change(point, other, cells, links, stretch)
                        change += _change(other, point, cells, links, stretch)
                        if change < best:
                            best, partner = change, other
            if partner >= 0:
                held_by[row, column] = partner
                held_by[cells[partner, 1], cells[partner, 0]] = point
                cells[point] = cells[partner]
                cells[partner] = (column, row)
                swaps += 1
        if swaps == 0:
            break


@kernel
def _change(
    point: int, partner: int, cells: NDArray[np.int64], links: _Links, stretch: float
) -> float:
    """How much longer a point's links are in the cell of its partner, which gets its own.

    A link counts with the logarithm of its length, so that what is lost far away can be near.
    """
    change = 0.0
    for link in range(links.starts[point], links.starts[point + 1]):
        end = links.ends[link]
        if end != partner:
            column, row = cells[end]
            here = stretch * (cells[point, 0] - column) ** 2 + (cells[point, 1] - row) ** 2
            there = stretch * (cells[partner, 0] - column) ** 2 + (cells[partner, 1] - row) ** 2
            change += links.weights[link] * np.log((1.0 + there) / (1.0 + here))
    return change
