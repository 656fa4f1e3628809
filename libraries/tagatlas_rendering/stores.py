"""Stores to read pictures from: one that records the missing ones, one that hides some."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from tagatlas.contracts import ImageCopy, ImageStore, StoreInFront, Variant
from tagatlas.errors import ImageNotStored


class WatchedStore(StoreInFront):
    """A store to read from that records missing images.

    A renderer goes on without a missing picture; the caller can report their number.

    Attributes:
        absent: ids of images that were requested and are missing.
    """

    def __init__(self, store: ImageStore) -> None:
        super().__init__(store)
        self.absent: set[str] = set()

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        try:
            return self._store.get(image_id, variant)
        except ImageNotStored:
            self.absent.add(image_id)
            raise

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`."""
        found = self._store.get_many(wanted)
        pairs = zip(wanted, found, strict=True)
        self.absent.update(image_id for (image_id, _), data in pairs if data is None)
        return found


class HidingStore(StoreInFront):
    """A store to show pictures from that has none of some images, as if their files were gone.

    Whatever draws an image from it leaves its place blank, as that of a missing picture.
    """

    def __init__(self, store: ImageStore, hidden: AbstractSet[str]) -> None:
        """Hide images.

        Args:
            store: has the pictures.
            hidden: ids of the images that are not shown.
        """
        super().__init__(store)
        self._hidden = hidden

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`; a hidden image is never stored."""
        if image_id in self._hidden:
            raise ImageNotStored(f"the image {image_id} is hidden")
        return self._store.get(image_id, variant)

    def get_many(self, wanted: Sequence[tuple[str, Variant]]) -> list[bytes | None]:
        """See :meth:`ImageStore.get_many`; a hidden image is never stored."""
        shown = [each for each in wanted if each[0] not in self._hidden]
        found = iter(self._store.get_many(shown))
        return [None if each[0] in self._hidden else next(found) for each in wanted]

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        return image_id not in self._hidden and self._store.has(image_id, variant)

    def holds(self, copy: ImageCopy) -> bool:
        """See :meth:`ImageStore.holds`."""
        return copy.image_id not in self._hidden and self._store.holds(copy)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`."""
        return None if image_id in self._hidden else self._store.locate(image_id, variant)
