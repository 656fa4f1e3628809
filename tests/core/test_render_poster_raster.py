from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from shapely import Polygon, box
from themed_map import themed_map

from tagatlas.contracts import Variant
from tagatlas.testing import MemoryStore
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.outlines import Ring
from tagatlas_posters.engine.raster import Band, paint_bands
from tagatlas_posters.engine.raster.blend import blend
from tagatlas_posters.engine.raster.coverage import edges_of, fill_polygon
from tagatlas_posters.engine.raster.outlines import OutlineLayer
from tagatlas_posters.engine.raster.pictures import PictureLayer
from tagatlas_posters.engine.raster.resample import resize
from tagatlas_posters.engine.raster.text import TextLayer
from tagatlas_posters.engine.text import Block, Line, Typesetter

INK = (20, 20, 20)
PAPER = (250, 250, 250)
SIDES = st.integers(1, 60)


def noise(height: int, width: int, seed: int) -> Band:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


# Resizing


@settings(max_examples=60, deadline=None)
@given(old=st.tuples(SIDES, SIDES), new=st.tuples(SIDES, SIDES), seed=st.integers(0, 99))
def test_resized_as_pillow_does(old: tuple[int, int], new: tuple[int, int], seed: int) -> None:
    pixels = noise(*old, seed)
    shrinks = new[0] <= old[0] and new[1] <= old[1]
    kind = Image.Resampling.HAMMING if shrinks else Image.Resampling.BICUBIC
    expected = np.asarray(Image.fromarray(pixels).resize(new[::-1], kind)).astype(int)
    # Pillow rounds between its two passes, and cuts off there what is below black or above white.
    assert np.abs(resize(pixels, new[1], new[0]) - expected).max() <= (1 if shrinks else 40)
    smooth = np.full_like(pixels, 128) + pixels // 8
    expected = np.asarray(Image.fromarray(smooth).resize(new[::-1], kind)).astype(int)
    assert np.abs(resize(smooth, new[1], new[0]) - expected).max() <= 1


@settings(max_examples=40, deadline=None)
@given(
    old=st.tuples(SIDES, SIDES),
    new=st.tuples(SIDES, SIDES),
    cuts=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_rows_resized_apart_are_the_same(
    old: tuple[int, int], new: tuple[int, int], cuts: tuple[int, int]
) -> None:
    pixels = noise(*old, 1)
    whole = resize(pixels, new[1], new[0])
    rows = slice(min(*cuts, new[0]), min(max(cuts), new[0]))
    assert np.array_equal(resize(pixels, new[1], new[0], rows), whole[rows])


# Mixing


def test_blended_as_pillow_does() -> None:
    below, over, opacity = noise(40, 50, 1), noise(40, 50, 2), noise(40, 50, 3)[:, :, 0].copy()
    opacity[:2], opacity[2:4] = 0, 255
    expected = Image.fromarray(below)
    expected.paste(Image.fromarray(over), (0, 0), Image.fromarray(opacity))
    blend(below, over, opacity)
    assert np.array_equal(below, np.asarray(expected))


# Polygons


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(*[st.floats(-6, 26)] * 2), min_size=3, max_size=6),
    is_reversed=st.booleans(),
)
def test_pixels_are_filled_as_far_as_they_are_covered(
    points: list[tuple[float, float]], is_reversed: bool
) -> None:
    hull = Polygon(points).convex_hull
    if not isinstance(hull, Polygon) or hull.area < 1e-3:
        return
    ring = np.array(hull.exterior.coords)[:-1]
    pixels = np.zeros((20, 20, 3), dtype=np.uint8)
    white = np.full(3, 255, dtype=np.uint8)
    fill_polygon(pixels, edges_of([ring[::-1] if is_reversed else ring]), white, 1.0)
    expected = [
        [hull.intersection(box(x, y, x + 1, y + 1)).area for x in range(20)] for y in range(20)
    ]
    assert np.abs(pixels[:, :, 0] - 255 * np.array(expected)).max() <= 1.5


def test_a_hole_is_left_free() -> None:
    square = np.array([[2.0, 2.0], [18.0, 2.0], [18.0, 18.0], [2.0, 18.0]])
    hole = square[::-1] / 2 + 5
    pixels = np.zeros((20, 20, 3), dtype=np.uint8)
    fill_polygon(pixels, edges_of([square, hole]), np.full(3, 200, dtype=np.uint8), 0.5)
    expected = np.zeros((20, 20))
    expected[2:18, 2:18] = 100
    expected[6:14, 6:14] = 0
    assert np.abs(pixels[:, :, 1] - expected).max() <= 1


