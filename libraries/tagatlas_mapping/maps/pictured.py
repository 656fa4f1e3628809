"""Choice of the images of a large map that are drawn as pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FINEST = 1 << 14
"""Maximum number of cells along the longer side."""

_FEW = 100_000
"""Positions by which a number of cells is tried first."""


def choose_pictured(
    positions: NDArray[np.float64],
    clusters: NDArray[np.int32],
    typicality: NDArray[np.float64],
    most: int,
) -> NDArray[np.bool_]:
    """Choose representative images from all over the map.

    The most typical image of each cluster is chosen. Then the map is divided into square cells, as
    small as ``most`` allows, and in each the most typical image is chosen; among equals the first.
    So sparse and crowded areas are covered alike; the number of images shows as density.

    Args:
        positions: of n images, shape (n, 2).
        clusters: of each, numbered from 0 without gaps, shape (n,).
        typicality: of each, shape (n,).
        most: maximum number, at least 1; each cluster keeps one image even beyond it.

    Returns:
        Mask of the chosen images, shape (n,); all, if n is at most ``most``.
    """
    count = len(positions)
    if count <= most:
        return np.ones(count, dtype=np.bool_)
    shown = np.zeros(count, dtype=np.bool_)
    shown[_most_typical(clusters, typicality)] = True
    room = most - int(shown.sum())
    parts = _parts_of_side(positions)
    some = parts[:: max(1, count // _FEW)]  # mostly tell already that cells are too small
    coarse, fine = 1, _FINEST
    while coarse < fine:
        middle = (coarse + fine + 1) // 2
        if all(_different(_cells(each, middle)) <= room for each in (some, parts)):
            coarse = middle
        else:
            fine = middle - 1
    if room > 0:
        _, cells = np.unique(_cells(parts, coarse), return_inverse=True)
        shown[_most_typical(cells, typicality)] = True
    return shown


def _most_typical(
    groups: NDArray[np.signedinteger], typicality: NDArray[np.float64]
) -> NDArray[np.intp]:
    """The row of the most typical image of each group; among equals the first.

    Groups are numbered from 0, with few gaps.
    """
    best = np.full(int(groups.max()) + 1, -np.inf)
    np.maximum.at(best, groups, typicality)
    rows = np.flatnonzero(typicality == best[groups])
    _, first = np.unique(groups[rows], return_index=True)
    return rows[first]


def _different(cells: NDArray[np.int64]) -> int:
    """Number of different cells, without sorting millions of them."""
    is_there = np.zeros(int(cells.max()) + 1, dtype=np.bool_)
    is_there[cells] = True
    return int(np.count_nonzero(is_there))


def _parts_of_side(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances from the lower corner as parts of the longer side, shape (n, 2)."""
    low = positions.min(axis=0)
    side = float(np.ptp(positions, axis=0).max()) or 1.0
    parts: NDArray[np.float64] = (positions - low) / side
    return parts


def _cells(parts: NDArray[np.float64], along: int) -> NDArray[np.int64]:
    """The cell of each position, where ``along`` cells lie along the longer side."""
    column, row = np.minimum(parts * along, along - 1).astype(np.int64).T
    cells: NDArray[np.int64] = row * along + column
    return cells
