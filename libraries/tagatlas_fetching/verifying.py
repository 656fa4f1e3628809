"""Verification of stored files by their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from tagatlas.contracts import ImageStore, Progress, Variant
from tagatlas.errors import ImageNotStored
from tagatlas_processors import processors

_AT_ONCE = 512


@dataclass(frozen=True)
class Damage:
    """A stored file that is missing or changed.

    Attributes:
        image: the image's id.
        variant: of its file.
        gone: whether it is missing; else its bytes have changed.
    """

    image: str
    variant: Variant
    gone: bool


@dataclass(frozen=True)
class Verified:
    """Result of a verification.

    Attributes:
        files: number of files checked.
        damages: missing or changed files, ordered by image.
    """

    files: int
    damages: list[Damage]

    @property
    def images(self) -> list[str]:
        """Ids of the images with any damage."""
        return list(dict.fromkeys(damage.image for damage in self.damages))


def verify_files(
    store: ImageStore, wanted: Sequence[tuple[str, Variant, str | None]], progress: Progress
) -> Verified:
    """Read stored files and compare their hashes with those they were put with.

    Args:
        store: with the files.
        wanted: id of the image, variant and SHA-256 of each; None only for a look whether it is
            there.
        progress: called with files checked; failed are those that are damaged.
    """
    damages: list[Damage] = []
    with ThreadPoolExecutor(processors()) as threads:
        for done, part in enumerate(_parts(wanted)):
            found = threads.map(lambda file: _check(store, *file), part)
            damages += [damage for damage in found if damage is not None]
            progress(min((done + 1) * _AT_ONCE, len(wanted)), len(wanted), len(damages))
    return Verified(len(wanted), damages)


def _check(store: ImageStore, image_id: str, variant: Variant, digest: str | None) -> Damage | None:
    if digest is None:
        return None if store.has(image_id, variant) else Damage(image_id, variant, gone=True)
    try:
        data = store.get(image_id, variant)
    except ImageNotStored:
        return Damage(image_id, variant, gone=not store.has(image_id, variant))
    if hashlib.sha256(data).hexdigest() == digest:
        return None
    return Damage(image_id, variant, gone=False)


def _parts(
    files: Iterable[tuple[str, Variant, str | None]],
) -> Iterator[list[tuple[str, Variant, str | None]]]:
    rest = iter(files)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
