"""The node table that the CSV and the GEXF file share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas.toolkit import copied_columns, node_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas import Map

_GEPHI = ("timeset", "interval", "weight")
"""Names that Gephi gives a meaning to."""


def gephi_nodes(map_: Map, attributes: Sequence[str] = ()) -> pl.DataFrame:
    """:func:`tagatlas.toolkit.node_table` with places and sizes as Float32: what Gephi keeps.

    Args:
        map_: whose nodes.
        attributes: kept columns, each once; they come last, as
            :func:`tagatlas.toolkit.copied_columns` makes them, null for tags.

    Raises:
        OptionError: no record has a column of such a name.
    """
    nodes = node_table(map_)
    nodes = nodes.with_columns(pl.col("x", "y", "width", "height").cast(pl.Float32))
    if not attributes:
        return nodes
    copied = copied_columns(map_.records, attributes, (*nodes.columns, *_GEPHI))
    return nodes.join(copied, left_on="id", right_on="image", how="left", maintain_order="left")
