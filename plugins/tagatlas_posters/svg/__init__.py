"""The plugin ``svg``: the poster as vectors, to be edited in Inkscape, Illustrator or Figma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl
from tagatlas_posters.engine import VectorOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Renderer


@dataclass(frozen=True)
class SvgOptions(VectorOptions):
    """Options of the SVG poster."""

    pictures: Annotated[
        Literal["embedded", "linked"],
        Meta(description="Whether pictures are in the file, or linked to in the atlas."),
    ] = "embedded"


def _svg(options: SvgOptions) -> Renderer:
    from tagatlas_posters.svg.renderer import SvgRenderer

    return SvgRenderer(options)


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
            factory=_svg,
        )
    ]