# Layers


def painted(paint: Callable[[Band, int], None], size: tuple[int, int], rows: int) -> Band:
    """What a layer paints, band by band."""
    whole = np.full((size[1], size[0], 3), PAPER, dtype=np.uint8)
    for top in range(0, size[1], rows):
        paint(whole[top : top + rows], top)
    return whole


def pictures(opacity: float = 1.0) -> Callable[[Band, int], None]:
    map_ = themed_map(12)
    dice = np.random.default_rng(1)
    first = dice.integers(-20, 150, (12, 2))
    boxes = np.concatenate([first, first + dice.integers(1, 90, (12, 2))], axis=1)
    ids = map_.images["id"].to_list()
    layer = PictureLayer(
        ids, boxes, map_.store, ThreadPoolExecutor(2), opacity=opacity, blank=(9, 9, 9)
    )

    def paint(band: Band, top: int) -> None:
        layer.prepare(top, top + len(band))
        layer.paint(band)

    return paint


def outlines() -> Callable[[Band, int], None]:
    angle = np.linspace(0, 6, 9)
    reach = np.where(np.arange(9) % 2, 70.0, 40.0)
    star = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    places = (np.array([80.0, 80.0]), np.array([130.0, 60.0]))
    rings = [Ring(star + place, 0, (200, 0, 0), line=2.0) for place in places]
    return OutlineLayer(rings, fill=0.3, stroke=0.8).paint


def words() -> Callable[[Band, int], None]:
    block = Block((Line("Parrots", 40, INK, bold=True), Line("12 images", 20, INK)), PAPER)
    return TextLayer([(block, 10, 30), (block, -20, 90), (block, 150, 170)], Typesetter()).paint


@pytest.mark.parametrize("make", [pictures, lambda: pictures(0.5), outlines, words])
def test_bands_join_without_a_seam(make: Callable[[], Callable[[Band, int], None]]) -> None:
    size = (200, 200)
    whole = painted(make(), size, 200)
    assert (whole != PAPER).any()
    assert np.array_equal(painted(make(), size, 7), whole)


def test_a_line_is_as_wide_as_asked() -> None:
    square = np.array([[40.0, 40.0], [160.0, 40.0], [160.0, 160.0], [40.0, 160.0]])
    layer = OutlineLayer([Ring(square, 0, (0, 0, 0), line=4.0)], fill=0.0, stroke=1.0)
    whole = painted(layer.paint, (200, 200), 200)
    assert ((255 - whole[100, :, 0].astype(int)) / 255).sum() == pytest.approx(
        8 + 0.02 * 192, abs=0.2
    )


@pytest.mark.slow
def test_the_number_of_threads_changes_nothing() -> None:
    map_ = themed_map(60)
    few = pl.col("id").is_in(map_.images["id"].head(30).implode())
    map_ = dataclasses.replace(map_, nodes=map_.nodes.with_columns(shown=few))
    poster = compose(map_, PosterOptions(width=3000, show_tags=True, opacity=0.9))
    wholes = []
    for threads in (1, 3):
        with ThreadPoolExecutor(threads) as executor:
            bands = list(paint_bands(poster, executor))
        assert len(bands) > 1
        wholes.append(np.concatenate(bands))
    assert wholes[0].shape == (poster.canvas.height, poster.canvas.width, 3)
    assert np.array_equal(wholes[0], wholes[1])


def test_thousands_of_pictures_on_one_band() -> None:
    encoded = BytesIO()
    Image.new("RGB", (64, 48), (10, 200, 60)).save(encoded, "JPEG", quality=95)
    store, ids = MemoryStore(), [str(number) for number in range(3000)]
    for image_id in ids:
        store.put(image_id, Variant.THUMBNAIL, encoded.getvalue())
    first = np.stack(np.divmod(np.arange(3000), 60), axis=1) * 3
    boxes = np.concatenate([first, first + 2], axis=1)
    with ThreadPoolExecutor(2) as executor:
        layer = PictureLayer(ids, boxes, store, executor, opacity=1.0, blank=(0, 0, 0))
        band: NDArray[np.uint8] = np.full((200, 200, 3), PAPER, dtype=np.uint8)
        layer.prepare(0, 200)
        layer.paint(band)
    is_green = np.abs(band.astype(int) - (10, 200, 60)).max(axis=2) <= 6
    assert is_green.sum() == 3000 * 4
