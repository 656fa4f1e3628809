"""Limits the pictures of a poster to the pixels that they have: enlarged ones are blurred."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image

from tagatlas_posters.engine.pictures import UNREADABLE, variants_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore

_SMALL = 32
"""Longer side of a box in pixels that every picture is taken to fill."""


def within_pixels(
    store: ImageStore, ids: Sequence[str], boxes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Make boxes smaller, about their centres, that are larger than their pictures.

    Args:
        store: holds the images.
        ids: of the images.
        boxes: left, top, right and bottom of each in pixels of the sheet, shape (n, 4).

    Returns:
        The boxes, and how many of them became smaller.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(axis=1)
    own = longer.copy()
    for row in np.flatnonzero(longer > _SMALL).tolist():
        found = _longer_side(store, ids[row], (int(sides[row, 0]), int(sides[row, 1])))
        own[row] = min(own[row], found or own[row])
    is_larger = own < longer
    if not is_larger.any():
        return boxes, 0
    smaller = np.maximum(sides * own[:, None] // longer[:, None], 1)
    first = boxes[:, :2] + (sides - smaller) // 2
    limited = np.concatenate([first, first + smaller], axis=1)
    return np.where(is_larger[:, None], limited, boxes), int(is_larger.sum())


def _longer_side(store: ImageStore, image_id: str, size: tuple[int, int]) -> int | None:
    """Longer side of the copy that is drawn at a size, in pixels; None for an unreadable one."""
    for variant in variants_for(size):
        try:
            data = store.get(image_id, variant)
            try:
                height, width, *_ = simplejpeg.decode_jpeg_header(data)
            except ValueError:  # damaged, or of a rare kind that Pillow knows
                with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
                    width, height = picture.size
            return max(int(width), int(height))
        except UNREADABLE:
            continue
    return None
