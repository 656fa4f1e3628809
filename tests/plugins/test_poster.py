from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import RendererSpec, Variant
from tagatlas.errors import UsageError
from tagatlas.maps import Map
from tagatlas.render.poster import PosterOptions
from tagatlas.render.poster.canvas import MAX_PIXELS, fit_canvas
from tagatlas.render.poster.look import choose_look
from tagatlas.render.poster.outlines import Ring, smooth
from tagatlas.render.poster.pictures import load_picture
from tagatlas.render.poster.placement import LabelPlacer
from tagatlas.render.poster.text import Block, Line, Typesetter, clean
from tagatlas.testing import ODD_LABELS, MemoryStore, RendererContract, sample_map
from tagatlas_poster import tagatlas_renderers
from tagatlas_poster.outlines import OutlineLayer
from tagatlas_poster.pictures import PictureLayer
from tagatlas_poster.png import PngWriter
from tagatlas_poster.text import TextLayer

INK = (20, 20, 20)
PAPER = (250, 250, 250)


class Layer(Protocol):
    def paint(self, band: Image.Image, top: int) -> None: ...


def render(map_: Map, folder: Path, options: PosterOptions) -> Image.Image:
    (spec,) = tagatlas_renderers()
    (path,) = spec.factory(options).render(map_, folder)
    assert path.name == "map.png"
    with Image.open(path) as poster:
        poster.load()
        return poster


def jpeg(size: tuple[int, int], colour: tuple[int, int, int]) -> bytes:
    encoded = BytesIO()
    Image.new("RGB", size, colour).save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


def one_colour(map_: Map, colour: tuple[int, int, int]) -> Map:
    """The map with pictures of one colour."""
    store = MemoryStore()
    for image_id in map_.images["id"]:
        for variant in Variant:
            store.put(image_id, variant, jpeg((256, 192), colour))
    return dataclasses.replace(map_, store=store)


def count(poster: Image.Image, colour: tuple[int, int, int], tolerance: int = 6) -> int:
    """How many pixels have about this colour."""
    away = np.abs(np.asarray(poster).astype(int) - np.array(colour)).max(axis=2)
    return int((away <= tolerance).sum())


# The file


@settings(max_examples=25)
@given(
    width=st.integers(1, 40),
    heights=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_bands_become_one_png(width: int, heights: list[int], seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (sum(heights), width, 3), dtype=np.uint8)
    encoded = BytesIO()
    with PngWriter(encoded, width, sum(heights)) as png:
        top = 0
        for height in heights:
            png.write(Image.fromarray(pixels[top : top + height]))
            top += height
    with Image.open(encoded) as picture:
        assert picture.mode == "RGB"
        assert np.array_equal(np.asarray(picture), pixels)


def test_a_png_has_as_many_rows_as_it_says() -> None:
    row = Image.new("RGB", (4, 1))
    with pytest.raises(ValueError, match="1 rows"), PngWriter(BytesIO(), 4, 2) as png:
        png.write(row)
    with pytest.raises(ValueError, match="more rows"), PngWriter(BytesIO(), 4, 1) as png:
        png.write(Image.new("RGB", (4, 2)))


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
    images = images.with_columns(width=pl.lit(sizes[0]), height=pl.lit(sizes[1]))
    canvas = fit_canvas(images, {}, width, has_title=has_title)
    boxes = canvas.boxes(images)
    assert canvas.width == width
    assert canvas.height <= 2.2 * width
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= (canvas.width, canvas.height)).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_up_in_the_map_is_up_on_the_poster() -> None:
    images = pl.DataFrame(
        {"x": [0.0, 0.0], "y": [0.0, 5.0], "width": [1.0, 1.0], "height": [1.0, 1.0]}
    )
    low, high = fit_canvas(images, {}, 1000, has_title=True).boxes(images)
    assert high[3] < low[1]


def test_too_many_pixels_are_refused_with_a_width_that_fits(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"choose a width of at most") as caught:
        render(sample_map(), tmp_path, PosterOptions(width=60_000))
    most = int(str(caught.value).rsplit(" ", 1)[1].replace(",", ""))
    canvas = fit_canvas(sample_map().images, sample_map().outlines, most, has_title=True)
    assert 0.99 * MAX_PIXELS < canvas.width * canvas.height <= MAX_PIXELS
    assert list(tmp_path.iterdir()) == []


# What is painted


def painted(layer: Layer, size: tuple[int, int], rows: int) -> Image.Image:
    """What a layer paints, band by band."""
    whole = Image.new("RGB", size, PAPER)
    for top in range(0, size[1], rows):
        band = Image.new("RGB", (size[0], min(rows, size[1] - top)), PAPER)
        layer.paint(band, top)
        whole.paste(band, (0, top))
    return whole


def pictures(opacity: float = 1.0) -> PictureLayer:
    map_ = themed_map(12)
    dice = np.random.default_rng(1)
    first = dice.integers(-20, 150, (12, 2))
    boxes = np.concatenate([first, first + dice.integers(1, 90, (12, 2))], axis=1)
    executor = ThreadPoolExecutor(2)
    ids = map_.images["id"].to_list()
    blank = (9, 9, 9)
    return PictureLayer(ids, boxes, map_.store, executor, opacity=opacity, blank=blank)


