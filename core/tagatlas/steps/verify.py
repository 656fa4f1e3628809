"""Verification of the store against the catalog: every file, by its hash."""

from __future__ import annotations

from tagatlas.atlas import Atlas
from tagatlas.contracts import ALWAYS_KEPT, Progress, Variant, no_progress
from tagatlas_fetching.verifying import Verified, verify_files


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
    return verify_files(atlas.store, wanted, progress)


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
