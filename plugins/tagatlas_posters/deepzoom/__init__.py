"""The plugin ``deepzoom``: the poster in tiles, for deep zooming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import RendererSpec, hookimpl
from tagatlas_posters.engine import PosterOptions

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class DeepZoomOptions(PosterOptions):
    """Options of the tiles."""

    width: Annotated[
        int, Meta(ge=400, le=262_144, description="Width in pixels; the height follows.")
    ] = 16_384
    tile_format: Annotated[
        Literal["jpg", "png"], Meta(description="Format of the tiles: png is exact, and larger.")
    ] = "jpg"
    tile_quality: Annotated[int, Meta(ge=1, le=100, description="JPEG quality of the tiles.")] = 85


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the tiles."""
    return [
        RendererSpec(
            name="deepzoom",
            summary="map.dzi: the poster in tiles, for OpenSeadragon and other zooming viewers.",
            files={"map.dzi": "the poster in tiles, for zooming viewers"},
            options=DeepZoomOptions,
            default=False,
            factory="tagatlas_posters.deepzoom.renderer:DeepZoomRenderer",
        )
    ]
