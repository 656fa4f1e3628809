"""Stability of clusters: agreement between runs of the algorithm that found them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Labels = NDArray[np.int64]
Overlaps = NDArray[np.float64]


def agreement_of_runs(runs: Labels, weights: NDArray[np.int64]) -> float:
    """Agreement of runs: the mean adjusted Rand index of all pairs of them.

    It is 1 if all are the same, and about 0 if they agree no more than by chance (Hubert &
    Arabie, "Comparing partitions", Journal of Classification 2, 1985).

    Args:
        runs: clusters of n things by run, numbered from 0, shape (runs, n); at least two runs.
        weights: how often each thing counts, shape (n,).
    """
    return float(np.mean([_rand_index(*pair, weights) for pair in combinations(runs, 2)]))


def cluster_stability(
    clusters: Labels, runs: Labels, weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Stability of each cluster over the runs.

    That is the mean over the runs of its Jaccard similarity with the most similar cluster of the
    run. Above about 0.75 a cluster is stable; below 0.6 it should not be trusted (C.
    Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data
    Analysis 52, 2007).

    Args:
        clusters: of n things, numbered from 0 without gaps; -1 for things in none; shape (n,).
        runs: clusters by run, numbered from 0, shape (runs, n).
        weights: how often each thing counts, shape (n,).

    Returns:
        Of each cluster, in [0, 1].
    """
    found = np.zeros(int(clusters.max(initial=-1)) + 1)
    inside = np.flatnonzero(clusters >= 0)
    if len(inside) == 0:
        return found
    sizes = np.bincount(clusters[inside], weights[inside], len(found))
    for run in runs:
        others = np.bincount(run, weights)
        shared = _overlaps(clusters[inside], run[inside], weights[inside]).tocoo()
        rows, columns = shared.coords
        jaccard = shared.data / (sizes[rows] + others[columns] - shared.data)
        best = np.zeros(len(found))
        np.maximum.at(best, rows, jaccard)
        found += best / len(runs)
    return found


def _rand_index(one: Labels, other: Labels, weights: NDArray[np.int64]) -> float:
    """The adjusted Rand index of two partitions."""
    shared = _overlaps(one, other, weights)
    together = _pairs(shared.data)
    of_one, of_other = (
        _pairs(np.asarray(shared.sum(axis=axis), dtype=np.float64)) for axis in (1, 0)
    )
    expected = of_one * of_other / max(_pairs(np.array([weights.sum()], dtype=np.float64)), 1.0)
    most = (of_one + of_other) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def _overlaps(one: Labels, other: Labels, weights: NDArray[np.int64]) -> csr_array:
    """Weight that clusters of two partitions have in common, shape (clusters, clusters)."""
    return csr_array((weights.astype(np.float64), (one, other)))


def _pairs(counts: NDArray[np.float64]) -> float:
    """Number of pairs within groups of these sizes."""
    return float((counts * (counts - 1) / 2).sum())
