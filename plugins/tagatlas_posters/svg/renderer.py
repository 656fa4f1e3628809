"""Writes ``map.svg``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import Renderer
from tagatlas.toolkit import write_atomically
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.svg.addresses import embedded, linked
from tagatlas_posters.svg.document import svg_document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import Map
    from tagatlas_posters.svg import SvgOptions


class SvgRenderer(Renderer):
    """Writes the poster element by element: memory does not grow with the pictures."""

    def __init__(self, options: SvgOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.svg``.

        Raises:
            OptionError: the poster would have too many pixels, or pictures are to be linked from
                outside the atlas.
            StorageError: the file could not be written.
        """
        poster = compose(map_, self._options)
        is_linked = self._options.pictures == "linked"
        addresses = linked(poster, folder) if is_linked else embedded(poster, self._options.detail)
        path = folder / "map.svg"
        with write_atomically(path) as file:
            for element in svg_document(poster, addresses):
                file.write(element.encode())
        return [path]
