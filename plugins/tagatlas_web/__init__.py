"""The plugin ``web``: the map as a page to explore, in a folder that needs no server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class WebOptions:
    """Options of the renderer."""

    pictures: Annotated[
        Literal["thumbnail", "image"],
        Meta(description="What a click shows: the stored thumbnail, or the stored image."),
    ] = "thumbnail"
    maps: Annotated[
        Literal["all", "this"],
        Meta(description="Whether the viewer holds all maps of the atlas, or this one alone."),
    ] = "all"
    sharpest: Annotated[
        Literal["64", "128", "256"],
        Meta(description="Longer side of the sharpest pictures on the map, in pixels."),
    ] = "128"


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the viewer."""
    return [
        RendererSpec(
            name="web",
            summary="viewer/: the map as a page to explore, which works from any folder.",
            files={"viewer/index.html": "the map as a page to explore"},
            order=90,
            download="This viewer, without a server (ZIP)",
            viewer=True,
            options=WebOptions,
            default=False,
            factory="tagatlas_web.renderer:WebRenderer",
        )
    ]