def outlines() -> OutlineLayer:
    angle = np.linspace(0, 6, 9)
    reach = np.where(np.arange(9) % 2, 70.0, 40.0)
    star = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    places = (np.array([80.0, 80.0]), np.array([130.0, 60.0]))
    rings = [Ring(smooth(star + place), 0, (200, 0, 0)) for place in places]
    return OutlineLayer(rings, fill=0.3, stroke=0.8, line=2.0)


def words() -> TextLayer:
    typesetter = Typesetter()
    block = Block((Line("Parrots", 40, INK, bold=True), Line("12 images", 20, INK)), PAPER)
    return TextLayer([(block, 10, 30), (block, 20, 90)], typesetter)


@pytest.mark.parametrize("make", [pictures, lambda: pictures(0.5), outlines, words])
def test_bands_join_without_a_seam(make: type[Layer]) -> None:
    size = (200, 200)
    whole = painted(make(), size, 200)
    assert whole.getcolors(1 << 16) != [(200 * 200, PAPER)]
    assert painted(make(), size, 7).tobytes() == whole.tobytes()


def test_pictures_are_where_the_map_says(tmp_path: Path) -> None:
    map_ = one_colour(sample_map(12), (10, 200, 60))
    options = PosterOptions(width=1200, names=False, outlines=False)
    poster = np.asarray(render(map_, tmp_path, options)).astype(int)
    is_green = np.abs(poster - (10, 200, 60)).max(axis=2) <= 6
    canvas = fit_canvas(map_.images, {}, 1200, has_title=True)
    expected = np.zeros_like(is_green)
    for left, top, right, bottom in canvas.boxes(map_.images):
        expected[top:bottom, left:right] = True
    assert np.array_equal(is_green, expected)


def test_opacity_mixes_with_the_paper(tmp_path: Path) -> None:
    map_ = one_colour(sample_map(4), (0, 0, 0))
    paper = choose_look("light").paper
    half = render(
        map_, tmp_path, PosterOptions(width=800, opacity=0.5, outlines=False, names=False)
    )
    red, green, blue = (round(part / 2) for part in paper)
    assert count(half, (red, green, blue), 3) > 1000
    none = render(
        map_, tmp_path, PosterOptions(width=800, opacity=0.0, outlines=False, names=False)
    )
    assert count(none, (0, 0, 0)) == 0


def test_pictures_that_are_gone_or_damaged_are_blank(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(6), store=MemoryStore())
    for image_id, data in zip(
        map_.images["id"], (b"", b"no picture", b"\xff\xd8\xff"), strict=False
    ):
        map_.store.put(image_id, Variant.THUMBNAIL, data)
    poster = render(map_, tmp_path, PosterOptions(width=800, outlines=False, names=False))
    canvas = fit_canvas(map_.images, {}, 800, has_title=True)
    boxes = canvas.boxes(map_.images)
    area = int(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())
    assert count(poster, choose_look("light").blank, 0) == area


def test_the_thumbnail_serves_where_it_is_large_enough() -> None:
    store = MemoryStore()
    store.put("a", Variant.THUMBNAIL, jpeg((256, 256), (250, 0, 0)))
    store.put("a", Variant.IMAGE, jpeg((900, 900), (0, 0, 250)))
    small, large = load_picture(store, "a", (200, 256)), load_picture(store, "a", (200, 257))
    assert small is not None
    assert large is not None
    assert small.size == (200, 256)
    assert count(small, (250, 0, 0)) == 200 * 256
    assert count(large, (0, 0, 250)) == 200 * 257
    store.put("b", Variant.IMAGE, jpeg((30, 30), (0, 0, 250)))
    assert load_picture(store, "b", (10, 10)) is not None
    assert load_picture(store, "c", (10, 10)) is None


def test_options_change_what_is_drawn(tmp_path: Path) -> None:
    map_ = themed_map(40)
    plain = PosterOptions(width=700, names=False, outlines=False)
    posters = {
        name: render(map_, tmp_path, options)
        for name, options in {
            "plain": plain,
            "names": dataclasses.replace(plain, names=True),
            "outlines": dataclasses.replace(plain, outlines=True),
            "tags": dataclasses.replace(plain, show_tags=True),
            "dark": dataclasses.replace(plain, background="dark"),
            "title": dataclasses.replace(plain, title="Another title"),
            "untitled": dataclasses.replace(plain, title=""),
        }.items()
    }
    assert len({poster.tobytes() for poster in posters.values()}) == len(posters)
    assert {poster.width for poster in posters.values()} == {700}
    assert posters["untitled"].height < posters["plain"].height
    assert count(posters["dark"], choose_look("dark").paper, 0) > 700 * 200


# Text


@given(st.text(max_size=400))
def test_cleaned_text_is_one_short_line(text: str) -> None:
    line = clean(text)
    assert len(line) <= 200
    assert line == " ".join(line.split())
    assert not set(line) & set("\0\x1b\u202e\n\t")
    assert clean(line) == line


@settings(max_examples=60)
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


@settings(max_examples=40)
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


class TestPoster(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self, spec: RendererSpec) -> object:
        return PosterOptions(width=900, show_tags=True)
