"""Stores outcomes and answers; one that the catalog does not take fails its item alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from tagatlas.atlas import Atlas
from tagatlas.catalog import EndedCall
from tagatlas.contracts import ImageStatus, KeptAnswer, Reading, RereadingTagger, TagResult
from tagatlas.errors import PluginError, PluginFailed, TagatlasError
from tagatlas.faults import IN_A_ROW, FaultLog
from tagatlas.wording import in_one_line
from tagatlas_fetching import FetchOutcome

_Results = Iterator[tuple[str, TagResult]]


def store_outcomes(atlas: Atlas, outcomes: Sequence[FetchOutcome]) -> None:
    """Store outcomes; one that the catalog does not take becomes its address's failure.

    Args:
        atlas: open for writing.
        outcomes: of some addresses.

    Raises:
        StorageError: the catalog cannot be written.
    """
    try:
        atlas.catalog.addresses.store(outcomes)
    except TagatlasError:
        raise
    except Exception as error:  # noqa: BLE001 - recorded, as what became of the address
        if len(outcomes) > 1:
            for outcome in outcomes:
                store_outcomes(atlas, [outcome])
            return
        [odd] = outcomes
        atlas.faults.record(f"address {odd.key}", error)
        failed = FetchOutcome(odd.key, ImageStatus.FAILED, in_one_line(error))
        atlas.catalog.addresses.store([failed])


def store_answers(
    atlas: Atlas,
    backend: int,
    answers: Sequence[tuple[str, TagResult]],
    call: EndedCall | None,
) -> list[Exception]:
    """Store answers; one that the catalog does not take becomes its image's failure.

    Args:
        atlas: open for writing.
        backend: the backend's number.
        answers: image id and result.
        call: the call that gave them, if it was recorded; it ends in any case.

    Returns:
        The errors, one for each such answer.

    Raises:
        StorageError: the catalog cannot be written.
    """
    store = atlas.catalog.tagging.store
    try:
        store(backend, answers, call)
    except Exception as error:
        if isinstance(error, TagatlasError) and not isinstance(error, PluginError):
            raise
        if len(answers) > 1:
            store(backend, [], call)
            parts = [store_answers(atlas, backend, [answer], None) for answer in answers]
            return [error for part in parts for error in part]
        atlas.faults.record("".join(f"image {image}" for image, _ in answers), error)
        failed = TagResult.failed("image", in_one_line(error))
        store(backend, [(image, failed) for image, _ in answers], call)
        return [error]
    return []


def reading_each(
    tagger: RereadingTagger, faults: FaultLog
) -> Callable[[Iterable[KeptAnswer]], Reading]:
    """A tagger's ``read`` in which an answer that it cannot read fails alone.

    If the tagger fails, each of the remaining answers is read alone; but not if they are read
    together.

    Args:
        tagger: that reads.
        faults: gets its failures.

    Returns:
        A function like :meth:`RereadingTagger.read`. Its results raise the tagger's PluginFailed
        if it reads none of the answers, or fails for :data:`IN_A_ROW` in a row.
    """
    if tagger.collective:
        return tagger.read

    def read(answers: Iterable[KeptAnswer]) -> Reading:
        reading = tagger.read(answers)
        return Reading(results(reading, answers), reading.notes)

    def results(reading: Reading, answers: Iterable[KeptAnswer]) -> _Results:
        last = ""
        try:
            for image, result in reading.results:
                last = image
                yield image, result
        except PluginFailed:
            rest = (answer for answer in answers if answer.id > last)
            first = next(rest, None)
            if first is None:  # it failed after the last answer
                raise
            yield from _each_alone(tagger, chain([first], rest), faults, is_known=bool(last))

    return read


def _each_alone(
    tagger: RereadingTagger, answers: Iterable[KeptAnswer], faults: FaultLog, *, is_known: bool
) -> _Results:
    """Read answers one by one.

    Args:
        tagger: that reads.
        answers: in order.
        faults: gets its failures.
        is_known: whether it has read some answers rightly; if not, failures wait for the first.
    """
    waiting: list[tuple[str, TagResult]] = []
    in_a_row, first = 0, None
    for answer in answers:
        try:
            found = list(tagger.read([answer]).results)
        except PluginFailed as error:
            faults.record(f"image {answer.id}", error)
            in_a_row, first = in_a_row + 1, first or error
            if in_a_row >= IN_A_ROW:
                raise
            found = [(answer.id, TagResult.failed("image", error.reason))]
        else:
            in_a_row, is_known = 0, True
        waiting += found
        if is_known:
            yield from waiting
            waiting = []
    if waiting and first is not None:
        raise first
