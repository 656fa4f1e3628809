"""Which images of a large map are drawn as pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FINEST = 1 << 14
"""The most cells along the longer side."""


def choose_shown(
    positions: NDArray[np.float64], typicality: NDArray[np.float64], most: int
) -> NDArray[np.bool_]:
    """Choose images that stand for those around them, from all over the map.

    The map is divided into square cells, so small that as many as may be shown have an image in
    them. In each, the most typical image is chosen; among equals the first. So sparse and crowded
    ground is shown alike, and how many images there are is left to the density.

    Args:
        positions: of n images, shape (n, 2).
        typicality: of each, shape (n,).
        most: how many may be shown, at least 1. All are, where there are no more.

    Returns:
        Shape (n,).
    """
    count = len(positions)
    if count <= most:
        return np.ones(count, dtype=np.bool_)
    coarse, fine = 1, _FINEST
    while coarse < fine:
        middle = (coarse + fine + 1) // 2
        if len(np.unique(_cells(positions, middle))) <= most:
            coarse = middle
        else:
            fine = middle - 1
    cells = _cells(positions, coarse)
    best_first = np.lexsort((-typicality, cells))
    _, first = np.unique(cells[best_first], return_index=True)
    shown = np.zeros(count, dtype=np.bool_)
    shown[best_first[first]] = True
    return shown


def _cells(positions: NDArray[np.float64], along: int) -> NDArray[np.int64]:
    """The cell of each position, where ``along`` cells lie along the longer side."""
    low = positions.min(axis=0)
    side = float(np.ptp(positions, axis=0).max()) or 1.0
    column, row = np.minimum((positions - low) / side * along, along - 1).astype(np.int64).T
    cells: NDArray[np.int64] = row * along + column
    return cells
