"""An unexpected error costs one item, is counted and logged, and is no wall for the next run."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_atlas import picture_atlas
from PIL import Image

from tagatlas.atlas import open_atlas
from tagatlas.contracts import (
    ImageInput,
    ImageStatus,
    ImageStore,
    KeptAnswer,
    Reading,
    RereadingTagger,
    Tag,
    TagResult,
    TagStatus,
    Variant,
)
from tagatlas.errors import ImageNotStored, PluginFailed, TagatlasError
from tagatlas.faults import IN_A_ROW, LARGEST_LOG, FaultLog, ForgivingStore
from tagatlas.steps.storing import reading_each, store_answers, store_outcomes
from tagatlas.testing import MemoryStore, sample_images
from tagatlas_fetching import Address, FetchOptions, FetchOutcome, StoredImage
from tagatlas_fetching.engine import FAULTS_IN_A_ROW, fetch
from tagatlas_fetching.stored_size import MOST_PIXELS, longest_side
from tagatlas_guards import guarded


def raised(error: Exception) -> Exception:
    """The error with a traceback."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


class Failing(ImageStore):
    """Fails for the images that it is made for."""

    def __init__(self, bad: Iterable[str]) -> None:
        self.bad = frozenset(bad)

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        self.has(image_id, variant)

    def get(self, image_id: str, variant: Variant) -> bytes:
        return str(self.has(image_id, variant)).encode()

    def has(self, image_id: str, variant: Variant) -> bool:
        if image_id in self.bad:
            raise KeyError(image_id)
        return False

    def locate(self, image_id: str, variant: Variant) -> str | None:
        return str(self.has(image_id, variant))


def test_the_log_has_the_traceback_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SOME_APIKEY", "ab+c/d==efgh")
    monkeypatch.setenv("DB_PASS", "hunter2hunter2")
    log = FaultLog(tmp_path / "faults.log")
    log.hide("Bearer abc")
    assert log.lines() == []
    text = "sk-very-secret Bearer abc http://me:pass@host/?token=xyz caf\udce9"
    text += " ab%2Bc%2Fd%3D%3Defgh hunter2hunter2"
    log.record("http://me:pass@host/a.jpg", raised(ValueError(text)))
    log.record("image 0", raised(ValueError("again")))
    log.record("image 1", raised(KeyError("other")))
    written = (tmp_path / "faults.log").read_text("utf-8")
    assert "http://***@host/a.jpg" in written
    assert "in raised" in written
    assert "ValueError: *** *** http://***@host/?token=***" in written
    for secret in ("very-secret", "Bearer", "pass", "xyz", "Defgh", "hunter2"):
        assert secret not in written
    [line] = log.lines()
    assert line == (
        "3 unexpected errors (ValueError 2 times, KeyError), each of one item alone: "
        f"see {tmp_path / 'faults.log'}"
    )
    assert log.lines() == []


@pytest.mark.slow
def test_the_log_is_bounded_and_begins_again_once_it_is_long(tmp_path: Path) -> None:
    path = tmp_path / "faults.log"
    log = FaultLog(path)
    for number in range(300):
        log.record(f"image {number}", raised(ValueError("x" * 100_000)))
    assert LARGEST_LOG // 2 < path.stat().st_size <= LARGEST_LOG
    FaultLog(path).record("image 0", raised(ValueError("new")))
    assert path.stat().st_size < 2000


def test_a_log_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "of the user"
    target.write_text("kept")
    (tmp_path / "faults.log").symlink_to(target)
    for path in (tmp_path / "faults.log", tmp_path / "none" / "faults.log"):
        log = FaultLog(path)
        log.record("image 0", raised(ValueError("odd")))
        assert log.lines() == [
            f"1 unexpected error (ValueError), each of one item alone: {path} cannot be written"
        ]
    assert target.read_text() == "kept"


def test_an_image_that_a_store_fails_to_give_is_one_that_is_not_there(tmp_path: Path) -> None:
    ids = [f"{number:064x}" for number in range(50)]
    log = FaultLog(tmp_path / "faults.log")
    store = ForgivingStore(guarded(Failing(ids[::2]), "store odd"), log)
    assert isinstance(store, Failing)
    for image in ids[::2]:
        with pytest.raises(ImageNotStored, match=r"store odd failed in get \(KeyError: "):
            store.get(image, Variant.IMAGE)
        assert store.locate(ids[0], Variant.IMAGE) is None
        assert store.get(ids[1], Variant.IMAGE) == b"False"
    assert log.lines()[0].startswith("50 unexpected errors (KeyError 50 times)")


