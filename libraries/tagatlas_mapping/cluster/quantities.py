"""Sizes of clusters, and the cluster of each tag."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas.network import IMAGE, Network


def cluster_quantities(images: pl.DataFrame, clusters: NDArray[np.int32]) -> pl.DataFrame:
    """Count images, records and frequency of each cluster.

    Args:
        images: one row an image: ``frequency`` and ``records`` (Int64), as in a map's nodes.
        clusters: cluster of each image, numbered from 0 without gaps, shape (n,); images of -1
            are in none.

    Returns:
        One row a cluster, in order: ``cluster`` (Int32), ``images``, ``records``, ``frequency``
        (Int64), ``share`` (Float64, of the images, in [0, 1]).
    """
    return (
        images.select("records", "frequency", pl.Series("cluster", clusters, dtype=pl.Int32))
        .filter(pl.col("cluster") >= 0)
        .group_by("cluster")
        .agg(pl.len().cast(pl.Int64).alias("images"), pl.col("records", "frequency").sum())
        .sort("cluster")
        .with_columns((pl.col("images") / images.height).alias("share"))
    )


def cluster_of_tags(network: Network, image_clusters: NDArray[np.int32]) -> NDArray[np.int32]:
    """Put each tag into the cluster that most of its link weight comes from.

    Args:
        network: images and tags. Links between two tags or two images are not counted.
        image_clusters: cluster of each image node, in the order of the nodes, shape (images,).

    Returns:
        Cluster of each other node, in the order of the nodes, int32, shape (nodes - images,);
        the lowest number among equals, and 0 for a node that is linked to no image.
    """
    is_image = network.is_kind(IMAGE)
    if is_image.all():
        return np.empty(0, dtype=np.int32)
    cluster_of_node = np.zeros(network.node_count, dtype=np.int32)
    cluster_of_node[is_image] = image_clusters
    ends = pl.DataFrame(
        {
            "tag": np.concatenate([network.targets, network.sources]),
            "image": np.concatenate([network.sources, network.targets]),
            "weight": np.concatenate([network.weights, network.weights]).astype(np.float64),
        }
    )
    links = ends.filter(
        pl.Series(is_image[ends["image"].to_numpy()] & ~is_image[ends["tag"].to_numpy()])
    )
    strongest = (
        links.with_columns(pl.Series("cluster", cluster_of_node[links["image"].to_numpy()]))
        .group_by("tag", "cluster", maintain_order=True)
        .agg(pl.col("weight").sum())
        .sort(["tag", "weight", "cluster"], descending=[False, True, False])
        .unique("tag", keep="first", maintain_order=True)
    )
    cluster_of_node[strongest["tag"].to_numpy()] = strongest["cluster"].to_numpy()
    return cluster_of_node[~is_image]
