"""The map as a page to explore: in a folder, from ``tagatlas view``, and in notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import CommandSpec, RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Map
    from tagatlas_web.notebook import ViewerWidget

NAME = "web"
"""Of the renderer."""


@dataclass(frozen=True)
class WebOptions:
    """Options of the renderer."""

    pictures: Annotated[
        Literal["auto", "map", "thumbnail", "image"],
        Meta(
            description="Pictures of the light box and the deepest zoom: those of the map, the"
            " stored thumbnails, or the stored images; auto takes the images if they need at most"
            " 200 MB, and of two million images or more those of the map."
        ),
    ] = "auto"
    maps: Annotated[
        Literal["all", "this"],
        Meta(description="Whether the viewer holds all maps of the atlas, or this one alone."),
    ] = "all"
    sharpest: Annotated[
        Literal["64", "128", "256"],
        Meta(description="Longer side of the sharpest pictures on the map, in pixels."),
    ] = "128"
    credit: Annotated[
        str,
        Meta(description="A line on images and prints of views: source and licence of the images."),
    ] = ""


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the page in a folder, and in notebooks."""
    return [
        RendererSpec(
            name=NAME,
            summary="viewer/: the map as a page to explore, which works from any folder.",
            files={"viewer/index.html": "the map as a page to explore"},
            order=90,
            download="This viewer, without a server (ZIP)",
            widget="tagatlas_web:widget",
            options=WebOptions,
            default=False,
            factory="tagatlas_web.page.renderer:WebRenderer",
        )
    ]


@hookimpl
def tagatlas_commands() -> Iterable[CommandSpec]:
    """Announce the server of the page."""
    return [
        CommandSpec(
            name="view",
            summary="Open the map in the browser, to explore it and to write and draw on it.",
            after="render",
            factory="tagatlas_web.server.command:view_command",
        )
    ]


def widget(map_: Map, *, height: int = 640) -> ViewerWidget:
    """A map to be shown in a notebook; ``map_.widget`` is one as well.

    Args:
        map_: what to show; its atlas is open.
        height: in pixels, at least 200.

    Raises:
        MissingDependency: the extra ``notebook`` is not installed.
    """
    from tagatlas_web.notebook import ViewerWidget

    return ViewerWidget(map_, height=height)
