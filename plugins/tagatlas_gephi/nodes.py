"""The node table that the CSV and the GEXF file share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas import render

if TYPE_CHECKING:
    from tagatlas.maps import Map


def node_table(map_: Map) -> pl.DataFrame:
    """:func:`tagatlas.render.node_table` with places and sizes as Float32: what Gephi keeps."""
    nodes = render.node_table(map_)
    return nodes.with_columns(pl.col("x", "y", "width", "height").cast(pl.Float32))
