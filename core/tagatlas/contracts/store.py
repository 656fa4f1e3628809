"""Contract of an image store: it keeps image bytes under their id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tagatlas.errors import ImageNotStored, StorageError
from tagatlas.statuses import Variant


class ImageCopy(NamedTuple):
    """The bytes of an image in one variant."""

    image_id: str
    variant: Variant
    data: bytes


class ImageStore(ABC):
    """Stores the encoded variants of images by the image's id.

    An id is 64 lower-case hexadecimal digits: the SHA-256 of the bytes as they were fetched.
    All methods may be called from several threads at once. A store implements ``put``, ``get``,
    ``has`` and ``locate``; the methods for many copies call those unless it has better ways.

    Attributes:
        batch_size: copies that are best put together, by ``put_many``, at least 1. Who has many
            to put gathers up to so many before it puts them, and takes none as stored before.
        batch_bytes: most bytes that are gathered; None for no limit.
    """

    batch_size: int = 1
    batch_bytes: int | None = None

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

    def shared_place(self) -> tuple[str, Mapping[str, str]] | None:
        """A folder for files beside the images that all processes with this store can use.

        On a cluster, processes put their results there. None, which is the default, if there is
        no such place: work on this store's images then stays in one process.

        Returns:
            An absolute path or a URL that fsspec knows, and the options of its file system, such
            as ``endpoint_url``; keys come from the environment of each process.
        """
        return None

    def put_many(self, copies: Sequence[ImageCopy]) -> None:
        """Store copies, each as ``put`` does; all are stored once it returns.

        Raises:
            StorageError: some could not be written; others may be stored.
            ValueError: an ``image_id`` is not an id.
        """
        for copy in copies:
            self.put(*copy)

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """The bytes of several copies, in their order; None for one that ``get`` does not find.

        Args:
            wanted: id and variant of each; as many as may be in memory at once.

        Raises:
            ValueError: an id is none.
        """
        return [self._found(image_id, variant) for image_id, variant in wanted]

    def holds(self, copy: ImageCopy) -> bool:
        """Whether exactly these bytes are stored, so that they need not be put; one look.

        A store may say no where looking would cost more than putting them again.

        Raises:
            ValueError: its ``image_id`` is not an id.
        """
        return self._found(copy.image_id, copy.variant) == copy.data

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

    def remove_many(self, ids: Sequence[str]) -> None:
        """Remove images as ``remove`` does.

        Raises:
            StorageError: something could not be removed; some images may be.
            ValueError: one of ``ids`` is none.
        """
        for image_id in ids:
            self.remove(image_id)

    def _found(self, image_id: str, variant: Variant) -> bytes | None:
        try:
            return self.get(image_id, variant)
        except ImageNotStored:
            return None


class StoreInFront(ImageStore):
    """Passes all on to another store; what stands before one inherits from it."""

    def __init__(self, store: ImageStore) -> None:
        self._store = store
        self.batch_size = store.batch_size
        self.batch_bytes = store.batch_bytes

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        self._store.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        return self._store.get(image_id, variant)

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        return self._store.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`."""
        return self._store.locate(image_id, variant)

    def shared_place(self) -> tuple[str, Mapping[str, str]] | None:
        """See :meth:`ImageStore.shared_place`."""
        return self._store.shared_place()

    def put_many(self, copies: Sequence[ImageCopy]) -> None:
        """See :meth:`ImageStore.put_many`."""
        self._store.put_many(copies)

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`."""
        return self._store.get_many(wanted)

    def holds(self, copy: ImageCopy) -> bool:
        """See :meth:`ImageStore.holds`."""
        return self._store.holds(copy)

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`."""
        self._store.remove(image_id)

    def remove_many(self, ids: Sequence[str]) -> None:
        """See :meth:`ImageStore.remove_many`."""
        self._store.remove_many(ids)
