"""A picture's signature, to recognise its copies: hashes to find them, a sketch to verify them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Box = tuple[float, float, float, float]

SIDE = 64
"""Cells along each side of a sketch's brightness; it does not keep the aspect ratio."""

COLOUR_SIDE = 32
"""Cells along each side of its two planes of colour."""

SKETCH_BYTES = SIDE * SIDE + 2 * COLOUR_SIDE * COLOUR_SIDE + 4
"""Brightness, blue and red difference (Y, Cb and Cr of JPEG), and the box within borders."""

WHOLE: Box = (0.0, 0.0, float(SIDE), float(SIDE))

_CUT = 2.0
"""Cells (3.1 % of a side) that a corner's hash leaves out at the two opposite edges."""

_FAR = SIDE - _CUT
_CROPS: tuple[Box, ...] = ((1.0, 1.0, SIDE - 1.0, SIDE - 1.0), (_CUT, _CUT, _FAR, _FAR))
_CORNERS: tuple[Box, ...] = (
    (0.0, 0.0, _FAR, _FAR),
    (_CUT, 0.0, float(SIDE), _FAR),
    (0.0, _CUT, _FAR, float(SIDE)),
    (_CUT, _CUT, float(SIDE), float(SIDE)),
)

_STEADY = 0.01
"""Minimum distance of a wave's weight above the median, as a share of all weights, to count in a
steady hash: for the few bands of a flag most waves have weights near 0, whose signs depend on
borders and compression."""

HASHES = 9
"""Hashes in a signature: see :class:`Signature`."""

_BORDER = 14
"""Maximum difference of a border's cells from its colour, in levels (of 255)."""

_LEAST_INNER = 20
"""Minimum cells along each side of a picture within borders."""

_FREQUENCIES = 8
"""Waves along each side whose weights make a hash: 8 x 8 = 64 bits."""

_TILT = 0.5
"""Weight of the last cell along a side beyond that of the first; see the perceptual hash."""

_FLAT = 1.0
"""Variance of the brightness up to which there is no structure."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Hashes and a sketch of a picture, kept beside its perceptual hash.

    Attributes:
        hashes: of the picture without 1.6 % and without 3.1 % of each edge, and of the part within
            borders of one colour; then steady ones, in which few bits depend on weights near 0: of
            the whole, of the part within borders, and without 3.1 % at two edges, which leaves the
            upper left, upper right, lower left and lower right corner. Each from 0 to 2**64 - 1,
            or None if that part has no structure; the third and the fifth also if there is no
            border.
        sketch: of :data:`SKETCH_BYTES` bytes: rows of brightness, of blue and of red difference,
            and left, top, right and bottom of the box within borders in quarters of a cell.
    """

    hashes: tuple[int | None, ...]
    sketch: bytes


def make_signature(picture: Image.Image) -> Signature:
    """The signature of a picture. Safe to call from several threads.

    Args:
        picture: RGB, upright; preferably with a longer side of 256 pixels.
    """
    import numpy as np
    from PIL.Image import Resampling

    is_large = min(picture.size) >= 2 * SIDE
    way = Resampling.BOX if is_large else Resampling.BILINEAR
    small = picture.resize((SIDE, SIDE), way).convert("YCbCr")
    brightness, blue, red = small.split()
    box = _within_borders(np.asarray(small))
    means = [plane.reduce(SIDE // COLOUR_SIDE).tobytes() for plane in (blue, red)]
    return Signature(
        hashes=_hashes(np.asarray(brightness).astype(np.float32), box),
        sketch=brightness.tobytes()
        + b"".join(means)
        + bytes(min(255, round(4 * place)) for place in box),
    )


def _within_borders(cells: NDArray[np.uint8]) -> Box:
    """The box without the rows and columns of the colour of most of the edge."""
    import numpy as np

    ring = np.concatenate([cells[0], cells[-1], cells[1:-1, 0], cells[1:-1, -1]])
    border = np.sort(ring, axis=0)[len(ring) // 2].astype(np.int16)
    by_plane = np.abs(cells.transpose(2, 0, 1) - border[:, None, None])
    off = np.maximum(np.maximum(by_plane[0], by_plane[1]), by_plane[2])
    if min(off[0].max(), off[-1].max(), off[:, 0].max(), off[:, -1].max()) > _BORDER:
        return WHOLE
    rows, columns = _extent(off), _extent(off.T)
    if min(rows[1] - rows[0], columns[1] - columns[0]) < _LEAST_INNER:
        return WHOLE
    return columns[0], rows[0], columns[1], rows[1]


def _extent(off: NDArray[np.int16]) -> tuple[float, float]:
    """Begin and end inside the border, in cells; mixed cells at the edge count in part."""
    import numpy as np

    inner = np.flatnonzero(off.max(axis=1) > _BORDER)
    if len(inner) == 0:
        return 0.0, 0.0
    first, last = int(inner[0]), int(inner[-1])
    means = off.sum(axis=1)
    begin, end = float(first), float(last + 1)
    if 0 < first < SIDE - 2:
        begin += 1 - min(1.0, means[first] / max(1.0, means[first + 1]))
    if 1 < last < SIDE - 1:
        end -= 1 - min(1.0, means[last] / max(1.0, means[last - 1]))
    return round(4 * begin) / 4, round(4 * end) / 4


def _hashes(tones: NDArray[np.float32], inner: Box) -> tuple[int | None, ...]:
    """The hashes of a signature; see :class:`Signature`."""
    import numpy as np

    boxes = (*_CROPS, inner, WHOLE, inner, *_CORNERS)
    steady = np.repeat((0.0, _STEADY), (len(_CROPS) + 1, len(_CORNERS) + 2))
    wide = [_waves(left, right) for left, _, right, _ in boxes]
    high = [_waves(top, bottom) for _, top, _, bottom in boxes]
    across, columns = (np.stack(each) for each in zip(*wide, strict=True))
    down, rows = (np.stack(each) for each in zip(*high, strict=True))
    area = rows.sum(axis=1) * columns.sum(axis=1)
    mean = ((rows @ tones) * columns).sum(axis=1) / area
    spread = ((rows @ (tones * tones)) * columns).sum(axis=1) / area - mean**2
    offsets = down.sum(axis=2)[:, :, None] * across.sum(axis=2)[:, None]
    weights = down @ tones @ across.transpose(0, 2, 1) - mean[:, None, None] * offsets
    weights = weights.reshape(len(boxes), -1)
    limits = np.median(weights, axis=1) + steady * np.linalg.norm(weights, axis=1)
    packed = np.packbits(weights > limits[:, None], axis=1)
    there = spread > _FLAT
    if inner == WHOLE:
        there[[2, 4]] = False
    return tuple(
        int.from_bytes(bits.tobytes(), "big") if is_there else None
        for bits, is_there in zip(packed, there, strict=True)
    )


@cache
def _waves(begin: float, end: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The lowest waves between two points, shape (8, SIDE), and the share of each cell there."""
    import numpy as np

    cells = np.arange(SIDE)
    low, high = np.maximum(cells, begin), np.minimum(cells + 1, end)
    shares = np.clip(high - low, 0, 1)
    place = np.clip(((low + high) / 2 - begin) / (end - begin), 0, 1)
    waves = np.cos(np.pi * np.arange(_FREQUENCIES)[:, None] * place)
    weighted = shares * waves * (1 + _TILT * (place - 0.5))
    return weighted.astype(np.float32), shares.astype(np.float32)
