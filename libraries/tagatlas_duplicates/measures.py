"""What is measured of two pictures once one is laid over the other: what still differs anywhere.

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
"""What is measured, by place:

0. the structure that windows of 8 x 8 cells have in common, from -1 to 1: the worst of them;
1. the same of 5 x 5 cells;
2. the variance of the differences within 5 x 5 cells, in levels of 255 squared: the largest;
3. how much the means of 8 x 8 cells differ, in levels;
4. how much those of 3 x 3 cells do: other letters;
5. how much single cells do;
6. all differences, root mean square, as a share of the contrast;
7. how much blue or red difference does, in levels;
8. how much more one side is scaled than the other, logarithm;
9. the share of either picture that is compared;
10. the gain of the tones;
11. how much lighter or darker it is as a whole, in levels;
12. how far it is moved or scaled, as a share of its sides;
13. the same as 6 where both have the same pixels along each side and are hardly moved, otherwise
    0: nothing was scaled, so that even hairlines must agree;
14. the same as 2 as a share of the variance of the picture, more where it has few pixels or where
    the gain is below 1: hairlines become a faint grey, in which other hairlines differ by no more
    than strong lines do by compression, but by much of what there is; and the gain falls, because
    lines that are elsewhere have nothing in common.
"""

LAID = 14
"""Numbers of how one picture lies over another: a place x of one, from -0.5 to 0.5, is at
``laid[0] + laid[1] * x`` of the other, y likewise with the next two; gain and offset of the
tones; and the boxes of one and of the other that are compared, in cells of a sketch."""

_FLAT = 20.0
"""Variance that differences within a window have anyway, from compression."""

_BLUR = 0.58
"""Variance of a cell's reach after smoothing, in cells squared."""

_THIRD = 1 / 3

_TONE_BINS = 16
"""Ranges of brightness within which differences are taken apart from their mean."""

_HARDLY = 0.06
"""How far pictures are moved or scaled at most that nobody scaled."""

_GREY = 50.0
"""Variance that is added to a picture's own: in one of hardly any tones, compression is all."""

_LARGE = 256.0
"""Pixels along the longer side, the most of a thumbnail, from which on it shows no compression."""


@kernel
def margins(laid: Vector, cells: float) -> tuple[Vector, Vector]:
    """What of either box is compared: without that many cells at its edge, more at a border."""
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
    """Measure what differs of two pictures, one of which is laid over the other.

    What takes little time comes first; once a measure is out of its limits, the others are left.

    Args:
        tones: brightness of one, shape (side, side).
        onto_tones: of the other.
        own: colours of one.
        its: of the other.
        sizes: width and height of one and of the other, in pixels, shape (4,).
        laid: how one lies over the other, shape (LAID,).
        margin: cells of a sketch at the edge that are not compared.
        limits: the least and the most of each measure, shape (MEASURES, 2).
        found: filled with the measures, shape (MEASURES,); NaN those that were left, and all
            where too little overlaps.
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
    """Whether a measure, of those that were taken, is out of its limits."""
    return bool(((found < limits[:, 0]) | (found > limits[:, 1])).any())


@kernel
def _compare_windows(tones: Plane, carried: Plane, valid: NDArray[np.bool_], found: Vector) -> None:
    """Structure and mean within windows of 8 x 8 and of 5 x 5 cells: the worst of all."""
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

    All of them: without what any change of tones explains, which differs by tone alone.

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
    """The largest difference of either plane of colour, of means of 3 x 3 cells, in levels."""
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
