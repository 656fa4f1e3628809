"""Nodes and edges of maps are files beside the catalog."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from map_tables import map_file, map_table
from viewed_atlas import viewed_atlas

import tagatlas
from tagatlas.catalog import Catalog
from tagatlas.catalog.maps import MAP_FILES
from tagatlas.cli import exit_status
from tagatlas.contracts import Map
from tagatlas.errors import AtlasDamaged, AtlasError
from tagatlas.steps.doctor import check_atlas


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewed_atlas(tmp_path_factory.mktemp("made"), count=8)


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "x.atlas")
    return tmp_path / "x.atlas"


def as_blobs(atlas: Path) -> None:
    """Store a map as older versions did, which had its tables as values of one row."""
    tables = {name: map_table(atlas, name) for name in ("nodes", "edges")}
    with closing(sqlite3.connect(atlas / "catalog.sqlite", isolation_level=None)) as catalog:
        for name, table in tables.items():
            written = io.BytesIO()
            table.write_ipc(written, compression="zstd")
            catalog.execute(f"UPDATE maps SET {name} = ?", [written.getvalue()])  # noqa: S608
            catalog.execute(f"UPDATE maps SET {name}_file = NULL")  # noqa: S608
    shutil.rmtree(atlas / MAP_FILES)


def same(one: Map, other: Map) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("sources", "targets", "weights")
    )
    return arrays and one.nodes.equals(other.nodes) and one.clusters.equals(other.clusters)


def files(atlas: Path) -> set[str]:
    return {path.name for path in (atlas / MAP_FILES).iterdir()}


def test_a_map_of_older_versions_is_the_same_and_goes_on(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas) as opened:
        before = tagatlas.load_map(opened)
    as_blobs(atlas)
    with tagatlas.open_atlas(atlas) as opened:
        assert same(tagatlas.load_map(opened), before)
    assert tagatlas.map(atlas, backend="teller", name="one").unchanged
    assert not (atlas / MAP_FILES).exists()
    assert not tagatlas.map(atlas, backend="teller", name="one", force=True).unchanged
    with tagatlas.open_atlas(atlas) as opened:
        again = tagatlas.load_map(opened)
    assert again.nodes.select("id", "x", "y").equals(
        map_table(atlas, "nodes").select("id", "x", "y")
    )
    assert files(atlas) == {map_file(atlas, name).name for name in ("nodes", "edges")}


def test_files_of_maps_made_again_are_deleted(atlas: Path) -> None:
    before = files(atlas)
    tagatlas.map(atlas, backend="teller", name="one", seed=5)
    assert len(files(atlas)) == 2
    assert files(atlas) != before


def test_nothing_of_a_removed_image_is_left_in_them(atlas: Path) -> None:
    image = str(map_table(atlas, "nodes").filter(pl.col("kind") == "image")["id"][0])
    before = files(atlas)
    tagatlas.remove(atlas, [image], dry_run=True)
    assert files(atlas) == before
    tagatlas.remove(atlas, [image])
    [left] = files(atlas)
    table = pl.read_ipc(atlas / MAP_FILES / left)
    assert table.columns == ["id", "x", "y", "colour"]
    assert image not in table["id"].to_list()
    assert image.encode() not in (atlas / MAP_FILES / left).read_bytes()


@pytest.mark.parametrize("column", ["nodes", "edges"])
def test_a_lost_file_is_said_and_the_map_is_made_again(
    atlas: Path, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    map_file(atlas, column).unlink()
    with tagatlas.open_atlas(atlas) as opened:
        assert any("is missing" in each.text for each in check_atlas(opened))
        with pytest.raises(AtlasDamaged, match=r"is missing.*make it again with tagatlas map"):
            tagatlas.load_map(opened)
    assert exit_status(["map", str(atlas), "--backend", "teller", "--map", "one"]) == 0
    capsys.readouterr()
    with tagatlas.open_atlas(atlas) as opened:
        assert tagatlas.load_map(opened).nodes.height


def test_a_map_made_again_while_it_is_read(atlas: Path) -> None:
    with Catalog(atlas / "catalog.sqlite", write=False) as reading:
        row = reading.maps._row("one")
        tagatlas.map(atlas, backend="teller", name="one", seed=5)
        assert row is not None
        with pytest.raises(AtlasDamaged, match="is missing"):
            reading.maps._stored("one", row)
        found = reading.maps.load("one")
        assert found is not None
        assert found.data.nodes.equals(map_table(atlas, "nodes"))


def test_a_link_out_of_the_atlas_is_refused(atlas: Path, tmp_path: Path) -> None:
    path = map_file(atlas, "nodes")
    path.rename(tmp_path / "elsewhere.arrow")
    path.symlink_to(tmp_path / "elsewhere.arrow")
    with pytest.raises(AtlasError, match="leads out of the atlas"), tagatlas.open_atlas(atlas):
        pass
