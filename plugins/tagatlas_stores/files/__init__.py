"""Image store ``files``: images are plain files in the atlas, named by their content."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tagatlas import ImageStore, ImageStoreSpec, NoOptions, hookimpl


def make_store(options: NoOptions, folder: Path) -> ImageStore:  # noqa: ARG001 - the contract
    """The store of the atlas in ``folder``."""
    from tagatlas_stores.files.store import FileStore

    return FileStore(folder)


@hookimpl
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce the store."""
    return [
        ImageStoreSpec(
            name="files", summary="JPEG files in the atlas's own folder.", factory=make_store
        )
    ]
