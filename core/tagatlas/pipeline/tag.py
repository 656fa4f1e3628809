"""Step three: images to tags, through one backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tagatlas.atlas import Atlas
from tagatlas.contracts import (
    Progress,
    RereadingTagger,
    Tagger,
    TagResult,
    TagStatus,
    no_progress,
)
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
    process that dies loses at most the batches in flight. Where the tags are read from kept
    answers, that is done when all are there, also of those that another reading asked for.

    Args:
        atlas: open for writing.
        tagger: the backend.
        retry_failed: ask again where it failed before.
        progress: told of images answered.

    Raises:
        TaggerError: the backend cannot go on; what it answered is kept.
    """
    instance = tagger.make()
    answers = atlas.catalog.answers
    if not isinstance(instance, RereadingTagger):
        backend = answers.backend(tagger.name, instance.fingerprint())
        asked = _ask(atlas, instance, backend, retry_failed, progress)
        return TagReport(tagger.name, asked, answers.counts(backend))
    readings = atlas.catalog.readings
    reading = readings.backend(tagger.name, instance.fingerprint(), instance.reading())
    try:
        asked = _ask(atlas, instance, reading.asked, retry_failed, progress)
    finally:
        readings.renew(reading, instance.read, collective=instance.collective)
    return TagReport(tagger.name, asked, answers.counts(reading.id))


def _ask(atlas: Atlas, tagger: Tagger, backend: int, retry_failed: bool, progress: Progress) -> int:
    """Ask for what is missing, and keep it; the number of images asked about."""
    ids = atlas.catalog.answers.unanswered(backend, retry_failed=retry_failed)
    done = failed = 0
    progress(done, len(ids), failed)
    for answers in tag_images(ids, atlas.store, tagger):
        if isinstance(tagger, RereadingTagger):
            answers = _without_tags(answers)
        atlas.catalog.answers.store(backend, answers)
        done += len(answers)
        failed += sum(result.status == TagStatus.FAILED for _, result in answers)
        progress(done, len(ids), failed)
    return done


def _without_tags(answers: Sequence[tuple[str, TagResult]]) -> list[tuple[str, TagResult]]:
    return [(image_id, replace(result, tags=())) for image_id, result in answers]
