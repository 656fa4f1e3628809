from __future__ import annotations

from io import BytesIO

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tagatlas.contracts import Variant
from tagatlas.testing import ODD_LABELS, MemoryStore
from tagatlas_posters.engine.canvas import fit_canvas
from tagatlas_posters.engine.page import Page
from tagatlas_posters.engine.pictures import load_jpeg, load_jpegs, load_pixels
from tagatlas_posters.engine.placement import LabelPlacer
from tagatlas_posters.engine.text import Block, Line, Typesetter, clean

INK = (20, 20, 20)
PAPER = (250, 250, 250)


def jpeg(size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    encoded = BytesIO()
    Image.new("RGB", size, colour).save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


def count(
    poster: Image.Image | NDArray[np.uint8], colour: tuple[int, int, int], tolerance: int = 6
) -> int:
    """How many pixels have about this colour."""
    away = np.abs(np.asarray(poster).astype(int) - np.array(colour)).max(axis=2)
    return int((away <= tolerance).sum())


# The canvas


@settings(max_examples=50)
@given(
    places=st.lists(st.tuples(*[st.floats(-1e4, 1e4)] * 2), min_size=1, max_size=8),
    sizes=st.tuples(*[st.floats(0.001, 1e4)] * 2),
    width=st.integers(400, 5000),
    has_title=st.booleans(),
)
def test_every_picture_lies_on_the_canvas(
    places: list[tuple[float, float]], sizes: tuple[float, float], width: int, has_title: bool
) -> None:
    images = pl.DataFrame(places, schema={"x": pl.Float64, "y": pl.Float64}, orient="row")
    images = images.with_columns(
        width=pl.lit(sizes[0]), height=pl.lit(sizes[1]), shown=pl.lit(True)
    )
    canvas = fit_canvas(images, {}, Page(width), has_title=has_title)
    boxes = canvas.boxes(images)
    assert canvas.width == width
    assert canvas.height <= 2.2 * width
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= (canvas.width, canvas.height)).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_up_in_the_map_is_up_on_the_poster() -> None:
    images = pl.DataFrame(
        {"x": [0.0, 0.0], "y": [0.0, 5.0], "width": [1.0, 1.0], "height": [1.0, 1.0]}
    ).with_columns(shown=pl.lit(True))
    low, high = fit_canvas(images, {}, Page(1000), has_title=True).boxes(images)
    assert high[3] < low[1]


# Pictures


def test_the_thumbnail_serves_where_it_is_large_enough() -> None:
    store = MemoryStore()
    store.put("a", Variant.THUMBNAIL, jpeg((256, 256), (250, 0, 0)))
    store.put("a", Variant.IMAGE, jpeg((900, 900), (0, 0, 250)))
    small, large = load_pixels(store, "a", (200, 256)), load_pixels(store, "a", (200, 257))
    assert small is not None
    assert large is not None
    assert count(small, (250, 0, 0)) == 256 * 256
    assert 257 <= min(large.shape[:2]) <= 450
    assert count(large, (0, 0, 250)) == large.shape[0] * large.shape[1]
    store.put("b", Variant.IMAGE, jpeg((30, 30), (0, 0, 250)))
    assert load_pixels(store, "b", (10, 10)) is not None
    assert load_pixels(store, "c", (10, 10)) is None


def test_a_file_is_passed_on_or_shrunk_and_never_enlarged() -> None:
    store, stored = MemoryStore(), jpeg((256, 192), (250, 0, 0))
    store.put("a", Variant.THUMBNAIL, stored)
    whole, half = load_jpeg(store, "a", (300, 300)), load_jpeg(store, "a", (128, 96))
    assert whole is not None
    assert half is not None
    assert (whole.data, whole.width, whole.height) == (stored, 256, 192)
    assert (half.width, half.height) == (128, 96)
    with Image.open(BytesIO(half.data)) as picture:
        assert picture.size == (128, 96)
        assert count(picture, (250, 0, 0)) == 128 * 96
    store.put("b", Variant.THUMBNAIL, stored[:300])
    assert load_jpeg(store, "b", (300, 300)) is None
    assert load_jpeg(store, "c", (300, 300)) is None


def test_grey_files_become_rgb() -> None:
    encoded = BytesIO()
    Image.new("L", (50, 40), 99).save(encoded, "JPEG")
    store = MemoryStore()
    store.put("a", Variant.THUMBNAIL, encoded.getvalue())
    found = load_jpeg(store, "a", (50, 40))
    assert found is not None
    with Image.open(BytesIO(found.data)) as picture:
        assert (picture.mode, picture.size) == ("RGB", (50, 40))


