"""Aligns one plane of cells with another, so that their differences are least.

The crop, the scale and the tones are found by Gauss-Newton steps (B. D. Lucas, T. Kanade, "An
Iterative Image Registration Technique with an Application to Stereo Vision", 1981). Compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_duplicates.signature import SIDE

Plane = NDArray[np.float32]
Vector = NDArray[np.float64]

_TERMS = (0, 1, 2, 2, 3, 4, 5)
"""Of seven slopes the terms of a row that they are multiples of."""


@kernel
def inset(box: Vector, cells: float) -> Vector:
    """A box in cells, less some at each edge, as coordinates from -0.5 to 0.5."""
    return np.array(
        [
            (box[0] + cells) / SIDE - 0.5,
            (box[1] + cells) / SIDE - 0.5,
            (box[2] - cells) / SIDE - 0.5,
            (box[3] - cells) / SIDE - 0.5,
        ]
    )


@kernel
def smoothed(plane: Plane | NDArray[np.uint8], weight: float) -> Plane:
    """Each cell averaged with its neighbours, each with this weight along either axis."""
    side = plane.shape[0]
    across = np.empty((side, side), np.float32)
    result = np.empty((side, side), np.float32)
    own, next_to = np.float32(1 - 2 * weight), np.float32(weight)
    for y in range(side):
        row = plane[y].astype(np.float32)
        across[y, 0] = own * row[0] + next_to * (row[0] + row[1])
        across[y, -1] = own * row[-1] + next_to * (row[-2] + row[-1])
        for x in range(1, side - 1):
            across[y, x] = own * row[x] + next_to * (row[x - 1] + row[x + 1])
    for y in range(side):
        above, row, below = across[max(y - 1, 0)], across[y], across[min(y + 1, side - 1)]
        for x in range(side):
            result[y, x] = own * row[x] + next_to * (above[x] + below[x])
    return result


@kernel
def halved(plane: Plane) -> Plane:
    """Means of 2 x 2 cells."""
    side = plane.shape[0] // 2
    result = np.empty((side, side), np.float32)
    for y in range(side):
        for x in range(side):
            result[y, x] = np.float32(0.25) * (
                plane[2 * y, 2 * x]
                + plane[2 * y, 2 * x + 1]
                + plane[2 * y + 1, 2 * x]
                + plane[2 * y + 1, 2 * x + 1]
            )
    return result


@kernel
def align(
    tones: Plane,
    onto: Plane,
    laid: Vector,
    steps: int,
    limits: Vector,
    bounds: Vector,
    pull: Vector,
) -> float:
    """Refine an alignment; returns the root mean square of the remaining differences.

    Where the tones do not determine them, the scales stay equal and the gain 1.
    """
    side = tones.shape[0]
    sums = np.empty((7, 7))
    left = np.inf
    for _ in range(steps):
        count = gather(tones, onto, laid, limits, bounds, sums)
        if count < side * side // 16:
            return np.inf
        left = np.sqrt(sums[6, 6] / count)
        normal, change = sums[:6, :6], sums[6, :6]
        for place in range(4):
            normal[place, place] = 1.001 * normal[place, place] + 20.0 * count
        weight = 400.0 * count
        uneven = laid[1] * pull[0] - laid[3] * pull[1]
        normal[1, 1] += weight * pull[0] ** 2
        normal[3, 3] += weight * pull[1] ** 2
        normal[1, 3] -= weight * pull[0] * pull[1]
        normal[3, 1] = normal[1, 3]
        change[1] -= weight * pull[0] * uneven
        change[3] += weight * pull[1] * uneven
        normal[4, 4] += 100.0 * count
        change[4] += 100.0 * count * (1 - laid[4])
        solve(normal, change)
        largest = 0.0
        for place in range(4):
            bounded = min(max(change[place], -0.05), 0.05)
            laid[place] += bounded
            largest = max(largest, abs(bounded))
        laid[4] += change[4]
        laid[5] += change[5]
        if largest < 2e-4:
            break
    return left


@kernel
def gather(
    tones: Plane, onto: Plane, laid: Vector, limits: Vector, bounds: Vector, sums: Vector
) -> int:
    """The normal equations of a Gauss-Newton step; returns the number of cells that count.

    A cell has seven slopes: of its tone by shift and scale across, by shift and scale down, by
    gain and by offset; and what remains of it. Within a row the fourth is a multiple of the third.

    Args:
        tones: see :func:`align`, as for the others.
        onto: see there.
        laid: see there.
        limits: see there.
        bounds: see there.
        sums: filled with the sums of the products of any two slopes, shape (7, 7).
    """
    side = tones.shape[0]
    rows, columns = np.empty(side, np.int64), np.empty(side, np.int64)
    parts_y, parts_x = np.empty(side), np.empty(side)
    top, bottom = _places(laid[2:4], limits[1::2], bounds[1::2], rows, parts_y)
    begin, end = _places(laid[:2], limits[::2], bounds[::2], columns, parts_x)
    count = max(0, end - begin)
    cells, shares = columns[begin:end], parts_x[begin:end].astype(np.float32)
    across = ((np.arange(begin, end) + 0.5) / side - 0.5).astype(np.float32)
    gain, offset = np.float32(laid[4]), np.float32(laid[5])
    steepness = gain * np.float32(side)
    terms = np.ones((6, side), np.float32)  # of one row, so that they stay in the nearest cache
    rise, turned, fall, tone, _, rest = terms
    products, factors = np.empty((6, 6)), np.ones(7)
    sums[:] = 0.0
    for y in range(top, bottom):
        own, upper_row, lower_row = tones[y, begin:end], onto[rows[y]], onto[rows[y] + 1]
        part_y = np.float32(parts_y[y])
        for x in range(count):
            column, part_x = cells[x], shares[x]
            upper, lower = upper_row[column], lower_row[column]
            rise_upper, rise_lower = upper_row[column + 1] - upper, lower_row[column + 1] - lower
            above, below = upper + part_x * rise_upper, lower + part_x * rise_lower
            tone[x] = above + part_y * (below - above)
            rise[x] = steepness * (rise_upper + part_y * (rise_lower - rise_upper))
            fall[x] = steepness * (below - above)
        for x in range(count):
            turned[x] = rise[x] * across[x]
            rest[x] = own[x] - (gain * tone[x] + offset)
        for place in range(6):
            for second in range(place + 1):
                products[place, second] = _product(terms[place], terms[second], count)
        factors[3] = (y + 0.5) / side - 0.5
        for place in range(7):
            for second in range(place + 1):
                product = products[_TERMS[place], _TERMS[second]]
                sums[place, second] += factors[place] * factors[second] * product
    for place in range(7):
        for second in range(place):
            sums[second, place] = sums[place, second]
    return (bottom - top) * count


@kernel
def _product(one: Plane, other: Plane, count: int) -> np.float32:
    """The inner product of the first ``count`` numbers of two vectors."""
    total = np.float32(0.0)
    for place in range(count):  # from 0: a SIMD loop
        total += one[place] * other[place]
    return total


@kernel
def _places(
    laid: Vector, limits: Vector, bounds: Vector, cells: NDArray[np.int64], parts: Vector
) -> tuple[int, int]:
    """Map rows or columns of a plane to another; returns begin and end of the compared ones.

    Args:
        laid: shift and scale along this axis.
        limits: first and last coordinate of one that is compared, from -0.5 to 0.5.
        bounds: first and last coordinate of the other.
        cells: filled with the cell of the other before each point, shape (side,).
        parts: filled with the share of the cell after it, from 0 to 1, shape (side,).
    """
    side = len(cells)
    begin = end = 0
    for place in range(side):
        own = (place + 0.5) / side - 0.5
        there = laid[0] + laid[1] * own
        cell = min(max((0.5 + there) * side - 0.5, 0.0), side - 1.0)
        cells[place] = min(int(cell), side - 2)
        parts[place] = cell - cells[place]
        if limits[0] <= own <= limits[1] and bounds[0] <= there <= bounds[1]:
            begin = place if end == 0 else begin
            end = place + 1
    return begin, end


@kernel
def solve(matrix: NDArray[np.float64], vector: Vector) -> None:
    """Solve a positive definite system by elimination; the vector becomes the solution."""
    count = len(vector)
    for pivot in range(count):
        for row in range(pivot + 1, count):
            factor = matrix[row, pivot] / (matrix[pivot, pivot] + 1e-9)
            for column in range(pivot, count):
                matrix[row, column] -= factor * matrix[pivot, column]
            vector[row] -= factor * vector[pivot]
    for row in range(count - 1, -1, -1):
        for column in range(row + 1, count):
            vector[row] -= matrix[row, column] * vector[column]
        vector[row] /= matrix[row, row] + 1e-9


@kernel
def carry(
    onto: Plane,
    laid: Vector,
    limits: Vector,
    bounds: Vector,
    carried: Plane,
    valid: NDArray[np.bool_],
) -> int:
    """Resample a plane at the cells of the one aligned with it; returns how many it covers."""
    side = onto.shape[0]
    rows, columns = np.empty(side, np.int64), np.empty(side, np.int64)
    parts_y, parts_x = np.empty(side), np.empty(side)
    top, bottom = _places(laid[2:4], limits[1::2], bounds[1::2], rows, parts_y)
    begin, end = _places(laid[:2], limits[::2], bounds[::2], columns, parts_x)
    for y in range(side):
        upper_row, lower_row = onto[rows[y]], onto[rows[y] + 1]
        for x in range(side):
            column, part_x = columns[x], parts_x[x]
            upper, lower = upper_row[column], lower_row[column]
            above = upper + part_x * (upper_row[column + 1] - upper)
            below = lower + part_x * (lower_row[column + 1] - lower)
            carried[y, x] = above + parts_y[y] * (below - above)
    valid[:] = False
    valid[top:bottom, begin:end] = True
    return (bottom - top) * (end - begin)
