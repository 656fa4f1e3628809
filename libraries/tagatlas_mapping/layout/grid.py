"""Arranges images in a grid of equal cells without gaps, sorted by likeness or by position.

Grid and images are bisected together: the leftmost images go to the left half, as many as it has
cells, and so on recursively until each cell has its image, as in G. M. Hilasaca,
W. E. Marcílio-Jr, D. M. Eler, R. M. Martins, F. V. Paulovich: A Grid-Based Method for Removing
Overlaps of Dimensionality Reduction Scatterplot Layouts, IEEE Transactions on Visualization and
Computer Graphics 30(8), 2024. Then they are sorted by likeness, if it is known. If not, images in
adjacent cells are swapped as long as that brings former neighbours closer together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from tagatlas.compiled import kernel
from tagatlas_mapping.layout.boxes import map_area
from tagatlas_mapping.layout.sorting import Features, sort_cells

ROOM = 0.06
"""Margin around an image, as a share of its cell's width and height."""

_NARROWEST, _WIDEST = 1.2, 16 / 9
"""Range of a grid's width, as a multiple of its height."""

_LENIENCE = 0.1
"""Tolerance of a grid's ratio, if fewer cells stay empty then."""

_CELL_RATIO = 2.0
"""Largest ratio of a cell's width to its height, or the reverse."""

_NEIGHBOURS = 10
"""Number of nearest points that each point is kept close to."""

_LEAST = 1e-9
"""Gain of a swap up to which it may be a rounding error, and is ignored."""

_ROUNDS = 30
"""Maximum rounds of swaps."""

_ANYWHERE = 0.5
"""Radius within which images are sorted by likeness, as a share of the grid's longer side."""

_NEARBY = 2.0
"""The same in cells, if the images were on a grid before and stay about where they are."""


@dataclass(frozen=True, eq=False)
class Sorting:
    """How n images are sorted.

    Attributes:
        features: vectors whose products are the likeness of images, shape (n, d), finite.
        seed: of what is random in sorting.
        stay: whether images stay about where they are.
    """

    features: Features
    seed: int
    stay: bool = False


