from __future__ import annotations

import dataclasses
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, Variant, loaded
from tagatlas.errors import UsageError
from tagatlas.testing import MemoryStore, RendererContract, sample_map
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.canvas import MAX_PIXELS
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.look import choose_look
from tagatlas_posters.engine.raster import painters
from tagatlas_posters.poster import tagatlas_renderers
from tagatlas_posters.poster.png import PngWriter


def render(map_: Map, folder: Path, options: PosterOptions) -> Image.Image:
    (spec,) = tagatlas_renderers()
    (path,) = loaded(spec.factory)(options).render(map_, folder)
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


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 40),
    heights=st.lists(st.integers(1, 9), min_size=1, max_size=9),
    seed=st.integers(0, 99),
)
def test_bands_become_one_png(width: int, heights: list[int], seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (sum(heights), width, 3), dtype=np.uint8)
    encoded = BytesIO()
    with painters() as executor, PngWriter(encoded, width, sum(heights), executor) as png:
        top = 0
        for height in heights:
            png.write(pixels[top : top + height])
            top += height
    data = zlib.decompress(b"".join(chunks(encoded.getvalue(), b"IDAT")))
    assert len(data) == sum(heights) * (3 * width + 1)
    with Image.open(encoded) as picture:
        assert picture.mode == "RGB"
        assert np.array_equal(np.asarray(picture), pixels)


def chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    """The data of a PNG's chunks of one kind, their checksums checked."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        whole = png[at + 4 : at + 8 + length]
        assert zlib.crc32(whole) == struct.unpack_from(">I", png, at + 8 + length)[0]
        if whole[:4] == kind:
            yield whole[4:]
        at += 12 + length


def test_a_png_has_as_many_rows_as_it_says() -> None:
    row = np.zeros((1, 4, 3), dtype=np.uint8)
    with painters() as executor:
        with (
            pytest.raises(ValueError, match="1 rows"),
            PngWriter(BytesIO(), 4, 2, executor) as png,
        ):
            png.write(row)
        with (
            pytest.raises(ValueError, match="more rows"),
            PngWriter(BytesIO(), 4, 1, executor) as png,
        ):
            png.write(np.zeros((2, 4, 3), dtype=np.uint8))


# The canvas


def test_too_many_pixels_are_refused_with_a_width_that_fits(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"choose a width of at most") as caught:
        render(sample_map(), tmp_path, PosterOptions(width=60_000))
    (most,) = re.findall(r"at most ([0-9,]+),", str(caught.value))
    canvas = compose(sample_map(), PosterOptions(width=int(most.replace(",", "")))).canvas
    assert 0.99 * MAX_PIXELS < canvas.width * canvas.height <= MAX_PIXELS
    assert list(tmp_path.iterdir()) == []


def test_pictures_are_where_the_map_says(tmp_path: Path) -> None:
    map_ = one_colour(sample_map(12), (10, 200, 60))
    options = PosterOptions(width=1200, names=False, outlines=False, annotations=False)
    poster = np.asarray(render(map_, tmp_path, options)).astype(int)
    is_green = np.abs(poster - (10, 200, 60)).max(axis=2) <= 6
    expected = np.zeros_like(is_green)
    for left, top, right, bottom in compose(map_, options).boxes:
        expected[top:bottom, left:right] = True
    assert np.array_equal(is_green, expected)


def test_opacity_mixes_with_the_paper(tmp_path: Path) -> None:
    map_ = one_colour(sample_map(4), (0, 0, 0))
    paper = choose_look("light").paper
    half = render(
        map_,
        tmp_path,
        PosterOptions(width=800, opacity=0.5, outlines=False, names=False, legend=False),
    )
    red, green, blue = (round(part / 2) for part in paper)
    assert count(half, (red, green, blue), 3) > 1000
    none = render(
        map_,
        tmp_path,
        PosterOptions(width=800, opacity=0.0, outlines=False, names=False, legend=False),
    )
    assert count(none, (0, 0, 0)) == 0


def test_pictures_that_are_gone_or_damaged_are_blank(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(6), store=MemoryStore())
    for image_id, data in zip(
        map_.images["id"], (b"", b"no picture", b"\xff\xd8\xff"), strict=False
    ):
        map_.store.put(image_id, Variant.THUMBNAIL, data)
    options = PosterOptions(width=800, outlines=False, annotations=False, names=False, legend=False)
    poster = render(map_, tmp_path, options)
    boxes = compose(map_, options).boxes
    area = int(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())
    assert count(poster, choose_look("light").blank, 0) == area


@pytest.mark.slow
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
            "unlisted": dataclasses.replace(plain, legend=False),
            "legend": dataclasses.replace(plain, title="Another title"),
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
