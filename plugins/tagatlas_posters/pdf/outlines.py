"""Some letters of any font as a TrueType font, which is what a PDF embeds."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_RESTRICTED = 0x0002
"""Bit of ``OS/2.fsType``: the font must not be embedded (OpenType 1.9, "OS/2")."""

_ERROR = 0.001
"""Largest distance of a converted curve from the original one, in ems."""

_EMPTY = ".notdef"

_DAMAGED = (
    *(TTLibError, OSError, struct.error, AttributeError, AssertionError, IndexError, KeyError),
    *(OverflowError, RecursionError, TypeError, ValueError),
)
"""What fontTools raises on a damaged font."""


def may_be_embedded(path: Path) -> bool:
    """Whether a font's licence, as the font says it, lets others embed it."""
    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return "OS/2" not in font or not font["OS/2"].fsType & _RESTRICTED
    except _DAMAGED:
        return False


def with_outlines(path: Path, letters: Collection[str]) -> bytes | None:
    """A TrueType file with some letters of a TTF, OTF, TTC or OTC file; None if it is damaged.

    Cubic curves become quadratic ones. Of a collection the first font is read, as for posters.
    """
    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return _built(path.stem, font, letters)
    except _DAMAGED:
        return None


def _built(name: str, font: TTFont, letters: Collection[str]) -> bytes:
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    units: int = font["head"].unitsPerEm
    characters = {ord(each): names[ord(each)] for each in sorted(letters) if ord(each) in names}
    drawn, widths = {}, {}
    for glyph in dict.fromkeys([_EMPTY, *characters.values()]):
        pen = TTGlyphPen(None)
        if glyph in glyphs:
            glyphs[glyph].draw(Cu2QuPen(pen, _ERROR * units, reverse_direction="CFF " in font))
        drawn[glyph] = pen.glyph()
        widths[glyph] = (round(glyphs[glyph].width) if glyph in glyphs else units, 0)
    builder = FontBuilder(units, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(drawn))
    builder.setupCharacterMap(characters)
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics(widths)
    line = font["hhea"]
    builder.setupHorizontalHeader(ascent=line.ascent, descent=line.descent)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    data = BytesIO()
    builder.save(data)
    return data.getvalue()
