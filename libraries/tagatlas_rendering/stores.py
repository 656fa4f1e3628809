"""Stores to read pictures from: one that records the missing ones, one that hides some."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from tagatlas.contracts import ImageStore, Variant
from tagatlas.errors import ImageNotStored


class WatchedStore(ImageStore):
    """A store to read from that records missing images.

    A renderer goes on without a missing picture; the caller can report their number.

    Attributes:
        absent: ids of images that were requested and are missing.
    """

    def __init__(self, store: ImageStore) -> None:
        self._store = store
        self.absent: set[str] = set()

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        self._store.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        try:
            return self._store.get(image_id, variant)
        except ImageNotStored:
            self.absent.add(image_id)
            raise

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        return self._store.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`."""
        return self._store.locate(image_id, variant)


class HidingStore(ImageStore):
    """A store to show pictures from that has none of some images, as if their files were gone.

    Whatever draws an image from it leaves its place blank, as that of a missing picture.
    """

    def __init__(self, store: ImageStore, hidden: AbstractSet[str]) -> None:
        """Hide images.

        Args:
            store: has the pictures.
            hidden: ids of the images that are not shown.
        """
        self._store = store
        self._hidden = hidden

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`."""
        self._store.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`; a hidden image is never stored."""
        if image_id in self._hidden:
            raise ImageNotStored(f"the image {image_id} is hidden")
        return self._store.get(image_id, variant)

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        return image_id not in self._hidden and self._store.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`."""
        return None if image_id in self._hidden else self._store.locate(image_id, variant)
