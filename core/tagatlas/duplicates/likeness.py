"""The second look: whether two sketches are of one picture.

One sketch is laid over the other, from coarse to fine: see :mod:`tagatlas.duplicates.overlay`.
What then still differs anywhere decides: the structure within small windows (the last term of
Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004),
tones, and colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.duplicates.overlay import (
    Plane,
    Vector,
    align,
    carry,
    halved,
    inset,
    smoothed,
)
from tagatlas.duplicates.signature import COLOUR_SIDE, SIDE
from tagatlas.layout.compiled import kernel

STRUCTURE, FINE_STRUCTURE, ENERGY, MEAN, PATCH, CELL, RATIO, COLOUR = range(8)
STRETCH, COVERAGE, GAIN, SHIFT, OFFSET = range(8, 13)
MEASURES = 13
"""What is measured of two sketches, by place; what each is, stands with :data:`LIMITS`."""

_NONE = -np.inf

LIMITS = {
    "copy": np.array(
        [
            (0.65, np.inf),  # structure that windows of 8 x 8 cells have in common, from -1 to 1
            (0.45, np.inf),  # the same of 5 x 5 cells
            (_NONE, 200.0),  # variance of differences within 5 x 5 cells
            (_NONE, 18.0),  # difference of the means of 8 x 8 cells, in levels of 255
            (_NONE, 20.0),  # of 3 x 3 cells: other letters
            (_NONE, 36.0),  # of single cells
            (_NONE, 0.17),  # of all, root mean square, as a share of the contrast
            (_NONE, 18.0),  # of blue or red difference
            (_NONE, 0.05),  # how much more one side is scaled than the other, logarithm
            (0.72, np.inf),  # share of either picture that is compared
            (0.7, 1.4),  # gain of the tones
            (_NONE, 32.0),  # how much lighter or darker it is as a whole, in levels
            (_NONE, 1.0),  # how far it is moved or scaled, as a share of its sides
        ]
    ),
    "same": np.array(
        [
            (0.9, np.inf),
            (0.8, np.inf),
            (_NONE, 60.0),
            (_NONE, 4.0),
            (_NONE, 7.0),
            (_NONE, 16.0),
            (_NONE, 0.1),
            (_NONE, 6.0),
            (_NONE, 0.004),
            (0.97, np.inf),
            (0.97, 1.03),
            (_NONE, 2.0),
            (_NONE, 0.008),
        ]
    ),
}
"""By level, the least and the most of each measure, shape (MEASURES, 2)."""

GLANCE = 8
"""Cells along each side of a glance."""

GLANCE_MEAN, GLANCE_COLOUR, GLANCE_COMMON = 40.0, 18.0, 0.75
"""Levels by which the brightness of two pictures of one differs at most, and on average their
colours; and the share of their structure that they have in common at least."""

_TONES = SIDE * SIDE
_COLOURS = COLOUR_SIDE * COLOUR_SIDE
_INSET = 1.5
"""Cells, of :data:`SIDE`, at the edge of what is compared that are mixed with what is beyond."""

_FLAT = 20.0
"""Variance that differences within a window have anyway, from compression."""

_BLUR = 0.58
"""Variance of a cell's reach after smoothing, in cells squared."""


