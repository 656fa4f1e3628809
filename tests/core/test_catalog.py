from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from kept_answers import KeptAnswer, kept_answer

from tagatlas.catalog import Catalog, StoredMap
from tagatlas.catalog.database import APPLICATION_ID
from tagatlas.catalog.schema import MIGRATIONS, migrate
from tagatlas.contracts import ImageStatus, MapData, Records, Tag, TagResult
from tagatlas.contracts.annotation import Arrow
from tagatlas.errors import AtlasDamaged, AtlasError, AtlasTooNew, PluginError
from tagatlas.testing import sample_map
from tagatlas_duplicates import CompareHere
from tagatlas_fetching import FetchOutcome, StoredImage
from tagatlas_mapping.maps.columns import COLUMNS, EMPTY

NO_THUMBNAIL = CompareHere(lambda _: None)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.sqlite") as opened:
        yield opened


def records(*locations: str, frequency: int = 1, **columns: list[str]) -> Records:
    table = pl.DataFrame(
        {"location": locations, "frequency": [frequency] * len(locations), **columns},
        schema_overrides={"frequency": pl.Int64},
    )
    return Records(table, f"{len(locations)} locations")


def image(number: int) -> StoredImage:
    return StoredImage(f"{number:064x}", 640, 480, "jpeg", 1000, 1)


def add_images(catalog: Catalog, *numbers: int) -> None:
    catalog.records.add("list", "table", records(*(f"https://x.org/{n}.jpg" for n in numbers)))
    pending = catalog.addresses.with_status([ImageStatus.PENDING])
    catalog.addresses.store(
        [
            FetchOutcome(address.key, ImageStatus.OK, image=image(number))
            for address, number in zip(pending, numbers, strict=True)
        ]
    )


def test_adding_the_same_records_again_changes_nothing(catalog: Catalog) -> None:
    first = catalog.records.add("list", "table", records("https://a.org/1", "https://a.org/2"))
    again = catalog.records.add("list", "table", records("https://a.org/1", "https://a.org/2"))
    assert (first.records, first.new_addresses, first.unchanged) == (2, 2, False)
    assert (again.records, again.new_addresses, again.unchanged) == (2, 0, True)


def test_a_changed_source_replaces_its_records_and_keeps_what_was_fetched(
    catalog: Catalog,
) -> None:
    add_images(catalog, 1, 2)
    changed = catalog.records.add(
        "list", "table", records("https://x.org/2.jpg", "https://x.org/3.jpg", frequency=5)
    )
    assert (changed.new_addresses, changed.replaced) == (1, 2)
    counts = catalog.addresses.counts()
    assert (counts["ok"], counts["pending"], sum(counts.values())) == (1, 1, 2)
    [row] = catalog.addresses.images().iter_rows(named=True)
    assert (row["id"], row["frequency"]) == (image(2).id, 5)


def test_the_first_record_of_near_duplicates_stands_for_them(catalog: Catalog) -> None:
    hashes = [None, 0, 2**64 - 1, 0b1111, 2**64 - 2, None]
    numbers = [9, 8, 7, 3, 2, 1]
    catalog.records.add("list", "table", records(*(f"https://x.org/{n}.jpg" for n in numbers)))
    pending = catalog.addresses.with_status([ImageStatus.PENDING])
    catalog.addresses.store(
        [
            FetchOutcome(each.key, ImageStatus.OK, image=replace(image(n), perceptual_hash=hashed))
            for each, n, hashed in zip(pending, numbers, hashes, strict=True)
        ]
    )
    found = dict(catalog.addresses.representatives(NO_THUMBNAIL, "hash").iter_rows())
    expected = {9: 9, 8: 8, 7: 7, 3: 8, 2: 7, 1: 1}
    assert list(found) == sorted(found)
    assert found == {image(n).id: image(leader).id for n, leader in expected.items()}
    alone = catalog.addresses.representatives(NO_THUMBNAIL)  # none has a signature
    assert (alone["image"] == alone["representative"]).all()
    assert [*catalog.addresses.without_signature()] == sorted(found)


def test_addresses_of_one_image_are_joined_and_frequencies_summed(catalog: Catalog) -> None:
    catalog.records.add("a", "table", records("https://a.org/1", frequency=3))
    catalog.records.add("b", "table", records("https://b.org/1", "https://a.org/1", frequency=4))
    pending = catalog.addresses.with_status([ImageStatus.PENDING])
    catalog.addresses.store(
        [FetchOutcome(address.key, ImageStatus.OK, image=image(7)) for address in pending]
    )
    [row] = catalog.addresses.images().iter_rows(named=True)
    assert (row["records"], row["frequency"], row["location"]) == (3, 11, "https://a.org/1")
    assert catalog.addresses.image_count() == 1


