"""The plugin ``poster``: the images in place, with outlines and names, as one PNG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas.contracts import RendererSpec
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas.contracts import Renderer


@dataclass(frozen=True)
class PosterOptions:
    """Options of the poster."""

    width: Annotated[
        int, Meta(ge=400, le=65_536, description="Width in pixels; the height follows.")
    ] = 4096
    opacity: Annotated[
        float, Meta(ge=0.0, le=1.0, description="Opacity of the pictures: 0 hides, 1 covers.")
    ] = 1.0
    background: Annotated[
        Literal["light", "dark"], Meta(description="Colour of the paper: light or dark.")
    ] = "light"
    title: Annotated[
        str | None,
        Meta(description="Title of the poster; by default what the collection is called."),
    ] = None
    outlines: Annotated[bool, Meta(description="Whether clusters are outlined.")] = True
    names: Annotated[bool, Meta(description="Whether clusters are named.")] = True
    show_tags: Annotated[bool, Meta(description="Whether tags are written in place.")] = False


def _poster(options: PosterOptions) -> Renderer:
    from tagatlas_poster.renderer import PosterRenderer

    return PosterRenderer(options)


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the poster."""
    return [
        RendererSpec(
            name="poster",
            summary="map.png: the images in place, with outlines and names.",
            options=PosterOptions,
            factory=_poster,
        )
    ]
