"""Shapes lines of text: which glyphs of which fonts, and where (with HarfBuzz).

A line is split into runs of one direction (Unicode Standard Annex 9), of these into pieces of one
font and one script, and each piece is shaped: Arabic letters are joined, Devanagari reordered,
Thai marks stacked, emoji sequences become one picture.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uharfbuzz as hb

from tagatlas_posters.engine.bidi import visual_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tagatlas_posters.engine.fonts import Fonts

_LANGUAGES = (("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("HANGUL", "ko"), ("CJK", "zh-hans"))
"""Han letters have other forms in each language: which it is, other letters of the text tell."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph on a line; measures are in ems, y upwards.

    Attributes:
        font: its file.
        number: of the glyph in the font.
        x, y: its place, from the line's left end on the baseline.
        advance: its width in the line.
        text: the characters it stands for; empty if an earlier glyph stands for them too.
    """

    font: Path
    number: int
    x: float
    y: float
    advance: float
    text: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """A line's glyphs from left to right, and its width in ems."""

    glyphs: tuple[Glyph, ...]
    length: float


class Shaper:
    """Shapes text and remembers it. Used by one thread.

    Args:
        fonts: chooses them.
    """

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._shaped: dict[tuple[str, bool], Shaped] = {}

    def shape(self, text: str, *, bold: bool) -> Shaped:
        """A line's glyphs."""
        if (text, bold) not in self._shaped:
            self._shaped[text, bold] = self._shape(text, bold=bold)
        return self._shaped[text, bold]

    def _shape(self, text: str, *, bold: bool) -> Shaped:
        glyphs: list[Glyph] = []
        language, pen = _language(text), 0.0
        files = [
            path for piece, path in self._fonts.runs(text, bold=bold) for _ in range(len(piece))
        ]
        kinds = _kinds(text)
        for run in visual_runs(text):
            pieces = list(_pieces(files, kinds, run.start, run.end))
            for start, end in reversed(pieces) if run.is_rtl else pieces:
                font = files[start]
                for glyph in self._piece(text, start, end, font, language, is_rtl=run.is_rtl):
                    moved = Glyph(
                        font, glyph.number, pen + glyph.x, glyph.y, glyph.advance, glyph.text
                    )
                    glyphs.append(moved)
                    pen += glyph.advance
        return Shaped(tuple(glyphs), pen)

    def _piece(
        self, text: str, start: int, end: int, file: Path, language: str | None, *, is_rtl: bool
    ) -> Iterator[Glyph]:
        """The glyphs of a piece; places are from each glyph's own pen position."""
        face = self._fonts.face(file)
        buffer = hb.Buffer()
        buffer.add_codepoints([ord(char) for char in text], start, end - start)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if is_rtl else "ltr"
        if language:
            buffer.language = language
        hb.shape(face.font, buffer)
        starts = sorted({info.cluster for info in buffer.glyph_infos})
        ends = dict(zip(starts, [*starts[1:], end], strict=True))
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            last = ends.pop(info.cluster, None)
            yield Glyph(
                font=file,
                number=info.codepoint,
                x=place.x_offset / face.units,
                y=place.y_offset / face.units,
                advance=place.x_advance / face.units,
                text="" if last is None else text[info.cluster : last],
            )


def _pieces(files: list[Path], kinds: list[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The pieces of a run that have one font and one script."""
    first = start
    for at in range(start + 1, end):
        if files[at] != files[first] or kinds[at] != kinds[first]:
            yield first, at
            first = at
    yield first, end


def _kinds(text: str) -> list[str]:
    """The script of each character, as its name begins; signs have that of the letter before."""
    if text.isascii():
        return [""] * len(text)
    kinds: list[str] = []
    for char in text:
        before = kinds[-1] if kinds else ""
        is_letter = unicodedata.category(char) in ("Ll", "Lu", "Lt", "Lo")
        kinds.append(unicodedata.name(char, "").split(" ")[0] if is_letter else before)
    first = next((kind for kind in kinds if kind), "")
    return [kind or first for kind in kinds]


def _language(text: str) -> str | None:
    """The language that chooses the forms of Han letters; None if there are none."""
    if text.isascii():
        return None
    kinds = {unicodedata.name(char, "").split(" ")[0] for char in text}
    return next((language for kind, language in _LANGUAGES if kind in kinds), None)
