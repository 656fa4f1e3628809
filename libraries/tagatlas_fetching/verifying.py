"""Verification of stored files by their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice

from tagatlas.contracts import ImageStore, Progress, Variant
from tagatlas_processors import processors

_AT_ONCE = 512
_READ_AT_ONCE = 16

_File = tuple[str, Variant, str | None]


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


def verify_files(store: ImageStore, wanted: Sequence[_File], progress: Progress) -> Verified:
    """Read stored files and compare their hashes with those they were put with.

    Args:
        store: with the files.
        wanted: id of the image, variant and SHA-256 of each; None only for a look whether it is
            there.
        progress: called with files checked; failed are those that are damaged.
    """
    damages: list[Damage] = []
    with ThreadPoolExecutor(processors()) as threads:
        for done, part in enumerate(_parts(wanted, _AT_ONCE)):
            found = threads.map(lambda files: _check(store, files), _parts(part, _READ_AT_ONCE))
            damages += chain.from_iterable(found)
            progress(min((done + 1) * _AT_ONCE, len(wanted)), len(wanted), len(damages))
    return Verified(len(wanted), damages)


def _check(store: ImageStore, files: Sequence[_File]) -> list[Damage]:
    hashed = [(image_id, variant) for image_id, variant, digest in files if digest is not None]
    read = iter(store.get_many(hashed))
    damages = []
    for image_id, variant, digest in files:
        data = None if digest is None else next(read)
        if data is None or hashlib.sha256(data).hexdigest() != digest:
            gone = data is None and not store.has(image_id, variant)
            if gone or digest is not None:
                damages.append(Damage(image_id, variant, gone=gone))
    return damages


def _parts(files: Iterable[_File], most: int) -> Iterator[list[_File]]:
    rest = iter(files)
    while part := list(islice(rest, most)):
        yield part
