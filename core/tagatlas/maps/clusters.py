"""The clusters of a map: which images they are, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.cluster import cluster_images, cluster_quantities, name_clusters
from tagatlas.maps.members import Members
from tagatlas.maps.options import MapOptions


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of a map, before they are placed.

    Attributes:
        table: one row a cluster, as in :class:`tagatlas.maps.Map`, but for their places.
        of_image: cluster of each image, in the order of the nodes, shape (images,).
        typicality: of each image, likewise.
    """

    table: pl.DataFrame
    of_image: NDArray[np.int32]
    typicality: NDArray[np.float64]


def find_clusters(
    members: Members,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    options: MapOptions,
    *,
    embeddings: NDArray[np.float16] | None,  # noqa: ARG001
) -> Clustering:
    """Cluster the images of a map, and name the clusters.

    Args:
        members: of the map.
        images: at least those of the map, ordered by ``id``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        options: of the map.
        embeddings: of the images, as in :func:`tagatlas.maps.build.draw_map`.
    """
    facts = members.facts
    mapped = images.filter(pl.col("id").is_in(facts["id"].implode()))
    found = cluster_images(
        mapped,
        tags,
        neighbours=options.neighbours,
        resolution=options.resolution,
        seed=options.seed,
    )
    numbers = mapped.select("id", pl.Series("cluster", found))
    of_image = (
        facts.select("id")
        .join(numbers, on="id", how="left", maintain_order="left")["cluster"]
        .to_numpy()
    )
    table = name_clusters(mapped, tags, found).join(
        cluster_quantities(facts, of_image), on="cluster", maintain_order="left"
    )
    return Clustering(table, of_image, np.zeros(len(of_image)))
