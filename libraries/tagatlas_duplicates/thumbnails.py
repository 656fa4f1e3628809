"""The thumbnails of pictures that are compared."""

from __future__ import annotations

from tagatlas.contracts import ImageStore, Variant
from tagatlas.errors import ImageNotStored


def thumbnail_in(store: ImageStore, image: str) -> bytes | None:
    """An image's encoded thumbnail; None if it is missing or cannot be read."""
    try:
        return store.get(image, Variant.THUMBNAIL)
    except (ImageNotStored, OSError):
        return None
