"""Clusters of images on two levels: themes, and sub-themes of some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.contracts import Clusterer, ClusterInput, Progress
from tagatlas_mapping.cluster.typicality import typicality
from tagatlas_mapping.cluster.vectors import Vectors, distinct_rows, image_vectors

Labels = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Themes:
    """The clusters of n images.

    Attributes:
        of_image: cluster of each image, int32, shape (n,). Clusters are numbered from 0 by
            falling number of images, then by the first image.
        remainder: the number there of the images that the clusterer puts into none; None if each
            image is in one.
        stability: of each cluster, in [0, 1]: how reliably it is found again; None if the
            clusterer does not say.
        agreement: of the clusterer's runs, at most 1: the mean adjusted Rand index of two of
            them; None if it does not say.
        sub_of_image: sub-cluster of each image, int32, shape (n,); -1 for images in none.
            Sub-clusters are numbered from 0 by cluster, and within it as clusters are.
        sub_stability: of each sub-cluster, when its cluster is divided; None likewise.
        typicality: of each image for its cluster, in [0, 1], shape (n,); see
            :func:`~tagatlas_mapping.cluster.typicality.typicality`.
        sub_typicality: of each image for its sub-cluster; 0 for images in none.
        names: of clusters that have one of their own, by number.
    """

    of_image: NDArray[np.int32]
    remainder: int | None
    stability: NDArray[np.float64] | None
    agreement: float | None
    sub_of_image: NDArray[np.int32]
    sub_stability: NDArray[np.float64] | None
    typicality: NDArray[np.float64]
    sub_typicality: NDArray[np.float64]
    names: Mapping[int, str] = field(default_factory=dict)


def find_themes(
    clusterer: Clusterer, images: ClusterInput, *, seed: int, progress: Progress
) -> Themes:
    """Cluster the images of a map, and compute the typicality of each.

    Images that the clusterer puts into no cluster get a number of their own, as if they were one:
    the remainder, of stability 0 if it gives any.

    Args:
        clusterer: finds the clusters.
        images: n images, at least one.
        seed: of all that is random.
        progress: called with the clusterer's progress.

    Raises:
        UsageError, OptionError: it cannot cluster these images.
    """
    found = clusterer.cluster(images, seed=seed, progress=progress)
    labels, stability = np.asarray(found.labels), found.stability
    alone = int(labels.max()) + 1
    clusters, order = _numbered(np.where(labels < 0, alone, labels), np.zeros(len(labels)))
    in_none = np.flatnonzero(labels < 0)
    sub_labels = np.full(len(labels), -1) if found.sub_labels is None else found.sub_labels
    subs, sub_order = _numbered(np.asarray(sub_labels), clusters)
    vectors, set_of_image = _distinct_vectors(images)
    return Themes(
        of_image=clusters,
        remainder=int(clusters[in_none[0]]) if len(in_none) else None,
        stability=None if stability is None else np.append(stability, 0.0)[order],
        agreement=found.agreement,
        sub_of_image=subs,
        sub_stability=None if found.sub_stability is None else found.sub_stability[sub_order],
        typicality=_typicality(vectors, set_of_image, clusters),
        sub_typicality=_typicality(vectors, set_of_image, subs),
        names={new: found.names[old] for new, old in enumerate(order) if old in found.names},
    )


def _numbered(
    labels: Labels, groups: NDArray[np.generic]
) -> tuple[NDArray[np.int32], NDArray[np.integer]]:
    """Renumber labels: by group, falling number of images, and first image; -1 stays.

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


def _distinct_vectors(images: ClusterInput) -> tuple[Vectors, NDArray[np.int32]]:
    """Vectors of the m distinct images, and the row of each image among them, shape (n,)."""
    scores, embeddings = images.scores, images.embeddings
    first, set_of_image = distinct_rows(scores, embeddings)
    if len(first) < len(images):  # avoids a copy, which can be gigabytes
        scores = csr_array(scores[first])
        embeddings = None if embeddings is None else embeddings[first]
    return image_vectors(scores, embeddings), set_of_image


def _typicality(
    vectors: Vectors, set_of_image: NDArray[np.int32], clusters: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Typicality of each image for its cluster, shape (n,), from the distinct vectors."""
    count = int(clusters.max()) + 2
    _, first, pair_of_image, sizes = np.unique(
        set_of_image.astype(np.int64) * count + clusters,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    if len(first) > len(vectors):  # equal images are in several clusters
        vectors = vectors.take(set_of_image[first].astype(np.intp))
    return typicality(vectors, clusters[first], sizes)[pair_of_image]
