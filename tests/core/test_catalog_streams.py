"""What is read from the catalog while it is written: each address and image once, in order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagatlas.catalog import Catalog
from tagatlas.contracts import ImageStatus, Records, TagResult
from tagatlas.errors import StorageError
from tagatlas_fetching import FetchOutcome, StoredImage
from tagatlas_fetching.fates import by_host, by_status

PENDING = [ImageStatus.PENDING]


def add(catalog: Catalog, count: int) -> None:
    locations = [f"https://host{number % 3}.org/{number}" for number in range(count)]
    table = pl.DataFrame({"location": locations, "frequency": [1] * count})
    catalog.records.add("list", "table", Records(table, ""))


def image(number: int) -> StoredImage:
    return StoredImage(f"{number * 0x9E3779B97F4A7C15 % 2**64:064x}", 9, 9, "png", 99, 1)


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(1, 9), st.lists(st.integers(0, 40), max_size=4), st.data())
def test_each_address_is_read_once_however_runs_are_interrupted(
    count: int, batch: int, ends: list[int], data: st.DataObject
) -> None:
    asked: Counter[int] = Counter()
    with TemporaryDirectory() as folder, Catalog(Path(folder, "catalog.sqlite")) as catalog:
        add(catalog, count)
        for end in [*ends, count]:
            wanted = catalog.addresses.with_status(PENDING)
            assert list(wanted.keys) == sorted(wanted.keys)
            for begin in range(0, min(end, len(wanted)), batch):
                some = wanted[begin : begin + batch]
                asked.update(each.key for each in some)
                statuses = st.sampled_from([ImageStatus.OK, ImageStatus.MISSING])
                outcomes = [
                    FetchOutcome(each.key, ImageStatus.OK, image=image(each.key))
                    if data.draw(statuses) == ImageStatus.OK
                    else FetchOutcome(each.key, ImageStatus.MISSING, "gone")
                    for each in some
                ]
                catalog.addresses.store(outcomes)
        assert len(asked) == count
        assert max(asked.values()) == 1
        again = catalog.addresses.with_status([ImageStatus.MISSING])
        missing = catalog.addresses.without_image(range(count + 9))
        assert {each.key: each for each in again} == missing


def test_addresses_tried_less_often_come_first(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        add(catalog, 6)
        tries = {1: 3, 2: 1, 3: 2, 4: 1, 5: 3, 6: 1}
        catalog.addresses.store(
            [FetchOutcome(key, ImageStatus.FAILED, "slow", attempts=n) for key, n in tries.items()]
        )
        again = catalog.addresses.with_status([ImageStatus.FAILED])
        assert [each.key for each in again] == [2, 4, 6, 3, 1, 5]


def test_another_thread_reads_addresses_while_they_are_written(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        add(catalog, 50)
        wanted = catalog.addresses.with_status(PENDING)
        found: list[int] = []

        def read() -> None:
            found.extend(each.key for place in range(50) for each in [wanted[place]])

        with catalog.unchanging():
            reading = Thread(target=read)
            reading.start()
            reading.join()
        assert found == list(range(1, 51))
        for each in wanted:
            catalog.addresses.store([FetchOutcome(each.key, ImageStatus.MISSING, "gone")])
        assert catalog.addresses.counts()["missing"] == 50
        with pytest.raises(StorageError, match="address 99 has left"):
            catalog.addresses.read([1, 99])


def test_images_are_read_once_while_they_are_tagged(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        add(catalog, 40)
        catalog.addresses.store(
            [
                FetchOutcome(each.key, ImageStatus.OK, image=image(each.key))
                for each in catalog.addresses.with_status(PENDING)
            ]
        )
        backend = catalog.tagging.use("one", "1")
        every = sorted(image(key).id for key in range(1, 41))
        asked = []
        for each in catalog.tagging.unanswered(backend, retry_failed=True):
            asked.append(each)
            result = TagResult.empty() if len(asked) % 2 else TagResult.failed("image", "odd")
            catalog.tagging.store(backend, [(each, result)])
        assert asked == every
        assert [*catalog.tagging.unanswered(backend, retry_failed=True)] == every[1::2]
        assert catalog.addresses.images_among([*every[:3], "0" * 64]) == set(every[:3])


def test_tables_in_parts_are_those_of_the_whole(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        add(catalog, 25)
        outcomes = [
            FetchOutcome(key, ImageStatus.MISSING, f"because {key % 2}")
            if key % 4
            else FetchOutcome(key, ImageStatus.OK, image=image(key % 8))
            for key in range(1, 21)
        ]
        catalog.addresses.store(outcomes)
        whole = pl.concat(catalog.addresses.fates())
        hosts, statuses = by_host([whole]), by_status([whole])
        parts = list(catalog.addresses.fates(at_once=4))
        assert len(parts) > 5
        assert pl.concat(parts).equals(whole)
        assert by_host(parts).equals(hosts)
        assert by_status(parts).equals(statuses)
        assert hosts["addresses"].sum() == statuses["addresses"].sum() == 25
        assert set(catalog.addresses.several()) == {image(0).id, image(4).id}
