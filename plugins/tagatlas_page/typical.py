"""Which images stand for a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from tagatlas.maps import Map


def typical_images(map_: Map, most: int) -> dict[int, list[str]]:
    """The images that carry most of their cluster's distinctive tags.

    An image is ranked by the sum of its scores for its cluster's distinctive tags; where that is
    equal, the image that was seen more often comes first, then the lower id.

    Args:
        map_: the map.
        most: how many images per cluster at most.

    Returns:
        Ids of images by cluster, the most typical first.
    """
    distinctive = map_.clusters.lazy().select("cluster", tag="tags").explode("tag")
    images = map_.images.lazy().select("id", "cluster", "frequency")
    scores = (
        images.join(map_.tags.lazy(), left_on="id", right_on="image")
        .join(distinctive, on=["cluster", "tag"])
        .group_by("id")
        .agg(pl.col("score").sum())
    )
    ranked = (
        images.join(scores, on="id", how="left")
        .with_columns(pl.col("score").fill_null(0.0).round(9))
        .sort(["score", "frequency", "id"], descending=[True, True, False])
        .group_by("cluster", maintain_order=True)
        .agg(pl.col("id").head(most))
        .collect()
    )
    return dict(ranked.select("cluster", "id").iter_rows())
