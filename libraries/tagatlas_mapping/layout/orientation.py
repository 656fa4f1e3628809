"""Rotates a map to landscape format."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def landscape(positions: NDArray[np.float64], guides: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Rotate positions so that they spread most from left to right.

    A layout's orientation has no meaning, but screens and pages are wider than high. Distances
    do not change, and nothing is mirrored.

    Args:
        positions: of nodes, shape (n, 2).
        guides: mask of the nodes that count, shape (n,), at least one.

    Returns:
        Positions around the guides' mean, shape (n, 2): the first principal axis of the guides
        lies along x, and the guides farthest along it on the right.
    """
    centred = positions - positions[guides].mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(centred[guides].T, ddof=0))
    along: NDArray[np.float64] = axes[:, 1]  # of the larger variance
    spread = centred[guides] @ along
    if spread.max() < -spread.min():
        along = -along
    across = np.array([-along[1], along[0]])
    turned: NDArray[np.float64] = centred @ np.column_stack([along, across])
    return turned
