"""Image store ``files``: images as plain files in the atlas, which any program can open."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from errno import EFBIG, EINVAL, ELOOP
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from tagatlas import ImageStore, ImageStoreSpec, NoOptions, Variant, hookimpl
from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.toolkit import write_atomically
from tagatlas_stores.names import LARGEST, TEMPORARY, file_name


class FileStore(ImageStore):
    """Keeps an image as ``images/ab/<id>.jpg`` and its thumbnail as ``thumbnails/ab/<id>.jpg``.

    An original is kept as ``originals/ab/<id>``. ``ab`` are the first two digits of the id, so
    that no folder becomes too large for file managers. A file is written under a hidden temporary
    name and then renamed: readers see the complete file or none. A killed process may leave a
    temporary file, which is never read.
    """

    def __init__(self, options: NoOptions, folder: Path) -> None:  # noqa: ARG002 - the contract
        """Use ``folder``, the atlas; subfolders are made when needed."""
        self._folder = folder

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        path = self._path(image_id, variant)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot make {path.parent}: {error.strerror or error}; make room or check the "
                "folder's permissions, then run it again"
            ) from error
        with write_atomically(path) as file:
            file.write(data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        path = self._path(image_id, variant)
        try:
            self._check(path, LARGEST[variant])
            return path.read_bytes()
        except OSError as error:
            raise ImageNotStored(
                f"cannot read {path}: {error.strerror or error}; fetch the image again"
            ) from error

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        path = self._path(image_id, variant)
        try:
            self._check(path)
        except OSError:  # or a folder that may not be looked into
            return False
        return True

    def locate(self, image_id: str, variant: Variant) -> str:
        """See :meth:`ImageStore.locate`."""
        return file_name(image_id, variant)

    def shared_place(self) -> tuple[str, Mapping[str, str]]:
        """See :meth:`ImageStore.shared_place`: the atlas, for nodes that share its folder."""
        return str(self._folder.resolve()), {}

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`."""
        for variant in Variant:
            path = self._path(image_id, variant)
            try:
                path.unlink(missing_ok=True)
                for left in path.parent.glob(f"{TEMPORARY}*"):
                    left.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(
                    f"cannot remove {path}: {error.strerror or error}; check the folder's "
                    "permissions, then run it again"
                ) from error

    def _path(self, image_id: str, variant: Variant) -> Path:
        return self._folder / self.locate(image_id, variant)

    def _check(self, path: Path, largest: float = math.inf) -> None:
        """Check that there is a file, in the atlas, of at most so many bytes.

        Raises:
            OSError: there is none, it is larger, or a link to one elsewhere.
        """
        facts = path.lstat()
        if S_ISLNK(facts.st_mode):
            if not path.resolve().is_relative_to(self._folder.resolve()):
                raise OSError(ELOOP, "it is a link that leads out of the atlas")
            facts = path.stat()
        if not S_ISREG(facts.st_mode):
            raise OSError(EINVAL, "it is no file")
        if facts.st_size > largest:
            raise OSError(EFBIG, "it is too large for an image of an atlas")


@hookimpl
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce the store."""
    return [
        ImageStoreSpec(
            name="files", summary="JPEG files in the atlas's own folder.", factory=FileStore
        )
    ]
