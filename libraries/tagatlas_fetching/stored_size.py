"""The size of stored copies: bounded when made, and checked before any is decoded.

An atlas of somebody else may hold files that tagatlas never makes.
"""

from __future__ import annotations

from io import BytesIO

from tagatlas.statuses import Variant

MOST_PIXELS = 1 << 26
"""Most pixels of a copy, as many as 8,192 x 8,192; decoded they take 200 MB."""

_MADE = MOST_PIXELS - (1 << 18)  # the shorter side is rounded

_MOST = {Variant.IMAGE: MOST_PIXELS, Variant.THUMBNAIL: 1 << 22}


def longest_side(width: int, height: int) -> int:
    """The longer side that a copy of a picture can have at most, in pixels."""
    return int(max(width, height) * min(1.0, (_MADE / (width * height)) ** 0.5)) or 1


def oversize(data: bytes, variant: Variant) -> str:
    """The size of stored bytes that would take too much memory to decode; empty for others.

    Args:
        data: of a copy or a thumbnail; those of an original are not looked at.
        variant: what they are.
    """
    most = _MOST.get(variant)
    size = None if most is None else _size(data)
    if most is None or size is None or size[0] * size[1] <= most:
        return ""
    return f"{size[0]:,} x {size[1]:,} pixels"


def _size(data: bytes) -> tuple[int, int] | None:
    """Width and height; None if no decoder can tell."""
    import simplejpeg

    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(data, strict=False)
    except (KeyError, ValueError):  # the first for a file that ends in its header
        return _by_pillow(data)
    return width, height


def _by_pillow(data: bytes) -> tuple[int, int] | None:
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            return picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Image.MAX_IMAGE_PIXELS or MOST_PIXELS, 2
    except (OSError, SyntaxError, ValueError):
        return None