class _Links(NamedTuple):
    """Links from each point, in compressed sparse rows.

    Attributes:
        starts: start of each point's links, shape (n + 1,).
        ends: the point at the other end of each, shape (m,).
        weights: 2 for a link between mutual nearest neighbours, else 1; shape (m,).
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]


class Grid(NamedTuple):
    """Images in a grid.

    Attributes:
        positions: centre of each image's cell, shape (n, 2).
        boxes: width and height of each image, which fits into its cell, shape (n, 2).
        cell: width and height of a cell, shape (2,).
    """

    positions: NDArray[np.float64]
    boxes: NDArray[np.float64]
    cell: NDArray[np.float64]


def arrange_in_grid(
    positions: NDArray[np.float64],
    aspect: NDArray[np.float64],
    sorting: Sorting | None = None,
) -> Grid:
    """Give each image a cell of a grid, beside images like it or near its former neighbours.

    The grid covers about the map's area, has about the map's ratio of width to height (within 1.2
    to 16/9), and is centred on the map. Its cells have the shape of the median image. Rows are
    filled from the top; the last one may be incomplete, on the right.

    Args:
        positions: of the images on a map, shape (n, 2), finite, n at least 1.
        aspect: width divided by height of each image; shape (n,), above 0.
        sorting: by which likeness the images are sorted, beginning with their positions; None to
            keep those together that are near each other.

    Returns:
        The grid. The order of the images does not matter, except for those at one place.
    """
    low, high = np.percentile(positions, [1, 99], axis=0)
    width, height = high - low
    shape = float(np.clip(np.median(aspect), 1 / _CELL_RATIO, _CELL_RATIO))
    # Not simply divided: the quotient of very different numbers can be none.
    wanted = max(width / height, _NARROWEST) if height > width / _WIDEST else _WIDEST
    columns = _columns(len(positions), wanted / shape)
    cells = assign_cells(positions, columns, shape, sorting)
    area = map_area(positions) / len(positions)
    if sorting is not None and sorting.stay:
        # Of a grid, the area is that between the outer cells' centres: it would shrink each time.
        steps = np.maximum(cells.max(axis=0), 1)
        area = map_area(positions) / float(np.minimum(steps, 0.98 * (steps + 1)).prod())
    cell = np.sqrt([area * shape, area / shape])
    size = cells.max(axis=0)
    hung = (low + high) / 2 + (cells - size / 2) * cell * [1, -1]
    width = np.minimum(cell[0], cell[1] * aspect) * (1 - ROOM)
    return Grid(hung, np.column_stack([width, width / aspect]), cell)


def assign_cells(
    positions: NDArray[np.float64],
    columns: int,
    shape: float,
    sorting: Sorting | None = None,
) -> NDArray[np.int64]:
    """Assign points to the cells of a grid, so that neighbours are alike or stay neighbours.

    Ten thousand points take a few seconds.

    Args:
        positions: shape (n, 2), finite; y grows upwards.
        columns: number of columns, 1 to n; there are as many rows as needed.
        shape: width of a cell divided by its height.
        sorting: of the points, as for :func:`arrange_in_grid`.

    Returns:
        Column and row of each point, from 0, shape (n, 2); row 0 is at the top. No two points
        share a cell, and only the last row may be incomplete. The same points in another order
        get the same cells, unless they are at one place.
    """
    order = np.lexsort(positions.T)
    points = positions[order]
    halved = _halved(points, columns, shape)
    cells = np.empty((len(points), 2), dtype=np.int64)
    if sorting is None:
        cells[order] = _closer(points, halved, shape)
    else:
        radius = _NEARBY if sorting.stay else _ANYWHERE * float(halved.max() + 1)
        features = sorting.features[order]
        cells[order] = sort_cells(features, halved, radius=radius, seed=sorting.seed)
    return cells


def compile_kernels() -> None:
    """Compile the kernels of :func:`arrange_in_grid`, or read them from numba's cache."""
    assign_cells(np.eye(2), 2, 1.0)


def _columns(count: int, ratio: float) -> int:
    """Number of columns, about ``ratio`` times the number of rows, with few empty cells."""
    ideal = np.sqrt(count * ratio)
    lenience = 1 + _LENIENCE / 2
    least = max(1, int(np.rint(ideal / lenience)))
    choices = np.arange(least, max(least, min(count, int(np.rint(ideal * lenience)))) + 1)
    empty = -count % choices
    return int(choices[np.lexsort((np.abs(choices - ideal), empty))[0]])


def _halved(points: NDArray[np.float64], columns: int, shape: float) -> NDArray[np.int64]:
    """A cell for each point, by bisecting the grid along its longer side."""
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
    """Number of cells within these columns and rows of a grid of ``count`` cells."""
    full_rows = count // columns
    in_full_rows = (min(bottom, full_rows) - min(top, full_rows)) * (right - left)
    in_last_row = min(max(count % columns - left, 0), right - left) if bottom > full_rows else 0
    return in_full_rows + in_last_row


def _closer(
    points: NDArray[np.float64], cells: NDArray[np.int64], shape: float
) -> NDArray[np.int64]:
    """The cells after swapping points in adjacent cells where that is better."""
    columns, rows = cells.max(axis=0) + 1
    held_by = np.full((rows, columns), -1)
    held_by[cells[:, 1], cells[:, 0]] = np.arange(len(points))
    cells = cells.copy()
    _swap(cells, held_by, _nearest(points), shape * shape, _ROUNDS)
    return cells


def _nearest(points: NDArray[np.float64]) -> _Links:
    """Links of each point to and from its nearest points."""
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
    """Swap points in adjacent cells while that shortens their links, for at most ``rounds``.

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
    """Change of length of a point's links if it swaps cells with its partner.

    A link counts with the logarithm of its length, so that long links do not dominate.
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
