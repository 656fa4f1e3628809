"""Contract of an image store: it keeps image bytes under their id."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tagatlas.errors import StorageError
from tagatlas.statuses import Variant


class ImageStore(ABC):
    """Keeps the encoded variants of images under the image's id.

    An id is 64 lower-case hexadecimal digits: the SHA-256 of the bytes as they were fetched.
    All methods may be called from several threads at once.
    """

    @abstractmethod
    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Keep ``data``. Atomic: a reader sees all of it or none; an equal put changes nothing.

        Raises:
            StorageError: the bytes could not be written; nothing was changed.
            ValueError: ``image_id`` is no id.
        """

    @abstractmethod
    def get(self, image_id: str, variant: Variant) -> bytes:
        """The bytes that were put.

        Raises:
            ImageNotStored: they were not, or are gone.
            ValueError: ``image_id`` is no id.
        """

    @abstractmethod
    def has(self, image_id: str, variant: Variant) -> bool:
        """Whether ``get`` would find the bytes."""

    @abstractmethod
    def locate(self, image_id: str, variant: Variant) -> str | None:
        """Where another program finds the file: a path relative to the atlas folder, or a URL.

        Always written with ``/``. The file need not exist. None where images are no files of
        their own, as in a database or in an archive: files that name an image then leave its
        place out.
        """

    def remove(self, image_id: str) -> None:
        """Remove all variants of an image, and what an interrupted put may have left of them.

        Afterwards ``has`` is false for all of them. An image that is not there is no error, so
        that an interrupted removal can be repeated. A store that does not override this cannot
        remove, and its images stay.

        Raises:
            StorageError: something could not be removed.
            ValueError: ``image_id`` is no id.
        """
        where = self.locate(image_id, Variant.IMAGE) or image_id
        raise StorageError(
            f"the image store {type(self).__name__} cannot remove images, such as {where}: "
            "ask its author for it"
        )
