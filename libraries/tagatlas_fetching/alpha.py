"""The transparency of cut-outs, kept within their stored copies.

A copy is a JPEG on white, which every tagger and program reads. That of a picture with transparent
parts has its opacity as well: an 8-bit grey PNG of the same size, in application segments
(``APP15``) behind the first one. Decoders skip them; :func:`without_alpha` removes them again. A
copy without them is opaque.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from tagatlas_fetching.stored_size import MOST_PIXELS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MARKER = b"\xff\xef"
_NAME = b"tagatlas alpha\0"
_LONGEST = 65_533 - len(_NAME)
"""Bytes of the PNG in one segment, whose length counts itself."""
_FIRST = range(0xE0, 0xF0)
"""Second byte of the marker of an application segment (ITU-T T.81, table B.1)."""
_PNG, _HEADER, _GREY = b"\x89PNG\r\n\x1a\n", b"\0\0\0\r", b"\x08\0\0\0\0"
"""Signature, length of the header, and its end: 8 bits, grey, neither interlaced nor filtered."""
_CLEAR, _SEEN = 250, 16
"""Opacity from which a pixel counts as opaque, and below which it cannot be seen."""


def is_cut_out(alpha: NDArray[np.uint8]) -> bool:
    """Whether a picture's opacity is worth keeping: part of it is transparent, and not all.

    A picture that could not be seen at all is shown on its white ground.
    """
    return bool(alpha.min() < _CLEAR and alpha.max() >= _SEEN)


def with_alpha(jpeg: bytes, alpha: NDArray[np.uint8]) -> bytes:
    """Add its opacity to a copy.

    Args:
        jpeg: the picture on white, without opacity.
        alpha: of each pixel, 255 for an opaque one, shape (height, width).
    """
    from PIL import Image

    encoded = BytesIO()
    Image.fromarray(alpha).save(encoded, "PNG")
    data, at = encoded.getvalue(), _begin(jpeg)
    parts = [data[place : place + _LONGEST] for place in range(0, len(data), _LONGEST)]
    lengths = ((2 + len(_NAME) + len(part)).to_bytes(2, "big") for part in parts)
    segments = (_MARKER + size + _NAME + part for size, part in zip(lengths, parts, strict=True))
    return jpeg[:at] + b"".join(segments) + jpeg[at:]


def without_alpha(data: bytes) -> bytes:
    """A copy as it is without opacity: the same pixels. Any other bytes are returned unchanged."""
    begin = _begin(data)
    parts, end = _parts(data, begin)
    return data[:begin] + data[end:] if parts else data


def alpha_of(data: bytes, size: tuple[int, int]) -> NDArray[np.uint8] | None:
    """The opacity of a copy; None for one that is opaque, or whose opacity cannot be read.

    Args:
        data: the copy.
        size: width and height of the result in pixels, at most those of the copy.

    Returns:
        255 for an opaque pixel, shape (height, width).
    """
    import numpy as np
    from PIL import Image

    parts, _ = _parts(data, _begin(data))
    encoded = b"".join(parts)
    if not 0 < _pixels(encoded) <= MOST_PIXELS:
        return None
    try:
        with Image.open(BytesIO(encoded), formats=("PNG",)) as picture:
            exact = picture if picture.size == size else picture.resize(size, Image.Resampling.BOX)
            return np.asarray(exact)
    except (OSError, SyntaxError, ValueError):
        return None


def _pixels(png: bytes) -> int:
    """Number of pixels of a PNG as :func:`with_alpha` writes it; 0 for any other bytes.

    One of somebody else's atlas may have further chunks, on which a decoder warns or fails.
    """
    kinds, at = [], len(_PNG)
    while at + 8 <= len(png):
        kinds.append(png[at + 4 : at + 8])
        at += 12 + int.from_bytes(png[at : at + 4], "big")
    plain = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and {*kinds[1:-1]} == {b"IDAT"}
    if not plain or png[:12] != _PNG + _HEADER or png[24:29] != _GREY:
        return 0
    return int.from_bytes(png[16:20], "big") * int.from_bytes(png[20:24], "big")


def _begin(data: bytes) -> int:
    """Where the segments with the opacity begin if there are any: after the first segment."""
    if len(data) < 6 or data[2] != 0xFF or data[3] not in _FIRST:
        return 2
    return 2 if data[2:4] == _MARKER else 4 + int.from_bytes(data[4:6], "big")


def _parts(data: bytes, at: int) -> tuple[list[bytes], int]:
    """The parts of the PNG in the segments from a place on, and the place after them."""
    parts = []
    while data.startswith(_NAME, at + 4) and data.startswith(_MARKER, at):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        parts.append(data[at + 4 + len(_NAME) : end])
        at = end
    return parts, at
