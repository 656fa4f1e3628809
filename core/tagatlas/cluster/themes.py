"""Clusters of images: images whose tags are alike."""

from __future__ import annotations

import ctypes
import math
import sys

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix
from sknetwork.clustering import Leiden

from tagatlas.cluster.neighbours import nearest_neighbours

_SMALLEST_CLUSTER = 3
_SMALLEST_SHARE = 0.02


def cluster_images(
    images: pl.DataFrame, tags: pl.DataFrame, *, neighbours: int, resolution: float, seed: int
) -> NDArray[np.int32]:
    """Find the clusters of a collection.

    An image is a vector of the square roots of its tags' scores, so that the dot product of two
    images is the Bhattacharyya coefficient of their scores (the Hellinger kernel) and weak tags
    still count. Each image is linked to its nearest neighbours by cosine, and the Leiden
    algorithm (Traag, Waltman & van Eck, Scientific Reports 9, 2019) finds the communities of
    this network by modularity. Give it every tag that the backend gave, weak and general ones
    too: the clusters get better with each, whatever few links the map is drawn with.

    Images with equal tags are one node to the algorithm, and so never part. A cluster of fewer
    than 3 images that has also less than 2 % of them is no theme to a reader: it joins the cluster
    it is linked to most; such clusters that are linked to none are put together into one.

    Args:
        images: the images to cluster, at least one, ordered by ``id``: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]), in any
            order; tags of other images are ignored.
        neighbours: the most links an image starts, at least 1. In small collections
            it is fewer: the square root of the number of images, at least 3.
        resolution: above 1 gives more and smaller clusters, below 1 fewer and larger ones.
        seed: of the order in which the algorithm visits images.

    Returns:
        Each image's cluster, int32, shape (n,), in the order of ``images``. Clusters are
        numbered from 0 by falling number of images, then by the first image.
    """
    vectors, vector_of_image = _distinct_vectors(images, tags)
    enough = max(3, math.isqrt(vectors.shape[0]))
    links = _links(vectors, min(neighbours, enough))
    communities = _communities(links, resolution, seed)
    weights = np.bincount(vector_of_image, minlength=vectors.shape[0])
    joined = _join_small(communities, links, weights)
    return _numbered_by_size(joined[vector_of_image])


def _distinct_vectors(
    images: pl.DataFrame, tags: pl.DataFrame
) -> tuple[csr_array, NDArray[np.int32]]:
    """Unit vectors of the distinct sets of tags, and the row of each image's vector."""
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row"))
    labels = tags.select("tag").unique().sort("tag").with_row_index("column")
    entries = tags.filter(pl.col("score") > 0).join(labels, on="tag")
    sets = (
        rows.join(entries, on="image", how="left")
        .sort("row", "column")
        .group_by("row", maintain_order=True)
        .agg("column", "score")
        .group_by("column", "score", maintain_order=True)
        .agg("row")
        .with_row_index("vector")
    )
    members = sets.select("vector", "row").explode("row").sort("row")
    filled = sets.select("vector", "column", "score").explode("column", "score").drop_nulls()
    norms = pl.col("score").sum().over("vector")
    values = filled.select((pl.col("score") / norms).sqrt().cast(pl.Float32)).to_series()
    vectors = csr_array(
        (values.to_numpy(), (filled["vector"].to_numpy(), filled["column"].to_numpy())),
        shape=(sets.height, labels.height),
    )
    return vectors, members["vector"].cast(pl.Int32).to_numpy()


def _links(vectors: csr_array, neighbours: int) -> csr_array:
    """Symmetric weights, shape (n, n): 1 where one is the other's neighbour, 2 where both are."""
    count = vectors.shape[0]
    ends, _ = nearest_neighbours(vectors, neighbours)
    starts = np.repeat(np.arange(count, dtype=np.int32), neighbours)
    found = ends.ravel() >= 0
    weights = np.ones(int(found.sum()), dtype=np.float32)
    directed = csr_array((weights, (starts[found], ends.ravel()[found])), shape=(count, count))
    return csr_array(directed + directed.T)


def _communities(links: csr_array, resolution: float, seed: int) -> NDArray[np.int64]:
    if links.nnz == 0:
        return np.arange(links.shape[0])
    # Without shuffling, scikit-network visits nodes in their order and the seed has no effect.
    _seed_c_library(seed)
    leiden = Leiden(resolution=resolution, shuffle_nodes=True, random_state=seed)
    labels: NDArray[np.int64] = leiden.fit_predict(csr_matrix(links)).astype(np.int64)
    return labels


def _seed_c_library(seed: int) -> None:
    """Seed the C library's ``rand``, which Leiden's refinement draws from.

    scikit-network does not seed it, so that without this a second map made in one process would
    have other clusters than the first.
    """
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.srand(ctypes.c_uint(seed))


def _join_small(
    communities: NDArray[np.int64], links: csr_array, weights: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Do away with clusters too small to be a theme; ``weights`` are images by node."""
    limit = min(_SMALLEST_CLUSTER, _SMALLEST_SHARE * float(weights.sum()))
    while True:
        communities = np.unique(communities, return_inverse=True)[1]
        sizes = np.bincount(communities, weights=weights).astype(np.float64)
        target = _strongest_larger(communities, links, sizes, limit)
        if np.array_equal(target, np.arange(len(sizes))):
            break
        communities = target[communities]
    stray = np.flatnonzero(sizes < limit)
    if len(stray):
        communities[np.isin(communities, stray)] = stray[0]
    return communities


def _strongest_larger(
    communities: NDArray[np.int64],
    links: csr_array,
    sizes: NDArray[np.float64],
    limit: float,
) -> NDArray[np.int64]:
    """Where each community goes: those below ``limit`` to the one they are linked to most."""
    count = len(sizes)
    member = csr_array(
        (np.ones(len(communities)), (np.arange(len(communities)), communities)),
        shape=(len(communities), count),
    )
    between = (member.T @ links @ member).tocoo()
    # Only a larger one, or of equals a later one, can take another in: so no two swap places.
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(sizes, kind="stable")] = np.arange(count)
    small, large = between.coords
    joins = (sizes[small] < limit) & (rank[small] < rank[large])
    small, large, strength = small[joins], large[joins], between.data[joins]
    order = np.lexsort((-rank[large], -strength, small))
    small, first = np.unique(small[order], return_index=True)
    target = np.arange(count)
    target[small] = large[order][first]
    for community in np.argsort(-rank):
        target[community] = target[target[community]]
    return target


def _numbered_by_size(communities: NDArray[np.int64]) -> NDArray[np.int32]:
    _, first, labels, sizes = np.unique(
        communities, return_index=True, return_inverse=True, return_counts=True
    )
    number = np.empty(len(first), dtype=np.int32)
    number[np.lexsort((first, -sizes))] = np.arange(len(first), dtype=np.int32)
    return number[labels]
