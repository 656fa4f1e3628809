"""Clusters of images on two levels: themes, and the sub-themes that some divide into."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.cluster.division import Division, divide, neighbour_links, subdivide
from tagatlas.cluster.neighbours import similar_images
from tagatlas.cluster.scores import score_matrix
from tagatlas.cluster.typicality import typicality
from tagatlas.cluster.vectors import Vectors, distinct_rows, image_vectors
from tagatlas.cluster.voting import draw_sample, votes

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Themes:
    """The clusters of n images.

    Attributes:
        of_image: cluster of each image, int32, shape (n,). Clusters are numbered from 0 by
            falling number of images, then by the first image.
        stability: of each cluster, in [0, 1]: how surely a run of the algorithm finds it; see
            :func:`~tagatlas.cluster.stability.cluster_stability`.
        agreement: of the runs, at most 1: the mean adjusted Rand index of two of them.
        sub_of_image: sub-cluster of each image, int32, shape (n,); -1 for images in none.
            Sub-clusters are numbered from 0 by cluster, and within it as clusters are.
        sub_stability: of each sub-cluster, when its cluster is divided.
        typicality: how typical each image is of its cluster, in [0, 1], shape (n,); see
            :func:`~tagatlas.cluster.typicality.typicality`.
        sub_typicality: how typical it is of its sub-cluster; 0 for images in none.
    """

    of_image: NDArray[np.int32]
    stability: NDArray[np.float64]
    agreement: float
    sub_of_image: NDArray[np.int32]
    sub_stability: NDArray[np.float64]
    typicality: NDArray[np.float64]
    sub_typicality: NDArray[np.float64]


def cluster_images(
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    *,
    embeddings: NDArray[np.float16] | None = None,
    neighbours: int,
    resolution: float,
    sub_resolution: float,
    sample: int,
    seed: int,
) -> Themes:
    """Find the clusters of a collection, and what they divide into.

    Each image is linked to those most like it by its tags, and by its embedding if it has one
    (:func:`~tagatlas.cluster.vectors.image_vectors`). The clusters are the communities of this
    network that many runs of the Leiden algorithm agree on
    (:func:`~tagatlas.cluster.communities.find_communities`); sub-clusters are found in the same
    way among the links within a cluster (:func:`~tagatlas.cluster.division.subdivide`). Give it
    every tag that the backend gave, weak and general ones too: the clusters get better with
    each, whatever few links the map is drawn with.

    Images that are equal in tags and embedding are one node to the algorithm, and so never part.
    Those that are like no other are put together into one cluster.
    Of more than ``sample`` distinct ones, a random sample is clustered; every other image goes
    where most of its nearest neighbours in the sample are.

    Args:
        images: the n images to cluster, at least one, ordered by ``id``: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]), in any
            order; tags of other images are ignored.
        embeddings: of the images, shape (n, d), in the order of ``images``; a row of zeros for
            an image without one. None if the backend stores none.
        neighbours: the most links an image starts, at least 1. In small collections
            it is fewer: the square root of the number of images, at least 3.
        resolution: above 1 gives more and smaller clusters, below 1 fewer and larger ones.
        sub_resolution: the same within a cluster; 0 divides none.
        sample: how many distinct images are clustered at most, at least 1.
        seed: of all that is random.
    """
    scores, _ = score_matrix(images, tags)
    first, vector_of_image = distinct_rows(scores, embeddings)
    if len(first) < images.height:  # else a copy of what can be gigabytes
        scores = csr_array(scores[first])
        embeddings = None if embeddings is None else embeddings[first]
    vectors = image_vectors(scores, embeddings)
    weights = np.bincount(vector_of_image)
    sampled = draw_sample(len(vectors), sample, seed)
    inside, sizes = vectors.take(sampled), weights[sampled]
    most = min(neighbours, max(3, math.isqrt(len(sampled))))
    links = neighbour_links(similar_images(inside, most))
    themes = divide(links, sizes, resolution, seed)
    parts = subdivide(themes.labels, links, sizes, sub_resolution, seed)
    labels, sub_labels = _spread(vectors, sampled, most, themes, parts)
    clusters, order = _numbered(labels[vector_of_image], np.zeros(images.height))
    subs, sub_order = _numbered(sub_labels[vector_of_image], clusters)
    stability = np.append(themes.stability, 0.0)  # of those that are like none
    return Themes(
        of_image=clusters,
        stability=stability[order],
        agreement=themes.agreement,
        sub_of_image=subs,
        sub_stability=parts.stability[sub_order],
        typicality=typicality(vectors, clusters[first], weights)[vector_of_image],
        sub_typicality=typicality(vectors, subs[first], weights)[vector_of_image],
    )


def _spread(
    vectors: Vectors, sampled: NDArray[np.intp], neighbours: int, themes: Division, parts: Division
) -> tuple[Labels, Labels]:
    """Clusters and sub-clusters of all vectors, from those of a sample.

    Vectors that are like no other, or like none of the sample, are put together into one more
    cluster, the last.
    """
    labels = np.empty(len(vectors), dtype=np.int64)
    sub_labels = np.empty(len(vectors), dtype=np.int64)
    labels[sampled], sub_labels[sampled] = themes.labels, parts.labels
    others = np.setdiff1d(np.arange(len(vectors)), sampled, assume_unique=True)
    if len(others):
        found, _ = similar_images(vectors.take(others), neighbours, among=vectors.take(sampled))
        chosen = votes(themes.labels[found], found >= 0)
        alike = (found >= 0) & (themes.labels[found] == chosen[:, None])
        labels[others] = chosen
        sub_labels[others] = votes(parts.labels[found], alike)
    return np.where(labels < 0, len(themes.stability), labels), sub_labels


def _numbered(
    labels: Labels, groups: NDArray[np.generic]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number labels anew: by group, falling number of images, and first image; -1 stays.

    Args:
        labels: of the images, shape (n,).
        groups: of the images, shape (n,); images of one label are in one group.

    Returns:
        New labels, shape (n,), and the old one of each new one.
    """
    there = np.flatnonzero(labels >= 0)
    old, first, inverse, sizes = np.unique(
        labels[there], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes, groups[there[first]]))
    number = np.empty(len(old), dtype=np.int32)
    number[order] = np.arange(len(old), dtype=np.int32)
    numbered = np.full(len(labels), -1, dtype=np.int32)
    numbered[there] = number[inverse]
    return numbered, old[order]
