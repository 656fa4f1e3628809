"""The clusters of a map: which images, what they are called, where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.cluster import (
    Themes,
    cluster_images,
    cluster_quantities,
    label_place,
    name_clusters,
    name_subclusters,
    outlines,
    typical_images,
)
from tagatlas.maps.options import MapOptions
from tagatlas.maps.places import Places, Points

MARGIN = 0.2
"""Room between an image and its cluster's outline, as a share of the median side of an image."""

TYPICAL = 6
"""How many images stand for a cluster."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of a map; :class:`tagatlas.maps.Map` describes tables and outlines.

    Attributes:
        table: one row a cluster.
        subtable: one row a sub-cluster.
        stability: agreement of the runs that found the clusters.
        outlines: rings, by cluster.
        members: one row an image, in the order of the nodes: ``id``, ``cluster``, ``subcluster``
            (Int32, null for images in none), ``typicality``.
    """

    table: pl.DataFrame
    subtable: pl.DataFrame
    stability: float
    outlines: Mapping[int, Sequence[Points]]
    members: pl.DataFrame


def find_clusters(
    places: Places,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    options: MapOptions,
    *,
    embeddings: NDArray[np.float16] | None = None,
) -> Clustering:
    """Cluster the images of a map, and name and outline the clusters.

    Args:
        places: of the images.
        images: at least those of the map, ordered by ``id``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        options: of the map.
        embeddings: of the images, in their order, as for :func:`tagatlas.cluster.cluster_images`.
    """
    is_mapped = images["id"].is_in(places.facts["id"].implode())
    mapped = images.filter(is_mapped)
    themes = cluster_images(
        mapped,
        tags,
        embeddings=None if embeddings is None else embeddings[is_mapped.to_numpy()],
        neighbours=options.neighbours,
        resolution=options.resolution,
        sub_resolution=options.sub_resolution,
        sample=options.cluster_sample,
        seed=options.seed,
    )
    members = places.facts.join(
        mapped.select("id", *_columns(themes)), on="id", how="left", maintain_order="left"
    )
    of_image = members["cluster"].to_numpy()
    side = float(np.median(places.boxes))
    centres = places.positions[places.is_image]
    rings = outlines(centres, places.boxes, of_image, gap=MARGIN * side)
    table = _table(mapped, tags, themes, members).with_columns(_label_places(rings))
    subtable = _subtable(mapped, tags, themes, members, taken=table["name"].to_list())
    return Clustering(
        table,
        subtable,
        themes.agreement,
        rings,
        members.select(
            "id",
            "cluster",
            pl.when(pl.col("subcluster") >= 0).then("subcluster").alias("subcluster"),
            "typicality",
        ),
    )


def _columns(themes: Themes) -> list[pl.Series]:
    return [
        pl.Series("cluster", themes.of_image),
        pl.Series("subcluster", themes.sub_of_image),
        pl.Series("typicality", themes.typicality),
        pl.Series("sub_typicality", themes.sub_typicality),
    ]


def _table(
    mapped: pl.DataFrame, tags: pl.DataFrame, themes: Themes, members: pl.DataFrame
) -> pl.DataFrame:
    """The table of clusters, but for their places."""
    quantities = cluster_quantities(members, members["cluster"].to_numpy())
    return (
        name_clusters(mapped, tags, themes.of_image)
        .with_columns(pl.col("name").alias("automatic_name"))
        .join(quantities, on="cluster", maintain_order="left")
        .with_columns(pl.Series("stability", themes.stability))
        .join(typical_images(members, TYPICAL), on="cluster", maintain_order="left")
    )


def _subtable(
    mapped: pl.DataFrame,
    tags: pl.DataFrame,
    themes: Themes,
    members: pl.DataFrame,
    *,
    taken: Sequence[str],
) -> pl.DataFrame:
    """The table of sub-clusters; ``taken`` are the names of the clusters."""
    inside = members.filter(pl.col("subcluster") >= 0).select(
        "id", "frequency", cluster="subcluster", typicality="sub_typicality"
    )
    quantities = cluster_quantities(members, members["subcluster"].to_numpy())
    names = name_subclusters(mapped, tags, themes.of_image, themes.sub_of_image, taken=taken)
    return (
        names.with_columns(pl.col("name").alias("automatic_name"))
        .join(quantities.rename({"cluster": "subcluster"}), on="subcluster", maintain_order="left")
        .with_columns(pl.Series("stability", themes.sub_stability))
        .join(
            typical_images(inside, TYPICAL).rename({"cluster": "subcluster"}),
            on="subcluster",
            maintain_order="left",
        )
    )


def _label_places(rings: Mapping[int, Sequence[Points]]) -> list[pl.Series]:
    """Where each cluster's name is best placed, as columns ``x`` and ``y``."""
    places = np.array([label_place(rings[cluster]) for cluster in sorted(rings)])
    return [pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])]
