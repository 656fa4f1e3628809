"""Pictures with transparent parts stand on a poster without a white box around them."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import StreamObject

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.testing import sample_map
from tagatlas.toolkit import copies_of, thumbnail_address
from tagatlas_exports.vikus.sprites import read_picture
from tagatlas_posters.engine import PosterOptions, VectorOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.look import choose_look
from tagatlas_posters.engine.raster.blend import blend_cut_out
from tagatlas_posters.pdf import tagatlas_renderers as pdf_renderers
from tagatlas_posters.poster import tagatlas_renderers as png_renderers
from tagatlas_posters.svg import SvgOptions
from tagatlas_posters.svg import tagatlas_renderers as svg_renderers
from tagatlas_web.page.pictures import Level, write_pages
from tagatlas_web.page.scripts import ScriptFolder

RED, BLACK = (200, 30, 30), (10, 10, 10)
SIDE = 200


def cut_out(colour: tuple[int, int, int]) -> bytes:
    """A square of a colour in the middle of nothing, a quarter of the picture, as a PNG."""
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[50:150, 50:150] = (*colour, 255)
    data = BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def cut_out_map() -> Map:
    """Of two images: one red, one black."""
    map_ = sample_map(2, thumbnail=(SIDE, SIDE), clusters=1)
    for image, colour in zip(map_.images["id"], (RED, BLACK), strict=True):
        for variant, data in copies_of(cut_out(colour), max_side=1024).items():
            map_.store.put(image, variant, data)
    return map_


PLAIN = {"outlines": False, "names": False, "annotations": False, "legend": False, "width": 1200}


def render(spec: RendererSpec, options: object, folder: Path) -> bytes:
    (path,) = loaded(spec.factory)(options).render(cut_out_map(), folder)
    return bytes(path.read_bytes())


@pytest.mark.parametrize("background", ["light", "dark"])
def test_raster(background: str, tmp_path: Path) -> None:
    options = PosterOptions(background=background, **PLAIN)  # type: ignore[arg-type]
    (spec,) = png_renderers()
    with Image.open(BytesIO(render(spec, options, tmp_path))) as opened:
        picture = opened.convert("RGB")
    look = choose_look(options.background)
    ids = cut_out_map().images["id"].to_list()
    poster = compose(cut_out_map(), options)
    for image, box in zip(poster.ids, poster.boxes.tolist(), strict=True):
        left, top, right, bottom = box
        colour = RED if image == ids[0] else BLACK
        is_lost = background == "dark" and colour == BLACK  # black on black: it keeps its ground
        ground = (255, 255, 255) if is_lost else look.paper
        assert picture.getpixel((left + 2, top + 2)) == ground
        middle = picture.getpixel(((left + right) // 2, (top + bottom) // 2))
        assert isinstance(middle, tuple)
        assert np.allclose(middle, colour, atol=6)


def test_pdf_masks_the_picture(tmp_path: Path) -> None:
    (spec,) = pdf_renderers()
    pdf = PdfReader(BytesIO(render(spec, VectorOptions(**PLAIN), tmp_path)), strict=True)  # type: ignore[arg-type]
    (page,) = pdf.pages
    for picture in page.images:
        assert picture.indirect_reference is not None
        found = picture.indirect_reference.get_object()
        assert isinstance(found, StreamObject)
        mask = found["/SMask"].get_object()
        assert isinstance(mask, StreamObject)
        assert str(mask["/Matte"]) == "[1, 1, 1]"
        assert (mask["/Width"], mask["/Height"]) == (found["/Width"], found["/Height"])
        height = found["/Height"]
        assert isinstance(height, int)
        opacity = np.frombuffer(mask.get_data(), np.uint8).reshape(height, -1)
        assert opacity[0, 0] == 0
        assert opacity[height // 2, opacity.shape[1] // 2] == 255
        assert b"tagatlas alpha" not in found.get_data()
    assert len(page.images) == 2


def test_svg_embeds_a_png(tmp_path: Path) -> None:
    (spec,) = svg_renderers()
    text = render(spec, SvgOptions(**PLAIN), tmp_path).decode()  # type: ignore[arg-type]
    found = re.findall(r'data:image/png;base64,([^"]+)"', text)
    assert len(found) == 2
    middles = []
    for each in found:
        with Image.open(BytesIO(b64decode(each))) as picture:
            assert picture.mode == "RGBA"
            pixels = np.asarray(picture)
        assert pixels[0, 0, 3] == 0
        middles.append(pixels[len(pixels) // 2, len(pixels) // 2])
    middles.sort(key=lambda pixel: int(pixel[0]))
    assert np.allclose(middles, [(*BLACK, 255), (*RED, 255)], atol=6)


def test_blending_keeps_the_mixture_exact() -> None:
    """Over white all is as before; elsewhere the paper takes the white's part."""
    rng = np.random.default_rng(0)
    alpha = rng.integers(0, 256, (40, 40, 1))
    own = rng.integers(0, 256, (40, 40, 3))
    on_white = np.rint((own * alpha + 255 * (255 - alpha)) / 255)
    over = np.concatenate([on_white, alpha], axis=2).astype(np.uint8)
    for paper in (255, 100, 0):
        for opacity in (255, 128):
            pixels = np.full((40, 40, 3), paper, np.uint8)
            blend_cut_out(pixels, over, opacity)
            part = alpha / 255 * opacity / 255
            assert np.abs(pixels - (own * part + paper * (1 - part))).max() <= 1.1


