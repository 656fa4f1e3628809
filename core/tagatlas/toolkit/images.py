"""Small pictures: of an image, as part of a page; and one to try a service with."""

from __future__ import annotations

from io import BytesIO

from tagatlas.contracts import ImageInput
from tagatlas.rendering.thumbnails import thumbnail_address

__all__ = ["small_picture", "thumbnail_address"]


def small_picture() -> ImageInput:
    """A picture to try a service with: 256 x 256 pixels of greys, the same each time."""
    from PIL import Image

    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return ImageInput("0" * 64, buffer.getvalue())
