"""Embeds a TrueType font: the glyphs that are used, with their Unicode text.

Format: ISO 32000-1, 9.7 (composite fonts) and 9.10.3 (ToUnicode). Every character gets a separate
code, so that it can be selected and searched for even if the font has no glyph for it. Letters
are set from left to right, each separately: no shaping, no ligatures.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pydyf
from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_MAPPINGS = 100
"""The most lines of one ``bfchar`` section of a character map."""

_SYMBOLIC = 4

_NOT_USED = ("GSUB", "GPOS", "GDEF", "kern", "FFTM")
"""Tables of the font for shaping and kerning, and of the program that made it."""

_TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{mappings}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


class EmbeddedFont:
    """A font with some characters, ready to be written.

    Args:
        name: of the font, any text.
        data: a TrueType file.
        texts: everything that will be set in it.
    """

    def __init__(self, name: str, data: bytes, texts: Iterable[str]) -> None:
        self._data = data
        self._font = TTFont(BytesIO(data), recalcTimestamp=False)
        self._name = f"TAGATL+{re.sub('[^A-Za-z0-9-]', '', name) or 'Font'}"
        self._glyphs = self._font.getGlyphSet()
        names: dict[int, str] = self._font.getBestCmap()
        self._codes = {char: code for code, char in enumerate(sorted(set().union(*texts)), start=1)}
        self._names = {char: names.get(ord(char), ".notdef") for char in self._codes}
        self._em: int = self._font["head"].unitsPerEm

    def length(self, text: str) -> float:
        """Width of a text, in ems."""
        return sum(self._advance(char) for char in text) / self._em

    def encode(self, text: str) -> bytes:
        """The text as a hexadecimal string of its codes in this font."""
        return b"<" + "".join(f"{self._codes[char]:04X}" for char in text).encode() + b">"

    def draw(self, text: str, stream: pydyf.Stream, start: float) -> float:
        """Append the outlines of a text's letters to a path, with y upwards, in em squares.

        Args:
            text: has those letters.
            stream: the path.
            start: where the text begins, in ems.

        Returns:
            Where it ends.
        """
        pen, part = _PathPen(self._glyphs, stream), 1 / self._em
        for char in text:
            glyph = self._glyphs[self._names[char]]
            glyph.draw(TransformPen(pen, (part, 0, 0, part, start, 0)))
            start += glyph.width * part
        return start

    def add_to(self, pdf: pydyf.PDF) -> bytes:
        """Add the font to a document, and return the reference to it."""
        head, line = self._font["head"], self._font["hhea"]
        em = 1000 / self._em
        file = pydyf.Stream([self._file()], compress=True)
        descriptor = pydyf.Dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{self._name}",
                "Flags": _SYMBOLIC,
                "FontBBox": pydyf.Array(
                    [round(edge * em) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)]
                ),
                "ItalicAngle": 0,
                "Ascent": round(line.ascent * em),
                "Descent": round(line.descent * em),
                "CapHeight": round(self._cap_height() * em),
                "StemV": 80,
            }
        )
        glyph_map, to_unicode = self._glyph_map(), self._to_unicode()
        for part in (file, descriptor, glyph_map, to_unicode):
            pdf.add_object(part)
        descriptor["FontFile2"] = file.reference
        widths = pydyf.Array([round(self._advance(char) * em) for char in self._codes])
        descendant = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{self._name}",
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "FontDescriptor": descriptor.reference,
                "W": pydyf.Array([1, widths]),
                "CIDToGIDMap": glyph_map.reference,
            }
        )
        pdf.add_object(descendant)
        font = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{self._name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([descendant.reference]),
                "ToUnicode": to_unicode.reference,
            }
        )
        pdf.add_object(font)
        reference: bytes = font.reference
        return reference

    def _advance(self, char: str) -> int:
        width: int = self._glyphs[self._names[char]].width
        return width

    def _cap_height(self) -> int:
        height: int = self._font["head"].yMax
        if "H" in self._font["glyf"].glyphs:
            height = self._font["glyf"]["H"].yMax
        return height

    def _file(self) -> bytes:
        """The TrueType file with the used glyphs, under their original numbers."""
        subset = TTFont(BytesIO(self._data), recalcTimestamp=False)
        for table in _NOT_USED:
            if table in subset:
                del subset[table]
        options = Options(retain_gids=True, hinting=False, notdef_outline=True)
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=[ord(char) for char in self._codes])
        subsetter.subset(subset)
        encoded = BytesIO()
        subset.save(encoded)
        return encoded.getvalue()

    def _glyph_map(self) -> pydyf.Stream:
        glyphs = (self._font.getGlyphID(name) for name in self._names.values())
        numbers = b"\0\0" + b"".join(glyph.to_bytes(2, "big") for glyph in glyphs)
        return pydyf.Stream([numbers], compress=True)

    def _to_unicode(self) -> pydyf.Stream:
        lines = [
            f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>"
            for char, code in self._codes.items()
        ]
        sections = (
            lines[first : first + _MOST_MAPPINGS] for first in range(0, len(lines), _MOST_MAPPINGS)
        )
        mappings = "\n".join(
            f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar" for some in sections
        )
        return pydyf.Stream([_TO_UNICODE.format(mappings=mappings)], compress=True)


class _PathPen(BasePen):  # type: ignore[misc] # fontTools has no types
    """Appends a glyph's outline to a stream."""

    def __init__(self, glyphs: object, stream: pydyf.Stream) -> None:
        super().__init__(glyphs)
        self._stream = stream

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self._stream.move_to(*_short(point))

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._stream.line_to(*_short(point))

    def _curveToOne(  # noqa: N802
        self,
        first: tuple[float, float],
        second: tuple[float, float],
        last: tuple[float, float],
    ) -> None:
        self._stream.curve_to(*_short(first), *_short(second), *_short(last))

    def _closePath(self) -> None:  # noqa: N802
        self._stream.close()


def _short(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 4), round(point[1], 4)
