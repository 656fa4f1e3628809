"""A picture to try a service with."""

from __future__ import annotations

from io import BytesIO

from tagatlas.contracts import ImageInput


def small_picture() -> ImageInput:
    """A picture of 256 x 256 pixels, the same each time."""
    from PIL import Image

    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    return ImageInput("0" * 64, buffer.getvalue())
