"""The plugin ``tables``: tags, clusters and images as CSV files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.contracts import NoOptions, RendererSpec
from tagatlas.hookspecs import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas.contracts import Renderer


def _tables(_: NoOptions) -> Renderer:
    from tagatlas_tables.renderer import TablesRenderer

    return TablesRenderer()


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the tables."""
    return [
        RendererSpec(
            name="tables",
            summary="tags.csv (as dd-image-tagging writes it), clusters.csv and images.csv.",
            factory=_tables,
        )
    ]
