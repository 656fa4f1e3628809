"""Near duplicates in shards: the groups of one process, whatever is killed, lost or left behind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pool_here import PoolHere
from shard_comparisons import DyingCompareJob, StoreIn

from tagatlas.contracts import NoOptions, Variant
from tagatlas.errors import StorageError, TagatlasError
from tagatlas_duplicates import (
    HASHES,
    Compare,
    CompareHere,
    Grouped,
    Signed,
    group_alike,
    make_signature,
    perceptual_hash,
)
from tagatlas_duplicates.thumbnails import thumbnail_in
from tagatlas_shards.blocks import read_blocks, read_leaders, write_blocks, write_leaders
from tagatlas_shards.comparing import CompareJob, CompareOn, compare_in_shards
from tagatlas_shards.driver import Pool
from tagatlas_shards.local import LocalPool
from tagatlas_shards.place import Place
from tagatlas_shards.shard import Fault, Shard
from tagatlas_stores.files import FileStore

FAMILIES = 6
LEVELS = ("copy", "same")
FOLDER = "compared"


def drawn(number: int) -> Image.Image:
    """A picture of soft noise, unlike those of other numbers."""
    spots = Image.frombytes("RGB", (8, 6), random.Random(number).randbytes(144))  # noqa: S311
    return spots.resize((240, 180), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def grouped(signed: Signed, levels: Sequence[str], compare: Compare) -> Grouped:
    """The groups of pictures of which each family is a block."""
    return group_alike(signed, levels, compare, few=0, block=4)


@dataclass(frozen=True, eq=False)
class Planted:
    """Families of pictures with near hashes: one, its crop, another one, and the first again.

    Attributes:
        signed: the pictures.
        ids: of each.
        store: with their thumbnails.
        folder: of the store.
    """

    signed: Signed
    ids: Sequence[str]
    store: FileStore
    folder: Path

    def alone(self) -> Grouped:
        """The groups found in one process."""
        return grouped(self.signed, LEVELS, CompareHere(partial(thumbnail_in, self.store)))

    def lose(self, number: int) -> None:
        self.store.remove(self.ids[number])


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    """Planted pictures, of which each family is a block."""
    folder = tmp_path / "my.atlas"
    store = FileStore(NoOptions(), folder)
    ids, hashes, sketches, sizes = [], [], [], []
    dice = np.random.default_rng(0)
    moved = dice.integers(0, 2**64, FAMILIES, dtype=np.uint64)
    for number in dice.permutation(FAMILIES * 4).tolist():
        family, member = divmod(number, 4)
        one = drawn(family)
        picture = (one, one.crop((4, 3, 236, 177)), drawn(100 + family), one)[member]
        ids.append(sha256(str(number).encode()).hexdigest())
        of_family = [perceptual_hash(one), *make_signature(one).hashes]
        hashes.append([(each or 0) ^ int(moved[family]) for each in of_family])
        sketches.append(np.frombuffer(make_signature(picture).sketch, np.uint8))
        sizes.append(picture.size)
        store.put(ids[-1], Variant.THUMBNAIL, encoded(picture))
    signed = Signed(
        lambda places: [ids[place] for place in places.tolist()],
        np.ones(len(ids), dtype=np.int64),
        np.array(hashes, dtype=np.uint64),
        np.tile([each not in (3, 5) for each in range(1 + HASHES)], (len(ids), 1)),
        np.array(sizes, dtype=np.float64),
        lambda places: np.array(sketches)[places],
    )
    return Planted(signed, ids, store, folder)


@pytest.fixture
def job(planted: Planted, tmp_path: Path) -> CompareJob:
    """A comparison in a folder."""
    place = Place(str(tmp_path / "shards"))
    place.put("seen", b"")
    return CompareJob(place, FOLDER, "seen", StoreIn(planted.folder))


def no_fault(fault: Fault) -> None:
    raise AssertionError(fault)


def by_pool(
    job: CompareJob,
    pool: Pool,
    warn: Callable[[str], None],
    blocks_of_shard: int = 1,
    partial_files: set[str] | None = None,
) -> Compare:
    """Compares in a pool; by default as a driver that knows of no file yet."""
    its_files = set() if partial_files is None else partial_files

    def compare(
        pictures: Signed, blocks: Iterable[NDArray[np.int64]], levels: Sequence[str]
    ) -> Iterator[Grouped]:
        every = list(blocks)
        shards = [
            every[start : start + blocks_of_shard]
            for start in range(0, len(every), blocks_of_shard)
        ]
        yield from compare_in_shards(
            pictures,
            shards,
            levels,
            job,
            pool,
            partial_files=its_files,
            warn=warn,
            on_fault=no_fault,
        )

    return compare


def assert_same(
    planted: Planted, job: CompareJob, pool: Pool, warned: list[str], blocks_of_shard: int = 1
) -> None:
    """What a pool finds is what one process finds."""
    alone = planted.alone()
    compare = by_pool(job, pool, warned.append, blocks_of_shard)
    together = grouped(planted.signed, LEVELS, compare)
    assert together.is_whole == alone.is_whole
    for one, other in zip(together.leaders, alone.leaders, strict=True):
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())


def test_groups_are_those_of_one_process(planted: Planted, job: CompareJob) -> None:
    groups = [len(np.unique(leaders)) for leaders in planted.alone().leaders]
    assert groups == [2 * FAMILIES, 3 * FAMILIES], "crops are copies, and not the same"
    warned: list[str] = []
    pool = PoolHere(job)
    assert_same(planted, job, pool, warned)
    assert warned == []
    names = job.place.names(FOLDER)
    assert len(pool.given) == len(names) == FAMILIES
    assert job.place.names(FOLDER, "npz") == [], "only results stay"

    job.place.put(names[2], b"half a file")
    job.place.remove(names[3])
    again = PoolHere(job)
    assert_same(planted, job, again, warned)
    assert {f"{FOLDER}/{shard.name}.parquet" for shard in again.given} == {names[2], names[3]}
    [said] = warned
    assert f"{names[2]} is no file of groups" in said

    together = PoolHere(job)
    assert_same(planted, job, together, warned, blocks_of_shard=4)
    assert len(together.given) == 2, "of other blocks: other shards"
    assert {*job.place.clear(FOLDER)} > {*names}
    assert [*Path(job.place.location, FOLDER).iterdir()] == []


def test_a_shard_with_a_missing_thumbnail_is_looked_at_again_by_another_driver(
    planted: Planted, job: CompareJob
) -> None:
    gone = next(
        place for place, leader in enumerate(planted.alone().leaders[0].tolist()) if leader != place
    )
    kept = planted.store.get(planted.ids[gone], Variant.THUMBNAIL)
    planted.lose(gone)
    assert not planted.alone().is_whole
    warned: list[str] = []
    assert_same(planted, job, PoolHere(job), warned)
    files: set[str] = set()
    for times in (1, 0):
        again = PoolHere(job)
        compare = by_pool(job, again, warned.append, partial_files=files)
        assert not grouped(planted.signed, LEVELS, compare).is_whole
        assert len(again.given) == times, "once by a driver"
    planted.store.put(planted.ids[gone], Variant.THUMBNAIL, kept)
    again = PoolHere(job)
    assert_same(planted, job, again, warned)
    assert len(again.given) == 1
    assert warned == []
    assert len(job.place.names(FOLDER)) == FAMILIES + 1
    assert len([*job.place.clear(FOLDER)]) == FAMILIES + 1


def test_a_damaged_thumbnail_is_like_no_other_and_not_missing(
    planted: Planted, job: CompareJob
) -> None:
    for number in range(0, len(planted.ids), 5):
        planted.lose(number)
        planted.store.put(planted.ids[number], Variant.THUMBNAIL, b"\xff\xd8 half a picture")
    assert planted.alone().is_whole
    assert_same(planted, job, PoolHere(job), [])


def test_other_signatures_are_other_shards(planted: Planted, job: CompareJob) -> None:
    signed = planted.signed
    others = [
        signed,
        replace(signed, methods=signed.methods + 1),
        replace(signed, sizes=signed.sizes * 2),
        replace(signed, hashes=signed.hashes ^ np.uint64(1)),
        replace(signed, ids=lambda places: [f"{place:064}" for place in places.tolist()]),
    ]
    for each in others:
        pool = PoolHere(job)
        grouped(each, LEVELS, by_pool(job, pool, no_warning, FAMILIES))
        assert len(pool.given) == 1
    pool = PoolHere(job)
    grouped(signed, LEVELS[:1], by_pool(job, pool, no_warning, FAMILIES))
    assert len(pool.given) == 1


def no_warning(line: str) -> None:
    raise AssertionError(line)


def test_a_pool_is_begun_for_more_than_one_shard(planted: Planted, job: CompareJob) -> None:
    asked = []

    def nowhere() -> None:
        asked.append("where")

    here = CompareHere(partial(thumbnail_in, planted.store))
    for shard, times in ((4 * FAMILIES, 0), (4 * FAMILIES - 1, 1)):
        compare = CompareOn(here, nowhere, no_warning, no_fault, shard)
        found = grouped(planted.signed, LEVELS, compare)
        assert [each.tolist() for each in found.leaders] == [
            each.tolist() for each in planted.alone().leaders
        ]
        assert len(asked) == times


def test_a_stopped_shard_has_no_results(planted: Planted, job: CompareJob) -> None:
    pool = PoolHere(job)
    grouped(planted.signed, LEVELS, by_pool(job, pool, no_warning, FAMILIES))
    [shard] = pool.given
    blocks = [planted.signed.block(np.arange(start, start + 4)) for start in (0, 4)]
    job.place.put(str(shard.items[0]), write_blocks(blocks))
    stop = Event()
    stop.set()
    results = job.begin().work(shard, stop)
    assert (results.data, results.is_whole, results.error) == (b"", False, "")


def test_files_hold_pictures_to_the_bit(planted: Planted) -> None:
    places = [np.array([0, 2, 5]), np.array([1, 3])]
    blocks = [planted.signed.block(each) for each in places]
    held = read_blocks(write_blocks(blocks), "x.npz")
    assert [each.places.tolist() for each in held] == [[0, 1, 2], [3, 4]]
    for one, other in zip(blocks, held, strict=True):
        assert list(one.ids) == list(other.ids)
        for own, its in (
            (one.hashes, other.hashes),
            (one.present, other.present),
            (one.sizes, other.sizes),
            (one.sketches, other.sketches),
        ):
            assert (own.dtype, own.shape, own.tobytes()) == (its.dtype, its.shape, its.tobytes())


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 half a file", b"\x93NUMPY"])
def test_what_is_no_file_of_a_comparison_is_said(data: bytes) -> None:
    with pytest.raises(StorageError, match=r"x\.npz is no file of pictures: "):
        read_blocks(data, "x.npz")
    with pytest.raises(StorageError, match=r"x\.parquet is no file of groups: "):
        read_leaders(data, "x.parquet", LEVELS, 1)


@pytest.mark.parametrize(
    ("leaders", "reason"),
    [
        ([0, 0], "groups of 2 pictures, not of 3"),
        ([0, 2, 2], "leaders that lead no group"),
        ([0, -1, 2], "leaders that lead no group"),
        ([0, 0, 1], "leaders that lead no group"),
    ],
)
def test_groups_that_cannot_be_are_said(leaders: list[int], reason: str) -> None:
    data = write_leaders(["copy"], [np.array(leaders)])
    with pytest.raises(StorageError, match=rf"^x\.parquet has {reason}$"):
        read_leaders(data, "x.parquet", ["copy"], 3)


def test_shards_that_fail_are_named_after_all_others(planted: Planted, job: CompareJob) -> None:
    class Losing(PoolHere):
        def give(self, shard: Shard) -> None:
            if len(self.given) == 1:
                job.place.put(str(shard.items[0]), b"damaged")
            super().give(shard)

    with pytest.raises(TagatlasError, match=r"^1 shard failed: .*no file of pictures"):
        assert_same(planted, job, Losing(job), [])
    assert len(job.place.names(FOLDER)) == FAMILIES - 1


@pytest.mark.slow
@pytest.mark.thorough
def test_a_killed_process_costs_its_shard_only(
    planted: Planted, job: CompareJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))
    dying = DyingCompareJob(job.place, FOLDER, "seen", job.make_store)
    warned: list[str] = []
    pool = LocalPool(dying)
    try:
        assert_same(planted, dying, pool, warned)
    finally:
        pool.close()
    [said] = warned
    assert "(killed by signal 9) was lost; its shard" in said
    begun = job.place.get("begun").decode().split()
    assert len(begun) == FAMILIES + 1, "six shards, one of them twice"
    assert len(set(begun)) == FAMILIES
