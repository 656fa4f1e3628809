"""Sizes of clusters, and the cluster of each tag."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.network import IMAGE, Network

_LINKS_AT_ONCE = 1 << 20


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
    weights = _weights_of_clusters(network, is_image, image_clusters).tocoo()
    other, cluster = weights.coords
    strongest_first = np.lexsort((cluster, -weights.data, other))
    linked, first = np.unique(other[strongest_first], return_index=True)
    found = np.zeros(weights.shape[0], dtype=np.int32)
    found[linked] = cluster[strongest_first][first]
    return found


def _weights_of_clusters(
    network: Network, is_image: NDArray[np.bool_], image_clusters: NDArray[np.int32]
) -> csr_array:
    """Weight of links of each node that is no image to images of each cluster."""
    row = np.where(is_image, np.cumsum(is_image), np.cumsum(~is_image)) - 1
    shape = (int(np.count_nonzero(~is_image)), int(image_clusters.max(initial=0)) + 1)
    weights = csr_array(shape)
    for start in range(0, network.edge_count, _LINKS_AT_ONCE):
        some = slice(start, start + _LINKS_AT_ONCE)
        ends = network.sources[some], network.targets[some]
        for image, other in (ends, ends[::-1]):
            is_tie = is_image[image] & ~is_image[other]
            cluster = image_clusters[row[image[is_tie]]]
            own = network.weights[some][is_tie].astype(np.float64)
            weights = weights + csr_array((own, (row[other[is_tie]], cluster)), shape=shape)
    return csr_array(weights)