def test_every_failure_keeps_its_kind_and_reason(catalog: Catalog) -> None:
    failures = [status for status in ImageStatus if status not in ("ok", "pending")]
    catalog.records.add("a", "table", records(*(f"https://a.org/{s}" for s in failures)))
    pending = catalog.addresses.with_status([ImageStatus.PENDING])
    catalog.addresses.store(
        [
            FetchOutcome(address.key, status, reason=f"because {status}")
            for address, status in zip(pending, failures, strict=True)
        ]
    )
    assert catalog.addresses.counts() == {status: int(status in failures) for status in ImageStatus}
    again = catalog.addresses.with_status([ImageStatus.BLOCKED])
    assert [address.location for address in again] == ["https://a.org/blocked"]


def test_what_an_older_version_refused_is_known_by_its_setting() -> None:
    this = next(n for n, script in enumerate(MIGRATIONS) if "COLUMN refused_by" in script)
    reasons = {
        "10.0.0.1 is not a public address": "allow_private=False",
        "a redirect that is not followed: ::1 is not a public address": "allow_private=False",
        "larger than 33,554,432 bytes": "max_bytes=33554432",
        "more than 100,000,000 pixels": "max_pixels=100000000",
        "not a valid URL": "",
    }
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, MIGRATIONS[:this])
    connection.executemany(
        "INSERT INTO addresses (location, local, status, reason) VALUES (?, 0, 'refused', ?)",
        [(reason, reason) for reason in reasons],
    )
    migrate(connection)
    found = dict(connection.execute("SELECT reason, refused_by FROM addresses"))
    connection.close()
    assert found == reasons


def test_answers_are_asked_for_once_unless_they_failed(catalog: Catalog, tmp_path: Path) -> None:
    add_images(catalog, 1, 2, 3)
    backend = catalog.tagging.use("grey", "grey 1")
    answers = [
        (image(1).id, TagResult.ok([Tag("dark", 0.75), Tag("a\n=cmd|'😀", 1.0)], raw=b"{}" * 50)),
        (image(2).id, TagResult.empty()),
        (image(3).id, TagResult.failed("transient", "timed out")),
    ]
    catalog.tagging.store(backend, answers)
    assert [*catalog.tagging.unanswered(backend, retry_failed=False)] == []
    assert [*catalog.tagging.unanswered(backend, retry_failed=True)] == [image(3).id]
    assert catalog.tagging.counts(backend) == {"pending": 0, "ok": 1, "empty": 1, "failed": 1}
    assert kept_answer(tmp_path, backend, image(1).id).raw == b"{}" * 50
    assert catalog.tagging.tags(backend).collect().rows() == [
        (image(1).id, "a\n=cmd|'😀", 1.0),
        (image(1).id, "dark", 0.75),
    ]
    failure = kept_answer(tmp_path, backend, image(3).id)
    assert failure == KeptAnswer("failed", "transient", "timed out", None)
    catalog.tagging.store(backend, [(image(3).id, TagResult.ok([Tag("light", 0.5)]))])
    assert catalog.tagging.counts(backend)["ok"] == 2


def test_embeddings_come_in_the_order_asked_for_and_zeros_where_there_is_none(
    catalog: Catalog,
) -> None:
    add_images(catalog, 1, 2, 3)
    backend = catalog.tagging.use("grey", "grey 1")
    other = catalog.tagging.use("grey", "grey 2")
    catalog.tagging.store(
        backend,
        [
            (image(1).id, TagResult.ok([Tag("dark", 1.0)], embedding=[1.0, -0.1])),
            (image(2).id, TagResult.empty(embedding=[65504.0, 2.0**-24])),
            (image(3).id, TagResult.failed("transient", "timed out")),
        ],
    )
    ids = [image(number).id for number in (3, 2, 7, 1)]
    for order in (ids, pl.Series(ids)):
        found = catalog.tagging.embeddings(backend, order)
        assert found is not None
        assert found.dtype == np.float16
        assert found.tolist() == [[0, 0], [65504, 2.0**-24], [0, 0], [1, np.float16(-0.1)]]
    assert catalog.tagging.embeddings(other, ids) is None


def test_an_embedding_goes_with_its_answer(catalog: Catalog) -> None:
    add_images(catalog, 1)
    backend = catalog.tagging.use("grey", "grey 1")
    for embedding in ([1.0], [2.0], None):
        catalog.tagging.store(backend, [(image(1).id, TagResult.empty(embedding=embedding))])
        found = catalog.tagging.embeddings(backend, [image(1).id])
        assert (None if found is None else found[0].tolist()) == embedding


def test_embeddings_of_two_lengths_are_refused_and_nothing_is_kept(catalog: Catalog) -> None:
    add_images(catalog, 1, 2)
    backend = catalog.tagging.use("grey", "grey 1")
    first, second = TagResult.empty(embedding=[1.0, 2.0]), TagResult.empty(embedding=[1.0])
    with pytest.raises(PluginError, match="grey gave embeddings of 1 and of 2 values"):
        catalog.tagging.store(backend, [(image(1).id, first), (image(2).id, second)])
    assert catalog.tagging.counts(backend)["pending"] == 2
    catalog.tagging.store(backend, [(image(1).id, first)])
    with pytest.raises(PluginError, match="grey gave embeddings of 1 and of 2 values"):
        catalog.tagging.store(backend, [(image(2).id, second)])
    assert catalog.tagging.counts(backend)["pending"] == 1


