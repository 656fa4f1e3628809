"""Moves nodes along with others that were moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tagatlas_processors import processors

_GUIDES = 8
"""Number of nearest moved nodes that a node follows."""

_AT_ONCE = 1 << 15
"""Nodes whose guides are found together, since distances to these take much memory."""


def follow(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    others: NDArray[np.float64],
    guides: int = _GUIDES,
) -> NDArray[np.float64]:
    """Move nodes as their surroundings moved.

    Each follows the moved nodes that were nearest to it, weighted by inverse distance.

    Args:
        before: old positions of the moved nodes, shape (n, 2), n at least 1.
        after: their new positions, shape (n, 2).
        others: nodes that were not moved, shape (m, 2).
        guides: how many moved nodes each follows; with 1 all go with an island as a whole.

    Returns:
        New positions of ``others``, shape (m, 2).
    """
    guides = min(guides, len(before))
    tree, moves = cKDTree(before), after - before
    # At a moved node's own position only that node counts; avoids a division by zero.
    floor = 1e-9 * (float(np.ptp(before, axis=0).max()) or 1.0)
    followed = np.empty((len(others), 2))
    for start in range(0, len(others), _AT_ONCE):
        some = others[start : start + _AT_ONCE]
        distances, nearest = tree.query(some, k=range(1, guides + 1), workers=processors())
        nearness = 1 / np.maximum(distances, floor)
        weights = nearness / nearness.sum(axis=1, keepdims=True)
        moved = (weights[:, :, None] * moves[nearest]).sum(axis=1)
        followed[start : start + _AT_ONCE] = some + moved
    return followed
