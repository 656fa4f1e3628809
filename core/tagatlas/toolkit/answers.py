"""Answers that no tagger of ours gave, kept as those of a backend of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from tagatlas.plugins import TAGGERS

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas
    from tagatlas.contracts import TagResult

__all__ = ["image_locations", "keep_answers", "tagger_names"]

_IMAGES_AT_ONCE = 2000


def image_locations(atlas: Atlas) -> list[tuple[str, str]]:
    """The id of each image with each address or path it was found at, in the order of records."""
    records = atlas.catalog.records.of_images().select("image", "location")
    return [
        (str(image), str(location))
        for image, location in records.unique(maintain_order=True).iter_rows()
    ]


def tagger_names(atlas: Atlas) -> Collection[str]:
    """The names of the installed taggers, which a backend of other answers must not have."""
    return atlas.plugins.of_kind(TAGGERS)


def keep_answers(
    atlas: Atlas, backend: str, fingerprint: str, answers: Iterable[tuple[str, TagResult]]
) -> Mapping[str, int]:
    """Keep answers as a backend's; what it said before about the same images is replaced.

    Args:
        atlas: open for writing.
        backend: its name.
        fingerprint: what tells it from others of that name.
        answers: by the id of the image; written some thousands at a time.

    Returns:
        The number of images by what is kept of them: ``ok``, ``empty``, or a kind of failure.
    """
    number = atlas.catalog.tagging.use(backend, fingerprint)
    remaining = iter(answers)
    while some := list(islice(remaining, _IMAGES_AT_ONCE)):
        atlas.catalog.tagging.store(number, some)
    return atlas.catalog.tagging.counts(number)
