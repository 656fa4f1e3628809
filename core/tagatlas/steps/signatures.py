"""Signatures for images fetched by an older tagatlas."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tagatlas.atlas import Atlas
from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored
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
        for image in unsigned[begin : begin + _AT_ONCE]:
            try:
                data = BytesIO(atlas.store.get(image, Variant.THUMBNAIL))
                with Image.open(data, formats=("JPEG",)) as thumbnail:
                    made[image] = make_signature(thumbnail.convert("RGB"))
            except (ImageNotStored, *UNREADABLE):
                continue
        atlas.catalog.addresses.sign(made)