def test_many_files_come_in_their_order() -> None:
    store = MemoryStore()
    ids = [str(number) for number in range(60)]
    for number, image_id in enumerate(ids):
        if number % 7:
            store.put(image_id, Variant.THUMBNAIL, jpeg((number + 1, 9), (1, 2, 3)))
    found = list(load_jpegs(store, ids, np.full((60, 2), 100)))
    expected = [number + 1 if number % 7 else None for number in range(60)]
    assert [jpeg and jpeg.width for jpeg in found] == expected


# Text


@given(st.text(max_size=400))
def test_cleaned_text_is_one_short_line(text: str) -> None:
    line = clean(text)
    assert len(line) <= 200
    assert line == " ".join(line.split())
    assert not set(line) & set("\0\x1b\u202e\n\t")
    assert clean(line) == line


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120), most=st.integers(1, 3))
def test_wrapped_lines_fit(text: str, most: int) -> None:
    typesetter = Typesetter()
    lines = typesetter.wrap(text, 20, bold=True, width=160, most=most)
    assert len(lines) <= most
    for line in lines:
        # A single character may be wider than the line, and so may the ellipsis behind it.
        assert len(line) <= 2 or typesetter.length(line, 20, bold=True) <= 160


def test_words_are_kept_whole_where_they_fit() -> None:
    typesetter = Typesetter()
    lines = typesetter.wrap("acoustic guitar player", 20, bold=False, width=160, most=2)
    assert lines == ["acoustic guitar", "player"]
    lines = typesetter.wrap("acoustic guitar player", 20, bold=False, width=160, most=1)
    assert len(lines) == 1
    assert lines[0].startswith("acoustic gui")
    assert lines[0].endswith("…")


@pytest.mark.parametrize("label", ODD_LABELS)
def test_any_label_can_be_drawn(label: str) -> None:
    typesetter = Typesetter()
    lines = typesetter.wrap(label, 30, bold=True, width=400, most=2) or [""]
    block = Block(tuple(Line(line, 30, INK, bold=True) for line in lines), PAPER)
    assert typesetter.draw(block).size == typesetter.measure(block)


# Places of names


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(5, 300), st.integers(5, 80)), max_size=12),
    seed=st.integers(0, 99),
)
def test_names_keep_off_each_other(sizes: list[tuple[int, int]], seed: int) -> None:
    dice = np.random.default_rng(seed)
    area = (50, 80, 950, 600)
    first = dice.integers(50, 500, (60, 2))
    boxes = np.concatenate([first, first + 40], axis=1)
    clusters = dice.integers(0, 3, 60).astype(np.int32)
    placer = LabelPlacer(area, boxes, clusters)
    placed = []
    for width, height in sizes:
        x, y = (float(part) for part in dice.uniform(0, 1000, 2))
        box = placer.place((width, height), (x, y), 0)
        if box is not None:
            assert (box[2] - box[0], box[3] - box[1]) == (width, height)
            assert area[0] <= box[0]
            assert area[1] <= box[1]
            assert box[2] <= area[2]
            assert box[3] <= area[3]
            placed.append(box)
        if box is not None:
            distances = shapely.distance(shapely.box(*box), shapely.box(*boxes.T))
            assert distances[clusters == 0].min() <= distances[clusters != 0].min()
    for one in range(len(placed)):
        for other in range(one):
            a, b = placed[one], placed[other]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_name_goes_beside_its_pictures() -> None:
    boxes = np.array([[400, 300, 600, 380]])
    placer = LabelPlacer((0, 0, 1000, 700), boxes, np.zeros(1, dtype=np.int32))
    box = placer.place((120, 30), (500.0, 340.0), 0)
    assert box is not None
    assert box[3] <= 302 or box[1] >= 378
    assert abs(box[0] + 60 - 500) < 120


def test_a_name_without_room_is_left_out() -> None:
    placer = LabelPlacer((0, 0, 100, 100), np.empty((0, 4), dtype=np.int64), np.empty(0, np.int32))
    assert placer.place((101, 10), (50.0, 50.0), 0) is None
    assert placer.place((90, 90), (50.0, 50.0), 0) is not None
    assert placer.place((90, 90), (50.0, 50.0), 0) is None
