"""Measures of the differences that remain between two aligned pictures.

The structure within small windows (the last term of Z. Wang et al., "Image quality assessment:
from error visibility to structural similarity", 2004), tones, and colours. Compiled.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_duplicates.overlay import Plane, Vector, carry, inset, smoothed
from tagatlas_duplicates.signature import SIDE

Colours = NDArray[np.uint8]
"""Blue and red difference, shape (2, side / 2, side / 2)."""

STRUCTURE, FINE_STRUCTURE, ENERGY, MEAN, PATCH, CELL, RATIO, COLOUR = range(8)
STRETCH, COVERAGE, GAIN, SHIFT, OFFSET, EQUAL, FAINT = range(8, 15)
MEASURES = 15
"""Number of measures. By index:

0. common structure of windows of 8 x 8 cells, from -1 to 1: the worst window;
1. the same of 5 x 5 cells;
2. variance of the differences within 5 x 5 cells, in levels (of 255) squared: the largest;
3. difference of the means of 8 x 8 cells, in levels;
4. the same of 3 x 3 cells: finds other letters;
5. the same of single cells;
6. root mean square of all differences, as a share of the contrast;
7. difference of blue or red difference, in levels;
8. logarithm of the ratio of the scales of the two sides;
9. share of either picture that is compared;
10. gain of the tones;
11. difference of the mean brightness, in levels;
12. shift or scaling, as a share of the sides;
13. the same as 6 if both have the same size in pixels and are hardly shifted, otherwise 0: nothing
    was scaled, so that even hairlines must agree;
14. the same as 2 as a share of the variance of the picture, more for pictures of few pixels or if
    the gain is below 1: hairlines become a faint grey, in which other hairlines differ by no more
    than strong lines do by compression, but by much of the variance; and the gain falls, because
    lines at other places have nothing in common.
"""

LAID = 14
"""Length of an alignment of two pictures: a point x of one, from -0.5 to 0.5, is at
``laid[0] + laid[1] * x`` of the other, y likewise with the next two; gain and offset of the
tones; and the compared boxes of one and of the other, in cells of a sketch."""

_FLAT = 20.0
"""Variance of the differences within a window that compression alone causes."""

_BLUR = 0.58
"""Variance of a cell's reach after smoothing, in cells squared."""

_THIRD = 1 / 3

_TONE_BINS = 16
"""Number of brightness ranges within which differences are taken relative to their mean."""

_HARDLY = 0.06
"""Maximum shift or scaling of pictures that count as not scaled."""

_GREY = 50.0
"""Variance added to a picture's own: with hardly any tones, compression dominates."""

_LARGE = 256.0
"""Longer side in pixels, the maximum of a thumbnail, from which compression does not show."""


@kernel
def margins(laid: Vector, cells: float) -> tuple[Vector, Vector]:
    """The compared part of either box: without ``cells`` at its edge, more at a border."""
    box, onto = laid[6:10], laid[10:]
    own = cells if box[2] - box[0] == SIDE else 1.6 * cells
    its = cells if onto[2] - onto[0] == SIDE else 1.6 * cells
    return inset(box, own), inset(onto, its)


@kernel
def measure(
    tones: Plane,
    onto_tones: Plane,
    own: Colours,
    its: Colours,
    sizes: Vector,
    laid: Vector,
    margin: float,
    limits: NDArray[np.float64],
    found: Vector,
) -> None:
    """Measure the differences of two aligned pictures.

    Cheap measures come first; once one is outside its limits, the others are skipped.

    Args:
        tones: brightness of one, shape (side, side).
        onto_tones: of the other.
        own: colours of one.
        its: of the other.
        sizes: width and height of one and of the other, in pixels, shape (4,).
        laid: the alignment, shape (LAID,).
        margin: cells of a sketch at the edge that are not compared.
        limits: minimum and maximum of each measure, shape (MEASURES, 2).
        found: filled with the measures, shape (MEASURES,); NaN those that were skipped, and all
            if too little overlaps.
    """
    side = len(tones)
    found[:] = np.nan
    sharpness = np.sqrt(laid[1] * laid[3])
    if sharpness < 0.99:  # the other is coarser there
        tones = smoothed(tones, min(0.33, (_BLUR * (1 / sharpness**2 - 1) + 0.15) / 2))
    elif sharpness > 1.01:
        onto_tones = smoothed(onto_tones, min(0.33, _BLUR * (sharpness**2 - 1) / 2))
        tones = smoothed(tones, 0.07)
    carried = np.empty((side, side), np.float32)
    valid = np.empty((side, side), np.bool_)
    within, bounds = margins(laid, margin)
    count = carry(onto_tones, laid, within, bounds, carried, valid)
    if 14 * count < side * side:
        return
    mean = 0.0
    for y in range(side):
        for x in range(side):
            if valid[y, x]:
                mean += carried[y, x]
            carried[y, x] = min(255.0, max(0.0, laid[4] * carried[y, x] + laid[5]))
    mean /= count
    stretch = np.log(laid[1] * sizes[2] * sizes[1] / (laid[3] * sizes[3] * sizes[0]))
    found[STRETCH] = abs(stretch) - 1.5 / sizes.min()
    cells = (within[2] - within[0]) * (within[3] - within[1]) * side**2
    cells_onto = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) * side**2
    found[COVERAGE] = min(count / cells, count * laid[1] * laid[3] / cells_onto)
    found[GAIN] = laid[4]
    found[OFFSET] = max(max(abs(laid[0]), abs(laid[2])), max(abs(laid[1] - 1), abs(laid[3] - 1)))
    found[SHIFT] = abs(laid[4] * mean + laid[5] - mean)
    if _is_beyond(found, limits):
        return
    variance = _compare_cells(tones, carried, valid, count, found)
    is_equal = sizes[0] == sizes[2] and sizes[1] == sizes[3] and found[OFFSET] <= _HARDLY
    found[EQUAL] = found[RATIO] if is_equal else 0.0
    if _is_beyond(found, limits):
        return
    _compare_windows(tones, carried, valid, found)
    longer = min(max(sizes[0], sizes[1]), max(sizes[2], sizes[3]))
    few = _LARGE / min(_LARGE, longer)
    faded = min(1.0, max(0.1, laid[4])) ** 4
    found[FAINT] = found[ENERGY] / (variance + _GREY) * few / faded
    if not _is_beyond(found, limits):
        _compare_colours(own, its, laid, 3 * margin, found)


