"""Brings images that lie astray from their group back to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from tagatlas_mapping.cluster.scores import row_of_entry

_ASIDE = 0.1
"""Distance at which a stray is put beside another image, as a share of the reach."""


def strays(
    positions: NDArray[np.float64], groups: NDArray[np.int32], reach: float
) -> NDArray[np.bool_]:
    """Find the images that are not in the main piece of their group.

    Args:
        positions: of n images, shape (n, 2), finite.
        groups: of the images, such as clusters, from 0, shape (n,).
        reach: greatest distance between neighbours in one piece.

    Returns:
        Mask of the images outside the piece of their group that has the most, the one with the
        earliest image among equals; shape (n,).
    """
    count = len(positions)
    pairs = cKDTree(positions).query_pairs(reach, output_type="ndarray")
    first, second = pairs[groups[pairs[:, 0]] == groups[pairs[:, 1]]].T
    links = csr_array((np.ones(len(first)), (first, second)), shape=(count, count))
    _, pieces = connected_components(links, directed=False)
    _, earliest, sizes = np.unique(pieces, return_index=True, return_counts=True)
    main = np.zeros(int(groups.max(initial=0)) + 1, dtype=np.int64)
    for piece in np.lexsort((-earliest, sizes)):
        main[groups[earliest[piece]]] = piece
    return np.asarray(pieces != main[groups], dtype=np.bool_)


def bring_back(
    positions: NDArray[np.float64],
    groups: NDArray[np.int32],
    is_stray: NDArray[np.bool_],
    links: csr_array,
    reach: float,
) -> NDArray[np.float64]:
    """Put strays beside images of the main piece of their group.

    Beside the one that is nearest to the mean place of those there that a stray is linked with,
    or nearest to the stray if it is linked with none.

    Args:
        positions: of n images, shape (n, 2), finite.
        groups: of the images, shape (n,).
        is_stray: mask of the strays, shape (n,), as from :func:`strays`.
        links: symmetric weights above 0, shape (n, n).
        reach: as in :func:`strays`; they are put at a tenth of it, in the direction that they
            come from. What they are put upon has to be moved apart again.

    Returns:
        New positions, shape (n, 2).
    """
    rows = row_of_entry(links)
    counts = is_stray[rows] & ~is_stray[links.indices] & (groups[rows] == groups[links.indices])
    home = csr_array((links.data * counts, links.indices, links.indptr), shape=links.shape)
    weights = np.asarray(home.sum(axis=1))
    goals = positions.copy()
    is_linked = weights > 0
    goals[is_linked] = (home @ positions)[is_linked] / weights[is_linked, None]
    placed = positions.copy()
    for group in np.unique(groups[is_stray]):
        there = positions[(groups == group) & ~is_stray]
        astray = is_stray & (groups == group)
        hosts = there[cKDTree(there).query(goals[astray])[1]]
        ways = positions[astray] - hosts
        lengths = np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9 * reach)
        placed[astray] = hosts + _ASIDE * reach * ways / lengths
    return placed
