"""Communities of a network that many runs agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from graspologic_native import leiden_csr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.toolkit import row_of_entry

Labels = NDArray[np.int64]

_MOST_SWEEPS = 1000


@dataclass(frozen=True, eq=False)
class Communities:
    """Communities of a network.

    Attributes:
        labels: community of each node, shape (n,).
        runs: communities found by each single run, shape (runs, n).
    """

    labels: Labels
    runs: Labels


def find_communities(links: csr_array, resolution: float, seed: int, runs: int) -> Communities:
    """Find communities that many runs of the Leiden algorithm agree on.

    Leiden (Traag, Waltman & van Eck, Scientific Reports 9, 2019) finds communities by modularity;
    they depend on the seed. So it runs several times; each link is then weighed by the
    share of the runs that keep its ends together, and the algorithm runs once more on these links
    (Tandon et al., "Fast consensus clustering in complex networks", Physical Review E 99, 2019).

    Args:
        links: see :func:`leiden`.
        resolution: above 1 gives more and smaller communities, below 1 fewer and larger ones.
        seed: of all runs.
        runs: number of runs.
    """
    rows = row_of_entry(links)
    together = np.zeros(links.nnz, dtype=np.float32)
    found = np.empty((runs, links.shape[0]), dtype=np.int64)
    for run, labels in enumerate(found):
        labels[:] = leiden(links, resolution, runs * seed + run)
        together += labels[rows] == labels[links.indices]
    agreed = links.copy()
    agreed.data *= together
    agreed.eliminate_zeros()
    return Communities(leiden(agreed, resolution, runs * seed), found)


def modularity(communities: Labels, links: csr_array) -> float:
    """Newman's modularity, at most 1; nodes of community -1 are one more community.

    It is the share of the weight that lies within communities, less the share that would if each
    node kept its weight and chance linked them (Newman, Physical Review E 70, 2004).

    Args:
        communities: of the n nodes, shape (n,).
        links: symmetric weights, shape (n, n), above 0 in all.
    """
    labels = np.unique(communities, return_inverse=True)[1]
    of_row = labels[row_of_entry(links)]
    total = links.data.sum(dtype=np.float64)
    shares = np.bincount(of_row, links.data) / total
    within = links.data[of_row == labels[links.indices]].sum(dtype=np.float64) / total
    return float(within - (shares**2).sum())


def leiden(links: csr_array, resolution: float, seed: int) -> Labels:
    """Communities that one run of the Leiden algorithm finds by modularity.

    Args:
        links: symmetric weights above 0, shape (n, n), nothing on the diagonal.
        resolution: above 0; see :func:`find_communities`.
        seed: of this run.

    Returns:
        Community of each node, numbered from 0, shape (n,); nodes without links are alone.
    """
    nodes, weights = links.shape[0], links.data.astype(np.float64)
    if not weights.any():  # the library would fail
        return np.arange(nodes)
    _, found = leiden_csr(
        links.indptr.astype(np.int64),
        links.indices.astype(np.int32),
        weights / weights.mean(),  # the library's randomness depends on the size of the weights
        nodes,
        resolution=resolution,
        seed=seed % 2**64,
        # Without a bound, a gain that is rounded up would move a node endlessly.
        max_local_moving_iterations=_MOST_SWEEPS,
    )
    return np.fromiter((found[node] for node in range(nodes)), np.int64, nodes)


def join_small(
    communities: Labels, links: csr_array, weights: NDArray[np.int64], limit: float
) -> Labels:
    """Merge communities lighter than a limit into those that they are linked to most.

    Args:
        communities: of the n nodes.
        links: symmetric weights, shape (n, n).
        weights: of the nodes, shape (n,).
        limit: the least weight of a community.

    Returns:
        Communities of the nodes, numbered from 0; -1 for the nodes of light communities that
        are linked to none.
    """
    while True:
        communities = np.unique(communities, return_inverse=True)[1]
        sizes = np.bincount(communities, weights=weights).astype(np.float64)
        target = _strongest_larger(communities, links, sizes, limit)
        if np.array_equal(target, np.arange(len(sizes))):
            return np.where(sizes[communities] < limit, -1, communities)
        communities = target[communities]


def _strongest_larger(
    communities: Labels, links: csr_array, sizes: NDArray[np.float64], limit: float
) -> Labels:
    """Target of each community: if below ``limit``, the one that it is linked to most."""
    count = len(sizes)
    member = csr_array(
        (np.ones(len(communities)), (np.arange(len(communities)), communities)),
        shape=(len(communities), count),
    )
    between = (member.T @ links @ member).tocoo()
    # Only a larger one, or of equals a later one, can absorb another, so that no two swap places.
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
