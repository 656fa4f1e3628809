"""Spreads crowds of boxes until each place has about as many as fit there.

Boxes diffuse from dense to less dense areas, like heat and equally in all directions, until no
neighbourhood is overfull. The method is that of M. T. Gastner, M. E. J. Newman: Diffusion-based
method for producing density-equalizing maps, PNAS 101(20), 2004, except that only the excess
flows: boxes with enough room stay. Wide neighbourhoods come first, so that large crowds spread in
few steps, then smaller and smaller ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

FULL = 0.65
"""Share of an area that boxes may cover: a little less than when packed."""

_EXCESS = 0.05
"""Tolerance of the final density, as a share."""

_WIDEST = 16
"""Width of the crowd, in widths of the first neighbourhoods."""

_NARROWEST = 1.4
"""Side of the last neighbourhoods, in square roots of the boxes' mean area."""

_ROUNDS = 40
"""Maximum steps for each size of neighbourhood."""

_STEP = 0.4
"""Length of a step, as a share of the one that would level the density with the next cell."""

_MARGIN = 4
"""Free cells around all boxes."""

_MOST_CELLS = 4_000_000
"""Limits memory when a few boxes lie far away from all others."""


def spread_crowds(
    positions: NDArray[np.float64], boxes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move boxes away from where they cover more than :data:`FULL` of the area.

    Args:
        positions: centres of the boxes, shape (n, 2), finite; those at one place stay together.
        boxes: width and height, shape (n, 2), above 0.

    Returns:
        New centres, shape (n, 2). The boxes may still overlap, but less.
    """
    areas = boxes.prod(axis=1)
    extent = max(float(np.ptp(positions, axis=0).max()), float(np.sqrt(areas.sum() / FULL)))
    cell = extent / _WIDEST
    last = _NARROWEST * float(np.sqrt(areas.mean()))
    placed = positions
    while cell >= last:
        for _ in range(_ROUNDS):
            low = placed.min(axis=0) - _MARGIN * cell
            sides = np.ceil((placed.max(axis=0) - low) / cell).astype(np.int64) + _MARGIN + 1
            if sides.prod() > _MOST_CELLS:
                return placed
            at = (placed - low) / cell
            fullness = _density(at, areas, sides) / (FULL * cell * cell)
            if fullness.max() < 1 + _EXCESS:
                break
            placed = placed + _STEP * cell * _flow(fullness, at)
        cell /= 2
    return placed


def _density(
    at: NDArray[np.float64], areas: NDArray[np.float64], sides: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Smoothed area of boxes per cell of a grid of that shape; ``at`` is in cells."""
    corner = at.astype(np.int64)
    right, up = (at - corner).T
    found = np.zeros(int(sides.prod()))
    # Each box is shared among the four cells whose centres surround it.
    for x, share_x in ((0, 1 - right), (1, right)):
        for y, share_y in ((0, 1 - up), (1, up)):
            cells = (corner[:, 0] + x) * sides[1] + corner[:, 1] + y
            found += np.bincount(cells, areas * share_x * share_y, len(found))
    smoothed: NDArray[np.float64] = gaussian_filter(found.reshape(sides), 1.0, mode="constant")
    return smoothed


def _flow(fullness: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Flow of the excess at each place, shape (n, 2), in cells."""
    slopes = np.gradient(np.maximum(fullness - 1, 0))
    flows = [-slope / np.maximum(fullness, 1) for slope in slopes]
    return np.column_stack([map_coordinates(flow, at.T, order=1) for flow in flows])
