"""Normalises fetched bytes and puts the picture into the store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tagatlas.contracts import ImageCopy, ImageStore, Variant
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.outcome import StoredImage
from tagatlas_fetching.workers import Workers


@dataclass(frozen=True)
class Keeper:
    """Normalises pictures and puts them into a store. Used by many threads."""

    store: ImageStore
    workers: Workers
    options: FetchOptions

    def keep(self, data: bytes) -> StoredImage:
        """Normalise the bytes of one picture and put its copies into the store.

        Raises:
            ImageRejected: the bytes are not a picture, or not within the limits.
            StorageError: the store cannot take it.
            PluginError: no picture can be decoded on this machine.
        """
        made = self.workers.normalise(data)
        copies = made.copies
        if self.options.keep_original:
            copies[Variant.ORIGINAL] = data
        for variant, encoded in copies.items():
            copy = ImageCopy(made.id, variant, encoded)
            if not self.store.holds(copy):  # damaged ones are put again
                self.store.put(*copy)
        return StoredImage(
            id=made.id,
            width=made.width,
            height=made.height,
            format=made.format,
            bytes=len(data),
            frames=made.frames,
            perceptual_hash=made.perceptual_hash,
            signature=made.signature,
            stored={
                variant: hashlib.sha256(encoded).hexdigest() for variant, encoded in copies.items()
            },
        )
