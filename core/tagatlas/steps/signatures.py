"""Signatures for images fetched by an older tagatlas."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from PIL import Image

from tagatlas.atlas import Atlas
from tagatlas.contracts import Variant
from tagatlas_duplicates import make_signature

UNREADABLE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""Pillow's exceptions for damaged bytes."""

_AT_ONCE = 500


def complete_signatures(atlas: Atlas) -> None:
    """Make missing or outdated signatures from the thumbnails.

    An image whose thumbnail is missing or unreadable is skipped, and joined with no other;
    ``tagatlas doctor`` reports it.

    Args:
        atlas: open for writing.
    """
    unsigned = atlas.catalog.addresses.without_signature()
    for begin in range(0, len(unsigned), _AT_ONCE):
        made = {}
        images = unsigned[begin : begin + _AT_ONCE]
        read = atlas.store.get_many([(image, Variant.THUMBNAIL) for image in images])
        for image, data in zip(images, read, strict=True):
            if data is None:
                continue
            with (
                suppress(*UNREADABLE),
                Image.open(BytesIO(data), formats=("JPEG",)) as thumbnail,
            ):
                made[image] = make_signature(thumbnail.convert("RGB"))
        atlas.catalog.addresses.sign(made)
