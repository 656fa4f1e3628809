"""Images in the batches that a tagger takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tagatlas.contracts import ImageInput, ImageStore, TagResult, Variant
from tagatlas.errors import ImageNotStored


@dataclass(frozen=True)
class Batch:
    """Images for one call.

    Attributes:
        images: what the backend is asked about; none where all are missing.
        missing: images whose bytes are gone, each with the failure that this is.
    """

    images: list[ImageInput] = field(default_factory=list)
    missing: list[tuple[str, TagResult]] = field(default_factory=list)


def read_batches(
    ids: Sequence[str], store: ImageStore, variant: Variant, batch_bytes: int | None
) -> list[Batch]:
    """Read images, and part them so that no batch is larger than a call may be.

    Args:
        ids: of as many images as a call may have at most.
        store: where they are.
        variant: which encoding.
        batch_bytes: the most bytes of a batch; an image that is larger comes alone.

    Returns:
        At least one batch, in the order of ``ids``.
    """
    missing: list[tuple[str, TagResult]] = []
    images: list[ImageInput] = []
    for image_id in ids:
        try:
            images.append(ImageInput(image_id, store.get(image_id, variant)))
        except ImageNotStored as error:
            failure = TagResult.failed("transient", f"{error}: fetch it again")
            missing.append((image_id, failure))
    first, *others = _parted(images, batch_bytes)
    return [Batch(first, missing), *map(Batch, others)]


def _parted(images: Sequence[ImageInput], most: int | None) -> Iterator[list[ImageInput]]:
    part: list[ImageInput] = []
    size = 0
    for image in images:
        if part and most is not None and size + len(image.data) > most:
            yield part
            part, size = [], 0
        part.append(image)
        size += len(image.data)
    yield part
