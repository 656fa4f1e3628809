"""Moves boxes apart until none overlaps another, while neighbours stay neighbours.

First crowds are spread (see :mod:`tagatlas_mapping.layout.crowds`). Otherwise they would grow into
crosses, since the boxes move apart along the axes only.

Then the boxes start as points at their positions, and grow in small steps to their size. In each
step they first grow in one direction and move apart along it, then in the other. Two boxes that
did not overlap before a step overlap in at most one of the axes, so they need to move along an
axis only by what they have just grown: no box jumps over another, touching boxes push those behind
them, and a box with room around it stays where it is.

Along an axis the boxes keep their order. Taken from left to right, each moves right until it is
clear of those before it; taken from right to left, each moves left. Both solutions keep every
pair's distance, hence so does their mean, which lets a crowd grow equally to both sides.

Boxes of different groups, such as clusters, can be kept further apart than those of one, so that
groups that come to touch each other can still be told apart.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tagatlas.compiled import kernel
from tagatlas_mapping.layout.crowds import spread_crowds

GROWTH = 1.1
"""Growth of the boxes in a step."""

SPECK = 1e-4
"""Initial size of the boxes, as a share of their final size."""

TOLERANCE = 1e-6
"""Remaining overlap that is allowed, as a share of a box's size."""

_SHIFT = 1e-2
"""Standard deviation of the initial random shift, as a share of the boxes' mean side."""


def remove_overlaps(
    positions: NDArray[np.float64],
    boxes: NDArray[np.float64],
    groups: NDArray[np.integer] | None = None,
    gap: float = 0.0,
) -> NDArray[np.float64]:
    """Move boxes apart until no two overlap by more than :data:`TOLERANCE` of their size.

    The same arguments give the same positions. Ten thousand boxes take about a second.

    Args:
        positions: centres of the boxes, shape (n, 2), finite. Any number may be at one place.
        boxes: width and height, shape (n, 2), above 0.
        groups: of the boxes, shape (n,); None if all are of one.
        gap: between boxes of different groups that are beside or above each other.

    Returns:
        New centres, shape (n, 2).
    """
    if len(positions) < 2:
        return positions.copy()
    # Boxes at one place have no order along an axis. An invisibly small shift gives them one, and
    # lets a pile of them become round instead of a row.
    side = float(boxes.mean())
    shift = np.random.default_rng(0).normal(scale=_SHIFT * side, size=positions.shape)
    return grow_apart(spread_crowds(positions + shift, boxes), boxes, groups, gap)


def grow_apart(
    positions: NDArray[np.float64],
    boxes: NDArray[np.float64],
    groups: NDArray[np.integer] | None = None,
    gap: float = 0.0,
) -> NDArray[np.float64]:
    """Grow boxes from points to their size, moving them apart in each step.

    Args:
        positions: centres of the boxes, shape (n, 2), finite.
        boxes: width and height, shape (n, 2), above 0.
        groups: as in :func:`remove_overlaps`.
        gap: likewise.

    Returns:
        New centres, shape (n, 2).
    """
    if len(positions) < 2:
        return positions.copy()
    group = np.zeros(len(boxes), np.int64) if groups is None else groups.astype(np.int64)
    x, y = positions.T
    width, height = boxes.T
    steps = int(np.ceil(np.log(1 / SPECK) / np.log(GROWTH)))
    sizes = np.geomspace(SPECK, 1.0, steps + 1)
    met = _smallest_met(positions, boxes, gap)
    for step, (small, large) in enumerate(pairwise(sizes.tolist())):
        if large < met:
            continue
        if step % 2 == 0:
            x = _separated(x, width * large, y, height * small, group, gap * large)
            y = _separated(y, height * large, x, width * large, group, gap * large)
        else:
            y = _separated(y, height * large, x, width * small, group, gap * large)
            x = _separated(x, width * large, y, height * large, group, gap * large)
    return np.column_stack([x, y])


def compile_kernels() -> None:
    """Compile the kernels of :func:`remove_overlaps`, or read them from numba's cache."""
    remove_overlaps(np.zeros((2, 2)), np.ones((2, 2)))


def _smallest_met(positions: NDArray[np.float64], boxes: NDArray[np.float64], gap: float) -> float:
    """A share of their sizes up to which no box meets another."""
    itself_and_next, _ = cKDTree(positions).query(positions, k=2, p=np.inf)
    return float(np.max(itself_and_next, axis=1).min() / (boxes.max() + gap))


def _separated(
    places: NDArray[np.float64],
    lengths: NDArray[np.float64],
    across: NDArray[np.float64],
    breadths: NDArray[np.float64],
    groups: NDArray[np.int64],
    gap: float,
) -> NDArray[np.float64]:
    """New coordinates along an axis, at which boxes that overlap across it are apart."""
    # Boxes that merely touch across the axis do not count as overlapping across it.
    reach = breadths * (1 - TOLERANCE) / 2
    along = np.argsort(across - reach)  # what is looked for in order is found sooner
    lanes = (across - reach)[along]
    first, last = np.empty_like(along), np.empty_like(along)
    first[along] = np.searchsorted(lanes, lanes)
    last[along] = np.searchsorted(lanes, (across + reach)[along])
    order = np.argsort(places, kind="stable")
    upwards = _pushed(places, lengths, first, last, order, groups, gap)
    downwards = -_pushed(-places, lengths, first, last, order[::-1], groups, gap)
    return (upwards + downwards) / 2


@kernel
def _pushed(
    places: NDArray[np.float64],
    lengths: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    order: NDArray[np.int64],
    groups: NDArray[np.int64],
    gap: float,
) -> NDArray[np.float64]:
    """The smallest coordinates, none below the given, that keep each box clear of earlier ones.

    Across the axis a box covers the lanes from ``first`` to before ``last``. There is a lane where
    each box begins, so two boxes overlap across the axis if they share one. For each lane, the end
    of the boxes in it so far, and the last one's group, are tracked.
    """
    pushed = np.empty(places.shape[0])
    reached = np.full(places.shape[0], -np.inf)
    group_there = np.full(places.shape[0], -1)
    for box in order:
        start, group = places[box] - lengths[box] / 2, groups[box]
        for lane in range(first[box], last[box]):
            kept = 0.0 if group_there[lane] == group else gap
            start = max(start, reached[lane] + kept)
        for lane in range(first[box], last[box]):
            reached[lane] = start + lengths[box]
            group_there[lane] = group
        pushed[box] = start + lengths[box] / 2
    return pushed
