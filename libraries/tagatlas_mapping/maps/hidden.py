"""Hidden images on a map."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

import polars as pl

from tagatlas.contracts import MapData

LEFT_OUT = "left-out"
"""The value of the option ``hidden`` with which hidden images are not on a map at all."""


def without_typical(data: MapData, hidden: AbstractSet[str]) -> MapData:
    """A map without hidden images among those that show what a cluster is like."""
    if not hidden:
        return data
    shown = pl.col("typical").list.eval(pl.element().filter(~pl.element().is_in(list(hidden))))
    return replace(
        data,
        clusters=data.clusters.with_columns(shown),
        subclusters=data.subclusters.with_columns(shown),
    )
