from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.errors import OptionError
from tagatlas.testing import RendererContract, sample_map
from tagatlas_posters.deepzoom import DeepZoomOptions, tagatlas_renderers
from tagatlas_posters.deepzoom.pyramid import Pyramid, Tile, halve, level_sizes, tiles_of
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.raster import painters
from tagatlas_posters.poster import PosterRenderer

NAMESPACE = "{http://schemas.microsoft.com/deepzoom/2008}"

Index = namedtuple("Index", "format tile overlap width height")


def render(map_: Map, folder: Path, options: DeepZoomOptions) -> Index:
    """Render, and read the index as a viewer does."""
    (spec,) = tagatlas_renderers()
    path = loaded(spec.factory)(options).render(map_, folder)[0]
    assert path.name == "map.dzi"
    image = ET.fromstring(path.read_bytes())  # noqa: S314 - our own file
    assert image.tag == f"{NAMESPACE}Image"
    (size,) = image
    assert size.tag == f"{NAMESPACE}Size"
    numbers = (image.get("TileSize"), image.get("Overlap"), size.get("Width"), size.get("Height"))
    tile, overlap, width, height = (int(number or "") for number in numbers)
    return Index(image.get("Format"), tile, overlap, width, height)


def level(folder: Path, index: Index, number: int) -> NDArray[np.uint8]:
    """The picture of a level, put together from its tiles; where they overlap, they are equal."""
    width, height = level_sizes(index.width, index.height)[number]
    whole = np.zeros((height, width, 3), dtype=np.uint8)
    is_there = np.zeros((height, width), dtype=np.bool_)
    for path in (folder / "map_files" / str(number)).iterdir():
        column, row = (int(part) for part in path.stem.split("_"))
        left, top = (max(part * index.tile - index.overlap, 0) for part in (column, row))
        with Image.open(path) as tile:
            pixels = np.asarray(tile)
        place = (slice(top, top + pixels.shape[0]), slice(left, left + pixels.shape[1]))
        assert np.array_equal(whole[place][is_there[place]], pixels[is_there[place]])
        whole[place], is_there[place] = pixels, True
        assert left + pixels.shape[1] == min((column + 1) * index.tile + index.overlap, width)
        assert top + pixels.shape[0] == min((row + 1) * index.tile + index.overlap, height)
    assert is_there.all()
    return whole


@pytest.mark.slow
def test_the_last_level_is_the_poster_and_each_other_the_half_of_the_next(tmp_path: Path) -> None:
    map_ = themed_map(60)
    index = render(map_, tmp_path, DeepZoomOptions(width=1501, tile_format="png"))
    (png,) = PosterRenderer(PosterOptions(width=1501)).render(map_, tmp_path)
    numbers = sorted(int(path.name) for path in (tmp_path / "map_files").iterdir())
    assert numbers == list(range(len(level_sizes(index.width, index.height))))
    below = level(tmp_path, index, numbers[-1])
    with Image.open(png) as poster:
        assert np.array_equal(below, np.asarray(poster))
    for number in reversed(numbers[:-1]):
        rows, columns, _ = below.shape
        even = np.pad(below, ((0, rows % 2), (0, columns % 2), (0, 0)), mode="edge").astype(int)
        four = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
        below = level(tmp_path, index, number)
        assert np.array_equal(below, (four + 2) // 4)
    assert below.shape == (1, 1, 3)


@pytest.mark.slow
def test_jpeg_tiles_show_the_same(tmp_path: Path) -> None:
    map_ = themed_map(60)
    exact, close = tmp_path / "png", tmp_path / "jpg"
    for folder in (exact, close):
        folder.mkdir()
    index = render(map_, exact, DeepZoomOptions(width=900, tile_format="png"))
    top = len(level_sizes(index.width, index.height)) - 1
    assert render(map_, close, DeepZoomOptions(width=900)).format == "jpg"
    sizes = {}
    for quality in (40, 95):
        render(map_, close, DeepZoomOptions(width=900, tile_quality=quality))
        tiles = sorted((close / "map_files" / str(top)).iterdir())
        sizes[quality] = sum(path.stat().st_size for path in tiles)
        for path in tiles:
            with (
                Image.open(path) as tile,
                Image.open(exact / path.relative_to(close).with_suffix(".png")) as other,
            ):
                assert (tile.format, tile.size) == ("JPEG", other.size)
                assert np.abs(np.asarray(tile).astype(int) - np.asarray(other)).mean() < 8
    assert sizes[40] < sizes[95]


def cut(pixels: NDArray[np.uint8], heights: list[int]) -> dict[Tile, bytes]:
    """The tiles of a picture that comes in bands of these heights."""
    tiles: dict[Tile, bytes] = {}

    def keep(tile: Tile, part: NDArray[np.uint8]) -> None:
        tiles[tile] = part.tobytes()

    with painters() as executor:
        pyramid = Pyramid(pixels.shape[1], pixels.shape[0], keep, executor)
        for band in np.split(pixels, np.cumsum(heights)[:-1]):
            pyramid.add(band)
        pyramid.finish()
    return tiles


@settings(max_examples=30, deadline=None)
@given(
    width=st.integers(1, 600),
    heights=st.lists(st.integers(1, 300), min_size=1, max_size=5),
    seed=st.integers(0, 9),
)
@example(width=3, heights=[254 + 1], seed=0)
@example(width=1, heights=[1, 1, 1, 206, 300], seed=0)
def test_bands_of_any_height_make_the_same_tiles(width: int, heights: list[int], seed: int) -> None:
    height = sum(heights)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = [cut(pixels, bands) for bands in ([height], heights)]
    assert found[0] == found[1]
    assert set(found[0]) == set(tiles_of(width, height))


def test_halving_takes_means() -> None:
    pixels = np.array([[[0, 0, 9]] * 3, [[255, 2, 9]] * 3], dtype=np.uint8)
    assert halve(pixels).tolist() == [[[128, 1, 9], [128, 1, 9]]]


def test_tiles_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    render(sample_map(), tmp_path, DeepZoomOptions(width=1200, tile_format="png"))
    index = render(sample_map(), tmp_path, DeepZoomOptions(width=500))
    tiles = set(tiles_of(index.width, index.height))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == len(tiles) + 1
    assert {path.suffix for path in files} == {".dzi", ".jpg"}
    assert {path.name for path in tmp_path.iterdir()} == {"map.dzi", "map_files"}


def test_more_than_fits_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    tall = sample_map(thumbnail=(60, 160))
    with pytest.raises(OptionError, match=r"choose a width of at most") as caught:
        render(tall, tmp_path, DeepZoomOptions(width=262_144))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


class TestDeepZoom(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self, spec: RendererSpec) -> object:
        return DeepZoomOptions(width=700, show_tags=True)
