"""Writes ``map.pdf``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import Renderer
from tagatlas.toolkit import write_atomically
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.pdf.document import page_fonts, pdf_document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import Map
    from tagatlas_posters.engine import VectorOptions


class PdfRenderer(Renderer):
    """Writes the poster as one page; pictures are read one at a time while writing."""

    def __init__(self, options: VectorOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.pdf``.

        Raises:
            OptionError: the poster would have too many pixels.
            StorageError: the file could not be written.
        """
        poster = compose(map_, self._options)
        fonts = page_fonts(poster)
        document = pdf_document(poster, self._options.detail, fonts)
        path = folder / "map.pdf"
        with write_atomically(path) as file:
            document.write(file)
        self.notes = [
            *poster.notes(path.name),
            *(
                f"{path.name}: {font} may not be embedded: its letters are drawn as outlines"
                for font in fonts.outlined
            ),
        ]
        return [path]
