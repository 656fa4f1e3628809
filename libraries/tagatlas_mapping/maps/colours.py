"""Colours of a map's clusters, matched with those of earlier maps."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tagatlas.contracts import MapData
from tagatlas_mapping.cluster import colour_clusters


def with_colours(data: MapData, before: pl.DataFrame) -> MapData:
    """The map with a colour for each cluster, as column ``colour`` of its table.

    Args:
        data: of the map, with its clusters and positions.
        before: colours of images on earlier maps, of this or another backend: ``id``, ``colour``.
            Others in it are passed over.
    """
    images = data.images.join(before, on="id", how="left", maintain_order="left")
    chosen = colour_clusters(
        images.select("x", "y").to_numpy(),
        images["cluster"].to_numpy(),
        data.clusters.height,
        images["colour"].fill_null(-1).to_numpy(),
    )
    return replace(data, clusters=data.clusters.with_columns(pl.Series("colour", chosen, pl.Int32)))
