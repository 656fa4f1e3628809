"""Emoji of every kind of font are in colours, and what a font cannot show is said."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.sbixGlyph import Glyph
from fontTools.ttLib.tables.sbixStrike import Strike
from PIL import Image

from tagatlas_posters.engine.fonts import Fonts
from tagatlas_posters.engine.text import Block, Line, Typesetter

FACE, ROCKET = "😀", "🚀"
RED, BLUE = (220, 20, 30), (20, 40, 220)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose user has no fonts."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "none"))


def square(left: int, right: int) -> TTGlyphPen:
    pen = TTGlyphPen(None)
    pen.moveTo((left, 0))
    for corner in ((left, 800), (right, 800), (right, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen


def emoji_font(folder: Path, kind: str) -> Path:
    """A font whose rocket is half red, half blue; of the kind ``blank`` it has only SVG for it."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rocket", "left", "right"])
    builder.setupCharacterMap({ord(ROCKET): "rocket"})
    blank, left, right = TTGlyphPen(None).glyph(), square(0, 500).glyph(), square(500, 1000).glyph()
    whole = square(0, 1000).glyph() if kind.startswith("colr") else blank
    builder.setupGlyf({".notdef": left, "rocket": whole, "left": left, "right": right})
    metrics = dict.fromkeys([".notdef", "rocket", "left"], (1000, 0))
    builder.setupHorizontalMetrics({**metrics, "right": (1000, 500)})
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": kind, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    colours = [(*(part / 255 for part in colour), 1.0) for colour in (RED, BLUE)]
    if kind == "colr0":
        builder.setupCPAL([colours])
        builder.setupCOLR({"rocket": [("left", 0), ("right", 1)]})
    elif kind == "colr1":
        builder.setupCPAL([colours])
        layers = [
            {"Format": 10, "Paint": {"Format": 2, "PaletteIndex": index, "Alpha": 1}, "Glyph": name}
            for index, name in enumerate(("left", "right"))
        ]
        builder.setupCOLR({"rocket": {"Format": 1, "Layers": layers}}, version=1)
    elif kind == "sbix":
        picture, data = Image.new("RGB", (50, 40), RED), BytesIO()
        picture.paste(BLUE, (25, 0, 50, 40))
        picture.save(data, "PNG")
        strike = Strike(ppem=50, resolution=72)
        for name in builder.font.getGlyphOrder():
            own = data.getvalue() if name == "rocket" else None
            strike.glyphs[name] = Glyph(
                glyphName=name, graphicType="png " if own else None, imageData=own
            )
        table = newTable("sbix")
        table.version, table.flags, table.strikes, table.numStrikes = 1, 1, {50: strike}, 1
        builder.font["sbix"] = table
    path = folder / f"{kind}-emoji.ttf"
    builder.save(path)
    return path


@pytest.mark.parametrize("kind", ["colr0", "colr1", "sbix"])
def test_emoji_are_in_the_colours_of_the_font(kind: str, tmp_path: Path) -> None:
    typesetter = Typesetter(Fonts([emoji_font(tmp_path, kind)]))
    assert typesetter.fonts.lacking([ROCKET]) == []
    drawn = typesetter.draw(Block((Line(ROCKET, 100, (0, 0, 0)),), (255, 255, 255)))
    pixels = np.asarray(drawn).astype(int)
    for colour in (RED, BLUE):
        is_it = (np.abs(pixels[:, :, :3] - colour).max(axis=2) < 12) & (pixels[:, :, 3] > 250)
        assert is_it.sum() == pytest.approx(50 * 80, rel=0.06)


def test_a_letter_that_a_font_has_and_does_not_show_is_lacking(tmp_path: Path) -> None:
    fonts = Fonts([emoji_font(tmp_path, "blank")])
    assert fonts.lacking([f"a{ROCKET}"]) == [ROCKET]
    shown = Fonts([emoji_font(tmp_path, "blank"), emoji_font(tmp_path, "colr0")])
    assert shown.lacking([f"a{ROCKET}"]) == []


def test_a_mark_that_only_another_font_has_is_lacking(tmp_path: Path) -> None:
    """The letter and what is joined to it are drawn by one font: its box would stand for it."""
    assert Fonts([emoji_font(tmp_path, "colr0")]).lacking([f"{ROCKET}\u20e3"]) == ["\u20e3"]
