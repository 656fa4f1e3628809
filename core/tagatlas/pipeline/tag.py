"""Step three: images to tags, through one backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagatlas.atlas import Atlas
from tagatlas.contracts import Progress, Tagger, TagStatus, no_progress
from tagatlas.plugins import Chosen
from tagatlas.tag import tag_images


@dataclass(frozen=True)
class TagReport:
    """What tagging did.

    Attributes:
        backend: the tagger's name.
        asked: number of images it was asked about now.
        counts: number of the collection's images by tag status.
    """

    backend: str
    asked: int
    counts: Mapping[str, int]


def tag_collection(
    atlas: Atlas,
    tagger: Chosen[Tagger],
    *,
    retry_failed: bool = False,
    progress: Progress = no_progress,
) -> TagReport:
    """Ask a backend about every image that it has not answered yet.

    Each batch's answers are kept in one transaction as soon as they are there, so that a
    process that dies loses at most the batches in flight.

    Args:
        atlas: open for writing.
        tagger: the backend.
        retry_failed: ask again where it failed before.
        progress: told of images answered.

    Raises:
        TaggerError: the backend cannot go on; what it answered is kept.
    """
    instance = tagger.make()
    backend = atlas.catalog.answers.backend(tagger.name, instance.fingerprint())
    ids = atlas.catalog.answers.unanswered(backend, retry_failed=retry_failed)
    done = failed = 0
    progress(done, len(ids), failed)
    for answers in tag_images(ids, atlas.store, instance):
        atlas.catalog.answers.store(backend, answers)
        done += len(answers)
        failed += sum(result.status == TagStatus.FAILED for _, result in answers)
        progress(done, len(ids), failed)
    return TagReport(tagger.name, done, atlas.catalog.answers.counts(backend))
