"""Contract of an image store: it keeps image bytes under their id."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tagatlas.errors import StorageError
from tagatlas.statuses import Variant


class ImageStore(ABC):
    """Stores the encoded variants of images by the image's id.

    An id is 64 lower-case hexadecimal digits: the SHA-256 of the bytes as they were fetched.
    All methods may be called from several threads at once.
    """

    @abstractmethod
    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """Store ``data``. Atomic: a reader sees all of it or none; an equal put changes nothing.

        Raises:
            StorageError: the bytes could not be written; nothing was changed.
            ValueError: ``image_id`` is not an id.
        """

    @abstractmethod
    def get(self, image_id: str, variant: Variant) -> bytes:
        """The bytes that were put.

        Raises:
            ImageNotStored: they were never put, or are gone.
            ValueError: ``image_id`` is not an id.
        """

    @abstractmethod
    def has(self, image_id: str, variant: Variant) -> bool:
        """Whether ``get`` would find the bytes."""

    @abstractmethod
    def locate(self, image_id: str, variant: Variant) -> str | None:
        """Location of the file for other programs: a path relative to the atlas folder, or a URL.

        Always written with ``/``. The file need not exist. None if images are not separate
        files, as in a database or in an archive: exports then omit their locations.
        """

    def remove(self, image_id: str) -> None:
        """Remove all variants of an image, and leftovers of interrupted puts.

        Afterwards ``has`` is false for all of them. A missing image is not an error, so that an
        interrupted removal can be repeated. A store that does not override this cannot remove,
        and its images stay.

        Raises:
            StorageError: something could not be removed.
            ValueError: ``image_id`` is not an id.
        """
        where = self.locate(image_id, Variant.IMAGE) or image_id
        raise StorageError(
            f"the image store {type(self).__name__} cannot remove images, such as {where}: "
            "ask its author for it"
        )
