"""A font file as HarfBuzz reads it: its letters, their outlines and their coloured pictures."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import numpy as np
import uharfbuzz as hb
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

Step = tuple[Literal["move", "line", "curve", "cubic", "close"], tuple[float, ...]]
"""A step of an outline: control points and end point of a quadratic or cubic curve."""

_OUTLINES = frozenset({"glyf", "CFF ", "CFF2"})
_SMALLER = 64
"""Units of HarfBuzz per pixel of a coloured picture."""


class Face:
    """A font; of a collection, the first.

    Args:
        path: a TrueType or OpenType file.

    Attributes:
        units: of its measures, per em.
        name: of its family; empty if it has none.
        font: of HarfBuzz, in those units.

    Raises:
        ValueError: it is no font, or has no letters that can be drawn at any size.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._face = hb.Face(hb.Blob.from_file_path(str(path)))
        except hb.HarfBuzzError as error:
            raise ValueError(f"{path} cannot be read") from error
        face = self._face
        self.has_colours: bool = bool(
            face.has_color_png or face.has_color_layers or face.has_color_paint
        )
        if not (self.has_colours or _OUTLINES & set(face.table_tags)) or not face.glyph_count:
            raise ValueError(f"{path} is no font with outlines")
        self.units: int = face.upem
        self.font = hb.Font(face)
        self._shown: dict[str, bool] = {}
        self._outlines: dict[int, list[Step]] = {}

    @cached_property
    def letters(self) -> frozenset[int]:
        """The code points that it has a letter for."""
        return frozenset(self._face.unicodes)

    @property
    def name(self) -> str:
        """Name of its family; empty if it has none."""
        return self._face.get_name(hb.OTNameIdPredefined.FONT_FAMILY) or ""

    def shows(self, letter: str) -> bool:
        """Whether something of a letter is seen, and nothing of it is missing.

        A font can have a letter and show nothing: its pictures may be of a kind that is not drawn
        here, such as SVG.

        Args:
            letter: one that can be seen, with what is joined to it.
        """
        if letter not in self._shown:
            buffer = hb.Buffer()
            buffer.add_str(letter)
            buffer.guess_segment_properties()
            hb.shape(self.font, buffer)
            glyphs = [info.codepoint for info in buffer.glyph_infos]
            self._shown[letter] = 0 not in glyphs and any(
                self.outline(glyph) or self.is_coloured(glyph) for glyph in glyphs
            )
        return self._shown[letter]

    def is_coloured(self, glyph: int) -> bool:
        """Whether a glyph has its own colours."""
        if not self.has_colours:
            return False
        return bool(
            self._face.glyph_has_color_paint(glyph)
            or self._face.get_glyph_color_layers(glyph)
            or (self._face.has_color_png and self.font.get_glyph_color_png(glyph).data)
        )

    def advance(self, glyph: int) -> int:
        """Width of a glyph, in units."""
        width: int = self.font.get_glyph_h_advance(glyph)
        return width

    @property
    def extent(self) -> tuple[int, int]:
        """How far letters reach above and, negative, below the baseline, in units."""
        extents = self.font.get_font_extents("ltr")
        return extents.ascender, extents.descender

    def outline(self, glyph: int) -> list[Step]:
        """Outline of a glyph, in units, y upwards; empty for blanks and coloured pictures."""
        if glyph not in self._outlines:
            steps: list[Step] = []
            self.font.draw_glyph(glyph, _STEPS, steps)
            self._outlines[glyph] = steps
        return self._outlines[glyph]

    def picture(self, glyph: int, size: int) -> tuple[Image.Image, int, int]:
        """A coloured glyph at an em of ``size`` pixels, RGBA.

        Returns:
            The picture, and the distances of its left and upper edges from the glyph's place on
            the baseline, in pixels, the latter upwards.
        """
        font = hb.Font(self._face)
        font.scale = (size * _SMALLER, size * _SMALLER)
        extents = font.get_glyph_extents(glyph)
        data = font.get_glyph_color_png(glyph).data if self._face.has_color_png else b""
        if data:
            box = (extents.width, -extents.height, extents.x_bearing, extents.y_bearing)
            width, height, left, top = (round(each / _SMALLER) for each in box)
            picture = Image.open(BytesIO(data), formats=["PNG"]).convert("RGBA")
            return picture.resize((max(width, 1), max(height, 1)), reducing_gap=2), left, top
        return self._painted(glyph, font, extents)

    def _painted(
        self, glyph: int, font: hb.Font, extents: hb.GlyphExtents
    ) -> tuple[Image.Image, int, int]:
        """A glyph of coloured shapes, as :meth:`picture`."""
        painter = hb.RasterPaint()
        painter.scale_factor = (_SMALLER, _SMALLER)
        if not painter.set_glyph_extents(extents):
            return Image.new("RGBA", (1, 1)), 0, 0
        painter.paint_glyph(font, glyph)
        image = painter.render()
        box = image.extents
        rows = np.frombuffer(bytes(image.buffer), dtype=np.uint8).reshape(box.height, box.stride)
        pixels = rows[::-1, : 4 * box.width].reshape(box.height, box.width, 4).astype(np.uint16)
        opacity = pixels[:, :, 3:]  # the colours are multiplied by it, blue first
        colours = np.minimum(pixels[:, :, 2::-1] * 255 // np.maximum(opacity, 1), 255)
        picture = Image.fromarray(np.concatenate([colours, opacity], axis=2).astype(np.uint8))
        return picture, box.x_origin, box.y_origin + box.height


def _steps() -> hb.DrawFuncs:
    """Callbacks that append the steps of an outline to a list."""
    funcs = hb.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, steps: steps.append(("move", (x, y))))
    funcs.set_line_to_func(lambda x, y, steps: steps.append(("line", (x, y))))
    funcs.set_quadratic_to_func(lambda u, v, x, y, steps: steps.append(("curve", (u, v, x, y))))
    funcs.set_cubic_to_func(
        lambda s, t, u, v, x, y, steps: steps.append(("cubic", (s, t, u, v, x, y)))
    )
    funcs.set_close_path_func(lambda steps: steps.append(("close", ())))
    return funcs


_STEPS = _steps()
