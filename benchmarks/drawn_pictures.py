"""Pictures that a program drew, for benchmarks that need more of them than can be shipped."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tagatlas.contracts import ImageStore, Variant

DISTINCT = 400
"""How many of them differ."""


class ThumbnailStore(ImageStore):
    """Has a thumbnail of every image, chosen by the image's id."""

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Nothing is kept."""

    def get(self, image_id: str, variant: Variant) -> bytes:
        """One of the pictures."""
        del variant
        return thumbnail(int(image_id[:8], 16) % DISTINCT)

    def has(self, image_id: str, variant: Variant) -> bool:
        """It has every one."""
        del image_id, variant
        return True

    def locate(self, image_id: str, variant: Variant) -> str:
        """Where it would be in an atlas."""
        return f"thumbnails/{image_id}.{variant}.jpg"


def sizes(images: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Widths and heights of a mix of landscapes and portraits."""
    is_upright = np.arange(images) % 3 == 0
    return np.where(is_upright, 768, 1024), np.where(is_upright, 1024, 768)


@cache
def thumbnail(number: int) -> bytes:
    """A JPEG of noise and gradients, 256 pixels on the longer side."""
    dice = np.random.default_rng(number)
    height, width = (256, 192) if number % 3 == 0 else (192, 256)
    coarse = dice.integers(0, 256, (12, 12, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noise = dice.normal(0, 8, (height, width, 3))
    noisy = Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
    encoded = BytesIO()
    noisy.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()
