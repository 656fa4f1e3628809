from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from tagatlas.contracts import ImageInput, Tag, Tagger, TagResult, TagStatus, Variant
from tagatlas.errors import PluginError, QuotaExceeded
from tagatlas.testing import MemoryStore
from tagatlas_tagging import tag_images


class Counter(Tagger):
    """Answers with the image's own bytes; notes how it was called."""

    def __init__(self, batch_size: int, concurrency: int) -> None:
        self.batch_size = batch_size
        self.concurrency = concurrency
        self.batches: list[int] = []
        self.running = self.most_running = 0
        self.lock = threading.Lock()
        self.together = threading.Barrier(concurrency)

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        with self.lock:
            self.batches.append(len(images))
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        if len(images) == self.batch_size:
            self.together.wait(timeout=30)
        with self.lock:
            self.running -= 1
        return [TagResult.ok([Tag(image.data.decode(), 1.0)]) for image in images]

    def fingerprint(self) -> str:
        return "counter"


class Limited(Tagger):
    """Has a quota of two images."""

    concurrency = 1

    def __init__(self) -> None:
        self.asked = 0

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        self.asked += 1
        if self.asked > 2:
            raise QuotaExceeded("no more")
        return [TagResult.empty()]

    def fingerprint(self) -> str:
        return "limited"


class Short(Tagger):
    """Forgets the last image of a batch."""

    batch_size = 2

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        return [TagResult.empty() for _ in images[1:]]

    def fingerprint(self) -> str:
        return "short"


def store_of(count: int) -> tuple[MemoryStore, list[str]]:
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(count)]
    for image_id in ids:
        store.put(image_id, Variant.IMAGE, image_id.encode())
    return store, ids


def test_every_image_gets_its_own_answer_once() -> None:
    store, ids = store_of(25)
    tagger = Counter(batch_size=4, concurrency=3)
    answers = dict(answer for call in tag_images(ids, store, tagger) for answer in call.answers)
    assert {image_id: result.tags[0].label for image_id, result in answers.items()} == {
        image_id: image_id for image_id in ids
    }
    assert sorted(tagger.batches) == [1, 4, 4, 4, 4, 4, 4]


def test_no_more_calls_run_at_once_than_the_tagger_allows() -> None:
    store, ids = store_of(24)
    tagger = Counter(batch_size=2, concurrency=2)
    assert sum(len(call.answers) for call in tag_images(ids, store, tagger)) == 24
    assert tagger.most_running == 2


def test_an_image_whose_file_is_gone_fails_alone() -> None:
    store, ids = store_of(3)
    gone = "f" * 64
    tagger = Counter(batch_size=4, concurrency=1)
    [call] = tag_images([*ids, gone], store, tagger)
    assert [result.status for _, result in call.answers] == [TagStatus.OK] * 3 + [TagStatus.FAILED]
    assert call.answers[3][1].kind == "transient"


def test_trouble_stops_the_run_after_what_was_answered() -> None:
    store, ids = store_of(10)
    tagger = Limited()
    answered: list[tuple[str, TagResult]] = []
    calls = tag_images(ids, store, tagger)
    with pytest.raises(QuotaExceeded):
        answered.extend(answer for call in calls for answer in call.answers)
    assert len(answered) == 2
    assert tagger.asked < 6


def test_a_tagger_that_loses_an_image_is_told_apart() -> None:
    store, ids = store_of(2)
    with pytest.raises(PluginError, match="Short: tag gave 1 results for 2 images"):
        list(tag_images(ids, store, Short()))


def test_nothing_to_tag_asks_nothing() -> None:
    assert list(tag_images([], MemoryStore(), Short())) == []
