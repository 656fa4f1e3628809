"""The fonts of a page: the built-in one, and others for letters that it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_posters.engine.fonts import font_file
from tagatlas_posters.pdf.font import EmbeddedFont
from tagatlas_posters.pdf.outlines import may_be_embedded, with_outlines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pydyf

    from tagatlas_posters.engine.fonts import Fonts


class PageFonts:
    """The fonts of plain texts, or of bold ones. Of each only the glyphs that are used are kept.

    A font that forbids to be embedded, or cannot be, is not: the built-in one's box stands for
    its letters.

    Args:
        fonts: chooses the font of each letter.
        texts: everything that will be set.
        bold: which built-in font is used.
    """

    def __init__(self, fonts: Fonts, texts: Iterable[str], *, bold: bool) -> None:
        self._fonts, self._bold = fonts, bold
        self._own = font_file(bold=bold)
        pieces: dict[Path, list[str]] = {self._own: []}
        for text in texts:
            for piece, path in fonts.runs(text, bold=bold):
                pieces.setdefault(path, []).append(piece)
        self._embedded: dict[Path, EmbeddedFont] = {}
        self.refused: list[Path] = []
        for path, some in pieces.items():
            if path != self._own:
                found = with_outlines(path, set().union(*some)) if may_be_embedded(path) else None
                if found is None:
                    self.refused.append(path)
                    pieces[self._own] += some
                else:
                    self._embedded[path] = EmbeddedFont(path.stem, found, some)
        self._embedded[self._own] = EmbeddedFont(
            self._own.stem, self._own.read_bytes(), pieces[self._own]
        )
        style = "Bold" if bold else "Plain"
        self._names = {path: f"{style}{n}" for n, path in enumerate(sorted(self._embedded))}

    def length(self, text: str) -> float:
        """Width of a text, in ems."""
        return sum(self._embedded[path].length(piece) for piece, path in self._runs(text))

    def encode(self, text: str) -> Iterator[tuple[str, bytes]]:
        """The text in pieces: the name of a font on the page, and its codes in that."""
        for piece, path in self._runs(text):
            yield self._names[path], self._embedded[path].encode(piece)

    def draw(self, text: str, stream: pydyf.Stream) -> None:
        """Append the outlines of a text's letters to a path, with y upwards, in em squares."""
        start = 0.0
        for piece, path in self._runs(text):
            start = self._embedded[path].draw(piece, stream, start)

    def add_to(self, pdf: pydyf.PDF) -> dict[str, bytes]:
        """Add the fonts to a document, and return the references to them by name."""
        return {name: self._embedded[path].add_to(pdf) for path, name in self._names.items()}

    def _runs(self, text: str) -> Iterator[tuple[str, Path]]:
        for piece, path in self._fonts.runs(text, bold=self._bold):
            yield piece, path if path in self._embedded else self._own
