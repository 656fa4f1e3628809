"""Dense vectors of images, for clusterers that take no others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import ClusterInput, Progress
from tagatlas.toolkit import (
    Vectors,
    components,
    distinct_rows,
    image_vectors,
    similar_by_shard,
)
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
    of_sample = labels[sampled]
    search = images.search or similar_by_shard
    for rows, near in search(vectors, others, _NEIGHBOURS, among=inside):
        labels[rows] = votes(of_sample[near], near >= 0)
    progress(1, 1)
    return labels[vector_of_image]


def dense(vectors: Vectors) -> NDArray[np.float32]:
    """Vectors of n images, whose dot products are about their similarity.

    They are the principal components of tags and embeddings together, 64 of them.

    Returns:
        Shape (n, 64), each row of length 1, or 0 for an image without tags and embedding.
    """
    found = components(vectors, _DIMENSIONS)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(lengths > 0, lengths, 1), dtype=np.float32)
