"""The second look: whether two sketches are of one picture.

The sketches are aligned, from coarse to fine: see :mod:`tagatlas_duplicates.overlay`. The largest
remaining differences decide: see :mod:`tagatlas_duplicates.measures`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.compiled import kernel
from tagatlas_duplicates.measures import margins, measure
from tagatlas_duplicates.overlay import (
    Plane,
    Vector,
    align,
    halved,
    inset,
    smoothed,
)
from tagatlas_duplicates.signature import COLOUR_SIDE, SIDE

_NONE = -np.inf

LIMITS = {
    "copy": np.array(
        [
            (0.4, np.inf),
            (-0.3, np.inf),
            (_NONE, 400.0),
            (_NONE, 15.0),
            (_NONE, 30.0),
            (_NONE, 50.0),
            (_NONE, 0.2),
            (_NONE, 30.0),
            (_NONE, 0.03),
            (0.7, np.inf),
            (0.7, 1.4),
            (_NONE, 32.0),
            (_NONE, 0.3),
            (_NONE, 0.13),
            (_NONE, np.inf),
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
            (_NONE, 0.1),
            (_NONE, np.inf),
        ]
    ),
}
"""By level, minimum and maximum of each measure, shape (MEASURES, 2). Those of ``copy`` are wide
where only the third look can tell."""

GLANCE = 8
"""Cells along each side of a glance."""

GLANCE_MEAN, GLANCE_COLOUR, GLANCE_COMMON = 40.0, 18.0, 0.65
"""Maximum difference of brightness between copies, and mean difference of colours, in levels; and
the minimum share of common structure."""

_TONES = SIDE * SIDE
_COLOURS = COLOUR_SIDE * COLOUR_SIDE
_BOX = _TONES + 2 * _COLOURS
_HALF_RATIO = 0.45
"""Maximum difference of half as many cells, as a share of their contrast: few copies exceed it."""

_MARGIN = 1.25
"""Cells at the edge that are not compared."""

_INSET = 1.5
"""Cells (of :data:`SIDE`) at the edge of the compared area that are mixed with those outside."""


@kernel
def glances(sketches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each picture at low resolution, whole and within its borders: most differences show here.

    Returns:
        Shape (n, 2, 3, GLANCE, GLANCE): brightness, blue and red difference.
    """
    result = np.zeros((len(sketches), 2, 3, GLANCE, GLANCE), np.float32)
    whole = np.array([0.0, 0.0, SIDE, SIDE])
    for place in range(len(sketches)):
        sketch = sketches[place]
        for way in range(2):
            box = box_of(sketch) if way == 1 else whole
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
    """Whether two pictures may be alike by their glances, each shape (3, GLANCE, GLANCE)."""
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
    laid: Vector,
) -> bool:
    """Whether two sketches are of one picture, with and without each one's borders.

    Args:
        one: a sketch, shape (SKETCH_BYTES,).
        other: likewise.
        glance: of one, from :func:`glances`, shape (2, 3, GLANCE, GLANCE).
        other_glance: of the other.
        sizes: width and height of one and of the other, in pixels, shape (4,).
        limits: one of :data:`LIMITS`, shape (MEASURES, 2).
        found: filled with the measures of the last try, shape (MEASURES,); NaN those not taken.
        laid: filled with the alignment, shape (LAID,).
    """
    whole = np.array([0.0, 0.0, SIDE, SIDE])
    inner_one, inner_other = box_of(one), box_of(other)
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
        _lay_over(one, other, finest_one, finest_other, sizes, box, onto, limits, found, laid)
        if (found >= limits[:, 0]).all() and (found <= limits[:, 1]).all():
            return True
    return False


@kernel
def box_of(sketch: NDArray[np.uint8]) -> Vector:
    """The box within the borders of a picture: left, top, right and bottom in cells."""
    box = sketch[_BOX:] / 4.0
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
    within: NDArray[np.float64],
    found: Vector,
    laid: Vector,
) -> None:
    """Align the boxes of two sketches and measure the differences."""
    found[:] = np.nan
    wide = (onto[2] - onto[0]) / (box[2] - box[0])
    high = (onto[3] - onto[1]) / (box[3] - box[1])
    # A point of one, from -0.5 to 0.5, is at shift + scale * point of the other; then gain and
    # offset of the tones.
    laid[0], laid[1] = (onto[0] - box[0] * wide) / SIDE + 0.5 * wide - 0.5, wide
    laid[2], laid[3] = (onto[1] - box[1] * high) / SIDE + 0.5 * high - 0.5, high
    laid[4], laid[5] = 1.0, 0.0
    laid[6:10] = box
    laid[10:] = onto
    pull = np.array([sizes[2] / sizes[0], sizes[3] / sizes[1]])
    pull /= np.sqrt(pull[0] * pull[1])
    half_one, half_other = halved(tones), halved(onto_tones)
    left = align(
        halved(half_one), halved(half_other), laid, 8, inset(box, 3.0), inset(onto, 3.0), pull
    )
    if not left <= 32.0:
        return
    left = align(half_one, half_other, laid, 6, inset(box, _INSET), inset(onto, _INSET), pull)
    if not left <= min(20.0, _HALF_RATIO * (half_one.std() + 3.0)):
        return
    limits, bounds = margins(laid, _MARGIN)
    left = align(tones, onto_tones, laid, 2, limits, bounds, pull)
    if not left <= 12.0 or laid[1] < 0.4 or laid[3] < 0.4 or laid[4] < 0.5:
        return
    colours = one[_TONES:_BOX].reshape(2, COLOUR_SIDE, COLOUR_SIDE)
    onto_colours = other[_TONES:_BOX].reshape(2, COLOUR_SIDE, COLOUR_SIDE)
    measure(tones, onto_tones, colours, onto_colours, sizes, laid, _MARGIN, within, found)
