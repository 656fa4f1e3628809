"""Answers of other programs: their images found, and stored as those of a separate backend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from tagatlas.paths import check_name
from tagatlas.plugins import TAGGERS
from tagatlas_tables.matching import AMBIGUOUS, Known, Matched, match_images

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas
    from tagatlas.contracts import TagResult

__all__ = [
    "AMBIGUOUS",
    "Known",
    "Matched",
    "image_locations",
    "keep_answers",
    "match_images",
    "tagger_names",
]

_IMAGES_AT_ONCE = 2000


def image_locations(atlas: Atlas) -> list[tuple[str, str]]:
    """Ids of the images with each of their addresses or paths, in the order of records."""
    records = atlas.catalog.records.of_images().select("image", "location")
    return [
        (str(image), str(location))
        for image, location in records.unique(maintain_order=True).iter_rows()
    ]


def tagger_names(atlas: Atlas) -> Collection[str]:
    """The names of the installed taggers, which imported backends must not have."""
    return atlas.plugins.of_kind(TAGGERS)


def keep_answers(
    atlas: Atlas, backend: str, fingerprint: str, answers: Iterable[tuple[str, TagResult]]
) -> Mapping[str, int]:
    """Store answers as a backend's; its earlier answers for the same images are replaced.

    Args:
        atlas: open for writing.
        backend: its name.
        fingerprint: distinguishes it from others of that name.
        answers: by the id of the image; written some thousands at a time.

    Returns:
        The number of images by stored result: ``ok``, ``empty``, or a kind of failure.

    Raises:
        UsageError: the name is none for a file, and maps and files are called after backends.
    """
    check_name(backend, "a backend")
    number = atlas.catalog.tagging.use(backend, fingerprint)
    remaining = iter(answers)
    while some := list(islice(remaining, _IMAGES_AT_ONCE)):
        atlas.catalog.tagging.store(number, some)
    atlas.catalog.tagging.seal(number)
    return atlas.catalog.tagging.counts(number)
