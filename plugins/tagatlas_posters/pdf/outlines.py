"""Some glyphs of any font as a TrueType font, which is what a PDF embeds."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tagatlas_posters.engine.faces import Face

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


def with_outlines(
    name: str,
    face: Face,
    glyphs: Collection[int],
    characters: Mapping[int, int],
    *,
    is_blank: bool,
) -> bytes:
    """A TrueType file with some glyphs, numbered from 1 in their order; cubic curves converted.

    Args:
        name: of the font.
        face: the original font.
        glyphs: their numbers in it, each once.
        characters: those that are one glyph, by code point.
        is_blank: whether to leave the outlines out. Glyphs with colours never have any.
    """
    drawn, widths = {_EMPTY: TTGlyphPen(None).glyph()}, {_EMPTY: (face.units, 0)}
    for number in glyphs:
        pen = TTGlyphPen(None)
        if not (is_blank or face.is_coloured(number)):
            _draw(face, number, Cu2QuPen(pen, _ERROR * face.units))
        glyph = pen.glyph()
        glyph.recalcBounds(None)
        drawn[_named(number)] = glyph
        # Programs move a glyph until its left edge is where the metrics say.
        widths[_named(number)] = (face.advance(number), glyph.xMin)
    builder = FontBuilder(face.units, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.updateHead(created=0, modified=0)  # the same map gives the same bytes
    builder.setupGlyphOrder(list(drawn))
    builder.setupCharacterMap({code: _named(number) for code, number in characters.items()})
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics(widths)
    ascent, descent = face.extent
    builder.setupHorizontalHeader(ascent=ascent, descent=descent)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    data = BytesIO()
    builder.save(data)
    return data.getvalue()


def _named(number: int) -> str:
    return f"glyph{number}"


def _draw(face: Face, number: int, pen: Cu2QuPen) -> None:
    for kind, numbers in face.outline(number):
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        match kind:
            case "move":
                pen.moveTo(*points)
            case "line":
                pen.lineTo(*points)
            case "curve":
                pen.qCurveTo(*points)
            case "cubic":
                pen.curveTo(*points)
            case "close":
                pen.closePath()
