"""Taggers' answers, checked before they are stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tagatlas.contracts import Reading, Tag, TagResult, TagStatus
from tagatlas_guards.unfit import Unfit, instead, is_text, shown

_RIGHT = "a list of TagResults, one for each image"
LONGEST_LABEL = 10_000
"""Maximum characters of a label."""

_MADE_BY = "(make it with TagResult.ok, empty or failed)"


def check_results(given: object, images: Sequence[object]) -> Sequence[TagResult]:
    """One result for each image; a single invalid one becomes that image's failure."""
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise instead(given, _RIGHT)
    if len(given) != len(images):
        raise Unfit(f"gave {len(given)} results for {len(images)} images")
    if not any(map(_fault, given)):
        return given
    results = [_made_again(each) for each in given]  # perhaps only its numbers are of other types
    faults = [_fault(each) for each in results]
    if all(faults):
        raise Unfit(f"{faults[0]} (image {getattr(images[0], 'id', 'unknown')})")
    return [
        TagResult.failed("image", f"the backend {fault}")
        if fault or not isinstance(result, TagResult)
        else result
        for result, fault in zip(results, faults, strict=True)
    ]


def _made_again(result: object) -> object:
    """A result with tags as :meth:`TagResult.ok` makes them; the same where that fails."""
    if not isinstance(result, TagResult) or result.status != TagStatus.OK or not _fault(result):
        return result
    try:
        return TagResult.ok(result.tags, result.raw, result.embedding, result.version)
    except (TypeError, ValueError):
        return result


def check_reading(given: object, *_: object) -> Reading:
    """Results with the ids of their answers; checked while iterated."""
    if not isinstance(given, Reading):
        raise instead(given, "a Reading")
    notes: object = given.notes
    if not isinstance(notes, Mapping):
        raise Unfit(f"gave a Reading with {shown(notes)} as notes, not a mapping")
    try:
        json.dumps(notes)
    except (TypeError, ValueError) as error:
        raise Unfit(f"gave a Reading whose notes are not of JSON types ({error})") from error
    return given


def check_read(read: Iterable[object]) -> Iterator[tuple[str, TagResult]]:
    """Checks a reading's results while they are iterated."""
    if not isinstance(read, Iterable):
        raise Unfit(f"gave a Reading with {shown(read)} as results, not pairs")
    for each in read:
        if not isinstance(each, tuple) or len(each) != 2 or not isinstance(each[0], str):
            raise instead(each, "pairs of an image's id and its TagResult")
        if fault := _fault(each[1]):
            raise Unfit(fault)
        yield each


def _fault(result: object) -> str:
    """The fault of a result; empty if it has none."""
    if not isinstance(result, TagResult):
        return f"gave {shown(result)} for an image, not a TagResult"
    if result.status not in (TagStatus.OK, TagStatus.EMPTY, TagStatus.FAILED):
        return f"gave a TagResult of the status {str(result.status)[:40]!r} {_MADE_BY}"
    if result.status == TagStatus.FAILED:
        message: object = result.message
        if result.kind not in ("image", "transient") or not isinstance(message, str):
            return "failed for an image with another kind than image or transient, or no message"
    elif result.kind is not None:
        return f"gave a TagResult that is {result.status} and has a kind of failure {_MADE_BY}"
    raw: object = result.raw
    if not isinstance(raw, bytes | None):
        return f"gave a TagResult with {shown(raw)} as raw, not bytes"
    version: object = result.version
    if type(version) is not str or not is_text(version):
        return f"gave a TagResult with {shown(version)} as its version, not a text"
    return _fault_of_tags(result) or _fault_of_embedding(result.embedding)


def _fault_of_tags(result: TagResult) -> str:
    tags: object = result.tags
    if not isinstance(tags, tuple) or bool(tags) != (result.status == TagStatus.OK):
        return f"gave a TagResult with tags that do not fit {result.status} {_MADE_BY}"
    for tag in tags:
        if not isinstance(tag, Tag):
            return f"gave a TagResult with {shown(tag)}, not a Tag"
        if type(tag.label) is not str or not tag.label.strip() or not is_text(tag.label):
            return f"gave a tag with {shown(tag.label)} as its label {_MADE_BY}"
        if len(tag.label) > LONGEST_LABEL:
            return f"gave a tag with a label of {len(tag.label):,} characters"
        if type(tag.score) is not float or not 0.0 <= tag.score <= 1.0:
            return f"gave a tag with {shown(tag.score)} as its score {_MADE_BY}"
    if len({tag.label for tag in tags}) != len(tags):
        return f"gave a TagResult in which a label comes twice {_MADE_BY}"
    return ""


def _fault_of_embedding(embedding: object) -> str:
    if embedding is None:
        return ""
    import numpy as np

    if (
        isinstance(embedding, np.ndarray)
        and embedding.dtype == np.float16
        and embedding.ndim == 1
        and embedding.size
        and np.isfinite(embedding).all()
    ):
        return ""
    return f"gave a TagResult whose embedding is no finite vector in float16 {_MADE_BY}"
