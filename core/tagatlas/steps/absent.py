"""Record of stored pictures that were missing when they were read."""

from __future__ import annotations

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
