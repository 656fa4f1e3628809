"""The plugin ``page``: a web page with the poster and the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the page."""
    return [
        RendererSpec(
            name="page",
            summary="map.html: a page with the poster, the clusters and links to the files.",
            files={"map.html": "the poster, the clusters and links to the files"},
            last=True,
            factory="tagatlas_exports.page.renderer:PageRenderer",
        )
    ]
