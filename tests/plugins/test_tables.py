from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import polars as pl
import pytest

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas_exports.tables import TablesOptions, tagatlas_renderers
from tagatlas_exports.tables.renderer import TablesRenderer
from tagatlas_rendering import cell_text


def render(map_: Map, folder: Path) -> dict[str, list[list[str]]]:
    """The rows of each table, read with the standard library's reader."""
    (spec,) = tagatlas_renderers()
    tables = {}
    for path in loaded(spec.factory)(spec.options()).render(map_, folder):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.name] = list(csv.reader(file))
    return tables


def a_map(locations: list[tuple[str, str]], tags: list[tuple[str, str, float]]) -> Map:
    map_ = sample_map(2)
    ids = dict(zip("ab", map_.images["id"], strict=True))
    records = pl.DataFrame(
        {
            "image": [ids[image] for image, _ in locations],
            "location": [location for _, location in locations],
            "frequency": [1] * len(locations),
            "columns": ["{}"] * len(locations),
            "copy": [ids[image] for image, _ in locations],
        }
    )
    table = pl.DataFrame(
        {
            "image": [ids[image] for image, _, _ in tags],
            "tag": [tag for _, tag, _ in tags],
            "score": [score for _, _, score in tags],
        },
        schema={"image": pl.String, "tag": pl.String, "score": pl.Float64},
    )
    return dataclasses.replace(map_, records=records, tags=table.lazy())


def test_tags_are_written_as_dd_image_tagging_does(tmp_path: Path) -> None:
    map_ = a_map(
        [("b", "http://x/b"), ("a", "http://x/a"), ("b", "http://x/b"), ("a", "http://x/a2")],
        [("a", "cat", 0.75), ("a", "grey", 0.1), ("a", "dog", 0.09), ("b", "dog", 0.09)],
    )
    render(map_, tmp_path)
    assert (tmp_path / "tags.csv").read_bytes() == (
        b'"url","concept","confidence"\n'
        b'"http://x/b","No elements present",\n'
        b'"http://x/a","cat",0.75\n'
        b'"http://x/a","grey",0.1\n'
        b'"http://x/a2","cat",0.75\n'
        b'"http://x/a2","grey",0.1\n'
    )


def test_weak_tags_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    map_ = a_map([("a", "http://x/a")], [("a", "cat", 0.75), ("a", "dog", 0.01)])
    (spec,) = tagatlas_renderers()
    loaded(spec.factory)(TablesOptions(minimum_confidence=0)).render(map_, tmp_path)
    assert b'"http://x/a","dog",0.01\n' in (tmp_path / "tags.csv").read_bytes()


def test_odd_tags_come_back_as_they_were(tmp_path: Path) -> None:
    tags = [("a", label, 0.5) for label in ODD_LABELS]
    header, *rows = render(a_map([("a", "http://x/a")], tags), tmp_path)["tags.csv"]
    assert header == ["url", "concept", "confidence"]
    assert [cell_text(concept) for _, concept, _ in rows] == list(ODD_LABELS)


def test_clusters_have_their_quantities(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=3)
    header, first, *_ = render(map_, tmp_path)["clusters.csv"]
    assert header == [
        "cluster",
        "name",
        "automatic_name",
        "tags",
        "images",
        "records",
        "frequency",
        "share",
        "stability",
        "typical",
        "colour",
    ]
    assert first[:5] == ["0", "cat 0", "cat 0", "cat; dog; tree; car; street; sky", "4"]
    assert float(first[7]) == pytest.approx(1 / 3)
    assert first[10] == "#b75307"
    assert first[9].split("; ") == map_.images.filter(cluster=0)["id"].to_list()


def test_subclusters_come_with_the_number_of_their_cluster(tmp_path: Path) -> None:
    header, *rows = render(sample_map(12, clusters=3), tmp_path)["subclusters.csv"]
    assert header[:4] == ["cluster", "subcluster", "name", "automatic_name"]
    assert [row[:3] for row in rows] == [["0", "0", "cat part 0"], ["0", "1", "dog part 1"]]
    assert [int(row[5]) for row in rows] == [1, 2]


def test_images_have_their_first_address_clusters_and_place(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=2)
    header, *rows = render(map_, tmp_path)["images.csv"]
    assert header[:7] == [
        "image",
        "label",
        "url",
        "cluster",
        "cluster_name",
        "subcluster",
        "subcluster_name",
    ]
    assert [row[0] for row in rows] == map_.images["id"].to_list()
    assert rows[1][1:5] == ["picture 1.jpg", "https://example.org/0/cat", "1", "dog 1"]
    assert [row[5:7] for row in rows[:4]] == [["", ""], ["", ""], ["1", "dog part 1"], ["", ""]]
    assert [float(row[8]) for row in rows] == map_.images["x"].to_list()


class TestTables(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec


def test_long_tables_of_a_large_map_are_parquet_with_the_same_rows(tmp_path: Path) -> None:
    map_ = sample_map(24)
    map_ = dataclasses.replace(map_, tags=map_.tags.filter(pl.col("image") != map_.images["id"][3]))
    few, many = TablesRenderer(TablesOptions()), TablesRenderer(TablesOptions(), many=10)
    few.render(map_, tmp_path)
    assert not few.notes
    tables = {name: pl.read_csv(tmp_path / f"{name}.csv") for name in ("images", "tags")}
    written = {path.name for path in many.render(map_, tmp_path)}
    assert written == {
        *("clusters.csv", "subclusters.csv"),
        *("images.parquet", "duplicates.parquet", "tags.parquet"),
    }
    assert {path.name for path in tmp_path.iterdir()} == written
    assert many.notes == [
        "images, duplicates and tags are Parquet files, since the map has more than 10 nodes"
    ]
    images = pl.read_parquet(tmp_path / "images.parquet")
    assert images["image"].to_list() == tables["images"]["image"].to_list()
    tags = pl.read_parquet(tmp_path / "tags.parquet")
    assert "No elements present" in tags["concept"].to_list()
    order = ("url", "confidence", "concept")
    assert tags.sort(order).rows() == tables["tags"].sort(order).rows()
    few.render(map_, tmp_path)
    assert not list(tmp_path.glob("*.parquet"))
