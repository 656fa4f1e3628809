"""Near duplicates that are compared by other processes, through the steps that need them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from picture_atlas import grouped_atlas

import tagatlas
from tagatlas.atlas import open_atlas
from tagatlas.catalog import copies
from tagatlas.contracts import NoOptions, Variant
from tagatlas.plugins import load_plugins
from tagatlas.steps import sharding
from tagatlas.steps.sharding import COMPARED
from tagatlas.steps.signatures import complete_signatures
from tagatlas_duplicates import group_alike
from tagatlas_shards import CompareOn, Place
from tagatlas_stores.files import FileStore
from tagatlas_trust import read_id

SIZES = [1, 2, 3, 4] * 5


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An atlas of fetched groups of copies, which are some shards."""
    monkeypatch.setattr(copies, "group_alike", partial(group_alike, few=0, block=4))
    monkeypatch.setattr(sharding, "CompareOn", partial(CompareOn, shard=12))
    made = tmp_path / "my.atlas"
    grouped_atlas(made, SIZES)
    with open_atlas(made, load_plugins()) as atlas:
        complete_signatures(atlas)
    return made


def forget(folder: Path) -> list[str]:
    """Have a catalog forget its groups; returns their levels."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection, connection:
        levels = [str(row[0]) for row in connection.execute("SELECT level FROM groupings")]
        connection.execute("DELETE FROM groupings")
    return sorted(levels)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("is_missing", [False, True], ids=["all there", "one missing"])
def test_copies_that_processes_find_are_those_of_one(folder: Path, *, is_missing: bool) -> None:
    place = Place(f"{folder}/shards/{read_id(folder)}")
    place.put(f"{COMPARED}/{'0' * 32}.npz", b"of a killed driver")
    with open_atlas(folder, load_plugins()) as atlas:
        if is_missing:
            copies = atlas.representatives().filter(pl.col("image") != pl.col("representative"))
            lost = copies["image"][0]
            data = atlas.store.get(lost, Variant.IMAGE)
            atlas.store.remove(lost)
            atlas.store.put(lost, Variant.IMAGE, data)
        forget(folder)
        report = tagatlas.fetch(atlas, on="local")
        assert report.near == sum(SIZES) - len(SIZES) - is_missing
        assert atlas.plugins.warnings == []
        assert [*Path(place.location, COMPARED).iterdir()] == [], "removed at the end"
        together = atlas.representatives()
        assert forget(folder) == ([] if is_missing else ["copy", "same"])
        assert together.equals(atlas.representatives())


class Secluded(FileStore):
    """A store with no place for files of other processes."""

    def shared_place(self) -> tuple[str, Mapping[str, str]] | None:  # type: ignore[override]
        return None


@pytest.mark.slow
def test_that_one_process_compares_is_said_once(folder: Path) -> None:
    with open_atlas(folder, load_plugins()) as opened:
        atlas = replace(opened, store=Secluded(NoOptions(), folder))
        report = tagatlas.fetch(atlas, on="local")
        assert report.near == sum(SIZES) - len(SIZES)
        [said] = atlas.plugins.warnings
        assert said == (
            "the image store files has no place for files of other processes: images are handled "
            "by this process alone, without --on local"
        )
