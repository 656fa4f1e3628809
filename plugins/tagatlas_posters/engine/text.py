"""Typesets text in any script.

Letters that the built-in font lacks are set in others (see :mod:`tagatlas_posters.engine.fonts`);
those that no font has are drawn as a box. Letters are shaped and ordered as their scripts ask (see
:mod:`tagatlas_posters.engine.shaping`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from tagatlas_posters.engine.fonts import Fonts, font_file, letters_of
from tagatlas_posters.engine.shaping import Shaper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.raster.letters import Letters
    from tagatlas_posters.engine.shaping import Shaped

LEADING = 1.18
"""Line height, in font sizes."""
HALO = 0.13
"""Width of the halo, in font sizes."""
BASELINE = 0.93
"""Distance of a line's baseline from its top, in font sizes."""
_LONGEST = 200
_WRAPPED = 30
"""Characters of a line of a longer text."""
_ELLIPSIS = "…"
# Characters that reorder the text around them (Unicode UAX #9): a label must not do that.
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


@dataclass(frozen=True)
class Line:
    """One line of text; ``size`` is the height of the em in pixels."""

    text: str
    size: int
    ink: Colour
    bold: bool = False


@dataclass(frozen=True)
class Block:
    """Lines of text, centred or flush left, with a halo for contrast."""

    lines: tuple[Line, ...]
    halo: Colour
    centred: bool = True

    @property
    def halo_width(self) -> int:
        """Width of the halo around the letters, in pixels."""
        return max(1, round(max(line.size for line in self.lines) * HALO))

    @property
    def pad(self) -> int:
        """Padding around the text for the halo, in pixels."""
        return self.halo_width + 1


def clean(text: str) -> str:
    """The text on one line, without control characters, at most 200 characters long."""
    line = _visible(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + _ELLIPSIS


def lines_of(text: str) -> list[str]:
    """The lines of a text as written, without control characters.

    A line of more than 30 characters is broken between words where there are any.
    """
    lines: list[str] = []
    for written in text.strip().splitlines():
        line, rest = _broken(_visible(written), _WRAPPED)
        lines.append(line)
        while rest:
            line, rest = _broken(rest, _WRAPPED)
            lines.append(line)
    return lines


def _visible(text: str) -> str:
    """The text on one line, without control characters."""
    visible = (" " if char.isspace() else char for char in text)
    kept = (
        char
        for char in visible
        if unicodedata.category(char) not in ("Cc", "Cs") and char not in _BIDI_CONTROLS
    )
    return " ".join("".join(kept).split())


class Typesetter:
    """Measures and draws text. Used by one thread.

    Attributes:
        fonts: chooses those of letters that the built-in font lacks.
    """

    def __init__(self, fonts: Fonts | None = None) -> None:
        self.fonts = fonts or Fonts()
        self._shaper = Shaper(self.fonts)

    def shape(self, line: Line) -> Shaped:
        """A line's glyphs, in ems."""
        return self._shaper.shape(line.text, bold=line.bold)

    def length(self, text: str, size: int, *, bold: bool) -> float:
        """Width of a line in pixels."""
        return self._shaper.shape(text, bold=bold).length * size

    def families(self, block: Block) -> list[str]:
        """Names of the fonts of a block that are not built in, each once."""
        built_in = {font_file(bold=bold) for bold in (False, True)}
        files = (glyph.font for line in block.lines for glyph in self.shape(line).glyphs)
        others = dict.fromkeys(file for file in files if file not in built_in)
        return [
            name for name in dict.fromkeys(self.fonts.face(file).name for file in others) if name
        ]

    def wrap(self, text: str, size: int, *, bold: bool, width: float, most: int) -> list[str]:
        """Break a text into at most ``most`` lines of at most ``width`` pixels.

        It is broken between words, or inside a word that is longer than a line, and truncated with
        an ellipsis.
        """
        lines: list[str] = []
        rest = clean(text)
        while rest:
            fits = self._fitting(rest, size, bold=bold, width=width)
            if fits < len(rest) and len(lines) + 1 == most:
                cut = self._fitting(rest, size, bold=bold, width=width, tail=_ELLIPSIS)
                return [*lines, rest[:cut].rstrip() + _ELLIPSIS]
            line, rest = _broken(rest, fits)
            lines.append(line)
        return lines

    def flow(self, text: str, size: int, width: float) -> list[str]:
        """The whole text in lines of at most ``width`` pixels, without its empty lines."""
        lines: list[str] = []
        for written in text.splitlines():
            rest = _visible(written)
            while rest:
                fits = self._fitting(rest[:_LONGEST], size, bold=False, width=width)
                line, rest = _broken(rest, fits)
                lines.append(line)
        return lines

    def measure(self, block: Block) -> tuple[int, int]:
        """Width and height of a block in pixels."""
        widths = [self.length(line.text, line.size, bold=line.bold) for line in block.lines]
        height = sum(_advance(line) for line in block.lines)
        return round(max(widths)) + 2 * block.pad, height + 2 * block.pad

    def set_lines(self, block: Block) -> Iterator[tuple[Line, float, float]]:
        """The block's lines, each with its anchor point.

        The anchor is on the baseline, in pixels right of and below the block's upper left corner;
        in the middle of the line if the block is centred, else at its left end.
        """
        x = self.measure(block)[0] / 2 if block.centred else float(block.pad)
        y = float(block.pad)
        for line in block.lines:
            yield line, x, y + BASELINE * line.size
            y += _advance(line)

    def placed(self, block: Block) -> Iterator[tuple[Line, float, float]]:
        """The block's lines, each with the left end of its baseline, as :meth:`set_lines`."""
        for line, x, y in self.set_lines(block):
            yield line, x - self.shape(line).length * line.size / 2 if block.centred else x, y

    def draw(self, block: Block) -> Image.Image:
        """The block as an RGBA image of the size given by :meth:`measure`."""
        from tagatlas_posters.engine.raster.letters import draw_block

        return draw_block(block, self, self._letters)

    @cached_property
    def _letters(self) -> Letters:
        from tagatlas_posters.engine.raster.letters import Letters  # compiles kernels

        return Letters(self)

    def _fitting(self, text: str, size: int, *, bold: bool, width: float, tail: str = "") -> int:
        """Number of characters of the text that fit, at least one letter with its marks."""
        ends = list(accumulate(map(len, letters_of(text))))
        low, high = 0, len(ends) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.length(text[: ends[middle]] + tail, size, bold=bold) <= width:
                low = middle
            else:
                high = middle - 1
        return ends[low]


def _broken(text: str, fits: int) -> tuple[str, str]:
    """A line of at most ``fits`` characters, and the rest of the text."""
    if fits < len(text) and not text[fits].isspace():
        fits = text.rfind(" ", 1, fits) if " " in text[1:fits] else fits
    return text[:fits].rstrip(), text[fits:].lstrip()


def _advance(line: Line) -> int:
    return round(line.size * LEADING)
