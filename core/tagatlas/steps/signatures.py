"""Signatures of images that were fetched by an older tagatlas."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from tagatlas.atlas import Atlas
from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored
from tagatlas_duplicates import make_signature

_AT_ONCE = 500


def complete_signatures(atlas: Atlas) -> None:
    """Make from the thumbnails the signatures that an older tagatlas lacked or made otherwise.

    An image whose thumbnail is not there or cannot be read keeps what it has, and is joined with no
    other; ``tagatlas doctor`` finds it.

    Args:
        atlas: open for writing.
    """
    unsigned = atlas.catalog.addresses.without_signature()
    for begin in range(0, len(unsigned), _AT_ONCE):
        made = {}
        for image in unsigned[begin : begin + _AT_ONCE]:
            try:
                with Image.open(BytesIO(atlas.store.get(image, Variant.THUMBNAIL))) as thumbnail:
                    made[image] = make_signature(thumbnail.convert("RGB"))
            except (ImageNotStored, OSError):
                continue
        atlas.catalog.addresses.sign(made)
