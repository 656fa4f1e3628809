"""What the renderer of the viewer writes; ``test_browser.py`` opens it."""

from __future__ import annotations

import gzip
import re
from base64 import b64decode
from dataclasses import replace
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from themed_map import themed_map
from viewer_files import boxes_of, postings, read, read_any, render, rows, unpack

from tagatlas.contracts import RendererSpec, Variant
from tagatlas.testing import RendererContract
from tagatlas_web import WebOptions, tagatlas_renderers
from tagatlas_web.page.copies import affordable
from tagatlas_web.page.order import along_curve
from tagatlas_web.page.pictures import BASE_PIXELS, levels_for


class TestWeb(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec


def page(viewer: Path, level: str, number: int) -> NDArray[np.uint8]:
    encoded = read_any(viewer, f"pages/{level}-{number}")
    with Image.open(BytesIO(b64decode(str(encoded)))) as picture:
        return np.asarray(picture.convert("RGB"))


def test_numbers_are_those_of_the_map(tmp_path: Path) -> None:
    map_ = themed_map(60)
    viewer = render(map_, tmp_path)
    facts, ids = read(viewer, "maps/0"), rows(viewer, "ids")
    wanted = {row["id"]: row for row in map_.images.iter_rows(named=True)}
    assert sorted(ids) == sorted(wanted)
    boxes = boxes_of(facts)
    step = boxes[:, 2:].max(axis=1).min() / 256
    for image, box, cluster, frequency in zip(
        ids,
        boxes,
        unpack(facts["cluster"], "<u2"),
        unpack(read(viewer, "atlas")["frequency"], "<u4"),
        strict=True,
    ):
        row = wanted[image]
        assert box == pytest.approx([row["x"], row["y"], row["width"], row["height"]], abs=step)
        assert (cluster, frequency) == (row["cluster"], row["frequency"])


def test_tags_lead_to_their_images(tmp_path: Path) -> None:
    map_ = themed_map(60)
    viewer = render(map_, tmp_path)
    ids = rows(viewer, "ids")
    found = {
        (ids[row], label): score / 255
        for label, images in postings(viewer, 0).items()
        for row, score in images
    }
    tags = map_.tags.collect()
    wanted = {(image, tag): score for image, tag, score in tags.iter_rows()}
    assert found == pytest.approx(wanted, abs=1 / 255)


def test_a_picture_fills_its_cell_on_every_level(tmp_path: Path) -> None:
    map_ = themed_map(150)
    viewer = render(map_, tmp_path)
    facts, ids = read(viewer, "atlas"), rows(viewer, "ids")
    base, levels = facts["base"], facts["levels"]
    assert isinstance(base, dict)
    assert isinstance(levels, list)
    sizes = boxes_of(read(viewer, "maps/0"))[:, 2:]
    assert [level["cell"] for level in levels] == [128]
    for name, level in (("base", base), ("0", levels[0])):
        cell, in_row = level["cell"], level["side"] // level["cell"]
        for row in (0, 77, 149):
            number, place = divmod(row, in_row * in_row)
            top, left = (cell * part for part in divmod(place, in_row))
            width, height = (sizes[row] / sizes[row].max() * cell).round().astype(int)
            shown = page(viewer, name, number)[top : top + height, left : left + width]
            with Image.open(BytesIO(map_.store.get(ids[row], Variant.THUMBNAIL))) as picture:
                wanted = np.asarray(picture.convert("RGB").resize((width, height)))
            assert np.abs(shown.astype(int) - wanted.astype(int)).mean() < 12


def test_details_hold_records_tags_and_likes(tmp_path: Path) -> None:
    map_ = themed_map(300)
    viewer = render(map_, tmp_path, WebOptions(pictures="image"))
    ids = rows(viewer, "ids")
    themes = dict(map_.images.select("id", "cluster").iter_rows())
    tags = map_.tags.collect()
    for row in (0, 255, 256, 299):
        image = ids[row]
        part, place = divmod(row, 256)
        for pictures, variant in (("pictures", Variant.THUMBNAIL), ("images", Variant.IMAGE)):
            picture = viewer / pictures / image[:2] / f"{image}.jpg"
            assert picture.read_bytes() == map_.store.get(image, variant)
        records = map_.records.filter(map_.records["image"] == image)
        details = rows(viewer, f"details/{part}")[place]
        assert [each["location"] for each in details] == records["location"].to_list()
        wanted = tags.filter(pl.col("image") == image).select("tag", "score")
        scores = rows(viewer, f"scores/0/{part}")[place]
        assert [tuple(score) for score in scores] == [
            (tag, pytest.approx(score)) for tag, score in wanted.iter_rows()
        ]
        near = rows(viewer, f"near/0/{part}")[place]
        assert row not in near["nearest"]
        assert {themes[ids[each]] for each in near["nearest"]} == {themes[image]}
        assert near["linked"]
        assert near["joined"] == []


@given(arrays(np.float64, st.tuples(st.integers(1, 60), st.just(2)), elements=st.floats(-9, 9)))
def test_the_curve_passes_every_point_once(points: NDArray[np.float64]) -> None:
    assert sorted(along_curve(points)) == list(range(len(points)))


def test_the_curve_goes_from_neighbour_to_neighbour() -> None:
    grid = np.stack(np.meshgrid(np.arange(32), np.arange(32)), axis=-1).reshape(-1, 2)
    # Cells of 2,048 steps, each with its point inside.
    steps = np.diff(grid[along_curve(grid * 65535.0 / 31)], axis=0)
    assert np.abs(steps).sum(axis=1).tolist() == [1] * 1023


@given(st.integers(1, 1_000_000), st.sampled_from([64, 128, 256]))
def test_levels_fit_a_graphics_card(images: int, sharpest: int) -> None:
    base, *sharper = levels_for(images, sharpest)
    assert images * base.cell**2 <= BASE_PIXELS or base.cell == 4
    cells = [base.cell, *(level.cell for level in sharper)]
    assert cells == sorted(set(cells))
    for level in (base, *sharper):
        assert level.side <= 2048
        assert level.side % level.cell == 0
        in_page = (level.side // level.cell) ** 2
        assert (level.pages - 1) * in_page < images <= level.pages * in_page


@pytest.mark.parametrize("shade", ["light", "dark"])
def test_texts_stand_out_from_their_ground(shade: str) -> None:
    sheet = (files("tagatlas_web") / "static" / "viewer.css").read_text("utf-8")
    blocks = re.findall(r':root(?:\[data-scheme="dark"\])? \{(.*?)\}', sheet, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", blocks[shade == "dark"]))
    for ink in ("text", "quiet", "mark", "focus"):
        for ground in ("paper", "panel"):
            one, other = (luminance(colours[each]) for each in (ink, ground))
            ratio = (max(one, other) + 0.05) / (min(one, other) + 0.05)
            assert ratio >= 4.5, (ink, ground)  # WCAG 2.2, 1.4.3


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_the_viewer_is_small() -> None:
    static = files("tagatlas_web") / "static"
    bundle = b"".join(each.read_bytes() for each in static.iterdir())
    assert len(gzip.compress(bundle)) < 500_000


def test_stored_images_are_written_as_long_as_they_are_few(tmp_path: Path) -> None:
    map_ = themed_map(30)
    ids = map_.images["id"].to_list()
    together = sum(len(map_.store.get(image, Variant.IMAGE)) for image in ids)
    assert affordable(map_.store, pl.Series(ids)) == "image"
    assert affordable(map_.store, pl.Series(ids), most=together - 1) == "thumbnail"
    assert affordable(map_.store, pl.Series([*ids, "0" * 64]), most=2 * together) == "image"
    chosen = WebOptions(pictures="thumbnail")
    folders = [tmp_path / "auto", tmp_path / "chosen"]
    for folder in folders:
        folder.mkdir()
    viewers = {
        "image": render(map_, folders[0]),
        "thumbnail": render(map_, folders[1], chosen),
    }
    for pictures, viewer in viewers.items():
        assert not (viewer / "data" / "shapes").exists()
        assert read(viewer, "atlas")["pictures"] == pictures
        assert (viewer / "images").exists() == (pictures == "image")
        assert len(list(viewer.glob("pictures/*/*.jpg"))) == 30


def test_a_page_may_have_the_pictures_of_the_map_alone(tmp_path: Path) -> None:
    map_ = themed_map(300)
    viewer = render(map_, tmp_path, WebOptions(pictures="map"))
    assert read(viewer, "atlas")["pictures"] == "map"
    assert not (viewer / "pictures").exists()
    assert not (viewer / "images").exists()
    shapes = np.concatenate([unpack(read_any(viewer, f"shapes/{part}"), "<u2") for part in (0, 1)])
    images = pl.DataFrame({"id": rows(viewer, "ids")}).join(
        map_.images, "id", maintain_order="left"
    )
    sizes = images.select("width", "height").to_numpy()
    wanted = (128 * sizes / sizes.max(axis=1, keepdims=True)).round()
    assert shapes.reshape(300, 2).tolist() == wanted.tolist()


def test_columns_are_written_as_ours_however_their_json_is_spelled(tmp_path: Path) -> None:
    odd = pl.lit('{"\\u005f_proto__":\n "x"}')
    map_ = themed_map(12)
    map_ = replace(map_, records=map_.records.with_columns(columns=odd))
    viewer = render(map_, tmp_path)
    assert (viewer / "data/details/0.js").read_text("ascii").startswith("tagatlasDeflated(")
    assert rows(viewer, "details/0")[0][0]["columns"] == {"__proto__": "x"}