@kernel
def glances(sketches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each picture in few cells, whole and within its borders: most that differ, differ in these.

    Returns:
        Shape (n, 2, 3, GLANCE, GLANCE): brightness, blue and red difference.
    """
    result = np.zeros((len(sketches), 2, 3, GLANCE, GLANCE), np.float32)
    whole = np.array([0.0, 0.0, SIDE, SIDE])
    for place in range(len(sketches)):
        sketch = sketches[place]
        for way in range(2):
            box = _box(sketch) if way == 1 else whole
            for plane in range(3):
                side = SIDE if plane == 0 else COLOUR_SIDE
                start = 0 if plane == 0 else _TONES + (plane - 1) * _COLOURS
                cells = sketch[start : start + side * side].reshape(side, side)
                _glance(cells, box * (side / SIDE), result[place, way, plane])
    return result


@kernel
def _glance(cells: NDArray[np.uint8], box: Vector, result: Plane) -> None:
    counts = np.zeros((GLANCE, GLANCE))
    for y in range(int(box[1]), int(np.ceil(box[3]))):
        row = min(max(int((y + 0.5 - box[1]) / (box[3] - box[1]) * GLANCE), 0), GLANCE - 1)
        for x in range(int(box[0]), int(np.ceil(box[2]))):
            column = min(max(int((x + 0.5 - box[0]) / (box[2] - box[0]) * GLANCE), 0), GLANCE - 1)
            result[row, column] += cells[y, x]
            counts[row, column] += 1
    for row in range(GLANCE):
        for column in range(GLANCE):
            result[row, column] /= max(1.0, counts[row, column])


@kernel
def may_be_alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether two glances, each shape (3, GLANCE, GLANCE), leave it open that they are alike."""
    first = second = squares = other_squares = products = colours = 0.0
    for y in range(GLANCE):
        for x in range(GLANCE):
            own, its = one[0, y, x], other[0, y, x]
            first += own
            second += its
            squares += own * own
            other_squares += its * its
            products += own * its
            colours += abs(one[1, y, x] - other[1, y, x]) + abs(one[2, y, x] - other[2, y, x])
    count = GLANCE * GLANCE
    first, second = first / count, second / count
    spread = squares / count - first**2
    other_spread = other_squares / count - second**2
    common = products / count - first * second
    return (
        abs(first - second) <= GLANCE_MEAN
        and colours <= GLANCE_COLOUR * count
        and common + 25.0 >= GLANCE_COMMON * (np.sqrt(spread * other_spread) + 25.0)
    )


@kernel
def is_alike(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    glance: NDArray[np.float32],
    other_glance: NDArray[np.float32],
    sizes: Vector,
    limits: NDArray[np.float64],
    found: Vector,
) -> bool:
    """Whether two sketches are of one picture, tried from each way of leaving borders out.

    Args:
        one: a sketch, shape (SKETCH_BYTES,).
        other: likewise.
        glance: of one, from :func:`glances`, shape (2, 3, GLANCE, GLANCE).
        other_glance: of the other.
        sizes: width and height of one and of the other, in pixels, shape (4,).
        limits: one of :data:`LIMITS`, shape (MEASURES, 2).
        found: filled with the measures of the last try, shape (MEASURES,); NaN where it ended.
    """
    whole = np.array([0.0, 0.0, SIDE, SIDE])
    inner_one, inner_other = _box(one), _box(other)
    finest_one = finest_other = np.empty((0, 0), np.float32)
    for way in range(4):
        within, onto_within = way == 1 or way == 2, way == 1 or way == 3
        box = inner_one if within else whole
        onto = inner_other if onto_within else whole
        if (within and (box == whole).all()) or (onto_within and (onto == whole).all()):
            continue
        if not may_be_alike(glance[int(within)], other_glance[int(onto_within)]):
            continue
        if len(finest_one) == 0:
            finest_one = smoothed(one[:_TONES].reshape(SIDE, SIDE), 0.25)
            finest_other = smoothed(other[:_TONES].reshape(SIDE, SIDE), 0.25)
        _lay_over(one, other, finest_one, finest_other, sizes, box, onto, found)
        if (found >= limits[:, 0]).all() and (found <= limits[:, 1]).all():
            return True
    return False


@kernel
def _box(sketch: NDArray[np.uint8]) -> Vector:
    box = sketch[_TONES + 2 * _COLOURS :] / 4.0
    for place in range(4):
        if box[place] > SIDE - 0.3:
            box[place] = SIDE
    return box


@kernel
def _lay_over(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    tones: Plane,
    onto_tones: Plane,
    sizes: Vector,
    box: Vector,
    onto: Vector,
    found: Vector,
) -> None:
    """Lay the box of one sketch over that of the other and measure what differs."""
    found[:] = np.nan
    wide = (onto[2] - onto[0]) / (box[2] - box[0])
    high = (onto[3] - onto[1]) / (box[3] - box[1])
    # A place of one, from -0.5 to 0.5, is at shift + scale * place of the other; then the tones'
    # gain and offset.
    laid = np.array(
        [
            (onto[0] - box[0] * wide) / SIDE + 0.5 * wide - 0.5,
            wide,
            (onto[1] - box[1] * high) / SIDE + 0.5 * high - 0.5,
            high,
            1.0,
            0.0,
        ]
    )
    pull = np.array([sizes[2] / sizes[0], sizes[3] / sizes[1]])
    pull /= np.sqrt(pull[0] * pull[1])
    half_one, half_other = halved(tones), halved(onto_tones)
    left = align(
        halved(half_one), halved(half_other), laid, 8, inset(box, 3.0), inset(onto, 3.0), pull
    )
    if not left <= 32.0:
        return
    left = align(half_one, half_other, laid, 6, inset(box, _INSET), inset(onto, _INSET), pull)
    if not left <= 20.0:
        return
    limits = inset(box, 1.25 if box[2] - box[0] == SIDE else 2.0)
    bounds = inset(onto, 1.25 if onto[2] - onto[0] == SIDE else 2.0)
    left = align(tones, onto_tones, laid, 5, limits, bounds, pull)
    if not left <= 12.0 or laid[1] < 0.4 or laid[3] < 0.4 or laid[4] < 0.5:
        return
    sharpness = np.sqrt(laid[1] * laid[3])
    if sharpness < 0.99:  # the other is coarser there
        tones = smoothed(tones, min(0.33, (_BLUR * (1 / sharpness**2 - 1) + 0.15) / 2))
    elif sharpness > 1.01:
        onto_tones = smoothed(onto_tones, min(0.33, _BLUR * (sharpness**2 - 1) / 2))
        tones = smoothed(tones, 0.07)
    carried = np.empty((SIDE, SIDE), np.float32)
    valid = np.empty((SIDE, SIDE), np.bool_)
    count = carry(onto_tones, laid, limits, bounds, carried, valid)
    if count < 300:
        return
    mean = 0.0
    for y in range(SIDE):
        for x in range(SIDE):
            if valid[y, x]:
                mean += carried[y, x]
            carried[y, x] = min(255.0, max(0.0, laid[4] * carried[y, x] + laid[5]))
    mean /= count
    found[STRETCH] = abs(np.log(laid[1] * pull[0] / (laid[3] * pull[1])))
    found[STRETCH] -= 1.5 / min(min(sizes[0], sizes[1]), min(sizes[2], sizes[3]))
    cells = (limits[2] - limits[0]) * (limits[3] - limits[1]) * SIDE**2
    cells_onto = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) * SIDE**2
    found[COVERAGE] = min(count / cells, count * laid[1] * laid[3] / cells_onto)
    found[GAIN] = laid[4]
    found[OFFSET] = max(max(abs(laid[0]), abs(laid[2])), max(abs(laid[1] - 1), abs(laid[3] - 1)))
    found[SHIFT] = abs(laid[4] * mean + laid[5] - mean)
    _compare_windows(tones, carried, valid, found)
    _compare_cells(tones, carried, valid, count, found)
    _compare_colours(one, other, laid, box, onto, found)


