"""The fonts of a page, and the pictures of its emoji."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pydyf

from tagatlas_posters.engine.fonts import font_file
from tagatlas_posters.pdf.font import EmbeddedFont
from tagatlas_posters.pdf.outlines import may_be_embedded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from tagatlas_posters.engine.shaping import Glyph
    from tagatlas_posters.engine.text import Line, Typesetter

_FINEST = 512
"""The most pixels per em of an emoji."""
_DETAIL = 2
"""Pixels of an emoji per pixel of the poster."""


class PageFonts:
    """The fonts of some lines. Of each only the glyphs that are used are kept.

    A font that forbids to be embedded is not: its letters are drawn as outlines.

    Args:
        lines: everything that will be set.
        typesetter: shapes them.

    Attributes:
        outlined: fonts whose letters are drawn as outlines.
    """

    def __init__(self, lines: Iterable[Line], typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        used: dict[Path, set[Glyph]] = {}
        self._pictures: dict[tuple[Path, int], int] = {}
        for line in lines:
            for glyph in typesetter.shape(line).glyphs:
                used.setdefault(glyph.font, set()).add(glyph)
                if typesetter.fonts.face(glyph.font).is_coloured(glyph.number):
                    key = (glyph.font, glyph.number)
                    self._pictures[key] = max(self._pictures.get(key, 0), line.size)
        built_in = {font_file(bold=bold) for bold in (False, True)}
        self.outlined = [
            path for path in used if path not in built_in and not may_be_embedded(path)
        ]
        self._embedded = {
            path: EmbeddedFont(
                path.stem, typesetter.fonts.face(path), glyphs, is_blank=path in self.outlined
            )
            for path, glyphs in sorted(used.items())
        }
        self._names = {path: f"Font{number}" for number, path in enumerate(self._embedded)}

    def show(self, line: Line, x: float, y: float, layer: pydyf.Stream) -> None:
        """Append a line, in the current colour.

        Args:
            line: to set.
            x: the left end of its baseline.
            y: that baseline, downwards.
            layer: where to.
        """
        glyphs = self._typesetter.shape(line).glyphs
        layer.begin_text()
        layer.set_text_matrix(1, 0, 0, -1, round(x, 2), round(y, 2))
        pen = 0.0
        for (font, rise), some in groupby(glyphs, lambda glyph: (glyph.font, glyph.y)):
            layer.set_font_size(self._names[font], line.size)
            layer.set_text_rise(round(rise * line.size, 3))
            codes, embedded = b"", self._embedded[font]
            for glyph in some:
                moved = round(1000 * (pen - glyph.x))
                codes += f" {moved} ".encode() if moved else b""
                codes += b"<" + embedded.code(glyph) + b">"
                pen += embedded.width(glyph) - moved / 1000
            layer.show_text(codes.replace(b"><", b""))
        layer.end_text()
        self._show_drawn(line, x, y, layer)

    def draw(self, line: Line, layer: pydyf.Stream) -> None:
        """Append the outlines of a line's letters to a path, with y upwards, in em squares."""
        for glyph in self._typesetter.shape(line).glyphs:
            self._draw(glyph, layer)

    def add_to(self, pdf: pydyf.PDF) -> dict[str, bytes]:
        """Add the fonts to a document, and return the references to them by name."""
        return {name: self._embedded[path].add_to(pdf) for path, name in self._names.items()}

    def add_pictures_to(self, pdf: pydyf.PDF) -> dict[str, bytes]:
        """Add the pictures of emoji to a document, and return the references to them by name."""
        return {
            self._picture_name(path, number): _added(
                pdf, np.asarray(self._picture(path, number)[0], dtype=np.uint8)
            )
            for path, number in self._pictures
        }

    def _picture(self, path: Path, number: int) -> tuple[object, float, float, float, float]:
        """An emoji, and its left, upper, right and lower edges in ems."""
        size = min(self._pictures[path, number] * _DETAIL, _FINEST)
        picture, left, top = self._typesetter.fonts.face(path).picture(number, size)
        right, bottom = left + picture.width, top - picture.height
        return picture, left / size, top / size, right / size, bottom / size

    def _picture_name(self, path: Path, number: int) -> str:
        return f"Emoji{self._names[path].removeprefix('Font')}-{number}"

    def _show_drawn(self, line: Line, x: float, y: float, layer: pydyf.Stream) -> None:
        """Append what fonts cannot show: emoji, and the letters of blank fonts."""
        glyphs = self._typesetter.shape(line).glyphs
        drawn = [glyph for glyph in glyphs if (glyph.font, glyph.number) in self._pictures]
        blank = [glyph for glyph in glyphs if self._embedded[glyph.font].is_blank]
        if not (drawn or blank):
            return
        layer.push_state()
        layer.set_matrix(line.size, 0, 0, -line.size, round(x, 2), round(y, 2))
        for glyph in drawn:
            _, left, top, right, bottom = self._picture(glyph.font, glyph.number)
            layer.push_state()
            layer.set_matrix(
                *(round(right - left, 4), 0, 0, round(top - bottom, 4)),
                *(round(glyph.x + left, 4), round(glyph.y + bottom, 4)),
            )
            layer.draw_x_object(self._picture_name(glyph.font, glyph.number))
            layer.pop_state()
        for glyph in blank:
            self._draw(glyph, layer)
        if blank:
            layer.fill()
        layer.pop_state()

    def _draw(self, glyph: Glyph, layer: pydyf.Stream) -> None:
        face = self._typesetter.fonts.face(glyph.font)
        if face.is_coloured(glyph.number):
            return
        last = (0.0, 0.0)
        for kind, numbers in face.outline(glyph.number):
            at = [
                round(each / face.units + (glyph.x, glyph.y)[n % 2], 4)
                for n, each in enumerate(numbers)
            ]
            match kind:
                case "move":
                    layer.move_to(*at)
                case "line":
                    layer.line_to(*at)
                case "curve":  # as a cubic one: its control points lie on two thirds of the way
                    first = [(a + 2 * b) / 3 for a, b in zip(last, at[:2], strict=True)]
                    second = [(a + 2 * b) / 3 for a, b in zip(at[2:], at[:2], strict=True)]
                    layer.curve_to(*(round(each, 4) for each in (*first, *second)), *at[2:])
                case "cubic":
                    layer.curve_to(*at)
                case "close":
                    layer.close()
            last = (at[-2], at[-1]) if at else last


def _added(pdf: pydyf.PDF, pixels: NDArray[np.uint8]) -> bytes:
    """Add a picture of shape (h, w, 4) to a document, and return the reference to it."""
    height, width, _ = pixels.shape
    facts = {
        "Type": "/XObject",
        "Subtype": "/Image",
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
    }
    opacity = pydyf.Stream(
        [pixels[:, :, 3].tobytes()], {**facts, "ColorSpace": "/DeviceGray"}, compress=True
    )
    pdf.add_object(opacity)
    colours = pydyf.Stream(
        [pixels[:, :, :3].tobytes()],
        {**facts, "ColorSpace": "/DeviceRGB", "SMask": opacity.reference},
        compress=True,
    )
    pdf.add_object(colours)
    reference: bytes = colours.reference
    return reference
