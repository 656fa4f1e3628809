"""Taggers that raise: which images fail for it, and what ends the run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import cast

import pytest

from tagatlas.contracts import ImageInput, Price, Tag, Tagger, TagResult, TagStatus, Variant
from tagatlas.errors import MissingDependency, PluginError
from tagatlas.testing import MemoryStore
from tagatlas_tagging import Call, tag_images

PRICE = Price({"image": 0.01}, "2026-01", "https://example.org/prices")


class Raising(Tagger):
    """Calls a function for each image of a batch, which may raise; answers, if it does not."""

    def __init__(
        self, look: Callable[[int], object], batch_size: int = 8, price: Price | None = None
    ) -> None:
        self.look = look
        self.batch_size = batch_size
        self.price = price
        self.calls: list[list[int]] = []

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        numbers = [int(image.data) for image in images]
        self.calls.append(numbers)
        for number in numbers:
            self.look(number)
        return [TagResult.ok([Tag(str(number), 1.0)]) for number in numbers]

    def fingerprint(self) -> str:
        return "raising"


def raise_for(*bad: int, error: Exception | None = None) -> Callable[[int], None]:
    def look(number: int) -> None:
        if number in bad:
            raise error or OSError(f"broken\nfile {number}")

    return look


def raise_always(number: int) -> None:
    raise KeyError("model")


def run(tagger: Tagger, count: int) -> list[Call]:
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(count)]
    for number, image_id in enumerate(ids):
        store.put(image_id, Variant.IMAGE, str(number).encode())
    return list(tag_images(ids, store, tagger))


def results(calls: Sequence[Call]) -> dict[int, TagResult]:
    answers = [answer for call in calls for answer in call.answers]
    found = {int(image_id, 16): result for image_id, result in answers}
    assert len(found) == len(answers)
    return found


def failed(found: dict[int, TagResult]) -> dict[int, TagResult]:
    return {n: result for n, result in found.items() if result.status is TagStatus.FAILED}


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
def test_an_image_that_it_raises_for_fails_alone(batch_size: int) -> None:
    tagger = Raising(raise_for(2, 11, 12, 19), batch_size)
    found = results(run(tagger, 20))
    assert sorted(found) == list(range(20))
    assert failed(found) == {
        number: TagResult.failed("image", f"OSError: broken file {number}")
        for number in (2, 11, 12, 19)
    }
    assert all(found[n].tags == (Tag(str(n), 1.0),) for n in found.keys() - {2, 11, 12, 19})


def test_it_is_found_by_halves() -> None:
    tagger = Raising(raise_for(5))
    run(tagger, 8)
    assert [len(call) for call in tagger.calls] == [8, 4, 4, 2, 1, 1, 2]


def test_a_batch_that_is_too_large_is_taken_in_parts() -> None:
    class Small(Raising):
        def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
            if len(images) > 2:
                raise MemoryError
            return super().tag(images)

    found = results(run(Small(raise_for()), 16))
    assert len(found) == 16
    assert failed(found) == {}


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_what_fails_whatever_it_is_asked_ends_the_run_and_is_no_images_fault(
    batch_size: int,
) -> None:
    tagger = Raising(raise_always, batch_size)
    calls: list[Call] = []
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(200)]
    for image_id in ids:
        store.put(image_id, Variant.IMAGE, b"1")
    with pytest.raises(
        PluginError, match=r"^Raising failed in tag \(KeyError: 'model'\): tell its author$"
    ):
        calls.extend(tag_images(ids, store, tagger))
    assert results(calls) == {}
    assert len(tagger.calls) <= 40


def test_what_breaks_later_ends_the_run_after_what_was_answered() -> None:
    tagger = Raising(raise_for(*range(30, 200)))
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(200)]
    for number, image_id in enumerate(ids):
        store.put(image_id, Variant.IMAGE, str(number).encode())
    calls: list[Call] = []
    with pytest.raises(PluginError, match="tell its author"):
        calls.extend(tag_images(ids, store, tagger))
    assert results(calls).keys() >= set(range(24))
    assert results(calls).keys() <= set(range(32))


def test_images_that_fail_in_different_ways_do_not_end_the_run() -> None:
    def look(number: int) -> None:
        raise (OSError, ValueError)[number % 2](str(number))

    found = results(run(Raising(look), 30))
    assert {result.kind for result in found.values()} == {"transient"}
    assert len(found) == 30


def test_where_few_are_asked_and_none_is_answered_all_are_worth_another_try() -> None:
    found = results(run(Raising(raise_always), 3))
    assert found == dict.fromkeys(range(3), TagResult.failed("transient", "KeyError: 'model'"))


def test_many_bad_images_with_good_ones_between_are_all_found() -> None:
    bad = [number for number in range(100) if number % 3]
    found = results(run(Raising(raise_for(*bad), 4), 100))
    assert sorted(failed(found)) == bad


def test_where_a_call_costs_money_it_is_lost_and_not_made_again() -> None:
    tagger = Raising(raise_for(1), 4, PRICE)
    calls = run(tagger, 8)
    assert tagger.calls == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [call.billed for call in calls] == ["unknown", "yes"]
    assert failed(results(calls)) == dict.fromkeys(
        range(4), TagResult.failed("transient", "OSError: broken file 1")
    )


def test_few_calls_that_cost_money_are_lost_before_the_run_ends() -> None:
    tagger = Raising(raise_always, 4, PRICE)
    with pytest.raises(PluginError, match="tell its author"):
        run(tagger, 100)
    assert len(tagger.calls) == 3


def test_a_missing_package_ends_the_run_at_once_and_says_itself() -> None:
    tagger = Raising(raise_for(0, error=MissingDependency("pip install it")), 4)
    with pytest.raises(MissingDependency, match=r"^pip install it$"):
        run(tagger, 8)
    assert len(tagger.calls) == 1


def test_a_run_that_is_stopped_leaves_open_what_it_raised_for() -> None:
    stop = threading.Event()

    def look(number: int) -> None:
        stop.set()
        raise OSError

    store = MemoryStore()
    store.put("0" * 64, Variant.IMAGE, b"1")
    calls = list(tag_images(["0" * 64], store, Raising(look), stop=stop))
    assert results(calls) == {}


def test_images_of_a_paid_call_with_invalid_results_are_not_paid_again_by_themselves() -> None:
    class Wordless(Raising):
        def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
            super().tag(images)
            return cast("Sequence[TagResult]", None)

    tagger = Wordless(raise_for(), 4, PRICE)
    store = MemoryStore()
    ids = [f"{number:064x}" for number in range(8)]
    for number, image_id in enumerate(ids):
        store.put(image_id, Variant.IMAGE, str(number).encode())
    calls: list[Call] = []
    logged: list[str] = []
    with pytest.raises(PluginError, match="tag gave None, not a list of TagResults"):
        calls.extend(tag_images(ids, store, tagger, on_fault=lambda item, _: logged.append(item)))
    assert tagger.calls == [[0, 1, 2, 3]]
    assert [call.billed for call in calls] == ["unknown"]
    assert failed(results(calls)) == dict.fromkeys(
        range(4),
        TagResult.failed(
            "transient", "tag gave None, not a list of TagResults, one for each image"
        ),
    )
    assert logged == [f"images {', '.join(ids[:4])}"]
