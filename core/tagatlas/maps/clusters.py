"""The clusters of a map: which images, what they are called, where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.cluster import (
    cluster_images,
    cluster_quantities,
    label_place,
    name_clusters,
    outlines,
)
from tagatlas.maps.options import MapOptions
from tagatlas.maps.places import Places
from tagatlas.maps.room import Points


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of a map; :class:`tagatlas.maps.Map` describes table and outlines.

    Attributes:
        table: one row a cluster.
        outlines: rings, by cluster.
        of_image: cluster of each image, in the order of the nodes, shape (images,).
    """

    table: pl.DataFrame
    outlines: Mapping[int, Sequence[Points]]
    of_image: NDArray[np.int32]


def find_clusters(
    places: Places,
    images: pl.DataFrame,
    tags: pl.DataFrame,
    options: MapOptions,
    *,
    embeddings: NDArray[np.float16] | None = None,  # noqa: ARG001
) -> Clustering:
    """Cluster the images of a map by their tags, and name and outline the clusters.

    Args:
        places: of the images.
        images: at least those of the map, ordered by ``id``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        options: of the map.
        embeddings: of the images, as in :func:`tagatlas.maps.build.draw_map`.
    """
    mapped = images.filter(pl.col("id").is_in(places.facts["id"].implode()))
    found = cluster_images(
        mapped,
        tags,
        neighbours=options.neighbours,
        resolution=options.resolution,
        seed=options.seed,
    )
    numbers = mapped.select("id", pl.Series("cluster", found))
    of_image = (
        places.facts.select("id")
        .join(numbers, on="id", how="left", maintain_order="left")["cluster"]
        .to_numpy()
    )
    room = places.room
    rings = outlines(room.positions, room.enclosed, of_image[room.shown], gap=room.margin)
    table = (
        name_clusters(mapped, tags, found)
        .join(cluster_quantities(places.facts, of_image), on="cluster", maintain_order="left")
        .with_columns(_label_places(rings))
    )
    return Clustering(table, rings, of_image)


def _label_places(rings: Mapping[int, Sequence[Points]]) -> list[pl.Series]:
    """Where each cluster's name is best placed, as columns ``x`` and ``y``."""
    places = np.array([label_place(rings[cluster]) for cluster in sorted(rings)])
    return [pl.Series("x", places[:, 0]), pl.Series("y", places[:, 1])]
