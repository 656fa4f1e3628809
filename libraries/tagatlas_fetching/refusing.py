"""Refusal of images and addresses that were removed by request."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from tagatlas.contracts import ImageCopy, ImageStatus, ImageStore, StoreInFront, Variant
from tagatlas.errors import ImageRejected
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.outcome import FetchOutcome

REASON = "removed by request"


def hash_of(name: str) -> str:
    """The stored hash of an image's id, or of an address, that may not come back."""
    return sha256(f"refused by tagatlas: {name}".encode(errors="surrogatepass")).hexdigest()


class RefusingStore(StoreInFront):
    """A store that takes all images except refused ones."""

    def __init__(self, store: ImageStore, refused: frozenset[str]) -> None:
        """Refuse images.

        Args:
            store: holds the others.
            refused: hashes of ids; see :func:`hash_of`.
        """
        super().__init__(store)
        self._refused = refused

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`.

        Raises:
            ImageRejected: the image is refused.
        """
        self._check(image_id)
        self._store.put(image_id, variant, data)

    def put_many(self, copies: Sequence[ImageCopy]) -> None:
        """See :meth:`ImageStore.put_many`.

        Raises:
            ImageRejected: an image is refused; nothing was put.
        """
        for copy in copies:
            self._check(copy.image_id)
        self._store.put_many(copies)

    def holds(self, copy: ImageCopy) -> bool:
        """See :meth:`ImageStore.holds`.

        Raises:
            ImageRejected: the image is refused.
        """
        self._check(copy.image_id)
        return self._store.holds(copy)

    def _check(self, image_id: str) -> None:
        if hash_of(image_id) in self._refused:
            raise ImageRejected(ImageStatus.REFUSED, REASON)


def part_refused(
    addresses: Addresses, refused: frozenset[str]
) -> tuple[Addresses, list[FetchOutcome]]:
    """The addresses that may be fetched, and the outcomes of the refused ones.

    Args:
        addresses: to be fetched.
        refused: hashes of addresses that may not come back.
    """
    if not refused:
        return addresses, []
    is_asked = np.fromiter(
        (hash_of(each.location) not in refused for each in addresses), bool, len(addresses)
    )
    outcomes = [
        FetchOutcome(key, ImageStatus.REFUSED, REASON, attempts=0)
        for key in addresses.keys[~is_asked].tolist()
    ]
    return addresses.only(is_asked), outcomes
