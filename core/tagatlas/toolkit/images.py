"""An image's copies as a store keeps them; its thumbnail for a page; a picture for services."""

from __future__ import annotations

from io import BytesIO

from tagatlas.contracts import ImageInput
from tagatlas_fetching.alpha import alpha_of, without_alpha
from tagatlas_fetching.copies import copies_of, pixels_of
from tagatlas_rendering.cut_outs import plain_colours, stands_out
from tagatlas_rendering.thumbnails import thumbnail_address

__all__ = [
    "alpha_of",
    "copies_of",
    "pixels_of",
    "plain_colours",
    "small_picture",
    "stands_out",
    "thumbnail_address",
    "without_alpha",
]


def small_picture() -> ImageInput:
    """A test picture for services: 256 x 256 pixels of greys, the same each time."""
    from PIL import Image

    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return ImageInput("0" * 64, buffer.getvalue())
