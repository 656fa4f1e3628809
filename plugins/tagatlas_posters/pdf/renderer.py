"""Writes ``map.pdf``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import Renderer
from tagatlas.toolkit import write_atomically
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.fonts import note_on_fonts
from tagatlas_posters.pdf.document import pdf_document

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
        document = pdf_document(poster, self._options.detail)
        path = folder / "map.pdf"
        with write_atomically(path) as file:
            document.write(file)
        beyond = poster.typesetter.fonts.beyond_built_in(poster.lines)
        self.notes = note_on_fonts(
            path.name, beyond, "a PDF has the built-in font alone; export poster or svg"
        )
        return [path]
