"""Divides a network of neighbours into clusters, and clusters into sub-clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.toolkit import Neighbours
from tagatlas_clusterers.leiden.communities import find_communities, join_small, modularity
from tagatlas_clusterers.leiden.stability import Labels, agreement_of_runs, cluster_stability

_RUNS = 5
_RUNS_WITHIN = 3
_SMALLEST_CLUSTER = 3
_SMALLEST_SHARE = 0.02
_SMALLEST_SUBCLUSTER = 5
_LEAST_AGREEMENT = 0.6
_LEAST_MODULARITY = 0.3


@dataclass(frozen=True, eq=False)
class Division:
    """A network's nodes in clusters.

    Attributes:
        labels: cluster of each node, from 0; -1 for nodes in none; shape (n,).
        stability: of each cluster, in [0, 1], shape (clusters,).
        agreement: of the runs of the algorithm on the whole, at most 1.
    """

    labels: Labels
    stability: NDArray[np.float64]
    agreement: float


def neighbour_links(found: Neighbours) -> csr_array:
    """Symmetric weights, shape (n, n): 1 where one is the other's neighbour, 2 where both are."""
    ends, _ = found
    count, most = ends.shape
    starts = np.repeat(np.arange(count, dtype=np.int32), most)
    made = ends.ravel() >= 0
    weights = np.ones(int(made.sum()), dtype=np.float32)
    directed = csr_array((weights, (starts[made], ends.ravel()[made])), shape=(count, count))
    return csr_array(directed + directed.T)


def divide(links: csr_array, weights: NDArray[np.int64], resolution: float, seed: int) -> Division:
    """Divide a network into clusters.

    A cluster of fewer than 3 images and less than 2 % of them is too small for a theme: it is
    merged into the cluster it is linked to most. If it is linked to none, its nodes are in none.

    Args:
        links: between the n nodes.
        weights: number of images of each node, shape (n,).
        resolution: of :func:`~tagatlas_clusterers.leiden.communities.find_communities`.
        seed: of the same.
    """
    found = find_communities(links, resolution, seed, _RUNS)
    limit = min(_SMALLEST_CLUSTER, _SMALLEST_SHARE * float(weights.sum()))
    labels = join_small(found.labels, links, weights, limit)
    return Division(
        labels,
        cluster_stability(labels, found.runs, weights),
        agreement_of_runs(found.runs, weights),
    )


def subdivide(
    clusters: Labels, links: csr_array, weights: NDArray[np.int64], resolution: float, seed: int
) -> Division:
    """Divide each cluster by the links within it, if it divides well.

    It does if it divides into at least two sub-clusters of 5 images, with a modularity of at
    least 0.3 (Newman & Girvan, Physical Review E 69, 2004), and if the runs of the algorithm
    agree on them, with an adjusted Rand index of at least 0.6: stability tells a division that is
    in the data from one that an algorithm finds in anything (U. von Luxburg, "Clustering
    Stability: An Overview", Foundations and Trends in Machine Learning 2(3), 2010).

    Args:
        clusters: of the n nodes, numbered from 0, shape (n,); -1 for nodes in none.
        links: as for :func:`divide`.
        weights: as for :func:`divide`.
        resolution: as for :func:`divide`; 0 divides none.
        seed: as for :func:`divide`.

    Returns:
        Sub-clusters, numbered by cluster; -1 where a cluster has none, and for nodes in none.
        ``agreement`` is the least of the divisions made.
    """
    labels = np.full(len(clusters), -1, dtype=np.int64)
    stability = [np.empty(0)]
    agreement = 1.0
    for cluster in range(int(clusters.max()) + 1 if resolution > 0 else 0):
        members = np.flatnonzero(clusters == cluster)
        if weights[members].sum() < 2 * _SMALLEST_SUBCLUSTER:
            continue
        inside, sizes = csr_array(links[members][:, members]), weights[members]
        found = find_communities(inside, resolution, seed, _RUNS_WITHIN)
        agreed = agreement_of_runs(found.runs, sizes)
        joined = join_small(found.labels, inside, sizes, _SMALLEST_SUBCLUSTER)
        if joined.max() < 1 or agreed < _LEAST_AGREEMENT:
            continue
        if modularity(joined, inside) < _LEAST_MODULARITY:
            continue
        labels[members] = np.where(joined < 0, -1, joined + sum(map(len, stability)))
        stability.append(cluster_stability(joined, found.runs, sizes))
        agreement = min(agreement, agreed)
    return Division(labels, np.concatenate(stability), agreement)
