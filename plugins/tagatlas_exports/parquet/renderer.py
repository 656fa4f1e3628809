"""Writes ``nodes.parquet`` and ``edges.parquet``.

Text is kept as it is: a Parquet file is data, and no program runs its cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Renderer
from tagatlas.toolkit import node_table, with_kept_columns, write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import Map

_ROWS_IN_A_GROUP = 1 << 17


class ParquetRenderer(Renderer):
    """Writes a map's network as Parquet files."""

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``nodes.parquet`` and ``edges.parquet``."""
        nodes, edges = folder / "nodes.parquet", folder / "edges.parquet"
        with write_atomically(nodes) as file:
            nodes_table(map_).write_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
        with write_atomically(edges) as file:
            edges_table(map_).sink_parquet(file, row_group_size=_ROWS_IN_A_GROUP)
        return [nodes, edges]


def nodes_table(map_: Map) -> pl.DataFrame:
    """:func:`tagatlas.toolkit.node_table`, then the kept columns of each image's first record."""
    return with_kept_columns(node_table(map_), "id", map_.records)


def edges_table(map_: Map) -> pl.LazyFrame:
    """One row per edge: ``source``, ``target`` (ids of nodes), ``weight`` (Float32)."""
    ids = map_.nodes["id"]

    def id_of(rows: pl.Series) -> pl.Series:
        return ids.gather(rows)

    ends = {"source": pl.Series(map_.sources), "target": pl.Series(map_.targets)}
    return pl.LazyFrame({**ends, "weight": pl.Series(map_.weights)}).with_columns(
        pl.col("source", "target").map_batches(id_of, return_dtype=pl.String, is_elementwise=True)
    )
