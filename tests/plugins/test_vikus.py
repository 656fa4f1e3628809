from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, Variant, loaded
from tagatlas.errors import OptionError
from tagatlas.testing import ODD_LABELS, MemoryStore, RendererContract, sample_map
from tagatlas_exports.vikus import VikusOptions, tagatlas_renderers

STYLES = {
    "fontColor",
    "fontColorActive",
    "fontBackground",
    "textShadow",
    "canvasBackground",
    "timelineBackground",
    "timelineFontColor",
    "detailBackground",
    "infoBackground",
    "infoFontColor",
    "searchbarBackground",
}
"""What the viewer reads from ``style`` without asking whether it is there."""


def render(map_: Map, folder: Path, options: VikusOptions | None = None) -> Path:
    (spec,) = tagatlas_renderers()
    first, *_ = loaded(spec.factory)(options or VikusOptions()).render(map_, folder)
    assert first == folder / "vikus" / "data" / "config.json"
    return first.parent


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def with_columns(map_: Map, **columns: str) -> Map:
    records = map_.records.with_columns(columns=pl.lit(json.dumps(columns)))
    return dataclasses.replace(map_, records=records)


def test_config_has_what_the_viewer_reads(tmp_path: Path) -> None:
    data = render(with_columns(sample_map(), user="ann"), tmp_path)
    config = read_json(data / "config.json")
    assert config["project"]["name"] == "sample"
    assert set(config["style"]) == STYLES
    loader = config["loader"]
    addresses = [
        *(loader[name] for name in ("timeline", "items", "info")),
        *(loader["textures"][name]["url"] for name in ("medium", "detail")),
        *(layout["url"] for layout in loader["layouts"] if "url" in layout),
    ]
    assert all((data.parent / address).exists() for address in addresses)
    header = read_csv(data / "data.csv")[0]
    for layout in loader["layouts"]:
        assert "url" in layout or (layout["type"] == "group" and layout["groupKey"] in header)
    details = config["detail"]["structure"]
    assert {entry["source"] for entry in details} <= {*header, "_keywords"}
    assert {entry["type"] for entry in details} == {"text", "keywords", "link"}
    assert {"name": "user", "source": "_user", "display": "column", "type": "text"} in details
    assert config["projection"]["columns"] > 0


@pytest.mark.slow
def test_items_have_the_mandatory_fields(tmp_path: Path) -> None:
    map_ = themed_map(40)
    rows = read_csv(render(map_, tmp_path) / "data.csv")
    assert [row["id"] for row in rows] == map_.images["id"].to_list()
    first = rows[0]
    assert first["keywords"] == "bird,parrot,macaw"
    assert first["year"] == first["_cluster"] == "parrot · macaw"
    assert first["_url"] == "https://example.org/0.jpg?a=1&b=2"


def test_keywords_split_into_the_tags_again(tmp_path: Path) -> None:
    map_ = sample_map(labels=("red, green", "dog", "tree", "car"))
    options = VikusOptions(keywords=2)
    rows = read_csv(render(map_, tmp_path, options) / "data.csv")
    assert rows[0]["keywords"].split(",") == ["red; green", "dog"]


@pytest.mark.slow
def test_places_keep_the_maps_proportions(tmp_path: Path) -> None:
    map_ = themed_map(60)
    rows = read_csv(render(map_, tmp_path) / "map.csv")
    places = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    # The viewer stretches the extent of each axis to the same length.
    width, height = np.ptp(places, axis=0)
    assert width == pytest.approx(height)
    images = map_.images
    assert [row["id"] for row in rows[: images.height]] == images["id"].to_list()
    assert np.allclose(places[: images.height], images.select("x", "y").to_numpy())
    assert not set(images["id"]) & {row["id"] for row in rows[images.height :]}


