"""The plugin ``pdf``: the poster as vectors, to be printed or opened in Illustrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import RendererSpec, hookimpl
from tagatlas_posters.engine import VectorOptions

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the poster as PDF."""
    return [
        RendererSpec(
            name="pdf",
            summary="map.pdf: the poster with outlines and names on layers, to be printed.",
            files={"map.pdf": "the poster as vectors, to be printed"},
            order=30,
            download="Poster (PDF)",
            extra="tagatlas[pdf]",
            options=VectorOptions,
            default=False,
            factory="tagatlas_posters.pdf.renderer:PdfRenderer",
        )
    ]
