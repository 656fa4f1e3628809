"""Communities of a network that hold over many runs, and how firmly they do."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix
from sknetwork.clustering import Leiden, get_modularity

from tagatlas.cluster.scores import row_of_entry

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Communities:
    """Communities of a network.

    Attributes:
        labels: community of each node, shape (n,).
        runs: those that each run of the algorithm found alone, shape (runs, n).
    """

    labels: Labels
    runs: Labels


def find_communities(links: csr_array, resolution: float, seed: int, runs: int) -> Communities:
    """Find what many runs of the Leiden algorithm agree on.

    Leiden (Traag, Waltman & van Eck, Scientific Reports 9, 2019) finds communities by modularity
    and gives others with another seed. So it runs several times; each link is then weighed by the
    share of the runs that keep its ends together, and the algorithm runs once more on these links
    (Tandon et al., "Fast consensus clustering in complex networks", Physical Review E 99, 2019).

    Args:
        links: symmetric weights, shape (n, n).
        resolution: above 1 gives more and smaller communities, below 1 fewer and larger ones.
        seed: of all runs.
        runs: how many.
    """
    rows = row_of_entry(links)
    together = np.zeros(links.nnz, dtype=np.float32)
    found = np.empty((runs, links.shape[0]), dtype=np.int64)
    for run, labels in enumerate(found):
        labels[:] = _leiden(links, resolution, runs * seed + run)
        together += labels[rows] == labels[links.indices]
    agreed = links.copy()
    agreed.data *= together
    agreed.eliminate_zeros()
    return Communities(_leiden(agreed, resolution, runs * seed), found)


def modularity(communities: Labels, links: csr_array) -> float:
    """Newman's modularity, at most 1; nodes of community -1 are one more community."""
    return float(get_modularity(csr_matrix(links), np.unique(communities, return_inverse=True)[1]))


def _leiden(links: csr_array, resolution: float, seed: int) -> Labels:
    if links.nnz == 0:
        return np.arange(links.shape[0])
    # Without shuffling, scikit-network visits nodes in their order and the seed has no effect.
    _seed_c_library(seed)
    leiden = Leiden(
        resolution=resolution,
        shuffle_nodes=True,
        return_probs=False,
        return_aggregate=False,
        random_state=seed % 2**32,
    )
    labels: Labels = leiden.fit_predict(csr_matrix(links)).astype(np.int64)
    return labels


def _seed_c_library(seed: int) -> None:
    """Seed the C library's ``rand``, which Leiden's refinement draws from.

    scikit-network does not seed it, so that without this a second map made in one process would
    have other clusters than the first.
    """
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.srand(ctypes.c_uint(seed % 2**32))


def join_small(
    communities: Labels, links: csr_array, weights: NDArray[np.int64], limit: float
) -> Labels:
    """Join communities lighter than a limit to the ones that they are linked to most.

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