def test_the_viewer_has_how_transparent_its_pictures_are(tmp_path: Path) -> None:
    """Below the page: red for light paper, green for dark, where the black one has a rim."""
    scripts = ScriptFolder(tmp_path)
    map_ = cut_out_map()
    ids = map_.images["id"].to_list()
    assert write_pages(
        map_.store, pl.Series(ids), np.ones((2, 2)), [Level("base", 64, 128, 1)], scripts
    )
    text = (tmp_path / "pages" / "base-0.js").read_text()
    page = b64decode(re.findall(r'"([^"]+)"\);$', text.strip())[0])
    with Image.open(BytesIO(page)) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape == (256, 128, 3)
    for number, (colour, on_dark) in enumerate(((RED, 255), (BLACK, 0))):
        left = 64 * number
        assert np.allclose(pixels[32, left + 32], colour, atol=16)
        assert np.allclose(pixels[128 + 32, left + 32], 0, atol=16)
        assert np.allclose(pixels[128 + 4, left + 4, :2], 255, atol=16)
        assert np.allclose(pixels[128 + 32, left + 14, :2], (255, on_dark), atol=32)


def test_a_page_without_cut_outs_is_as_high_as_wide(tmp_path: Path) -> None:
    map_ = sample_map(2)
    ids = map_.images["id"].to_list()
    scripts = ScriptFolder(tmp_path)
    assert not write_pages(
        map_.store, pl.Series(ids), np.ones((2, 2)), [Level("base", 64, 128, 1)], scripts
    )


def test_thumbnails_in_pages_have_no_ground_unless_they_are_dark() -> None:
    map_ = cut_out_map()
    for image, colour in zip(map_.images["id"], (RED, BLACK), strict=True):
        address = thumbnail_address(map_.store, image, (100, 100))
        assert address is not None
        kind, _, data = address.partition(";base64,")
        assert kind == ("data:image/webp" if colour == RED else "data:image/jpeg")
        with Image.open(BytesIO(b64decode(data))) as picture:
            pixels = np.asarray(picture.convert("RGBA")).astype(int)
        assert pixels.shape == (100, 100, 4)
        assert pixels[2, 2, 3] == (0 if colour == RED else 255)
        assert np.allclose(pixels[50, 50], (*colour, 255), atol=12)


def test_vikus_puts_cut_outs_on_its_canvas() -> None:
    map_ = cut_out_map()
    found = read_picture(map_.store, map_.images["id"][0], 64, "#f4f2ee")
    assert found is not None
    with Image.open(BytesIO(found[0])) as texture:
        for picture, tolerance in ((texture.convert("RGB"), 3), (found[1], 1)):
            pixels = np.asarray(picture).astype(int)
            assert np.allclose(pixels[2, 2], (0xF4, 0xF2, 0xEE), atol=tolerance)
            middle = pixels[pixels.shape[0] // 2, pixels.shape[1] // 2]
            assert np.allclose(middle, RED, atol=8)