@pytest.mark.parametrize("side", [64, 4_000, 13_000, 65_000])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_stored_picture_of_too_many_pixels_is_not_decoded(
    tmp_path: Path, side: int, progressive: bool
) -> None:
    """A progressive one takes all its memory even if it is decoded at an eighth."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG", progressive=progressive)
    small = file.getvalue()
    begin = small.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
    data = small[:begin] + side.to_bytes(2, "big") * 2 + small[begin + 4 :]
    inner = MemoryStore()
    store = ForgivingStore(inner, FaultLog(tmp_path / "log"))
    for variant in Variant:
        inner.put("a", variant, data)
        most = {Variant.IMAGE: 1 << 26, Variant.THUMBNAIL: 1 << 22}.get(variant, side**2)
        if side**2 <= most:
            assert store.get("a", variant) == data
        else:
            with pytest.raises(ImageNotStored, match=f"stored with {side:,} x {side:,} pixels"):
                store.get("a", variant)


@given(st.integers(1, 1 << 17), st.integers(1, 1 << 17))
def test_a_copy_is_made_no_larger_than_is_read(width: int, height: int) -> None:
    side = longest_side(width, height)
    scale = min(1.0, side / max(width, height))
    assert max(1, round(width * scale)) * max(1, round(height * scale)) <= MOST_PIXELS
    if width * height < 0.99 * MOST_PIXELS:
        assert side == max(width, height)


def test_a_store_that_fails_for_each_image_ends_the_work(tmp_path: Path) -> None:
    ids = [f"{number:064x}" for number in range(50)]
    store = ForgivingStore(guarded(Failing(ids), "store odd"), FaultLog(tmp_path / "log"))
    for image in ids[: IN_A_ROW - 1]:
        with pytest.raises(ImageNotStored):
            store.get(image, Variant.IMAGE)
    with pytest.raises(PluginFailed, match=r"^store odd failed in get"):
        store.get(ids[-1], Variant.IMAGE)


class Choosy(MemoryStore):
    """Fails unexpectedly for all but some images."""

    def __init__(self, right: Iterable[bytes], *, blames: bool) -> None:
        super().__init__()
        self.right = frozenset(right)
        self.blames = blames

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        if bytes.fromhex(image_id) not in self.right:
            if self.blames:
                raise PluginFailed("store odd failed in put", "KeyError: 'a'")
            raise KeyError(image_id)
        super().put(image_id, variant, data)


def fetched(
    folder: Path, count: int, store: ImageStore, log: FaultLog
) -> tuple[list[FetchOutcome], TagatlasError | None]:
    """The outcomes of pictures of a folder, and the error that ended it."""
    addresses = []
    for number, sample in enumerate(sample_images(count)):
        path = folder / f"{number}.jpg"
        path.write_bytes(sample.data)
        addresses.append(Address(number, str(path), local=True))
    outcomes: list[FetchOutcome] = []
    try:
        for part in fetch(addresses, store, FetchOptions(), on_fault=log.record):
            outcomes += part
    except TagatlasError as error:
        return outcomes, error
    return outcomes, None


@pytest.mark.slow
@pytest.mark.parametrize("blames", [True, False])
def test_addresses_that_all_fail_unexpectedly_end_the_run_early(
    tmp_path: Path, *, blames: bool
) -> None:
    log = FaultLog(tmp_path / "faults.log")
    outcomes, error = fetched(tmp_path, 3 * FAULTS_IN_A_ROW, Choosy([], blames=blames), log)
    assert {outcome.status for outcome in outcomes} == {ImageStatus.FAILED}
    assert FAULTS_IN_A_ROW <= len(outcomes) < 3 * FAULTS_IN_A_ROW
    if blames:
        assert str(error) == "store odd failed in put"
    else:
        assert str(error).startswith("20 addresses in a row failed with unexpected errors")
        assert str(error).endswith(": run the command again to go on with the others")


@pytest.mark.slow
def test_what_the_catalog_does_not_take_fails_its_address_alone(tmp_path: Path) -> None:
    folder = picture_atlas(tmp_path, 3)
    with open_atlas(folder) as atlas:
        keys = [each.key for each in atlas.catalog.addresses.with_status([ImageStatus.OK])]
        images = [StoredImage(f"{key:064x}", 1, 1, "png", 1, 1) for key in keys]
        odd = StoredImage("f" * 64, 1 << 80, 1, "png", 1, 1)
        outcomes = [
            FetchOutcome(key, ImageStatus.OK, image=image)
            for key, image in zip(keys, [images[0], odd, images[2]], strict=True)
        ]
        store_outcomes(atlas, outcomes)
        assert atlas.catalog.addresses.counts()["ok"] == 2
        [reason] = (
            row["reason"]
            for row in pl.concat(atlas.catalog.addresses.fates()).iter_rows(named=True)
            if row["status"] == "failed"
        )
        assert reason.startswith("OverflowError: ")
        assert atlas.faults.lines()[0].startswith("1 unexpected error (OverflowError)")


@pytest.mark.slow
def test_an_answer_that_the_catalog_does_not_take_fails_its_image_alone(tmp_path: Path) -> None:
    folder = picture_atlas(tmp_path, 4)
    with open_atlas(folder) as atlas:
        ids = atlas.catalog.addresses.images()["id"].to_list()
        backend = atlas.catalog.tagging.use("odd", "odd")
        right = TagResult.ok([Tag("cat", 0.5)], embedding=[1.0, 2.0])
        longer = TagResult.ok([Tag("cat", 0.5)], embedding=[1.0, 2.0, 3.0])
        unfit = TagResult(TagStatus.OK, (Tag("cat", 7.0),))
        given = list(zip(ids, [right, longer, unfit, right], strict=True))
        errors = store_answers(atlas, backend, given, None)
        assert [type(error).__name__ for error in errors] == ["PluginError", "IntegrityError"]
        counts = atlas.catalog.tagging.counts(backend)
        assert (counts["ok"], counts["failed"], counts["pending"]) == (2, 2, 0)
        assert [*atlas.catalog.tagging.unanswered(backend, retry_failed=False)] == []
        atlas.faults.lines()


class Reader(RereadingTagger):
    """Cannot read some answers."""

    def __init__(self, bad: Iterable[str]) -> None:
        self.bad = frozenset(bad)

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        raise NotImplementedError

    def fingerprint(self) -> str:
        return "reader"

    def reading(self) -> str:
        return "reading"

    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        return Reading(self.results(answers))

    def results(self, answers: Iterable[KeptAnswer]) -> Iterator[tuple[str, TagResult]]:
        for answer in answers:
            if answer.id in self.bad:
                raise KeyError("label")
            yield answer.id, TagResult.empty()


@pytest.mark.parametrize("bad", [[], [0], [0, 1, 5], [9], [4, 5, 6]])
def test_an_answer_that_cannot_be_read_fails_its_image_alone(
    tmp_path: Path, bad: list[int]
) -> None:
    answers = [KeptAnswer(f"{number:064x}") for number in range(10)]
    wrong = [answers[number].id for number in bad]
    log = FaultLog(tmp_path / "log")
    reader = guarded(Reader(wrong), "tagger reader")
    found = list(reading_each(reader, log)(answers).results)
    assert [image for image, _ in found] == [answer.id for answer in answers]
    failed = TagResult.failed("image", "KeyError: 'label'")
    assert found == [(each.id, failed if each.id in wrong else TagResult.empty())
                     for each in answers]  # fmt: skip
    assert len(log.lines()) == bool(bad)


@pytest.mark.parametrize("count", [3, 100])
def test_a_tagger_that_reads_no_answer_is_to_blame(tmp_path: Path, count: int) -> None:
    answers = [KeptAnswer(f"{number:064x}") for number in range(count)]
    reader = guarded(Reader([answer.id for answer in answers]), "tagger reader")
    with pytest.raises(PluginFailed, match=r"^tagger reader failed in read \(KeyError"):
        list(reading_each(reader, FaultLog(tmp_path / "log"))(answers).results)


@pytest.mark.slow
def test_the_rest_is_fetched_where_single_images_fail(tmp_path: Path) -> None:
    samples = sample_images(6)
    right = [hashlib.sha256(sample.data).digest() for sample in samples[1:]]
    log = FaultLog(tmp_path / "faults.log")
    outcomes, error = fetched(tmp_path, 6, Choosy(right, blames=True), log)
    assert error is None
    found = {outcome.key: outcome.status for outcome in chain(outcomes)}
    assert found == {0: ImageStatus.FAILED, **dict.fromkeys(range(1, 6), ImageStatus.OK)}
    assert [each.reason for each in outcomes if each.reason] == ["store odd failed in put"]


def test_a_log_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "faults.log")
    log = FaultLog(tmp_path / "faults.log")
    log.record("image 0", raised(ValueError("odd")))
    assert log.lines()[0].endswith("faults.log cannot be written")
