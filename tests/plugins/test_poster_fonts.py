"""Letters that the built-in font of posters lacks are set in others, or it is told."""

from __future__ import annotations

import dataclasses
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from tagatlas.cli.outcomes import outcome_of_rendering
from tagatlas.contracts import Map, loaded
from tagatlas.errors import OptionError
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.render import write_map
from tagatlas.testing import sample_map
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.engine.fonts import Fonts, font_file, machine_fonts
from tagatlas_posters.engine.text import Block, Line, Typesetter
from tagatlas_posters.pdf import tagatlas_renderers as pdf_renderers
from tagatlas_posters.poster import tagatlas_renderers

NOWHERE = "\U00050000"
"""A code point without a character: no font has a letter for it."""
PAPER, INK = (255, 255, 255), (0, 0, 0)


def make_font(path: Path, letters: str, *, cubic: bool = False) -> Path:
    """A font in which each of these letters is a filled square of an em's height."""
    names = {ord(letter): f"square{number}" for number, letter in enumerate(letters)}
    pen = T2CharStringPen(1000, None) if cubic else TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 1000), (1000, 1000), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    glyphs = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=not cubic)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap(names)
    if cubic:
        square = pen.getCharString()
        builder.setupCFF(path.stem, {}, dict.fromkeys(glyphs, square), {})
    else:
        builder.setupGlyf(dict.fromkeys(glyphs, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    builder.setupHorizontalHeader(ascent=1000, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without fonts but those in the folder given."""
    places = tmp_path / "data" / "fonts"
    monkeypatch.setenv("XDG_DATA_HOME", str(places.parent))
    monkeypatch.setenv("HOME", str(tmp_path))
    return places


def named(name: str) -> Map:
    """A map whose first cluster has this name."""
    map_ = sample_map()
    names = [name, *map_.clusters["name"][1:]]
    return dataclasses.replace(
        map_, clusters=map_.clusters.with_columns(name=pl.Series(names)), annotations=[]
    )


def test_a_letter_that_the_built_in_font_lacks_is_set_in_a_named_one(tmp_path: Path) -> None:
    font = make_font(tmp_path / "squares.ttf", "山ก")
    fonts = Fonts([font])
    own = font_file(bold=True)
    assert fonts.runs("Berg 山ก!", bold=True) == [("Berg ", own), ("山ก", font), ("!", own)]
    assert fonts.runs("Жизнь سلام", bold=True) == [("Жизнь سلام", own)]
    assert fonts.lacking(["Berg 山ก", f"a{NOWHERE}", "Жизнь"]) == [NOWHERE]


def test_marks_blanks_and_joiners_stay_with_their_letter(tmp_path: Path) -> None:
    font = make_font(tmp_path / "squares.ttf", "กี \u200d")
    text = "กี กี\u200dก"
    assert Fonts([font]).runs(text, bold=False) == [(text, font)]


def test_pieces_are_drawn_beside_each_other(tmp_path: Path) -> None:
    typesetter = Typesetter(Fonts([make_font(tmp_path / "squares.ttf", "山")]))
    length = typesetter.length("I山I", 100, bold=False)
    assert length == pytest.approx(2 * typesetter.length("I", 100, bold=False) + 100)
    for centred in (True, False):
        block = Block((Line("I山I", 100, INK),), PAPER, centred=centred)
        drawn = typesetter.draw(block)
        on_paper = Image.new("RGBA", drawn.size, PAPER)
        on_paper.alpha_composite(drawn)
        dark = np.asarray(on_paper.convert("L")) < 128
        assert dark.sum() == pytest.approx(100 * 100 + 2 * dark[:, : block.pad + 29].sum(), rel=0.1)
        filled = np.flatnonzero(dark.sum(axis=0) > 95)
        assert len(filled) == pytest.approx(100, abs=2)
        assert filled[0] == pytest.approx(block.pad + (length - 100) / 2, abs=2)


def test_fonts_of_the_machine_come_after_named_ones(tmp_path: Path, bare_machine: Path) -> None:
    here = make_font(bare_machine / "deep" / "SquaresRegular.ttf", "山ก")
    (bare_machine / "damaged-regular.ttf").write_bytes(b"no font at all")
    mine = make_font(tmp_path / "mine.ttf", "山")
    assert {here, bare_machine / "damaged-regular.ttf"} <= set(machine_fonts())
    assert Fonts([mine]).runs("山ก", bold=False) == [("山", mine), ("ก", here)]


def test_a_path_of_a_font_is_kept_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_font(tmp_path / "squares.ttf", "山")
    monkeypatch.chdir(tmp_path)
    options = PosterOptions(font=("squares.ttf",))
    assert options.font == (str(tmp_path / "squares.ttf"),)


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_text("no font", encoding="utf-8")
    for path in (tmp_path / "a.ttf", tmp_path / "gone.ttf", tmp_path):
        with pytest.raises(OptionError, match="is no font that can be read"):
            Fonts([path])


def test_a_poster_tells_which_names_it_could_not_draw(tmp_path: Path) -> None:
    plugins = load_plugins()
    poster = plugins.choose(RENDERERS, "poster", {"width": 600})
    report = write_map(named(f"mountain {NOWHERE}"), [poster], tmp_path)
    [note] = report.notes
    assert note.startswith(f"map.png: no font has 1 character, {NOWHERE} (U+50000): boxes stand")
    assert note.endswith("name a font that has them with --font")
    assert f"note: {note}" in outcome_of_rendering(report).lines
    assert write_map(named("mountain"), [poster], tmp_path).notes == []


def test_a_named_font_draws_the_name(tmp_path: Path) -> None:
    font = make_font(tmp_path / "squares.ttf", "山")
    [spec] = tagatlas_renderers()
    pictures = {}
    for name, options in (
        ("boxes", PosterOptions(width=600)),
        ("letters", PosterOptions(width=600, font=(str(font),))),
    ):
        (tmp_path / name).mkdir()
        renderer = loaded(spec.factory)(options)
        [path] = renderer.render(named("山山山山"), tmp_path / name)
        assert bool(renderer.notes) == (name == "boxes")
        with Image.open(path) as picture:
            pictures[name] = np.asarray(picture.convert("L")).astype(int)
    assert (pictures["letters"] < 128).sum() > (pictures["boxes"] < 128).sum() + 100


@pytest.mark.extras("pydyf")
@pytest.mark.parametrize("curves", ["quadratic", "cubic"])
def test_a_pdf_embeds_the_letters_of_a_named_font(tmp_path: Path, curves: str) -> None:
    [spec] = pdf_renderers()
    font = make_font(tmp_path / "squares.ttf", "山川", cubic=curves == "cubic")
    renderer = loaded(spec.factory)(spec.options(width=600, font=(str(font),)))
    [path] = renderer.render(named("Berg 山!"), tmp_path)
    assert list(renderer.notes) == []
    [page] = PdfReader(path).pages
    assert "Berg 山!" in page.extract_text()
    fonts = page["/Resources"]["/Font"]  # type: ignore[index] # pypdf's union of all objects
    embedded = [each.get_object() for each in fonts.values()]
    mine, *_ = [each for each in embedded if "squares" in each["/BaseFont"]]
    [descendant] = mine["/DescendantFonts"]
    data = descendant.get_object()["/FontDescriptor"]["/FontFile2"].get_data()
    found = TTFont(BytesIO(data))
    assert found.getBestCmap() == {ord("山"): found.getBestCmap()[ord("山")]}
    box = found["glyf"][found.getBestCmap()[ord("山")]]
    assert (box.xMin, box.yMin, box.xMax, box.yMax) == (0, 0, 1000, 1000)


@pytest.mark.extras("pydyf")
def test_a_pdf_says_which_font_it_must_not_embed(tmp_path: Path) -> None:
    font = make_font(tmp_path / "squares.ttf", "山")
    changed = TTFont(font)
    changed["OS/2"].fsType = 2
    changed.save(font)
    [spec] = pdf_renderers()
    renderer = loaded(spec.factory)(spec.options(width=600, font=(str(font),)))
    [path] = renderer.render(named("山"), tmp_path)
    assert f"map.pdf: {font} may not be embedded" in renderer.notes[-1]
    assert "山" in PdfReader(path).pages[0].extract_text()
