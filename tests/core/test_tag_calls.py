"""Calls that are refused, lost or forbidden: what is made again, and what ends the run."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from time import monotonic

import pytest

from tagatlas.contracts import ImageInput, Price, Tag, Tagger, TagResult, TagStatus, Variant
from tagatlas.errors import (
    AuthenticationFailed,
    BudgetReached,
    CallLost,
    CallRefused,
    ServiceUnreachable,
    TaggerError,
)
from tagatlas.testing import MemoryStore
from tagatlas_tagging import Call, tag_images

PRICE = Price({"image": 0.01}, "2026-01", "https://example.org/prices")
SOON = 0.01


class Scripted(Tagger):
    """Raises what its script says, call by call, and answers where it says nothing."""

    local = False
    concurrency = 1
    batch_size = 2

    def __init__(self, *script: Exception | None, price: Price | None = PRICE) -> None:
        self.script = deque(script)
        self.price = price
        self.calls: list[list[str]] = []
        self.lock = threading.Lock()

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        with self.lock:
            self.calls.append([image.id for image in images])
            trouble = self.script.popleft() if self.script else None
        if trouble is not None:
            raise trouble
        return [TagResult.ok([Tag("seen", 1.0)]) for _ in images]

    def fingerprint(self) -> str:
        return "scripted"


class Ledger:
    """Numbers the calls, and forbids those beyond a limit."""

    def __init__(self, limit: int = 1000) -> None:
        self.begun: list[int] = []
        self.limit = limit

    def begin(self, images: int) -> int:
        if len(self.begun) == self.limit:
            raise BudgetReached("no more")
        self.begun.append(images)
        return len(self.begun)


def store_of(count: int, size: int = 10) -> tuple[MemoryStore, list[str]]:
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(count)]
    for image_id in ids:
        store.put(image_id, Variant.IMAGE, image_id.encode()[-1:] * size)
    return store, ids


def collect(tagger: Tagger, count: int, ledger: Ledger | None = None) -> list[Call]:
    store, ids = store_of(count)
    return list(tag_images(ids, store, tagger, begin=(ledger or Ledger()).begin, patience=5.0))


def statuses(calls: Sequence[Call]) -> list[TagStatus]:
    return [result.status for call in calls for _, result in call.answers]


def test_a_refused_call_is_made_again_and_is_one_call_in_the_books() -> None:
    tagger, ledger = Scripted(CallRefused("busy", SOON), CallRefused("busy", SOON)), Ledger()
    calls = collect(tagger, 4, ledger)
    assert statuses(calls) == [TagStatus.OK] * 4
    assert [len(images) for images in tagger.calls] == [2, 2, 2, 2]
    assert tagger.calls[0] == tagger.calls[1] == tagger.calls[2]
    assert ledger.begun == [2, 2]
    assert [call.billed for call in calls] == ["yes", "yes"]


@pytest.mark.slow
def test_where_no_time_is_named_pauses_grow_and_the_call_is_made_again() -> None:
    tagger = Scripted(CallRefused("busy"), CallRefused("busy"))
    assert statuses(collect(tagger, 2)) == [TagStatus.OK] * 2
    assert len(tagger.calls) == 3


def test_a_service_that_refuses_for_too_long_ends_the_run() -> None:
    tagger, ledger = Scripted(CallRefused("over the limit", 3600.0)), Ledger()
    store, ids = store_of(6)
    calls: list[Call] = []
    with pytest.raises(TaggerError, match=r"over the limit.*3,600 s"):
        calls.extend(tag_images(ids, store, tagger, begin=ledger.begin))
    assert len(tagger.calls) == 1


def warned(tagger: Tagger, patience: float = 5.0) -> list[str]:
    """What is said while four images are tagged."""
    store, ids = store_of(4)
    said: list[str] = []
    list(tag_images(ids, store, tagger, patience=patience, warn=said.append))
    return said


def test_a_service_that_cannot_be_reached_is_said_at_once_and_once() -> None:
    away = ServiceUnreachable("the service cannot be reached: no network", SOON)
    [said] = warned(Scripted(away, away, away))
    assert re.fullmatch(
        r"the service cannot be reached: no network; trying again until \d\d:\d\d", said
    )
    assert len(warned(Scripted(away, None, away, None))) == 2, "again after an answer"


def test_a_refusal_is_said_only_where_it_goes_on() -> None:
    busy = CallRefused("busy", SOON)
    assert warned(Scripted(busy, busy)) == []
    [said] = warned(Scripted(busy, busy, busy))
    assert said.startswith("busy; trying again until ")


def test_a_service_that_stays_away_ends_the_run_and_has_billed_nothing() -> None:
    away = ServiceUnreachable("the service cannot be reached: no network", 60.0)
    store, ids = store_of(4)
    said: list[str] = []
    calls: list[Call] = []
    with pytest.raises(TaggerError, match="no network: run it again later"):
        calls.extend(tag_images(ids, store, Scripted(away), patience=5.0, warn=said.append))
    assert said == [], "it is not tried again"


def test_a_call_is_made_smaller_where_not_all_of_it_can_be_paid() -> None:
    store, ids = store_of(8)
    tagger, left = Scripted(), [5]
    tagger.batch_size = 3

    def begin(images: int) -> int:
        if images > left[0]:
            raise BudgetReached("no more")
        left[0] -= images
        return images

    with pytest.raises(BudgetReached):
        list(
            tag_images(ids, store, tagger, afford=lambda images: min(images, left[0]), begin=begin)
        )
    assert tagger.calls == [ids[:3], ids[3:5]]


def test_a_lost_call_that_may_be_billed_is_not_made_again() -> None:
    tagger = Scripted(CallLost("deadline"))
    first, second = collect(tagger, 4)
    assert len(tagger.calls) == 2
    assert first.billed == "unknown"
    assert [result.kind for _, result in first.answers] == ["transient"] * 2
    assert [result.message for _, result in first.answers] == ["deadline"] * 2
    assert second.billed == "yes"


def test_a_lost_call_that_costs_nothing_is_made_again() -> None:
    tagger = Scripted(CallLost("deadline"), price=None)
    assert statuses(collect(tagger, 2)) == [TagStatus.OK] * 2


def test_a_service_that_never_answers_ends_the_run() -> None:
    tagger = Scripted(*[CallLost("deadline")] * 100)
    store, ids = store_of(200)
    with pytest.raises(TaggerError, match="10 calls in a row had no answer: deadline"):
        list(tag_images(ids, store, tagger))
    assert len(tagger.calls) == 10
    free = Scripted(*[CallLost("deadline")] * 100, price=None)
    with pytest.raises(TaggerError, match="deadline; no answer after all retries"):
        list(tag_images(ids, store, free, patience=0.0))
    assert len(free.calls) == 1


def test_answers_between_lost_calls_let_it_go_on() -> None:
    tagger = Scripted(*[CallLost("deadline"), CallLost("deadline"), None] * 10)
    assert len(statuses(collect(tagger, 60))) == 60


def test_a_wrong_key_ends_the_run_and_its_call_is_not_billed() -> None:
    tagger = Scripted(None, AuthenticationFailed("wrong key"))
    store, ids = store_of(100)
    calls: list[Call] = []
    with pytest.raises(AuthenticationFailed, match="wrong key"):
        calls.extend(tag_images(ids, store, tagger, begin=Ledger().begin))
    assert len(tagger.calls) == 2


def test_a_forbidden_call_is_not_made_and_those_under_way_are_kept() -> None:
    tagger, ledger = Scripted(), Ledger(limit=3)
    store, ids = store_of(20)
    calls: list[Call] = []
    with pytest.raises(BudgetReached):
        calls.extend(tag_images(ids, store, tagger, begin=ledger.begin))
    assert len(tagger.calls) == 3


def test_calls_that_were_begun_are_made_though_the_next_is_forbidden() -> None:
    tagger, ledger = Scripted(), Ledger(limit=3)
    store, ids = store_of(20)
    calls: list[Call] = []
    with pytest.raises(BudgetReached):
        calls.extend(tag_images(ids, store, tagger, begin=ledger.begin, ready=2))
    assert len(tagger.calls) == 3
    assert [call.billed for call in calls] == ["yes"] * 3


def test_calls_that_wait_for_others_are_not_made_once_it_is_stopped() -> None:
    stop, three_begun = threading.Event(), threading.Event()

    class Stopping(Scripted):
        def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
            assert three_begun.wait(30)
            stop.set()
            return super().tag(images)

    class Watched(Ledger):
        def begin(self, images: int) -> int:
            number = super().begin(images)
            if number == 3:
                three_begun.set()
            return number

    tagger, ledger = Stopping(), Watched()
    store, ids = store_of(20)
    calls = list(tag_images(ids, store, tagger, begin=ledger.begin, ready=2, stop=stop))
    assert len(tagger.calls) == 1
    assert sorted(call.billed for call in calls) == ["no", "no", "yes"]


def test_a_run_that_is_stopped_begins_no_further_call() -> None:
    tagger, stop = Scripted(), threading.Event()
    store, ids = store_of(20)
    calls = tag_images(ids, store, tagger, stop=stop)
    next(calls)
    stop.set()
    assert list(calls) == []
    assert len(tagger.calls) == 1


def test_a_pause_ends_when_the_run_is_stopped() -> None:
    stop = threading.Event()

    class Stopping(Scripted):
        def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
            stop.set()
            raise CallRefused("come back", 100.0)

    store, ids = store_of(4)
    [call] = tag_images(ids, store, Stopping(), begin=Ledger().begin, stop=stop)
    assert (call.answers, call.billed) == ([], "no")


def test_calls_that_wait_for_a_pause_to_end_are_not_made_once_it_is_stopped() -> None:
    stop = threading.Event()

    class Pausing(Scripted):
        concurrency = 2

        def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
            with self.lock:
                self.calls.append([image.id for image in images])
                if len(self.calls) == 3:  # two have been told to wait; another batch comes
                    stop.set()
            raise CallRefused("come back", 0.2)

    tagger = Pausing()
    store, ids = store_of(8)
    calls = list(tag_images(ids, store, tagger, begin=Ledger().begin, ready=2, stop=stop))
    assert {call.billed for call in calls} == {"no"}
    assert len(tagger.calls) <= 4
    assert [call.answers for call in calls] == [[]] * 4


def test_the_key_is_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPTED_KEY", "sesame")
    lost, wrong = CallLost("key sesame timed out"), AuthenticationFailed("key sesame is wrong")

    class Keyed(Scripted):
        key_variable = "SCRIPTED_KEY"

    store, ids = store_of(4)
    calls = tag_images(ids, store, Keyed(lost, wrong), begin=Ledger().begin)
    assert next(calls).answers[0][1].message == "key *** timed out"
    next(calls)
    with pytest.raises(AuthenticationFailed, match=r"^key \*\*\* is wrong$"):
        next(calls)


def test_a_call_is_no_larger_than_the_service_takes() -> None:
    tagger = Scripted()
    tagger.batch_size = 16
    tagger.batch_bytes = 25
    store, ids = store_of(7)
    store.put(ids[3], Variant.IMAGE, b"x" * 100)
    answers = dict(answer for call in tag_images(ids, store, tagger) for answer in call.answers)
    assert tagger.calls == [ids[:2], [ids[2], ids[4]], ids[5:]]
    assert set(answers) == set(ids)
    assert answers[ids[3]].kind == "image"
    assert "--max-side" in answers[ids[3]].message


@pytest.mark.slow
def test_no_more_calls_are_begun_in_a_second_than_the_service_takes() -> None:
    tagger = Scripted()
    tagger.concurrency = 8
    tagger.calls_per_second = 20.0
    store, ids = store_of(90)
    begun = monotonic()
    list(tag_images(ids, store, tagger))
    assert len(tagger.calls) == 45
    # However slow the machine is: the 41st call is begun in the third second.
    assert monotonic() - begun > 1.9
