"""Verification of the store against the catalog: every file, by its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from tagatlas.atlas import Atlas
from tagatlas.contracts import ALWAYS_KEPT, ImageStore, Progress, Variant, no_progress
from tagatlas.errors import ImageNotStored

_AT_ONCE = 512


@dataclass(frozen=True)
class Damage:
    """A stored file that is missing or changed.

    Attributes:
        image: the image's id.
        variant: of its file.
        gone: whether it is missing; else its bytes have changed.
    """

    image: str
    variant: Variant
    gone: bool


@dataclass(frozen=True)
class Verified:
    """Result of a verification.

    Attributes:
        files: number of files checked.
        damages: missing or changed files, ordered by image.
    """

    files: int
    damages: list[Damage]

    @property
    def images(self) -> list[str]:
        """Ids of the images with any damage."""
        return list(dict.fromkeys(damage.image for damage in self.damages))


def verify_images(atlas: Atlas, *, progress: Progress = no_progress) -> Verified:
    """Read every stored file of the collection and compare its hash with the one it was put with.

    For images stored by an older tagatlas, whose hashes are unknown, it is only checked that the
    files exist.

    Args:
        atlas: to read from.
        progress: called with files checked; failed are those that are damaged.
    """
    expected = atlas.catalog.addresses.stored()
    wanted = [
        (image_id, variant, digest)
        for image_id, *digests in expected.iter_rows()
        for variant, digest in zip(Variant, digests, strict=True)
        if digest is not None or variant in ALWAYS_KEPT
    ]
    damages: list[Damage] = []
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for done, part in enumerate(_parts(wanted)):
            found = threads.map(lambda file: _check(atlas.store, *file), part)
            damages += [damage for damage in found if damage is not None]
            progress(min((done + 1) * _AT_ONCE, len(wanted)), len(wanted), len(damages))
    return Verified(len(wanted), damages)


def repair_images(atlas: Atlas, *, progress: Progress = no_progress) -> Verified:
    """Mark the images with damaged files to be fetched again.

    Args:
        atlas: open for writing.
        progress: see :func:`verify_images`.

    Raises:
        NotTrusted: the user has not accepted the store of the images.
    """
    atlas.require_store()
    verified = verify_images(atlas, progress=progress)
    atlas.catalog.addresses.make_pending(verified.images)
    return verified


def _check(store: ImageStore, image_id: str, variant: Variant, digest: str | None) -> Damage | None:
    if digest is None:
        return None if store.has(image_id, variant) else Damage(image_id, variant, gone=True)
    try:
        data = store.get(image_id, variant)
    except ImageNotStored:
        return Damage(image_id, variant, gone=not store.has(image_id, variant))
    if hashlib.sha256(data).hexdigest() == digest:
        return None
    return Damage(image_id, variant, gone=False)


def _parts(
    files: Iterable[tuple[str, Variant, str | None]],
) -> Iterator[list[tuple[str, Variant, str | None]]]:
    rest = iter(files)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
