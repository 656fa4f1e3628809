"""Splits images into batches of the size that a tagger accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tagatlas.contracts import ImageInput, ImageStore, TagResult, Variant
from tagatlas.errors import ImageNotStored, TagatlasError
from tagatlas.wording import in_one_line
from tagatlas_fetching.alpha import without_alpha


@dataclass(frozen=True)
class Batch:
    """Images for one call.

    Attributes:
        images: the images to send; may be empty.
        failed: images that cannot be sent, each with the reason.
    """

    images: list[ImageInput] = field(default_factory=list)
    failed: list[tuple[str, TagResult]] = field(default_factory=list)

    def divided(self, images: int) -> tuple[Batch, Batch | None]:
        """The first so many images, and the others; None if there are no others."""
        rest = self.images[images:]
        return Batch(self.images[:images], self.failed), Batch(rest) if rest else None


def read_batches(
    ids: Sequence[str], store: ImageStore, variant: Variant, batch_bytes: int | None
) -> list[Batch]:
    """Read images and split them into batches no larger than a call may be.

    Args:
        ids: of at most as many images as a call may have.
        store: holds the images.
        variant: the encoding to read.
        batch_bytes: maximum bytes of a batch; a larger image fails. None for no limit.

    Returns:
        At least one batch, in the order of ``ids``.
    """
    failed: list[tuple[str, TagResult]] = []
    images: list[ImageInput] = []
    for image_id, found in zip(ids, _found(ids, store, variant), strict=True):
        try:
            data = store.get(image_id, variant) if found is None else found  # which says why
            image = ImageInput(image_id, without_alpha(data))
        except ImageNotStored as error:
            failed.append((image_id, TagResult.failed("transient", f"{error}: fetch it again")))
            continue
        except TagatlasError:
            raise
        except Exception as error:  # noqa: BLE001 - recorded, as the image's answer
            failed.append((image_id, TagResult.failed("transient", in_one_line(error))))
            continue
        if batch_bytes is not None and len(image.data) > batch_bytes:
            failed.append((image_id, _too_large(image, batch_bytes)))
        else:
            images.append(image)
    first, *others = _split(images, batch_bytes)
    return [Batch(first, failed), *map(Batch, others)]


def _found(ids: Sequence[str], store: ImageStore, variant: Variant) -> list[bytes | None]:
    """The bytes of images; none where not even one can be asked for, which each then says."""
    try:
        return store.get_many([(image_id, variant) for image_id in ids])
    except TagatlasError:
        raise
    except Exception:  # noqa: BLE001 - recorded, as the answer of each image that has it again
        return [None] * len(ids)


def _too_large(image: ImageInput, batch_bytes: int) -> TagResult:
    return TagResult.failed(
        "image",
        f"its copy has {len(image.data):,} bytes, and the tagger takes {batch_bytes:,}: "
        "fetch with a smaller --max-side",
    )


def _split(images: Sequence[ImageInput], most: int | None) -> Iterator[list[ImageInput]]:
    part: list[ImageInput] = []
    size = 0
    for image in images:
        if part and most is not None and size + len(image.data) > most:
            yield part
            part, size = [], 0
        part.append(image)
        size += len(image.data)
    yield part