@kernel
def _compare_windows(tones: Plane, carried: Plane, valid: NDArray[np.bool_], found: Vector) -> None:
    """Structure and mean within windows of 8 x 8 and of 5 x 5 cells: the worst of all."""
    found[STRUCTURE] = found[FINE_STRUCTURE] = 1.0
    found[ENERGY] = found[MEAN] = 0.0
    for size, stride in ((8, 4), (5, 2)):
        for top in range(0, SIDE - size + 1, stride):
            for start in range(0, SIDE - size + 1, stride):
                count = 0
                first = second = squares = other_squares = products = 0.0
                for y in range(top, top + size):
                    for x in range(start, start + size):
                        if valid[y, x]:
                            own, its = tones[y, x], carried[y, x]
                            count += 1
                            first += own
                            second += its
                            squares += own * own
                            other_squares += its * its
                            products += own * its
                if 4 * count < 3 * size * size:
                    continue
                first /= count
                second /= count
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
) -> None:
    """Single cells, patches of 3 x 3, and all of them as a share of the picture's contrast."""
    differs = np.zeros((SIDE, SIDE), np.float32)
    total = squares = left = cell = patch = 0.0
    for y in range(SIDE):
        for x in range(SIDE):
            if valid[y, x]:
                differs[y, x] = tones[y, x] - carried[y, x]
                total += tones[y, x]
                squares += tones[y, x] * tones[y, x]
                left += differs[y, x] * differs[y, x]
                cell = max(cell, abs(differs[y, x]))
    for y in range(1, SIDE - 1):
        for x in range(1, SIDE - 1):
            mean = 0.0
            for row in range(y - 1, y + 2):
                mean += differs[row, x - 1] + differs[row, x] + differs[row, x + 1]
            patch = max(patch, abs(mean) / 9)
    contrast = np.sqrt(max(0.0, squares / count - (total / count) ** 2))
    found[CELL] = cell
    found[PATCH] = patch
    found[RATIO] = np.sqrt(left / count) / (contrast + 3.0)


@kernel
def _compare_colours(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    laid: Vector,
    box: Vector,
    onto: Vector,
    found: Vector,
) -> None:
    """The largest difference of either plane of colour, in levels."""
    carried = np.empty((COLOUR_SIDE, COLOUR_SIDE), np.float32)
    valid = np.empty((COLOUR_SIDE, COLOUR_SIDE), np.bool_)
    most = 0.0
    for plane in range(2):
        start = _TONES + plane * _COLOURS
        own = smoothed(one[start : start + _COLOURS].reshape(COLOUR_SIDE, COLOUR_SIDE), 0.25)
        its = smoothed(other[start : start + _COLOURS].reshape(COLOUR_SIDE, COLOUR_SIDE), 0.25)
        carry(its, laid, inset(box, 4.0), inset(onto, 4.0), carried, valid)
        for y in range(COLOUR_SIDE):
            for x in range(COLOUR_SIDE):
                if valid[y, x]:
                    most = max(most, abs(own[y, x] - carried[y, x]))
    found[COLOUR] = most
