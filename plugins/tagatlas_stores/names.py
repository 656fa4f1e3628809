"""Names of image files, the same in every store."""

from __future__ import annotations

import os
import re

from tagatlas import Variant

_FOLDERS = {
    Variant.IMAGE: "images",
    Variant.THUMBNAIL: "thumbnails",
    Variant.ORIGINAL: "originals",
}
_ID = re.compile(r"[0-9a-f]{64}")

TEMPORARY = ".writing-"
"""Prefix of the names of incomplete files."""


def file_name(image_id: str, variant: Variant) -> str:
    """The relative path of an image's file, such as ``images/ab/<id>.jpg``.

    Raises:
        ValueError: ``image_id`` is not an id.
    """
    if not _ID.fullmatch(image_id):
        raise ValueError(f"not an image id: {image_id[:80]!r}")
    ending = "" if variant == Variant.ORIGINAL else ".jpg"  # which is in many formats
    return f"{_FOLDERS[variant]}/{image_id[:2]}/{image_id}{ending}"


def temporary_name() -> str:
    """A name that no other file has."""
    return TEMPORARY + os.urandom(8).hex()
