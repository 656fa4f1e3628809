"""Refusal of images and addresses that were removed by request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tagatlas.contracts import ImageStatus, ImageStore, Variant
from tagatlas.errors import ImageRejected
from tagatlas_fetching.outcome import Address, FetchOutcome

REASON = "removed by request"


def hash_of(name: str) -> str:
    """The stored hash of an image's id, or of an address, that may not come back."""
    return sha256(f"refused by tagatlas: {name}".encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class RefusingStore(ImageStore):
    """A store that takes all images except refused ones.

    Attributes:
        store: holds the others.
        refused: hashes of ids; see :func:`hash_of`.
    """

    store: ImageStore = field(repr=False)
    refused: frozenset[str]

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        """See :meth:`ImageStore.put`.

        Raises:
            ImageRejected: the image is refused.
        """
        if hash_of(image_id) in self.refused:
            raise ImageRejected(ImageStatus.REFUSED, REASON)
        self.store.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        """See :meth:`ImageStore.get`."""
        return self.store.get(image_id, variant)

    def has(self, image_id: str, variant: Variant) -> bool:
        """See :meth:`ImageStore.has`."""
        return self.store.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        """See :meth:`ImageStore.locate`."""
        return self.store.locate(image_id, variant)

    def remove(self, image_id: str) -> None:
        """See :meth:`ImageStore.remove`."""
        self.store.remove(image_id)


def part_refused(
    addresses: Sequence[Address], refused: frozenset[str]
) -> tuple[list[Address], list[FetchOutcome]]:
    """The addresses that may be fetched, and the outcomes of the refused ones.

    Args:
        addresses: to be fetched.
        refused: hashes of addresses that may not come back.
    """
    asked, outcomes = [], []
    for address in addresses:
        if refused and hash_of(address.location) in refused:
            outcome = FetchOutcome(address.key, ImageStatus.REFUSED, REASON, attempts=0)
            outcomes.append(outcome)
        else:
            asked.append(address)
    return asked, outcomes
