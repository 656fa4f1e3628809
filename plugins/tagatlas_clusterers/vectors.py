"""Dense vectors of images, for clusterers that take no others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, eigsh

from tagatlas import ClusterInput, Progress
from tagatlas.toolkit import Vectors, distinct_rows, image_vectors, row_of_entry, similar_images
from tagatlas_clusterers.leiden.voting import draw_sample, votes

Find = Callable[[NDArray[np.float32]], NDArray[np.int64]]
"""Clusters of vectors, shape (n, d): whole numbers from 0, or -1, shape (n,)."""

_DIMENSIONS = 64
_NEIGHBOURS = 10
_FEWEST = 20
"""Of fewer distinct images these methods make no clusters."""


def cluster_vectors(
    images: ClusterInput, find: Find, *, seed: int, progress: Progress
) -> NDArray[np.int64]:
    """Clusters of images by their vectors.

    Images with equal tags and embedding are one vector. Of more than ``images.sample`` a random
    sample is clustered, and every other image goes to the cluster of most of its nearest
    neighbours in it.

    Args:
        images: to be clustered.
        find: the method.
        seed: of the sample.
        progress: called before and after.

    Returns:
        Cluster of each image, shape (n,); -1 for images in none.
    """
    progress(0, 1)
    first, vector_of_image = distinct_rows(images.scores, images.embeddings)
    embeddings = None if images.embeddings is None else images.embeddings[first]
    vectors = image_vectors(csr_array(images.scores[first]), embeddings)
    sampled = draw_sample(len(vectors), images.sample, seed)
    inside = vectors.take(sampled)
    labels = np.full(len(vectors), -1, dtype=np.int64)
    if len(sampled) >= _FEWEST:
        labels[sampled] = find(dense(inside))
    others = np.setdiff1d(np.arange(len(vectors)), sampled, assume_unique=True)
    if len(others):
        near, _ = similar_images(vectors.take(others), _NEIGHBOURS, among=inside)
        labels[others] = votes(labels[sampled][near], near >= 0)
    progress(1, 1)
    return labels[vector_of_image]


def dense(vectors: Vectors) -> NDArray[np.float32]:
    """Vectors of n images, whose dot products are about their similarity.

    The tags' part is reduced to its 64 principal components.

    Returns:
        Shape (n, d), each row of length 1, or 0 for an image without tags and embedding.
    """
    lengths, tags = vectors.lengths(), vectors.tags
    shares = tags.data / lengths[row_of_entry(tags)]
    unit = csr_array((shares, tags.indices, tags.indptr), shape=tags.shape)
    offsets = vectors.has_tags / lengths
    reduced = _components(unit, offsets, vectors.common)
    joined: NDArray[np.float64] = np.hstack([reduced, vectors.embeddings.astype(np.float64)])
    norms = np.linalg.norm(joined, axis=1, keepdims=True)
    found: NDArray[np.float32] = (joined / np.where(norms > 0, norms, 1)).astype(np.float32)
    return found


def _components(
    rows: csr_array, offsets: NDArray[np.floating], common: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Principal components of ``rows - offsets * common``; all columns where there are few."""
    count = rows.shape[1]
    if count <= _DIMENSIONS:
        centred: NDArray[np.float64] = rows.toarray() - np.outer(offsets, common)
        return centred

    def squares(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        along = rows @ direction.ravel() - offsets * (common @ direction.ravel())
        product: NDArray[np.float64] = rows.T @ along - common * (offsets @ along)
        return product

    operator = LinearOperator((count, count), matvec=squares, dtype=np.float64)
    start = np.random.default_rng(0).normal(size=count)
    _, axes = eigsh(operator, k=_DIMENSIONS, v0=start)
    components: NDArray[np.float64] = rows @ axes - np.outer(offsets, common @ axes)
    return components
