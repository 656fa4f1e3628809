"""A quadtree over weighted points, built from their order on a Morton (Z-shaped) curve.

The points of each cell of a quadtree are neighbours on the Morton curve, so a cell is no more
than a range of the sorted points, and the tree a table of such ranges in depth-first order.
Cells with a single occupied quarter are left out, so that n points make at most 2n - 1 cells.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import kernel

LEAF_SIZE = 32
"""Points a cell may hold without being divided."""

_BITS = 31
"""Bits of each coordinate in a Morton code."""

_HALVINGS = 64
"""Upper bound of how often any number of points can be halved."""


class Quadtree(NamedTuple):
    """Cells over n points. Arrays of points are in Morton order; arrays of cells depth first.

    Attributes:
        order: the row each point had in the input, shape (n,).
        x, y, mass: the points, shape (n,).
        first, last: the range of points in each cell (``last`` is one past the end).
        after: the cell that follows when a cell's inside is skipped.
        is_leaf: whether a cell is not divided, which is where it holds ``LEAF_SIZE`` points
            or fewer.
        cell_x, cell_y, cell_mass: centre of mass and mass of each cell.
        extent: at least twice the distance from the centre of mass to the cell's farthest point.
    """

    order: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    mass: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    after: NDArray[np.int64]
    is_leaf: NDArray[np.bool_]
    cell_x: NDArray[np.float64]
    cell_y: NDArray[np.float64]
    cell_mass: NDArray[np.float64]
    extent: NDArray[np.float64]


def build_quadtree(positions: NDArray[np.float64], masses: NDArray[np.float64]) -> Quadtree:
    """Build the tree.

    Args:
        positions: shape (n, 2), finite, n at least 1.
        masses: shape (n,), above 0.
    """
    codes = _morton_codes(positions)
    order = np.argsort(codes)
    x, y, mass = _in_order(order, positions, masses)
    first, last, parent, is_leaf = _divide(codes[order])
    after, cell_x, cell_y, cell_mass, extent = _sum_up(x, y, mass, first, last, parent, is_leaf)
    return Quadtree(
        order, x, y, mass, first, last, after, is_leaf, cell_x, cell_y, cell_mass, extent
    )


def morton_order(positions: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows of ``positions``, shape (n, 2), in the order of the Morton curve, shape (n,)."""
    return np.argsort(_morton_codes(positions), kind="stable")


