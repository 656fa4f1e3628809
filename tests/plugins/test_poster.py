from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np
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
from tagatlas.render.poster.outlines import Ring, smooth, worth_drawing
from tagatlas.render.poster.text import Block, Line, Typesetter
from tagatlas.testing import MemoryStore, RendererContract, sample_map
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


def test_rings_too_small_to_be_an_outline_are_not_drawn() -> None:
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    rings = [10 * square, 2 * square + 50, square - 9, np.empty((0, 2))]
    assert [len(ring) for ring in worth_drawing(rings)] == [4, 4]
    assert worth_drawing([]) == []
    assert len(worth_drawing([square])) == 1


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


class TestPoster(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self, spec: RendererSpec) -> object:
        return PosterOptions(width=900, show_tags=True)
