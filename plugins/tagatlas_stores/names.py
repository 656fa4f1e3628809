"""Names of image files, the same in every store."""

from __future__ import annotations

import math
import os
import re

from tagatlas import Variant

_FOLDERS = {
    Variant.IMAGE: "images",
    Variant.THUMBNAIL: "thumbnails",
    Variant.ORIGINAL: "originals",
}
_ID = re.compile(r"[0-9a-f]{64}")
_VARIANTS = {folder: variant for variant, folder in _FOLDERS.items()}
_NAME = re.compile(rf"({'|'.join(_VARIANTS)})/([0-9a-f]{{2}})/(\2[0-9a-f]{{62}})(\.jpg)?")

LARGEST = {Variant.IMAGE: 1 << 28, Variant.THUMBNAIL: 1 << 24, Variant.ORIGINAL: math.inf}
"""Largest bytes by variant, several per pixel; atlases of others may hold anything."""

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


def image_of(name: str) -> tuple[str, Variant] | None:
    """The image and variant of a file by its relative path; None if it is that of no image."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    folder, _, image_id, ending = found.groups()
    variant = _VARIANTS[folder]
    return (image_id, variant) if (ending is None) == (variant == Variant.ORIGINAL) else None


def temporary_name() -> str:
    """A name that no other file has."""
    return TEMPORARY + os.urandom(8).hex()
