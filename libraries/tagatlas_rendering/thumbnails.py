"""Thumbnails embedded in a page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING

from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored

if TYPE_CHECKING:
    from tagatlas.contracts import ImageStore


def thumbnail_address(store: ImageStore, image_id: str, size: tuple[int, int]) -> str | None:
    """An image as a ``data:`` URL, for the source of an ``img`` element.

    Args:
        store: holds the image.
        image_id: of the image.
        size: maximum width and height in pixels; the image keeps its shape.

    Returns:
        The URL; None if the image cannot be read.
    """
    from PIL import Image

    try:
        data = store.get(image_id, Variant.THUMBNAIL)
        with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
            small = picture.convert("RGB")
    except (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    small.thumbnail(size)
    encoded = BytesIO()
    small.save(encoded, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{b64encode(encoded.getvalue()).decode()}"
