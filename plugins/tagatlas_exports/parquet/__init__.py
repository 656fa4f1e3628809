"""The plugin ``parquet``: the network as two tables for Polars, pandas, DuckDB, R and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import NoOptions, RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas import Renderer


def _parquet(_: NoOptions) -> Renderer:
    from tagatlas_exports.parquet.renderer import ParquetRenderer

    return ParquetRenderer()


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the Parquet files."""
    return [
        RendererSpec(
            name="parquet",
            summary="nodes.parquet (places, clusters, kept columns) and edges.parquet.",
            files={
                "nodes.parquet": "the nodes with their places, as Parquet",
                "edges.parquet": "the edges, as Parquet",
            },
            factory=_parquet,
            default=False,
        )
    ]