@kernel
def _is_beyond(found: Vector, limits: NDArray[np.float64]) -> bool:
    """Whether any measure taken so far is outside its limits."""
    return bool(((found < limits[:, 0]) | (found > limits[:, 1])).any())


@kernel
def _compare_windows(tones: Plane, carried: Plane, valid: NDArray[np.bool_], found: Vector) -> None:
    """Structure and mean within windows of 8 x 8 and of 5 x 5 cells: the worst values."""
    side = len(tones)
    planes = np.zeros((6, side, side), np.float32)
    for y in range(side):
        for x in range(side):
            if valid[y, x]:
                own, its = tones[y, x], carried[y, x]
                planes[0, y, x] = 1
                planes[1, y, x], planes[2, y, x] = own, its
                planes[3, y, x], planes[4, y, x], planes[5, y, x] = own * own, its * its, own * its
    found[STRUCTURE] = found[FINE_STRUCTURE] = 1.0
    found[ENERGY] = found[MEAN] = 0.0
    columns, sums = np.empty((6, side)), np.empty((6, side))
    for size, stride in ((8, 4), (5, 2)):
        for top in range(0, side - size + 1, stride):
            columns[:] = 0.0
            sums[:] = 0.0
            for plane in range(6):
                for y in range(top, top + size):
                    for x in range(side):
                        columns[plane, x] += planes[plane, y, x]
                for further in range(size):
                    for x in range(side - size + 1):
                        sums[plane, x] += columns[plane, x + further]
            for start in range(0, side - size + 1, stride):
                count, first, second, squares, other_squares, products = sums[:, start]
                if 4 * count < 3 * size * size:
                    continue
                first, second = first / count, second / count
                spread = squares / count - first**2 + other_squares / count - second**2
                common = 2 * (products / count - first * second)
                like = (common + _FLAT) / (spread + _FLAT)
                if size == 8:
                    found[STRUCTURE] = min(found[STRUCTURE], like)
                    found[MEAN] = max(found[MEAN], abs(first - second))
                else:
                    found[FINE_STRUCTURE] = min(found[FINE_STRUCTURE], like)
                    found[ENERGY] = max(found[ENERGY], spread - common)


@kernel
def _compare_cells(
    tones: Plane, carried: Plane, valid: NDArray[np.bool_], count: int, found: Vector
) -> float:
    """Single cells, patches of 3 x 3, and all of them as a share of the picture's contrast.

    The last is without differences that a change of tones, a function of the tone, explains.

    Returns:
        The variance of the picture's tones, in levels squared.
    """
    side = len(tones)
    differs = np.zeros((side, side), np.float32)
    by_tone = np.zeros((3, _TONE_BINS))
    total = squares = cell = patch = 0.0
    for y in range(side):
        for x in range(side):
            if valid[y, x]:
                differ = tones[y, x] - carried[y, x]
                differs[y, x] = differ
                total += tones[y, x]
                squares += tones[y, x] * tones[y, x]
                tone = int(carried[y, x] * (_TONE_BINS / 256))
                by_tone[0, tone] += 1
                by_tone[1, tone] += differ
                by_tone[2, tone] += differ * differ
                cell = max(cell, abs(differ))
    for y in range(1, side - 1):
        for x in range(1, side - 1):
            mean = 0.0
            for row in range(y - 1, y + 2):
                mean += differs[row, x - 1] + differs[row, x] + differs[row, x + 1]
            patch = max(patch, abs(mean) / 9)
    left = 0.0
    for tone in range(_TONE_BINS):
        left += by_tone[2, tone] - by_tone[1, tone] ** 2 / max(1.0, by_tone[0, tone])
    variance: float = max(0.0, squares / count - (total / count) ** 2)
    found[CELL] = cell
    found[PATCH] = patch
    found[RATIO] = np.sqrt(max(0.0, left) / count) / (np.sqrt(variance) + 3.0)
    return variance


@kernel
def _compare_colours(
    own: Colours, its: Colours, laid: Vector, margin: float, found: Vector
) -> None:
    """The largest difference of means of 3 x 3 cells in either colour plane, in levels."""
    side = own.shape[1]
    carried = np.empty((side, side), np.float32)
    valid = np.empty((side, side), np.bool_)
    limits, bounds = margins(laid, margin)
    most = 0.0
    for plane in range(2):
        mean = smoothed(own[plane], _THIRD)
        carry(smoothed(its[plane], _THIRD), laid, limits, bounds, carried, valid)
        for y in range(side):
            for x in range(side):
                if valid[y, x]:
                    most = max(most, abs(mean[y, x] - carried[y, x]))
    found[COLOUR] = most
