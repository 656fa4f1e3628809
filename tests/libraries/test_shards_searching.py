"""Search in shards: what one process finds, whatever is killed or left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from planted import planted_collection
from pool_here import PoolHere
from shard_searches import DyingSearchJob

from tagatlas.errors import StorageError, TagatlasError
from tagatlas_mapping.cluster.neighbours import similar_by_shard
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors
from tagatlas_shards.driver import Pool
from tagatlas_shards.local import LocalPool
from tagatlas_shards.place import Place
from tagatlas_shards.searching import SearchJob, key_of, search_in_shards
from tagatlas_shards.shard import Fault, Shard
from tagatlas_shards.vectors import read_neighbours, read_vectors, write_neighbours, write_vectors

IMAGES, COUNT, SHARD = 1200, 7, 256
SOUGHT = np.arange(100, IMAGES)
FOLDER = "searched"

ARRAY = (
    b"\x93NUMPY\x01\x00F\x00{'descr': '<i8', 'fortran_order': False, 'shape': (0,)}"
    + b" " * 16
    + b"\n"
)


def no_fault(fault: Fault) -> None:
    raise AssertionError(fault)


@pytest.fixture(scope="module", params=["tags", "tags and embeddings"])
def vectors(request: pytest.FixtureRequest) -> Vectors:
    """Vectors of planted images."""
    images, tags, _ = planted_collection(IMAGES, 5)
    scores, _ = score_matrix(images, tags.lazy())
    embeddings = None
    if request.param != "tags":
        dice = np.random.default_rng(0)
        embeddings = dice.normal(size=(IMAGES, 48)).astype(np.float16)
        embeddings[::50] = 0
    return image_vectors(scores, embeddings)


@pytest.fixture
def among(vectors: Vectors) -> Vectors:
    """The images that are searched."""
    return vectors.take(np.arange(100))


@pytest.fixture
def job(vectors: Vectors, among: Vectors, tmp_path: Path) -> SearchJob:
    """A search in a folder."""
    place = Place(str(tmp_path / "shards"))
    place.put("seen", b"")
    key = key_of(vectors, SOUGHT, COUNT, among=among, shard=SHARD)
    return SearchJob(place, FOLDER, "seen", key, COUNT)


@contextmanager
def closed(pool: LocalPool) -> Iterator[LocalPool]:
    try:
        yield pool
    finally:
        pool.close()


def assert_same(
    vectors: Vectors, among: Vectors, job: SearchJob, pool: Pool, warned: list[str]
) -> None:
    """What a pool finds is what one process finds, in the same order."""
    expected = similar_by_shard(vectors, SOUGHT, COUNT, among=among, shard=SHARD)
    found = search_in_shards(
        vectors,
        SOUGHT,
        job,
        pool,
        among=among,
        warn=warned.append,
        on_fault=no_fault,
        shard=SHARD,
    )
    for (rows, near), (own_rows, own_near) in zip(found, expected, strict=True):
        assert rows.tolist() == own_rows.tolist()
        assert near.dtype == own_near.dtype
        assert near.tobytes() == own_near.tobytes()


def test_neighbours_are_those_of_one_process(
    vectors: Vectors, among: Vectors, job: SearchJob
) -> None:
    warned: list[str] = []
    assert_same(vectors, among, job, PoolHere(job), warned)
    assert warned == []
    names = [f"{FOLDER}/{job.key}-{number:06}.parquet" for number in range(5)]
    assert job.place.names(FOLDER) == names
    assert job.place.names(FOLDER, "npz") == [], "only results stay"

    job.place.put(names[2], b"half a file")
    job.place.remove(names[3])
    again = PoolHere(job)
    assert_same(vectors, among, job, again, warned)
    assert [shard.name[-6:] for shard in again.given] == ["000002", "000003"]
    [said] = warned
    assert "000002.parquet is no file of neighbours" in said

    done = PoolHere(job)
    assert_same(vectors, among, job, done, warned)
    assert done.given == []
    job.place.put(f"{FOLDER}/{'0' * 32}.npz", b"of a killed driver")
    removed = set(job.place.clear(FOLDER))
    assert removed == {*names, f"{FOLDER}/{'0' * 32}.npz"}
    assert [*Path(job.place.location, FOLDER).iterdir()] == []


def test_another_search_has_another_key(vectors: Vectors, among: Vectors, job: SearchJob) -> None:
    others = [
        key_of(vectors, SOUGHT[1:], COUNT, among=among, shard=SHARD),
        key_of(vectors, SOUGHT, COUNT + 1, among=among, shard=SHARD),
        key_of(vectors, SOUGHT, COUNT, among=vectors.take(np.arange(99)), shard=SHARD),
        key_of(vectors.take(np.arange(IMAGES)[::-1]), SOUGHT, COUNT, among=among, shard=SHARD),
    ]
    assert len({job.key, *others}) == 5


def test_files_hold_vectors_to_the_bit(vectors: Vectors) -> None:
    held = read_vectors(write_vectors(vectors), "x.npz")
    for one, other in (
        (vectors.tags.data, held.tags.data),
        (vectors.tags.indices, held.tags.indices),
        (vectors.tags.indptr, held.tags.indptr),
        (vectors.common, held.common),
        (vectors.embeddings, held.embeddings),
    ):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    assert held.tags.shape == vectors.tags.shape


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 half a file", b"\x93NUMPY", ARRAY])
def test_what_is_no_file_of_a_search_is_said(data: bytes) -> None:
    with pytest.raises(StorageError, match=r"x\.npz is no file of vectors: "):
        read_vectors(data, "x.npz")
    with pytest.raises(StorageError, match=r"x\.parquet is no file of neighbours: "):
        read_neighbours(data, "x.parquet", (1, 1), 1)


@pytest.mark.parametrize("row", [-2, 5, 2**31 - 1])
def test_neighbours_are_among_the_images_that_were_searched(row: int) -> None:
    near = np.array([[0, 4], [-1, -1], [3, row]], dtype=np.int32)
    with pytest.raises(StorageError, match=r"^x\.parquet has neighbours .* the images searched$"):
        read_neighbours(write_neighbours(near), "x.parquet", (3, 2), 5)
    near[2, 1] = 1
    assert read_neighbours(write_neighbours(near), "x.parquet", (3, 2), 5).tolist() == near.tolist()


def test_shards_that_fail_are_named_after_all_others(
    vectors: Vectors, among: Vectors, job: SearchJob
) -> None:
    class Losing(PoolHere):
        def give(self, shard: Shard) -> None:
            if shard.name.endswith("000001"):
                job.place.put(str(shard.items[0]), b"damaged")
            super().give(shard)

    with pytest.raises(TagatlasError, match=r"^1 shard failed: .*no file of vectors.*-000001"):
        assert_same(vectors, among, job, Losing(job), [])
    assert len(job.place.names(FOLDER)) == 4
    assert job.place.names(FOLDER, "npz") == [job.searched], "removed with the results"


@pytest.mark.slow
@pytest.mark.thorough
def test_a_killed_process_costs_its_shard_only(
    vectors: Vectors, among: Vectors, job: SearchJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))
    dying = DyingSearchJob(job.place, FOLDER, "seen", job.key, COUNT)
    warned: list[str] = []
    with closed(LocalPool(dying)) as pool:
        assert_same(vectors, among, dying, pool, warned)
    [said] = warned
    assert "(killed by signal 9) was lost; its shard" in said
    begun = job.place.get("begun").decode().split()
    assert len(begun) == 6, "five shards, one of them twice"
    assert len(set(begun)) == 5
