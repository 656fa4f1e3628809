"""The nearest of many pictures by a cheap distance, to limit the comparisons in a crowd.

Memes of one template have similar hashes, so each would have to be compared with all others. A
picture is instead compared with a few only, the most similar at low resolution. Compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_duplicates.overlay import Vector
from tagatlas_duplicates.signature import SIDE

VIEW = 16
"""Cells along each side of a view."""

VIEWS = 8
"""Number of views of a picture: whole, within borders, without one or two cells of a sketch at each
edge, and without two at two edges."""

_CONTRAST = 3.0
"""Levels added to a view's standard deviation: at low contrast, compression dominates."""

_STEPS = 40.0
"""Steps of a view per standard deviation of its brightness."""


@kernel
def fill_views(sketch: NDArray[np.uint8], inner: Vector, views: NDArray[np.int8]) -> None:
    """Compute the views of a picture: low resolution, normalised in brightness and contrast.

    Args:
        sketch: its sketch, shape (SKETCH_BYTES,).
        inner: the box within its borders: left, top, right and bottom in cells of the sketch.
        views: filled with its views, shape (VIEWS, VIEW * VIEW).
    """
    sums = np.zeros((SIDE + 1, SIDE + 1))
    for y in range(SIDE):
        row = 0.0
        for x in range(SIDE):
            row += sketch[y * SIDE + x]
            sums[y + 1, x + 1] = sums[y, x + 1] + row
    far = float(SIDE)
    boxes = np.array(
        [
            [0.0, 0.0, far, far],
            [inner[0], inner[1], inner[2], inner[3]],
            [1.0, 1.0, far - 1, far - 1],
            [2.0, 2.0, far - 2, far - 2],
            [0.0, 0.0, far - 2, far - 2],
            [2.0, 0.0, far, far - 2],
            [0.0, 2.0, far - 2, far],
            [2.0, 2.0, far, far],
        ]
    )
    means = np.empty((VIEW, VIEW))
    for view in range(VIEWS):
        left, top, right, bottom = boxes[view]
        wide, high = (right - left) / VIEW, (bottom - top) / VIEW
        for row in range(VIEW):
            above, below = top + row * high, top + (row + 1) * high
            for column in range(VIEW):
                begin, end = left + column * wide, left + (column + 1) * wide
                means[row, column] = (
                    _sum_to(sums, end, below)
                    - _sum_to(sums, begin, below)
                    - _sum_to(sums, end, above)
                    + _sum_to(sums, begin, above)
                ) / (wide * high)
        mean, scale = means.mean(), _STEPS / (means.std() + _CONTRAST)
        for row in range(VIEW):
            for column in range(VIEW):
                steps = np.round((means[row, column] - mean) * scale)
                views[view, row * VIEW + column] = min(127.0, max(-127.0, steps))


@kernel
def _sum_to(sums: NDArray[np.float64], x: float, y: float) -> float:
    """The sum of a plane's cells left of and above a point; partial cells by their share."""
    column, row = min(int(x), SIDE - 1), min(int(y), SIDE - 1)
    part_x, part_y = x - column, y - row
    above = sums[row, column] + part_x * (sums[row, column + 1] - sums[row, column])
    below = sums[row + 1, column] + part_x * (sums[row + 1, column + 1] - sums[row + 1, column])
    return float(above + part_y * (below - above))


@kernel
def view_distance(one: NDArray[np.int8], other: NDArray[np.int8]) -> int:
    """Distance of two pictures: the smallest from the whole of one to any view of the other.

    Args:
        one: views, shape (VIEWS, VIEW * VIEW).
        other: likewise.

    Returns:
        The sum of absolute differences, in steps.
    """
    least = _apart(one[0], other[0])
    for view in range(1, VIEWS):
        least = min(least, _apart(one[0], other[view]), _apart(one[view], other[0]))
    return least


@kernel
def _apart(one: NDArray[np.int8], other: NDArray[np.int8]) -> int:
    total = np.int32(0)
    for cell in range(len(one)):
        differ = np.int32(np.int32(one[cell]) - np.int32(other[cell]))
        total = np.int32(total + abs(differ))  # of 32 bits throughout: a SIMD loop
    return int(total)


@kernel
def keep_nearest(places: NDArray[np.int64], distances: NDArray[np.int64], most: int) -> int:
    """Move the nearest indices to the front, in their original order.

    Args:
        places: indices, shape (n,).
        distances: of each, shape (n,).
        most: maximum number to keep; of equal distances the first ones.

    Returns:
        The number kept.
    """
    if len(places) <= most:
        return len(places)
    farthest = np.partition(distances, most - 1)[most - 1]
    left = most - (distances < farthest).sum()  # so many of those as far as the farthest
    kept = 0
    for index in range(len(places)):
        if distances[index] < farthest or (distances[index] == farthest and left > 0):
            left -= distances[index] == farthest
            places[kept] = places[index]
            kept += 1
    return kept
