"""The clusters of a map: their images, names and sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.contracts import Clusterer, ClusterInput, Progress
from tagatlas_mapping.cluster import (
    Themes,
    cluster_quantities,
    find_themes,
    name_clusters,
    name_subclusters,
    typical_images,
)
from tagatlas_mapping.cluster.neighbours import Search
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.maps.members import Members
from tagatlas_mapping.maps.names import put_names
from tagatlas_mapping.maps.options import MapOptions

TYPICAL = 6
"""Number of typical images listed for a cluster."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of a map, before they are placed.

    Attributes:
        table: one row a cluster, as in :class:`tagatlas_mapping.maps.Map`, without the places.
        subtable: one row a sub-cluster, likewise.
        stability: agreement of the runs that found the clusters; None if it is not known.
        of_image: one row an image, in the order of the nodes: ``id``, ``cluster``, ``subcluster``
            (Int32, null for images in none), ``typicality``.
    """

    table: pl.DataFrame
    subtable: pl.DataFrame
    stability: float | None
    of_image: pl.DataFrame

    @property
    def loose(self) -> frozenset[int]:
        """The number that stands for no cluster, if images are in none."""
        return frozenset(self.table.filter("remainder")["cluster"].to_list())


def compare_images(
    members: Members,
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    embeddings: NDArray[np.float16] | None,
    sample: int,
    search: Search | None = None,
) -> ClusterInput:
    """What the images of a map are compared by, ordered by ``id``.

    Args:
        members: of the map.
        images: at least those of the map, ordered by ``id``.
        tags: all tags of the images: ``image``, ``tag``, ``score``.
        embeddings: of ``images``, as in :func:`tagatlas_mapping.maps.build.draw_map`.
        sample: the most images that are clustered one by one.
        search: finds those most like the others; None for this process.
    """
    ids = members.facts["id"].gather(members.by_id)
    scores, labels = score_matrix(ids.to_frame(), tags)
    if embeddings is not None and len(ids) < images.height:
        embeddings = embeddings[images["id"].is_in(ids.implode()).to_numpy()]
    return ClusterInput(
        ids=ids,
        scores=scores,
        tags=labels,
        embeddings=embeddings,
        network=members.ties,
        sample=sample,
        search=search,
    )


def find_clusters(
    members: Members,
    compared: ClusterInput,
    clusterer: Clusterer,
    options: MapOptions,
    *,
    progress: Progress,
) -> Clustering:
    """Cluster the images of a map on two levels, and name the clusters.

    Args:
        members: of the map.
        compared: its images, as from :func:`compare_images`.
        clusterer: finds the clusters.
        options: of the map.
        progress: called with the clusterer's progress.

    Raises:
        PluginError, UsageError, OptionError: see :func:`tagatlas_mapping.cluster.find_themes`.
    """
    themes = find_themes(clusterer, compared, seed=options.seed, progress=progress)
    clustered = members.facts.with_columns(_columns(themes, members.by_id))
    table = _table(compared, themes, clustered)
    subtable = _subtable(compared, themes, clustered, taken=table["name"].to_list())
    of_image = clustered.select(
        "id",
        "cluster",
        pl.when(pl.col("subcluster") >= 0).then("subcluster").alias("subcluster"),
        "typicality",
    )
    return Clustering(table, subtable, themes.agreement, of_image)


def _columns(themes: Themes, by_id: NDArray[np.intp]) -> list[pl.Series]:
    """What is known of the images, which themes have by rising id, in the order of the nodes."""
    place = np.empty(len(by_id), dtype=np.intp)
    place[by_id] = np.arange(len(by_id))
    return [
        pl.Series("cluster", themes.of_image[place]),
        pl.Series("subcluster", themes.sub_of_image[place]),
        pl.Series("typicality", themes.typicality[place]),
        pl.Series("sub_typicality", themes.sub_typicality[place]),
    ]


def _stability(values: NDArray[np.float64] | None) -> pl.Expr:
    """A column with the stability of clusters; null where unknown."""
    known = pl.lit(None) if values is None else pl.lit(pl.Series(values, nan_to_null=True))
    return known.cast(pl.Float64).alias("stability")


def _table(compared: ClusterInput, themes: Themes, members: pl.DataFrame) -> pl.DataFrame:
    """The table of clusters, without their places."""
    quantities = cluster_quantities(members, members["cluster"].to_numpy())
    named = name_clusters(
        compared.scores, compared.tags, themes.of_image, remainder=themes.remainder
    )
    return (
        put_names(named, themes.names, "name", taken=())
        .with_columns(
            pl.col("name").alias("automatic_name"),
            pl.col("cluster").eq_missing(pl.lit(themes.remainder, pl.Int32)).alias("remainder"),
        )
        .join(quantities, on="cluster", maintain_order="left")
        .with_columns(_stability(themes.stability))
        .join(typical_images(members, TYPICAL), on="cluster", maintain_order="left")
    )


def _subtable(
    compared: ClusterInput, themes: Themes, members: pl.DataFrame, *, taken: Sequence[str]
) -> pl.DataFrame:
    """The table of sub-clusters; ``taken`` are the names of the clusters."""
    inside = members.filter(pl.col("subcluster") >= 0).select(
        "id", "frequency", cluster="subcluster", typicality="sub_typicality"
    )
    quantities = cluster_quantities(members, members["subcluster"].to_numpy())
    names = name_subclusters(
        compared.scores, compared.tags, themes.of_image, themes.sub_of_image, taken=taken
    )
    return (
        names.with_columns(pl.col("name").alias("automatic_name"))
        .join(quantities.rename({"cluster": "subcluster"}), on="subcluster", maintain_order="left")
        .with_columns(_stability(themes.sub_stability))
        .join(
            typical_images(inside, TYPICAL).rename({"cluster": "subcluster"}),
            on="subcluster",
            maintain_order="left",
        )
    )
