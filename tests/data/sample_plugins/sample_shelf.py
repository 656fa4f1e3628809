"""A correct image store of a few lines: one folder of files."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from tagatlas.contracts import ImageStore, ImageStoreSpec, NoOptions, Variant
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.hookspecs import hookimpl


class Shelf(ImageStore):
    """Keeps all files in one folder."""

    def __init__(self, options: NoOptions, atlas: Path) -> None:
        self._atlas = atlas

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Write beside the file, then move it into its place."""
        path = self._path(image_id, variant)
        part = path.with_name(f"{path.name}.{threading.get_ident()}")
        try:
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}") from error

    def get(self, image_id: str, variant: Variant) -> bytes:
        """Read the file."""
        try:
            return self._path(image_id, variant).read_bytes()
        except OSError as error:
            raise ImageNotStored(f"no {variant} of {image_id}") from error

    def has(self, image_id: str, variant: Variant) -> bool:
        """Whether the file is there."""
        return self._path(image_id, variant).is_file()

    def locate(self, image_id: str, variant: Variant) -> str:
        """The file's path in the atlas."""
        return f"shelf/{image_id}.{variant}.jpg"

    def remove(self, image_id: str) -> None:
        """Remove the files."""
        for variant in Variant:
            self._path(image_id, variant).unlink(missing_ok=True)

    def _path(self, image_id: str, variant: Variant) -> Path:
        if not re.fullmatch("[0-9a-f]{64}", image_id):
            raise ValueError(f"{image_id!r} is no image id")
        return self._atlas / self.locate(image_id, variant)


@hookimpl
def tagatlas_image_stores() -> list[ImageStoreSpec]:
    """Announce the store."""
    return [ImageStoreSpec(name="shelf", summary="One folder.", factory=Shelf)]
