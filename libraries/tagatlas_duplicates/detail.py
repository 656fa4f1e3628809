"""The third look: whether the thumbnails of two pictures agree in detail.

Two sketches of 64 x 64 cells can agree although hairlines, letters or digits do not. So the
thumbnails are aligned as the sketches were, the alignment is refined, and the difference is
measured with up to 128 x 128 cells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling

from tagatlas.compiled import kernel
from tagatlas_duplicates.measures import MEASURES, measure
from tagatlas_duplicates.overlay import Plane, Vector, align, halved, inset, smoothed

DETAIL_SIDE = 128
"""Cells along each side of a detail's brightness; half as many of its colours."""

_TINY = 96
"""A thumbnail with a smaller side has half as many cells: more would show its compression."""

_KEPT = 2048
"""Details kept: 50 MB at most. A leader is needed again for each picture that looks like it."""

_NONE = -np.inf

DETAIL_LIMITS = {
    "copy": np.array(
        [
            (0.35, np.inf),
            (0.05, np.inf),
            (_NONE, 300.0),
            (_NONE, 17.0),
            (_NONE, 25.0),
            (_NONE, 45.0),
            (_NONE, 0.2),
            (_NONE, 22.0),
            (_NONE, 0.03),
            (0.72, np.inf),
            (0.7, 1.4),
            (_NONE, 32.0),
            (_NONE, 0.28),
            (_NONE, 0.07),
            (_NONE, 0.14),
        ]
    ),
    "same": np.array(
        [
            (0.6, np.inf),
            (0.9, np.inf),
            (_NONE, 80.0),
            (_NONE, 5.5),
            (_NONE, 11.0),
            (_NONE, 22.0),
            (_NONE, 0.12),
            (_NONE, 9.0),
            (_NONE, 0.004),
            (0.97, np.inf),
            (0.95, 1.05),
            (_NONE, 2.5),
            (_NONE, 0.012),
            (_NONE, 0.04),
            (_NONE, 0.1),
        ]
    ),
}
"""By level, minimum and maximum of each measure, shape (MEASURES, 2)."""


def make_detail(thumbnail: bytes) -> NDArray[np.uint8]:
    """A thumbnail reduced to cells: rows of brightness, of blue and of red difference.

    Args:
        thumbnail: a JPEG.

    Returns:
        Shape (side * side * 3 / 2,), where side is :data:`DETAIL_SIDE`, or half of it.

    Raises:
        OSError: the picture cannot be read.
    """
    with Image.open(BytesIO(thumbnail), formats=("JPEG",)) as picture:
        side = DETAIL_SIDE if min(picture.size) >= _TINY else DETAIL_SIDE // 2
        way = Resampling.BOX if min(picture.size) >= 2 * side else Resampling.BILINEAR
        cells = np.asarray(picture.convert("RGB").convert("YCbCr").resize((side, side), way))
    sums = cells[:, :, 1:].astype(np.uint16)
    sums = sums[::2, ::2] + sums[::2, 1::2] + sums[1::2, ::2] + sums[1::2, 1::2]
    colours = ((sums + 2) >> 2).astype(np.uint8).transpose(2, 0, 1)
    return np.concatenate([cells[:, :, 0].ravel(), colours.ravel()])


@kernel
def agrees(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    sizes: Vector,
    laid: Vector,
    limits: NDArray[np.float64],
    found: Vector,
) -> bool:
    """Whether two pictures agree in detail.

    Args:
        one: from :func:`make_detail`.
        other: likewise.
        sizes: width and height of one and of the other, in pixels, shape (4,).
        laid: alignment of the sketches, shape (LAID,); refined in place.
        limits: one of :data:`DETAIL_LIMITS`.
        found: filled with the measures, shape (MEASURES,); NaN where they do not overlap.
    """
    tones, colours = _planes(one)
    onto_tones, onto_colours = _planes(other)
    if len(tones) > len(onto_tones):
        tones, colours = halved(tones), _halved_colours(colours)
    elif len(onto_tones) > len(tones):
        onto_tones, onto_colours = halved(onto_tones), _halved_colours(onto_colours)
    tones, onto_tones = smoothed(tones, 0.2), smoothed(onto_tones, 0.2)
    found[:] = np.nan
    pull = np.array([sizes[2] / sizes[0], sizes[3] / sizes[1]])
    pull /= np.sqrt(pull[0] * pull[1])
    box, onto = inset(laid[6:10], 1.6), inset(laid[10:], 1.6)
    align(halved(tones), halved(onto_tones), laid, 3, box, onto, pull)
    if not align(tones, onto_tones, laid, 3, box, onto, pull) <= 30.0:
        return False
    margin = 1.0 if len(tones) > 64 else 1.25
    measure(tones, onto_tones, colours, onto_colours, sizes, laid, margin, limits, found)
    return bool((found >= limits[:, 0]).all() and (found <= limits[:, 1]).all())


@kernel
def _planes(detail: NDArray[np.uint8]) -> tuple[Plane, NDArray[np.uint8]]:
    side = int(np.sqrt(len(detail) / 1.5) + 0.5)
    tones = detail[: side * side].reshape(side, side).astype(np.float32)
    return tones, detail[side * side :].reshape(2, side // 2, side // 2)


@kernel
def _halved_colours(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = colours.shape[1] // 2
    result = np.empty((2, side, side), np.uint8)
    for plane in range(2):
        result[plane] = halved(colours[plane].astype(np.float32))
    return result


class Details:
    """Details of pictures, computed on demand; the most recent are kept."""

    def __init__(
        self, thumbnail: Callable[[int], bytes | None], sizes: NDArray[np.float64]
    ) -> None:
        """Details of the pictures of one collection.

        Args:
            thumbnail: gives the encoded thumbnail of the picture at an index, or None.
            sizes: widths and heights in pixels, shape (n, 2).
        """
        self._sizes = sizes
        # Not a method: that would keep all details until the next collection of cycles.
        self._made = lru_cache(_KEPT)(partial(_detail_at, thumbnail))

    def agree(self, one: int, other: int, laid: Vector, limits: NDArray[np.float64]) -> bool:
        """Whether the pictures at two indices agree in detail; see :func:`agrees`."""
        own, its = self._made(one), self._made(other)
        if own is None or its is None:
            return False
        both = self._sizes[[one, other]].ravel()
        return agrees(own, its, both, laid, limits, np.empty(MEASURES))


def _detail_at(thumbnail: Callable[[int], bytes | None], place: int) -> NDArray[np.uint8] | None:
    encoded = thumbnail(place)
    if encoded is None:
        return None
    try:
        return make_detail(encoded)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):  # damaged bytes
        return None
