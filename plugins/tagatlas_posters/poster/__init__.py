"""The plugin ``poster``: the images in place, with outlines and names, as one PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl
from tagatlas_posters.engine import PosterOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Renderer


def _poster(options: PosterOptions) -> Renderer:
    from tagatlas_posters.poster.renderer import PosterRenderer

    return PosterRenderer(options)


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the poster."""
    return [
        RendererSpec(
            name="poster",
            summary="map.png: the images in place, with outlines and names.",
            files={"map.png": "the poster"},
            order=10,
            download="Poster (PNG)",
            options=PosterOptions,
            factory=_poster,
        )
    ]
