"""Unused images: no record leads to them, since a file or source was removed or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tagatlas.atlas import Atlas
from tagatlas.catalog import Target
from tagatlas.contracts import ImageStatus, Variant
from tagatlas.errors import ImageNotStored, UsageError
from tagatlas.steps.remove import sweep


@dataclass(frozen=True)
class Unused:
    """Data that no record leads to.

    Attributes:
        images: number of images.
        bytes: of their stored files.
        addresses: number of addresses that no record names.
        answers: number of answers about these images.
        maps: names of maps that still had some of them, and are to be made again; known only
            after the removal.
    """

    images: int
    bytes: int
    addresses: int
    answers: int
    maps: Sequence[str] = ()


def find_unused(atlas: Atlas) -> Unused:
    """Find data that no record leads to.

    Images that wait to be fetched again are in use, so all addresses must have been fetched.

    Raises:
        UsageError: some addresses are still to be fetched.
    """
    return _describe(atlas, _target(atlas))


def clean(atlas: Atlas) -> Unused:
    """Remove from the atlas all data that no record leads to, with files and answers.

    Maps that still have some of these images are to be made again.

    Args:
        atlas: open for writing.

    Raises:
        UsageError: see :func:`find_unused`.
        NotTrusted, StorageError, AtlasLocked: see :func:`tagatlas.steps.remove.remove`.
    """
    atlas.require_store()
    sweep(atlas)
    target = _target(atlas)
    unused = _describe(atlas, target)
    if not unused.images and not unused.addresses:
        return unused
    extent = atlas.catalog.removals.take_out(target)
    sweep(atlas)
    return replace(unused, maps=extent.maps)


def _target(atlas: Atlas) -> Target:
    if pending := atlas.catalog.addresses.counts()[ImageStatus.PENDING]:
        raise UsageError(
            f"addresses that are still to be fetched ({pending:,}) may lead to images that seem "
            "unused: run tagatlas fetch first"
        )
    return atlas.catalog.removals.unused()


def _describe(atlas: Atlas, target: Target) -> Unused:
    return Unused(
        images=len(target.images),
        bytes=sum(stored_bytes(atlas, image) for image in target.images),
        addresses=len(target.addresses),
        answers=atlas.catalog.removals.answers(target),
    )


def stored_bytes(atlas: Atlas, image: str) -> int:
    """Size of an image's files in the store, in bytes."""
    size = 0
    for variant in Variant:
        where = atlas.store.locate(image, variant)
        if where is not None and "://" not in where:
            path = atlas.folder / where
            size += path.stat().st_size if path.exists() else 0
            continue
        try:
            size += len(atlas.store.get(image, variant))
        except ImageNotStored:
            continue
    return size