def test_backends_differ_by_fingerprint_and_the_last_used_is_known(catalog: Catalog) -> None:
    add_images(catalog, 1)
    old = catalog.tagging.use("grey", "grey 1")
    new = catalog.tagging.use("grey", "grey 2")
    catalog.tagging.store(old, [(image(1).id, TagResult.empty())])
    assert [*catalog.tagging.unanswered(new, retry_failed=False)] == [image(1).id]
    assert catalog.tagging.use("grey", "grey 1") == old
    last = catalog.tagging.last_used("grey")
    assert last is not None
    assert (last.id, last.fingerprint) == (old, "grey 1")
    assert catalog.tagging.last_used("other") is None


def test_a_map_and_the_annotations_on_it_come_back_as_they_went(catalog: Catalog) -> None:
    backend = catalog.tagging.use("grey", "grey 1")
    sample = sample_map()
    data = replace(
        MapData(**{each.name: getattr(sample, each.name) for each in fields(MapData)}),
        directed=True,
        stability=0.75,
        outlines={0: [np.array([[0.0, 1 / 3], [1.0, 0.0], [1.0, 1.0]])]},
    )
    stored = StoredMap("grey", backend, "abc", {"map.seed": 0, "map.builder": "bipartite"}, data)
    catalog.maps.save(stored)
    arrow = Arrow((0.0, 1.0), (2.0, -1.5), "#aa0000", "look")
    catalog.annotations.put("one", "grey", arrow, base=0)
    catalog.maps.save(stored)
    loaded = catalog.maps.load("grey")
    assert loaded is not None
    assert loaded.settings == stored.settings
    kept = loaded.data
    for name in ("nodes", "clusters", "subclusters"):
        assert getattr(kept, name).equals(getattr(data, name))
    for name in ("sources", "targets", "weights"):
        array, before = getattr(kept, name), getattr(data, name)
        assert array.dtype == before.dtype
        assert array.tolist() == before.tolist()
    assert kept.directed is True
    assert kept.stability == data.stability
    assert kept.outlines[0][0].tolist() == data.outlines[0][0].tolist()
    assert catalog.maps.load("other") is None
    [annotation] = catalog.annotations.on("grey")
    assert annotation.content == arrow


def test_each_field_of_a_map_is_kept_and_emptied_where_it_tells_of_images() -> None:
    edges = {"sources", "targets", "weights"}
    others = {each.name for each in fields(MapData)} - edges
    files = {"nodes_file", "edges_file"}
    assert set(COLUMNS) == others | {"edges"} | files
    assert set(EMPTY) == set(COLUMNS) - {"directed", "stability"}


def test_a_catalog_of_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(AtlasTooNew, match="update it with pip install"):
        Catalog(path)


def test_an_older_catalog_is_brought_up_one_step_at_a_time() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, ["CREATE TABLE one (a); INSERT INTO one VALUES (1)"])
    migrate(connection, ["no SQL at all", "ALTER TABLE one ADD COLUMN b DEFAULT 2"])
    assert connection.execute("SELECT a, b FROM one").fetchall() == [(1, 2)]
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    connection.close()


def test_a_map_of_an_older_schema_is_one_to_be_made_anew(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "catalog.sqlite", isolation_level=None)
    migrate(connection, MIGRATIONS[:1])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO backends VALUES (1, 'grey', 'grey 1', 1)")
    connection.execute(
        "INSERT INTO maps VALUES ('old', 1, 'abc', '{}', 1, '', '', '', '{}', 'now')"
    )
    connection.close()
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        assert catalog.maps.names() == ["old"]
        assert catalog.maps.load("old") is None


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 50, b"\x00" * 4096]
)
def test_a_damaged_catalog_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content)
    with pytest.raises(AtlasDamaged, match="restore a backup"):
        Catalog(path)


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(AtlasDamaged, match="another program"):
        Catalog(path)
    assert path.read_bytes() == before


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog(path).close()
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "import polars as pl\n"
        "from tagatlas.catalog import Catalog; from tagatlas.contracts import Records\n"
        "from tagatlas.errors import StorageError\n"
        "def add(name, count):\n"
        "    table = pl.DataFrame({'location': [f'https://x.org/{name}/{i}' for i in range(count)],"
        " 'frequency': [1] * count})\n"
        "    return catalog.records.add(name, 'table', Records(table, 'list'))\n"
        "with Catalog(Path(sys.argv[1])) as catalog:\n"
        "    add('small', 10)\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    size = Path(sys.argv[1]).stat().st_size\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, size + 300_000))\n"
        "    try: add('large', 100_000)\n"
        "    except StorageError as error: print(error)\n"
    )
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert "free some space" in done.stdout, done.stderr
    with Catalog(path) as catalog:
        assert [source.location for source in catalog.records.sources()] == ["small"]
        assert catalog.addresses.counts()["pending"] == 10


def test_a_place_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="check the path and permissions"):
        Catalog(tmp_path / "not-there" / "catalog.sqlite")
