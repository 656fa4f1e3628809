from __future__ import annotations

import dataclasses
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.testing import MemoryStore, RendererContract, sample_map
from tagatlas_exports.embedding_atlas import EmbeddingAtlasOptions, tagatlas_renderers

PICTURE = pl.Struct({"bytes": pl.Binary, "path": pl.String})


def render(map_: Map, folder: Path, picture_side: int = 128) -> tuple[pl.DataFrame, pl.DataFrame]:
    (spec,) = tagatlas_renderers()
    table, labels = loaded(spec.factory)(EmbeddingAtlasOptions(picture_side)).render(map_, folder)
    return pl.read_parquet(table), pl.read_parquet(labels)


@pytest.mark.slow
def test_columns_are_those_that_the_program_is_told_of(tmp_path: Path) -> None:
    map_ = themed_map(40)
    table, _ = render(map_, tmp_path)
    expected = {"x": pl.Float64, "y": pl.Float64, "text": pl.String, "tags": pl.List(pl.String)}
    assert {name: table.schema[name] for name in expected} == expected
    assert table.schema["image"] == PICTURE
    assert table.select("id", "x", "y").equals(map_.images.select("id", "x", "y"))
    first = table.row(0, named=True)
    assert first["text"] == "picture 0.jpg, bird, parrot, macaw"
    assert first["tags"] == ["bird", "parrot", "macaw"]
    assert first["cluster"] == "parrot · macaw"


@pytest.mark.slow
def test_pictures_are_small_jpegs(tmp_path: Path) -> None:
    table, _ = render(themed_map(20), tmp_path, picture_side=64)
    for image, picture in table.select("id", "image").iter_rows():
        assert picture["path"] == f"{image}.jpg"
        with Image.open(BytesIO(picture["bytes"])) as opened:
            assert opened.format == "JPEG"
            assert max(opened.size) == 64


def test_pictures_can_be_left_out(tmp_path: Path) -> None:
    table, _ = render(sample_map(), tmp_path, picture_side=0)
    assert "image" not in table.columns


def test_an_image_without_bytes_stays_without_a_picture(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(), store=MemoryStore())
    table, _ = render(map_, tmp_path)
    assert table["image"].to_list() == [None] * map_.images.height


def test_kept_columns_do_not_hide_the_tables_own(tmp_path: Path) -> None:
    map_ = sample_map()
    records = map_.records.with_columns(columns=pl.lit('{"X":"7","text":"a","date":"May"}'))
    table, _ = render(dataclasses.replace(map_, records=records), tmp_path)
    first = table.row(0, named=True)
    assert (first["X (kept)"], first["text (kept)"], first["date"]) == ("7", "a", "May")
    assert first["x"] == map_.images["x"][0]


@pytest.mark.slow
def test_labels_name_the_clusters(tmp_path: Path) -> None:
    map_ = themed_map(90)
    _, labels = render(map_, tmp_path)
    assert labels["text"].to_list() == map_.clusters["name"].to_list()
    assert labels.select("x", "y").equals(map_.clusters.select("x", "y"))
    assert labels["priority"].to_list() == map_.clusters["images"].to_list()


class TestEmbeddingAtlas(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
