"""The plugin ``svg``: the poster as vectors, to be edited in Inkscape, Illustrator or Figma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import Renderer, RendererSpec, hookimpl
from tagatlas_posters.engine import VectorOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tagatlas import Map


@dataclass(frozen=True)
class SvgOptions(VectorOptions):
    """Options of the SVG poster."""

    pictures: Annotated[
        Literal["embedded", "linked"],
        Meta(description="Whether pictures are in the file, or linked to in the atlas."),
    ] = "embedded"


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
        from tagatlas.toolkit import write_atomically
        from tagatlas_posters.engine.composition import compose
        from tagatlas_posters.svg.addresses import embedded, linked
        from tagatlas_posters.svg.document import svg_document

        poster = compose(map_, self._options)
        is_linked = self._options.pictures == "linked"
        addresses = linked(poster, folder) if is_linked else embedded(poster, self._options.detail)
        path = folder / "map.svg"
        with write_atomically(path) as file:
            for element in svg_document(poster, addresses):
                file.write(element.encode())
        self.notes = poster.notes(path.name)
        return [path]


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the poster as SVG."""
    return [
        RendererSpec(
            name="svg",
            summary="map.svg: the poster with outlines and names on layers, to be edited.",
            files={"map.svg": "the poster as vectors, to be edited"},
            order=20,
            download="Poster (SVG)",
            options=SvgOptions,
            default=False,
            factory=SvgRenderer,
        )
    ]
