"""Embeds a font: the glyphs that are used, with their Unicode text.

Format: ISO 32000-1, 9.7 (composite fonts) and 9.10.3 (ToUnicode). Every glyph gets a separate code
for each text that it stands for, so that this can be selected and searched for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pydyf

from tagatlas_posters.pdf.outlines import with_outlines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas_posters.engine.faces import Face
    from tagatlas_posters.engine.shaping import Glyph

_MOST_MAPPINGS = 100
"""The most lines of one ``bfchar`` section of a character map."""

_SYMBOLIC = 4
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
    """A font with some glyphs, ready to be written.

    Args:
        name: of the font, any text.
        face: the font.
        glyphs: everything that will be set in it.
        is_blank: whether the glyphs are to have no outlines, and are drawn by other means.
    """

    def __init__(self, name: str, face: Face, glyphs: Iterable[Glyph], *, is_blank: bool) -> None:
        self.face, self.is_blank = face, is_blank
        self._name = f"TAGATL+{re.sub('[^A-Za-z0-9-]', '', name) or 'Font'}"
        used = sorted({(glyph.text, glyph.number) for glyph in glyphs})
        self._codes = {each: code for code, each in enumerate(used, start=1)}
        self._numbers = list(dict.fromkeys(number for _, number in used))

    def width(self, glyph: Glyph) -> float:
        """Width of a glyph as the document has it, in ems."""
        return self._thousandths(glyph.number) / 1000

    def code(self, glyph: Glyph) -> bytes:
        """The code of a glyph in this font, as four hexadecimal digits."""
        return f"{self._codes[glyph.text, glyph.number]:04X}".encode()

    def add_to(self, pdf: pydyf.PDF) -> bytes:
        """Add the font to a document, and return the reference to it."""
        ascent, descent = self.face.extent
        em = 1000 / self.face.units
        file = pydyf.Stream([self._file()], compress=True)
        descriptor = pydyf.Dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{self._name}",
                "Flags": _SYMBOLIC,
                "FontBBox": pydyf.Array([0, round(descent * em), 1000, round(ascent * em)]),
                "ItalicAngle": 0,
                "Ascent": round(ascent * em),
                "Descent": round(descent * em),
                "CapHeight": round(ascent * em),
                "StemV": 80,
            }
        )
        glyph_map, to_unicode = self._glyph_map(), self._to_unicode()
        for part in (file, descriptor, glyph_map, to_unicode):
            pdf.add_object(part)
        descriptor["FontFile2"] = file.reference
        widths = pydyf.Array([self._thousandths(number) for _, number in self._codes])
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

    def _thousandths(self, number: int) -> int:
        return round(1000 * self.face.advance(number) / self.face.units)

    def _file(self) -> bytes:
        single = {ord(text): number for text, number in self._codes if len(text) == 1}
        name = self._name.partition("+")[2]
        return with_outlines(name, self.face, self._numbers, single, is_blank=self.is_blank)

    def _glyph_map(self) -> pydyf.Stream:
        rows = {number: row for row, number in enumerate(self._numbers, start=1)}
        numbers = b"".join(rows[number].to_bytes(2, "big") for _, number in self._codes)
        return pydyf.Stream([b"\0\0" + numbers], compress=True)

    def _to_unicode(self) -> pydyf.Stream:
        lines = [
            f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>"
            for (text, _), code in self._codes.items()
        ]
        sections = (
            lines[first : first + _MOST_MAPPINGS] for first in range(0, len(lines), _MOST_MAPPINGS)
        )
        mappings = "\n".join(
            f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar" for some in sections
        )
        return pydyf.Stream([_TO_UNICODE.format(mappings=mappings)], compress=True)
