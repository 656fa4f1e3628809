from __future__ import annotations

import csv
import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
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


@dataclasses.dataclass(frozen=True)
class Screen:
    """How VIKUS Viewer draws a window of its data; functions are those of its ``canvas.js``.

    It is in no package registry, so its arithmetic is repeated here.
    """

    width: float
    height: float
    picture: float
    """The width of a picture before a layout's scale, ``rangeBandImage``."""

    @classmethod
    def of(cls, data: Path, group_key: str, columns: int, window: tuple[int, int]) -> Screen:
        """``initGroupLayout`` and ``makeScales`` for a column's groups."""
        width, height = window[0] - 20, window[1]
        keys = {row.get(group_key, "undefined") for row in read_csv(data / "data.csv")}
        groups = len(keys - {"", "undefined", "null"})
        # d3.scale.ordinal().rangeBands(…, 0.2)
        return cls(width, height, 0.8 * width / (groups + 0.2) / columns)

    def map(self, data: Path, scale: float) -> NDArray[np.float64]:
        """Left, top, right and bottom of the map, as ``addTsneData`` and ``projectTSNE`` draw."""
        rows = read_csv(data / "map.csv")
        places = np.array([[float(row["x"]), float(row["y"])] for row in rows])
        places = (places - places.min(axis=0)) / np.ptp(places, axis=0)
        ids = {row["id"] for row in read_csv(data / "data.csv")}
        places = places[[row["id"] in ids for row in rows]]
        side = 0.8 * min(self.width, self.height)
        x = places[:, 0] * side + (self.width - side) / 2 + 10 + self.picture / 2
        y = self.height - 40 - places[:, 1] * side + self.picture / 2
        half = self.picture * scale / 2
        return np.array([x.min() - half, y.min() - half, x.max() + half, y.max() + half])

    def clicked(self, scale: float) -> NDArray[np.float64]:
        """Left, top, right and bottom of a picture that was clicked on (``zoomToImage``)."""
        longer = max(self.width, self.height)
        half = 0.3 * longer * scale
        x, y = 0.45 * longer + 10, self.height / 2
        return np.array([x - half, y - half, x + half, y + half])

    def group_top(self, largest: int, columns: int) -> float:
        """Top of the highest group, as ``stackLayout`` draws it."""
        row = (largest - 1) // columns + 2
        return self.height - 40 - row * self.picture


DETAILS = 520
"""Width of the bar with an image's details, which covers the window's right side, in pixels."""
WINDOWS = ((1280, 800), (1920, 1080), (1000, 900))


@pytest.mark.parametrize("images", [3, 24])
def test_the_first_view_fits_the_window(images: int, tmp_path: Path) -> None:
    data = render(sample_map(images, clusters=2), tmp_path)
    config = read_json(data / "config.json")
    scale = config["loader"]["layouts"][0]["scale"]
    for window in WINDOWS:
        # Before its first layout the viewer has no group key: it reads the column "undefined".
        screen = Screen.of(data, "undefined", config["projection"]["columns"], window)
        left, top, right, bottom = screen.map(data, scale)
        assert 0 <= left < right <= window[0]
        assert 0 <= top < bottom <= window[1]
        large = screen.clicked(scale)
        assert 0.25 * window[1] < large[3] - large[1] <= window[1]
        assert window[0] < 1280 or large[2] <= window[0] - DETAILS


def test_groups_fit_and_leave_the_map_in_the_window(tmp_path: Path) -> None:
    map_ = with_columns(sample_map(24, clusters=2), date="1998")
    data = render(map_, tmp_path, VikusOptions(year_column="date"))
    scale = read_json(data / "config.json")["loader"]["layouts"][0]["scale"]
    rows = read_csv(data / "data.csv")
    for layout in read_json(data / "config.json")["loader"]["layouts"][1:]:
        key, columns = layout["groupKey"], layout["columns"]
        largest = max(Counter(row[key] for row in rows).values())
        for window in WINDOWS:
            screen = Screen.of(data, key, columns, window)
            assert screen.group_top(largest, columns) >= 0
            _, top, _, bottom = screen.map(data, scale)
            assert 0 <= top < bottom <= window[1]


def test_pictures_on_the_map_are_at_most_true_to_scale(tmp_path: Path) -> None:
    map_ = themed_map(40)
    data = render(map_, tmp_path)
    config = read_json(data / "config.json")
    window = (1920, 1080)
    screen = Screen.of(data, "undefined", config["projection"]["columns"], window)
    left, _, right, _ = screen.map(data, config["loader"]["layouts"][0]["scale"])
    picture = screen.picture * config["loader"]["layouts"][0]["scale"]
    side = float(np.median(map_.images.select(pl.max_horizontal("width", "height")).to_numpy()))
    across = float(np.ptp(map_.images["x"].to_numpy()))
    # Pictures side by side are whole numbers, and a picture must fit when it is clicked on.
    assert 0.95 <= (right - left - picture) / picture / (across / side) <= 1.5


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
