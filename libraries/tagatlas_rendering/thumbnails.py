"""Thumbnails embedded in a page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING

from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored
from tagatlas_fetching.alpha import alpha_of

if TYPE_CHECKING:
    from tagatlas.contracts import ImageStore

_QUALITY = 82
_DARKEST = (0, 0, 0)


def thumbnail_address(store: ImageStore, image_id: str, size: tuple[int, int]) -> str | None:
    """An image as a ``data:`` URL, for the source of an ``img`` element.

    A cut-out has no ground, unless it is so dark that it could not be seen on a dark page.

    Args:
        store: holds the image.
        image_id: of the image.
        size: maximum width and height in pixels; the image keeps its shape.

    Returns:
        The URL; None if the image cannot be read.
    """
    import numpy as np
    from PIL import Image

    from tagatlas_rendering.cut_outs import plain_colours, stands_out

    try:
        data = store.get(image_id, Variant.THUMBNAIL)
        with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
            small = picture.convert("RGB")
    except (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    small.thumbnail(size)
    pixels = np.asarray(small)
    encoded = BytesIO()
    alpha = alpha_of(data, small.size)
    if alpha is None or not stands_out(pixels, alpha, _DARKEST):
        small.save(encoded, "JPEG", quality=_QUALITY)
        kind = "jpeg"
    else:
        cut_out = Image.fromarray(plain_colours(pixels, alpha))
        cut_out.save(encoded, "WEBP", quality=_QUALITY, method=2)
        kind = "webp"
    return f"data:image/{kind};base64,{b64encode(encoded.getvalue()).decode()}"
