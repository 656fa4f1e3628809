"""Typicality of images for their cluster, and the most typical images."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.vectors import Vectors, entries_by_block


def typicality(
    vectors: Vectors, clusters: NDArray[np.int32], weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The cosine of each image with the mean of its cluster, mapped from [-1, 1] to [0, 1].

    Vectors and cosines are those that images are compared by: with embeddings, an image's vector
    is that of its tags and its embedding one after the other.

    Args:
        vectors: of n images.
        clusters: of the images, numbered from 0 without gaps, shape (n,); -1 for images in none.
        weights: of the images, shape (n,).

    Returns:
        In [0, 1], shape (n,); 0 for images in no cluster.
    """
    found = np.zeros(len(vectors))
    inside = np.flatnonzero(clusters >= 0)
    if len(inside):
        if len(inside) < len(vectors):  # avoids a copy, which can be gigabytes
            vectors = vectors.take(inside)
        cosines = _cosines(vectors, clusters[inside], weights[inside])
        found[inside] = np.clip((1 + cosines) / 2, 0.0, 1.0)
    return found


def _cosines(
    vectors: Vectors, clusters: NDArray[np.int32], weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Cosine of each image with the mean of its cluster, shape (n,)."""
    scale = 1 / vectors.lengths()
    centred = vectors.has_tags * scale
    member = csr_array(
        (weights.astype(np.float64), (clusters, np.arange(len(vectors)))),
        shape=(int(clusters.max()) + 1, len(vectors)),
    )
    tags = vectors.tags
    lengthened = tags.data * np.repeat(scale, np.diff(tags.indptr))
    unit = csr_array((lengthened, tags.indices, tags.indptr), shape=tags.shape)
    mean_tags = (member @ unit).toarray() - np.outer(np.asarray(member @ centred), vectors.common)
    mean_embeddings = member @ vectors.embeddings
    products = np.empty(len(vectors))
    for some, entries, rows in entries_by_block(unit):
        own = clusters[some]
        shares = unit.data[entries] * mean_tags[own[rows], unit.indices[entries]]
        products[some] = np.bincount(rows, shares, len(own))
        products[some] -= centred[some] * (mean_tags @ vectors.common)[own]
        products[some] += np.einsum("ij,ij->i", vectors.embeddings[some], mean_embeddings[own])
    means = np.sqrt((mean_tags**2).sum(axis=1) + (mean_embeddings**2).sum(axis=1))[clusters]
    lengths = np.sqrt((centred > 0) + (vectors.embeddings**2).sum(axis=1))
    cosines: NDArray[np.float64] = products / np.maximum(means * lengths, 1e-12)
    return cosines


def typical_images(images: pl.DataFrame, most: int) -> pl.DataFrame:
    """The most typical images of each cluster.

    The most typical come first; of equals the one of higher frequency, then of lower id. Of
    images with equal vectors, the second comes after all first ones.

    Args:
        images: ``id`` (String), ``cluster`` (Int32), ``typicality`` (Float64), ``frequency``.
        most: maximum number of images of a cluster.

    Returns:
        One row a cluster, in order: ``cluster``, ``typical`` (List[String]).
    """
    # Only the best few values of a cluster can be on its list; to sort millions takes long.
    best = pl.col("typicality").unique().top_k(most).min().alias("least")
    return (
        images.lazy()
        .join(images.lazy().group_by("cluster").agg(best), on="cluster")
        .filter(pl.col("typicality") >= pl.col("least"))
        .sort("typicality", "frequency", "id", descending=[True, True, False])
        .with_columns(again=pl.int_range(pl.len()).over("cluster", "typicality"))
        .sort("again", maintain_order=True)
        .group_by("cluster", maintain_order=True)
        .agg(pl.col("id").head(most).alias("typical"))
        .sort("cluster")
        .collect()
    )
