"""The table of tags, whether it fits into memory or not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tagatlas.atlas import open_atlas
from tagatlas.catalog import Catalog
from tagatlas.contracts import ImageStatus, Records, Tag, TagResult
from tagatlas.plugins import load_plugins
from tagatlas_fetching import FetchOutcome, StoredImage

IMAGES = 40
LABELS = ("cat", "Cat", "äpfel", "z\n", "dog")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.sqlite") as opened:
        yield opened


def fill(catalog: Catalog) -> int:
    """Images of random ids and tags of which many have one score; the backend's number."""
    chance = random.Random(3)  # noqa: S311 - for a test's data
    ids = [f"{chance.getrandbits(256):064x}" for _ in range(IMAGES)]
    locations = [f"https://x.org/{number}.jpg" for number in range(IMAGES)]
    table = pl.DataFrame({"location": locations, "frequency": [1] * IMAGES})
    catalog.records.add("list", "table", Records(table, "a list"))
    catalog.addresses.store(
        [
            FetchOutcome(
                address.key, ImageStatus.OK, image=StoredImage(image, 640, 480, "jpeg", 1000, 1)
            )
            for address, image in zip(
                catalog.addresses.with_status([ImageStatus.PENDING]), ids, strict=True
            )
        ]
    )
    backend = catalog.tagging.use("seer", "seer 1")
    answers = [
        [Tag(label, chance.choice((0.25, 0.5))) for label in chance.sample(LABELS, place % 6)]
        for place in range(IMAGES)
    ]
    catalog.tagging.store(
        backend,
        [
            (image, TagResult.ok(tags) if tags else TagResult.empty())
            for image, tags in zip(ids, answers, strict=True)
        ],
    )
    return backend


@pytest.mark.parametrize("in_memory", [1, 2, 7, 50, 99])
def test_a_table_read_through_files_is_the_same(catalog: Catalog, in_memory: int) -> None:
    backend = fill(catalog)
    whole = catalog.tagging.tags(backend).collect()
    rows = sorted(whole.rows(), key=lambda row: (row[0], -row[2], row[1]))
    assert whole.rows() == rows
    assert whole.height == sum(place % 6 for place in range(IMAGES))
    for _ in range(2):
        assert catalog.tagging.tags(backend, in_memory=in_memory).collect().equals(whole)


def test_the_files_go_with_the_catalog(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.sqlite") as catalog:
        backend = fill(catalog)
        catalog.tagging.tags(backend, in_memory=10)
        assert len(list(tmp_path.glob(".scratch-*/*.parquet"))) > 2
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.sqlite"]


def test_files_of_a_process_that_was_killed_are_removed(tmp_path: Path) -> None:
    atlas = tmp_path / "x.atlas"
    with open_atlas(atlas, load_plugins(), create=True) as opened:
        fill(opened.catalog)
    left = atlas / ".scratch-left"
    left.mkdir()
    (left / "0.parquet").write_bytes(b"half")
    with open_atlas(atlas, load_plugins(), write=False):
        assert left.exists(), "another process may be working with it"
    with open_atlas(atlas, load_plugins()):
        assert not left.exists()


def test_no_tags_are_an_empty_table(catalog: Catalog) -> None:
    fill(catalog)
    found = catalog.tagging.tags(catalog.tagging.use("other", "1"), in_memory=5).collect()
    assert found.schema == {"image": pl.String, "tag": pl.String, "score": pl.Float64}
    assert found.is_empty()