@kernel
def _spread_bits(value: np.uint64) -> np.uint64:
    """Put a zero before each of the 32 low bits of ``value``."""
    value = (value | (value << np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    value = (value | (value << np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    value = (value | (value << np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    value = (value | (value << np.uint64(2))) & np.uint64(0x3333333333333333)
    return (value | (value << np.uint64(1))) & np.uint64(0x5555555555555555)


@kernel
def _morton_codes(positions: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Interleave the bits of each point's place in the least square around all of them."""
    left, right = positions[0, 0], positions[0, 0]
    bottom, top = positions[0, 1], positions[0, 1]
    for i in range(positions.shape[0]):
        left, right = min(left, positions[i, 0]), max(right, positions[i, 0])
        bottom, top = min(bottom, positions[i, 1]), max(top, positions[i, 1])
    side = max(right - left, top - bottom)
    scale = (2**_BITS - 1) / side if side > 0.0 else 0.0
    codes = np.empty(positions.shape[0], np.uint64)
    for i in range(positions.shape[0]):
        column = np.uint64((positions[i, 0] - left) * scale)
        row = np.uint64((positions[i, 1] - bottom) * scale)
        codes[i] = _spread_bits(column) | (_spread_bits(row) << np.uint64(1))
    return codes


@kernel
def _in_order(
    order: NDArray[np.int64], positions: NDArray[np.float64], masses: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The points' x, y and mass in this order."""
    x, y = np.empty(order.shape[0]), np.empty(order.shape[0])
    mass = np.empty(order.shape[0])
    for i in range(order.shape[0]):
        x[i] = positions[order[i], 0]
        y[i] = positions[order[i], 1]
        mass[i] = masses[order[i]]
    return x, y, mass


@kernel
def _lower_bound(codes: NDArray[np.uint64], low: int, high: int, key: np.uint64) -> int:
    """The first place in ``codes[low:high]``, which is sorted, that is not below ``key``."""
    while low < high:
        middle = (low + high) >> 1
        if codes[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _divide(
    codes: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Divide the sorted codes into cells: first, last, parent and is_leaf of each."""
    capacity = 2 * codes.shape[0]
    first = np.empty(capacity, np.int64)
    last = np.empty(capacity, np.int64)
    parent = np.empty(capacity, np.int64)
    is_leaf = np.empty(capacity, np.bool_)
    cells = 0
    # Cells still to be made: first, last, parent, and the bit that divides them.
    waiting = np.empty((4 * _BITS + _HALVINGS, 4), np.int64)
    waiting[0] = (0, codes.shape[0], -1, 2 * _BITS - 2)
    height = 1
    while height > 0:
        height -= 1
        low, high, above, bit = waiting[height]
        while high - low > LEAF_SIZE and bit >= 0 and codes[low] >> bit == codes[high - 1] >> bit:
            bit -= 2
        first[cells], last[cells], parent[cells] = low, high, above
        is_leaf[cells] = high - low <= LEAF_SIZE
        if not is_leaf[cells] and bit < 0:
            # These points are at one place; any two halves of them will do.
            middle = (low + high) >> 1
            waiting[height] = (middle, high, cells, bit)
            waiting[height + 1] = (low, middle, cells, bit)
            height += 2
        elif not is_leaf[cells]:
            corner = (codes[low] >> np.uint64(bit + 2)) << np.uint64(bit + 2)
            end = high
            # From the last quarter to the first, so that the first is taken from the stack next.
            for quarter in range(3, -1, -1):
                key = corner | (np.uint64(quarter) << np.uint64(bit))
                begin = _lower_bound(codes, low, end, key)
                if begin < end:
                    waiting[height] = (begin, end, cells, bit - 2)
                    height += 1
                end = begin
        cells += 1
    return first[:cells], last[:cells], parent[:cells], is_leaf[:cells]


@kernel
def _sum_up(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    mass: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    parent: NDArray[np.int64],
    is_leaf: NDArray[np.bool_],
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]:
    """Sum up the cells from the leaves to the root: after, cell_x, cell_y, cell_mass, extent."""
    cells = first.shape[0]
    after = np.empty(cells, np.int64)
    inside = np.zeros(cells, np.int64)
    cell_x, cell_y, cell_mass = np.zeros(cells), np.zeros(cells), np.zeros(cells)
    left, bottom = np.full(cells, np.inf), np.full(cells, np.inf)
    right, top = np.full(cells, -np.inf), np.full(cells, -np.inf)
    extent = np.empty(cells)
    for k in range(cells - 1, -1, -1):
        if is_leaf[k]:
            for i in range(first[k], last[k]):
                cell_mass[k] += mass[i]
                cell_x[k] += mass[i] * x[i]
                cell_y[k] += mass[i] * y[i]
                left[k], right[k] = min(left[k], x[i]), max(right[k], x[i])
                bottom[k], top[k] = min(bottom[k], y[i]), max(top[k], y[i])
        above = parent[k]
        if above >= 0:
            cell_mass[above] += cell_mass[k]
            cell_x[above] += cell_x[k]
            cell_y[above] += cell_y[k]
            left[above], right[above] = min(left[above], left[k]), max(right[above], right[k])
            bottom[above], top[above] = min(bottom[above], bottom[k]), max(top[above], top[k])
            inside[above] += 1 + inside[k]
        after[k] = k + 1 + inside[k]
        cell_x[k] /= cell_mass[k]
        cell_y[k] /= cell_mass[k]
        width = max(cell_x[k] - left[k], right[k] - cell_x[k])
        height = max(cell_y[k] - bottom[k], top[k] - cell_y[k])
        extent[k] = 2.0 * np.sqrt(width * width + height * height)
    return after, cell_x, cell_y, cell_mass, extent
