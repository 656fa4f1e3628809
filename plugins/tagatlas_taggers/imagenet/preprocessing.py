"""From an image's bytes to the pixels that the model takes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 260
"""Width and height that EfficientNet-Lite2 was trained for."""

PICTURE_SIDE = 256
"""Longer side of the picture on its white square: that of a thumbnail, which is then not resized,
and a quarter of a normalised copy's 1,024, to which the JPEG decoder can reduce."""

DESCRIPTION = f"{PICTURE_SIDE} bilinear on white {SIDE}"
"""For the fingerprint: changes whenever :func:`to_pixels` would give other pixels."""


def to_pixels(data: bytes) -> NDArray[np.uint8]:
    """Decode a picture, scale it to fit and centre it on a white square.

    The whole picture is used, with its proportions: on labelled pictures this agreed better with
    the labels than the centre crop the model was trained with, or stretching (PROVENANCE.md).
    Means are subtracted inside the model.

    Returns:
        RGB values, shape (260, 260, 3).

    Raises:
        OSError: the bytes are no JPEG, PNG or WebP, or damaged.
    """
    picture = Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    scale = PICTURE_SIDE / max(picture.size)
    # Rounded down, so that a 1,024 pixel JPEG of any proportions is decoded at a quarter.
    picture.draft("RGB", (int(picture.width * scale) or 1, int(picture.height * scale) or 1))
    scale = PICTURE_SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    fitted = picture.convert("RGB").resize(size, Image.Resampling.BILINEAR)
    square = Image.new("RGB", (SIDE, SIDE), "white")
    square.paste(fitted, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return np.asarray(square)
