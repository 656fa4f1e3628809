"""Posters have the size of the page that they are printed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from themed_map import themed_map

from tagatlas.contracts import loaded
from tagatlas.errors import OptionError
from tagatlas.testing import sample_map
from tagatlas_posters.engine import PosterOptions, VectorOptions
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.page import page_of
from tagatlas_posters.pdf import tagatlas_renderers as pdf_renderers
from tagatlas_posters.poster import tagatlas_renderers as png_renderers
from tagatlas_posters.svg import SvgOptions
from tagatlas_posters.svg import tagatlas_renderers as svg_renderers

SIZES = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}


@pytest.mark.parametrize("landscape", [False, True])
def test_every_file_is_printed_at_the_size_of_its_page(tmp_path: Path, landscape: bool) -> None:
    asked = {"paper": "A3", "landscape": landscape, "dpi": 60}
    expected = (420, 297) if landscape else (297, 420)
    [png], [svg], [pdf] = png_renderers(), svg_renderers(), pdf_renderers()
    for spec in (png, svg, pdf):
        assert spec.options is not None
        loaded(spec.factory)(spec.options(**asked)).render(sample_map(8), tmp_path)
    with Image.open(tmp_path / "map.png") as picture:
        across, down = picture.info["dpi"]
        printed = [picture.width / across * 25.4, picture.height / down * 25.4]
    assert printed == pytest.approx(expected, abs=0.3)
    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert f'width="{expected[0]}mm" height="{expected[1]}mm"' in text
    box = PdfReader(tmp_path / "map.pdf").pages[0].mediabox
    sides = [float(box.width) / 72 * 25.4, float(box.height) / 72 * 25.4]
    assert sides == pytest.approx(expected, abs=0.3)


@given(
    st.sampled_from(sorted(SIZES)),
    st.booleans(),
    st.integers(72, 200),
    st.one_of(st.none(), st.floats(3, 9)),
)
@settings(max_examples=12, deadline=None)
def test_all_is_on_the_page_and_no_type_is_too_small(
    paper: str, landscape: bool, dpi: int, type_size: float | None
) -> None:
    options = PosterOptions(
        paper=paper,  # type: ignore[arg-type] # one of the names
        landscape=landscape,
        dpi=dpi,
        type_size=type_size,
        title="A title",
        subtitle="and what it is about",
        image_source="an archive",
        date="May 2025",
        show_tags=True,
    )
    poster = compose(themed_map(40), options)
    width, height = poster.canvas.width, poster.canvas.height
    sides = SIZES[paper][:: -1 if landscape else 1]
    assert [width, height] == pytest.approx([side / 25.4 * dpi for side in sides], abs=0.5)
    assert poster.boxes.min() >= 0
    assert (poster.boxes[:, 2:] <= (width, height)).all()
    for block, left, top in poster.texts:
        wide, high = poster.typesetter.measure(block)
        right, bottom = left + wide, top + high
        assert -block.pad <= left < right <= width + block.pad
        assert 0 <= top < bottom <= height
    least = (type_size or 5) / 72 * dpi
    assert min(line.size for block, _, _ in poster.texts for line in block.lines) >= least - 1e-9
    title, small = poster.margins
    assert title[2] + poster.typesetter.measure(title[0])[1] <= poster.canvas.area[1]
    assert small[2] >= poster.legend.bottom


def test_subtitle_source_and_date_are_written() -> None:
    poster = compose(
        sample_map(6),
        PosterOptions(width=1200, subtitle="About", image_source="An archive.", date="2025"),
    )
    assert poster.margins[0][0].lines[1].text == "About"
    assert poster.margins[1][0].lines[0].text.startswith("Source: An archive, 2025. 6 images")


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(OptionError, match="no room for the map"):
        compose(themed_map(40), PosterOptions(paper="A4", dpi=100, type_size=40))
    with pytest.raises(OptionError, match="only paper of a size is turned"):
        page_of(PosterOptions(landscape=True))
    with pytest.raises(OptionError, match="choose another --dpi"):
        page_of(PosterOptions(paper="A4", dpi=40))


def test_without_a_paperthe_width_is_as_asked() -> None:
    for options in (VectorOptions(width=900), SvgOptions(width=900, dpi=300)):
        assert compose(sample_map(4), options).canvas.width == 900
