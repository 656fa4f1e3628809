"""Laying one plane of cells over another, so that their differences are least.

The crop, the scale and the tones are found by Gauss-Newton steps (B. D. Lucas, T. Kanade, "An
Iterative Image Registration Technique with an Application to Stereo Vision", 1981). Compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas.duplicates.signature import SIDE

Plane = NDArray[np.float32]
Vector = NDArray[np.float64]


@kernel
def inset(box: Vector, cells: float) -> Vector:
    """A box in cells, less some at each edge, as places from -0.5 to 0.5."""
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
    """Each cell mixed with its neighbours, each of which has this weight along either side."""
    side = plane.shape[0]
    across = np.empty((side, side), np.float32)
    result = np.empty((side, side), np.float32)
    own, next_to = np.float32(1 - 2 * weight), np.float32(weight)
    for y in range(side):
        for x in range(side):
            before, after = plane[y, max(x - 1, 0)], plane[y, min(x + 1, side - 1)]
            across[y, x] = own * plane[y, x] + next_to * (np.float32(before) + np.float32(after))
    for y in range(side):
        above, below = max(y - 1, 0), min(y + 1, side - 1)
        for x in range(side):
            result[y, x] = own * across[y, x] + next_to * (across[above, x] + across[below, x])
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
    """Improve how one plane is laid over another; returns the root mean square of what is left.

    Where tones say nothing, the scales stay equal and the gain 1.
    """
    side = tones.shape[0]
    normal = np.empty((6, 6))
    change = np.empty(6)
    left = np.inf
    for _ in range(steps):
        squares, count = gather(tones, onto, laid, limits, bounds, normal, change)
        if count < side * side // 16:
            return np.inf
        left = np.sqrt(squares / count)
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
    tones: Plane,
    onto: Plane,
    laid: Vector,
    limits: Vector,
    bounds: Vector,
    normal: NDArray[np.float64],
    change: Vector,
) -> tuple[float, int]:
    """The normal equations of a Gauss-Newton step; the sum of squares, and of how many cells."""
    side = tones.shape[0]
    normal[:] = 0.0
    change[:] = 0.0
    slopes = np.zeros(6)
    squares, count = 0.0, 0
    for y in range(side):
        down = (y + 0.5) / side - 0.5
        there_y = laid[2] + laid[3] * down
        if not (limits[1] <= down <= limits[3] and bounds[1] <= there_y <= bounds[3]):
            continue
        cell_y = min(max((0.5 + there_y) * side - 0.5, 0.0), side - 1.0)
        row = min(int(cell_y), side - 2)
        part_y = cell_y - row
        for x in range(side):
            across = (x + 0.5) / side - 0.5
            there_x = laid[0] + laid[1] * across
            if not (limits[0] <= across <= limits[2] and bounds[0] <= there_x <= bounds[2]):
                continue
            cell_x = min(max((0.5 + there_x) * side - 0.5, 0.0), side - 1.0)
            column = min(int(cell_x), side - 2)
            part_x = cell_x - column
            upper, lower = onto[row, column], onto[row + 1, column]
            rise_upper = onto[row, column + 1] - upper
            rise_lower = onto[row + 1, column + 1] - lower
            above, below = upper + part_x * rise_upper, lower + part_x * rise_lower
            tone = above + part_y * (below - above)
            differs = tones[y, x] - (laid[4] * tone + laid[5])
            gain = laid[4] * side
            slopes[0] = gain * (rise_upper + part_y * (rise_lower - rise_upper))
            slopes[1] = slopes[0] * across
            slopes[2] = gain * (below - above)
            slopes[3] = slopes[2] * down
            slopes[4] = tone
            slopes[5] = 1.0
            for place in range(6):
                change[place] += slopes[place] * differs
                for second in range(place + 1):
                    normal[place, second] += slopes[place] * slopes[second]
            squares += differs * differs
            count += 1
    for place in range(6):
        for second in range(place + 1, 6):
            normal[place, second] = normal[second, place]
    return squares, count


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
    """Bring a plane to the cells of the one laid over it; returns how many of these it covers."""
    side = onto.shape[0]
    count = 0
    for y in range(side):
        down = (y + 0.5) / side - 0.5
        there_y = laid[2] + laid[3] * down
        within = limits[1] <= down <= limits[3] and bounds[1] <= there_y <= bounds[3]
        cell_y = min(max((0.5 + there_y) * side - 0.5, 0.0), side - 1.0)
        row = min(int(cell_y), side - 2)
        part_y = cell_y - row
        for x in range(side):
            across = (x + 0.5) / side - 0.5
            there_x = laid[0] + laid[1] * across
            cell_x = min(max((0.5 + there_x) * side - 0.5, 0.0), side - 1.0)
            column = min(int(cell_x), side - 2)
            part_x = cell_x - column
            upper, lower = onto[row, column], onto[row + 1, column]
            above = upper + part_x * (onto[row, column + 1] - upper)
            below = lower + part_x * (onto[row + 1, column + 1] - lower)
            carried[y, x] = above + part_y * (below - above)
            is_valid = (
                within and limits[0] <= across <= limits[2] and bounds[0] <= there_x <= bounds[2]
            )
            valid[y, x] = is_valid
            count += is_valid
    return count
