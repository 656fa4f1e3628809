"""The suite of taggers that read tags from stored answers."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence

import pytest

from tagatlas.contracts import (
    ImageInput,
    KeptAnswer,
    RereadingTagger,
    Tagger,
    TaggerSpec,
    TagResult,
    TagStatus,
    loaded,
)
from tagatlas_guards import guarded
from tagatlas_testing.specs import check_hidden, is_one_line
from tagatlas_testing.taggers import TaggerContract, check_result, check_same, tag_all


class RereadingTaggerContract(TaggerContract):
    """Rules of a :class:`~tagatlas.RereadingTagger`. Override ``spec``.

    ``answer_options`` are those that change the stored answers.
    """

    @pytest.fixture
    def reading_options(self) -> Mapping[str, object]:
        """For each option that changes tags but not answers, a value other than in ``options``."""
        return {}

    @pytest.fixture
    def rereading(self, tagger: Tagger) -> RereadingTagger:
        """The tagger under test."""
        assert isinstance(tagger, RereadingTagger)
        return tagger

    @pytest.fixture
    def results(self, rereading: RereadingTagger, images: Sequence[ImageInput]) -> list[TagResult]:
        """Its answers about the images."""
        return tag_all(rereading, images)

    @pytest.fixture
    def answers(
        self, results: Sequence[TagResult], images: Sequence[ImageInput]
    ) -> list[KeptAnswer]:
        """The stored parts of them."""
        return [
            KeptAnswer(image.id, result.raw, result.embedding)
            for image, result in zip(images, results, strict=True)
        ]

    def test_something_is_kept(self, answers: Sequence[KeptAnswer]) -> None:
        """Each answer has a raw response or an embedding to read from."""
        assert all(answer.raw is not None or answer.embedding is not None for answer in answers)

    def test_each_answer_is_read_once_in_order(
        self, rereading: RereadingTagger, answers: Sequence[KeptAnswer]
    ) -> None:
        """There is one well-formed result per answer, in the order of the answers."""
        found = list(rereading.read(answers).results)
        assert [image_id for image_id, _ in found] == [answer.id for answer in answers]
        for _, result in found:
            check_result(result)
            assert result.status is not TagStatus.PENDING

    def test_no_answers_give_no_results(self, rereading: RereadingTagger) -> None:
        """No answers give no results."""
        assert list(rereading.read([]).results) == []

    def test_an_answer_alone_gives_the_tags_it_came_with(
        self,
        rereading: RereadingTagger,
        answers: Sequence[KeptAnswer],
        results: Sequence[TagResult],
        tolerance: float,
    ) -> None:
        """Reading one answer gives the tags that ``tag`` gave."""
        read = [result for answer in answers for _, result in rereading.read([answer]).results]
        check_same(_tags_only(read), _tags_only(results), tolerance)

    def test_others_matter_only_where_that_is_said(
        self,
        rereading: RereadingTagger,
        answers: Sequence[KeptAnswer],
        results: Sequence[TagResult],
        tolerance: float,
    ) -> None:
        """Unless the tagger is ``collective``, an answer's tags do not depend on the others."""
        if rereading.collective:
            return  # its tags depend on the collection
        together = [result for _, result in rereading.read(answers).results]
        check_same(_tags_only(together), _tags_only(results), tolerance)

    def test_reading_again_gives_the_same(
        self, rereading: RereadingTagger, answers: Sequence[KeptAnswer]
    ) -> None:
        """The same answers are read the same a second time, notes included."""
        first, second = rereading.read(answers), rereading.read(answers)
        assert list(first.results) == list(second.results)
        assert first.notes == second.notes

    def test_notes_are_json(
        self, rereading: RereadingTagger, answers: Sequence[KeptAnswer]
    ) -> None:
        """Notes are unchanged by JSON."""
        notes = rereading.read(answers).notes
        assert json.loads(json.dumps(notes, allow_nan=False)) == notes

    def test_reading_is_one_line(self, rereading: RereadingTagger) -> None:
        """``reading`` is one non-empty line, and does not contain the key."""
        reading = rereading.reading()
        key = os.environ.get(rereading.key_variable or "")
        check_hidden(not key or key not in reading, "the reading")
        assert is_one_line(reading)

    def test_reading_is_stable(
        self, spec: TaggerSpec, options: object, rereading: RereadingTagger
    ) -> None:
        """Another instance gives the same ``reading``: tags are not read again in vain."""
        assert _made(spec, options).reading() == rereading.reading()

    def test_reading_tells_options_apart(
        self,
        spec: TaggerSpec,
        options: object,
        rereading: RereadingTagger,
        reading_options: Mapping[str, object],
    ) -> None:
        """Options that change only tags change the reading, and not the fingerprint."""
        assert dataclasses.is_dataclass(options)
        assert not isinstance(options, type)
        for name, value in reading_options.items():
            changed = _made(spec, dataclasses.replace(options, **{name: value}))
            assert changed.reading() != rereading.reading(), name
            assert changed.fingerprint() == rereading.fingerprint(), name


def _made(spec: TaggerSpec, options: object) -> RereadingTagger:
    tagger = guarded(loaded(spec.factory)(options), spec.name, masks=False)
    assert isinstance(tagger, RereadingTagger)
    return tagger


def _tags_only(results: Sequence[TagResult]) -> list[TagResult]:
    """The results without embeddings, which only ``tag`` gives."""
    return [dataclasses.replace(result, embedding=None) for result in results]
