"""The plugin ``parquet``: the network as two tables for Polars, pandas, DuckDB, R and others.

Text is unchanged: a Parquet file is data, and no program runs its cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import Renderer, RendererSpec, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import polars as pl

    from tagatlas import Map, NoOptions

_ROWS_IN_A_GROUP = 1 << 17


class ParquetRenderer(Renderer):
    """Writes a map's network as Parquet files."""

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``nodes.parquet`` and ``edges.parquet``."""
        from tagatlas.toolkit import write_atomically

        nodes, edges = folder / "nodes.parquet", folder / "edges.parquet"
        with write_atomically(nodes) as file:
            nodes_table(map_).write_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
        with write_atomically(edges) as file:
            edges_table(map_).sink_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
        return [nodes, edges]


def nodes_table(map_: Map) -> pl.DataFrame:
    """:func:`tagatlas.toolkit.node_table`, then the kept columns of all records of each image."""
    from tagatlas.toolkit import node_table, with_kept_columns

    return with_kept_columns(node_table(map_), "id", map_.records)


def edges_table(map_: Map) -> pl.LazyFrame:
    """One row per edge: ``source``, ``target`` (ids of nodes), ``weight`` (Float32)."""
    import polars as pl

    ids = map_.nodes["id"]

    def id_of(rows: pl.Series) -> pl.Series:
        return ids.gather(rows)

    ends = {"source": pl.Series(map_.sources), "target": pl.Series(map_.targets)}
    return pl.LazyFrame({**ends, "weight": pl.Series(map_.weights)}).with_columns(
        pl.col("source", "target").map_batches(id_of, return_dtype=pl.String, is_elementwise=True)
    )


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
            factory=ParquetRenderer,
            default=False,
        )
    ]