@pytest.mark.slow
def test_every_item_has_a_texture_and_a_sprite_that_lies_apart(tmp_path: Path) -> None:
    map_ = themed_map(300)
    data = render(map_, tmp_path)
    manifest = read_json(data / "sprites" / "spritesheet.json")
    assert manifest["meta"]["type"] == "sharpsheet"
    names = []
    for sheet in manifest["spritesheets"]:
        with Image.open(data / "sprites" / sheet["image"]) as picture:
            taken = np.zeros((picture.height, picture.width), dtype=np.int64)
        for sprite in sheet["sprites"]:
            (x, y), (w, h) = sprite["position"].values(), sprite["dimension"].values()
            assert max(w, h) == 128
            assert x + w <= taken.shape[1]
            assert y + h <= taken.shape[0]
            taken[y : y + h, x : x + w] += 1
            names.append(sprite["name"])
        assert taken.max() == 1
    assert len(manifest["spritesheets"]) == 2
    assert names == map_.images["id"].to_list()
    assert {path.stem for path in (data / "1024").iterdir()} == set(names)
    for path in sorted((data / "1024").iterdir())[:5]:
        with Image.open(path) as picture:
            assert max(picture.size) == 1024


def test_a_sprite_shows_its_image(tmp_path: Path) -> None:
    map_ = sample_map()
    data = render(map_, tmp_path)
    (sheet,) = read_json(data / "sprites" / "spritesheet.json")["spritesheets"]
    with Image.open(data / "sprites" / sheet["image"]) as picture:
        whole = picture.convert("RGB")
    for sprite in sheet["sprites"]:
        (x, y), (w, h) = sprite["position"].values(), sprite["dimension"].values()
        shown = np.asarray(whole.crop((x, y, x + w, y + h)), dtype=float)
        with Image.open(data / "1024" / f"{sprite['name']}.jpg") as texture:
            expected = np.asarray(texture.convert("RGB").resize((w, h)), dtype=float)
        assert np.abs(shown - expected).mean() < 6


def test_a_texture_of_the_right_size_is_copied(tmp_path: Path) -> None:
    map_ = sample_map(2, thumbnail=(1024, 600))
    data = render(map_, tmp_path)
    for image in map_.images["id"]:
        assert (data / "1024" / f"{image}.jpg").read_bytes() == map_.store.get(image, Variant.IMAGE)


@pytest.mark.parametrize(
    ("text", "year"), [("12 May 1998", "1998"), ("1998-05-12", "1998"), ("soon", "unknown")]
)
@pytest.mark.parametrize("column", ["date", "year", "id"])
def test_years_come_from_a_kept_column(column: str, text: str, year: str, tmp_path: Path) -> None:
    map_ = with_columns(sample_map(), **{column: text})
    data = render(map_, tmp_path, VikusOptions(year_column=column))
    assert {row["year"] for row in read_csv(data / "data.csv")} == {year}
    titles = [layout["title"] for layout in read_json(data / "config.json")["loader"]["layouts"]]
    assert titles == ["Map", "Clusters", "Time"]
    # A row without a year would be a group of its own.
    assert read_csv(data / "timeline.csv") == []


def test_a_year_column_that_was_not_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no column 'born' was kept; there are: user, id"):
        render(sample_map(), tmp_path, VikusOptions(year_column="born"))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_timeline_rows_belong_to_the_groups(tmp_path: Path) -> None:
    data = render(sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS)), tmp_path)
    groups = {row["_cluster"] for row in read_csv(data / "data.csv")}
    rows = read_csv(data / "timeline.csv")
    assert {row["_cluster"] for row in rows} == {row["year"] for row in rows} == groups


def test_images_that_cannot_be_read_are_left_out_and_counted(tmp_path: Path) -> None:
    map_ = sample_map()
    store = MemoryStore()
    for image in map_.images["id"].head(5):
        store.put(image, Variant.IMAGE, map_.store.get(image, Variant.IMAGE))
    data = render(dataclasses.replace(map_, store=store), tmp_path)
    assert len(read_csv(data / "data.csv")) == 5
    assert len(read_csv(data / "map.csv")) == 5 + 2
    assert "7 further images" in (data / "info.md").read_text("utf-8")


class TestVikus(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
