"""Near duplicates, from the catalog to the map's tables."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from map_plugins import map_plugins

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.catalog.schema import MIGRATIONS
from tagatlas.contracts import ALWAYS_KEPT, ImageStatus, Records, Tag, TagResult
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.map import map_collection
from tagatlas.steps.render import render_map
from tagatlas.steps.signatures import complete_signatures
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOutcome, StoredImage
from tagatlas_mapping.maps.options import MapOptions

COUNT = 12
NEAR = {1: 0, 2: 0, 7: 6}
"""Which image looks like which earlier one."""


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of twelve images, of which three look like another, and one URL more."""
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        urls = [f"https://x.org/{number}.jpg" for number in range(COUNT + 1)]
        table = pl.DataFrame({"location": urls, "frequency": range(1, COUNT + 2)})
        opened.catalog.records.add("list", "table", Records(table, "URLs"))
        pictures = sample_images(COUNT)
        answers = []
        outcomes = []
        for address in opened.catalog.addresses.with_status([ImageStatus.PENDING]):
            number = int(address.location.rpartition("/")[2].removesuffix(".jpg")) % COUNT
            picture = pictures[number]
            hashed = (NEAR.get(number, number) * 0x0123456789ABCDEF) % 2**64
            stored = StoredImage(picture.id, 160, 120, "jpeg", 9, 1, hashed ^ (number in NEAR))
            outcomes.append(FetchOutcome(address.key, ImageStatus.OK, image=stored))
            tags = [Tag(f"theme{number % 3}", 0.9), Tag(f"part{number % 2}", 0.8)]
            if address.location in urls[:COUNT]:
                answers.append((picture.id, TagResult.ok(tags)))
            for variant in ALWAYS_KEPT:
                shown = pictures[NEAR.get(number, number)]
                opened.store.put(picture.id, variant, shown.data)
        opened.catalog.addresses.store(outcomes)
        backend = opened.catalog.tagging.use("grey", "1")
        opened.catalog.tagging.store(backend, answers)
        yield opened


def mapped(atlas: Atlas, **options: str) -> pl.DataFrame:
    map_collection(
        atlas,
        "grey",
        "grey",
        map_plugins(atlas.plugins),
        MapOptions(**options),  # type: ignore[arg-type] # one literal
    )
    return load_map(atlas).images


def tables(atlas: Atlas) -> dict[str, pl.DataFrame]:
    folder = atlas.map_folder("grey")
    renderers = [atlas.plugins.choose(RENDERERS, name, {}) for name in ("tables", "methods")]
    render_map(load_map(atlas), renderers, folder)
    return {path.stem: pl.read_csv(path) for path in folder.glob("*.csv")}


def test_one_image_stands_for_all_that_look_like_it(atlas: Atlas) -> None:
    images = mapped(atlas)
    assert images.height == COUNT - len(NEAR)
    assert images["frequency"].sum() == sum(range(1, COUNT + 2))
    assert images["records"].sum() == COUNT + 1
    written = tables(atlas)
    duplicates = written["duplicates"]
    assert duplicates["kind"].to_list() == ["exact", "near", "near", "exact", "exact", "near"]
    assert duplicates["frequency"].to_list() == [1, 2, 3, 13, 7, 8]
    assert written["tags"]["url"].n_unique() == COUNT + 1
    methods = (atlas.map_folder("grey") / "methods.md").read_text()
    assert "survival rate" in methods
    assert "3 images are stood for by another one" in methods


def test_they_are_kept_apart_on_demand(atlas: Atlas) -> None:
    images = mapped(atlas, duplicates="keep")
    assert images.height == COUNT
    written = tables(atlas)
    assert written["duplicates"]["kind"].to_list() == ["exact", "exact"]
    methods = (atlas.map_folder("grey") / "methods.md").read_text()
    assert "kept apart" in methods


def joined(atlas: Atlas) -> int:
    groups = atlas.representatives()
    return groups.filter(pl.col("image") != pl.col("representative")).height


def test_signatures_that_an_older_atlas_lacks_are_made_of_its_thumbnails(atlas: Atlas) -> None:
    assert len(atlas.catalog.addresses.without_signature()) == COUNT
    assert joined(atlas) == 0
    complete_signatures(atlas)
    assert [*atlas.catalog.addresses.without_signature()] == []
    assert joined(atlas) == len(NEAR)


def test_a_thumbnail_that_comes_back_is_looked_at_again(atlas: Atlas) -> None:
    complete_signatures(atlas)
    copy = sample_images(COUNT)[7].id
    data = {variant: atlas.store.get(copy, variant) for variant in ALWAYS_KEPT}
    atlas.store.remove(copy)
    assert joined(atlas) == len(NEAR) - 1
    for variant, each in data.items():
        atlas.store.put(copy, variant, each)
    assert joined(atlas) == len(NEAR)


def test_signatures_of_an_older_method_count_until_they_are_made_anew(tmp_path: Path) -> None:
    old = next(n for n, script in enumerate(MIGRATIONS) if "ADD COLUMN method" in script)
    pictures = sample_images(2)
    urls = [f"https://x.org/{number}.jpg" for number in range(2)]
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as atlas:
        table = pl.DataFrame({"location": urls, "frequency": [1, 1]})
        atlas.catalog.records.add("list", "table", Records(table, "URLs"))
        outcomes = []
        for address in atlas.catalog.addresses.with_status([ImageStatus.PENDING]):
            picture = pictures[urls.index(address.location)]
            stored = StoredImage(picture.id, 160, 120, "jpeg", 9, 1, 0x0123456789ABCDEF)
            outcomes.append(FetchOutcome(address.key, ImageStatus.OK, image=stored))
            for variant in ALWAYS_KEPT:
                atlas.store.put(picture.id, variant, pictures[0].data)
        atlas.catalog.addresses.store(outcomes)
        complete_signatures(atlas)
        [catalog] = (tmp_path / "x.atlas").glob("*.sqlite")
    with closing(sqlite3.connect(catalog, isolation_level=None)) as connection:
        added = [
            column
            for _, column, *_ in connection.execute("PRAGMA table_info(signatures)")
            if f"COLUMN {column} " in MIGRATIONS[old]
        ]
        for column in added:
            connection.execute(f"ALTER TABLE signatures DROP COLUMN {column}")
        later = "".join(MIGRATIONS[old + 1 :])
        for kind in ("TRIGGER", "INDEX", "TABLE"):
            for name in re.findall(rf"CREATE {kind} (\w+)", later):
                connection.execute(f"DROP {kind} IF EXISTS {name}")
        for changed, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", later):
            connection.execute(f"ALTER TABLE {changed} DROP COLUMN {column}")
        connection.execute(f"PRAGMA user_version = {old}")
    with open_atlas(tmp_path / "x.atlas", load_plugins()) as atlas:
        assert joined(atlas) == 1
        assert len(atlas.catalog.addresses.without_signature()) == 2
        complete_signatures(atlas)
        assert [*atlas.catalog.addresses.without_signature()] == []
        assert joined(atlas) == 1
