"""Moves the islands of a map together, so that the sheet that holds it is used well.

An island is a group's boxes that lie near each other, with the few boxes of others among them. It
moves as a whole, so all distances in it stay.

Islands may first jump: one after the other to the free place, near its own, where the sheet becomes
small and evenly filled, if there is one that is worth it. Free places are found for all shifts at
once, by the convolution of two pictures of coarse cells. Then the islands take turns, those in the
middle first: each moves straight towards the middle of all boxes until it would come too near to
another, and slides across and along in the same way. They take turns until none moves any more, so
a map whose islands are together stays as it is.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.signal import fftconvolve
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tagatlas.compiled import kernel

_FEW, _PART = 3, 0.1
"""Fewer boxes, or a smaller part of their group's, go with an island near them."""

_ROUNDS = 20
"""Most jumps, and most turns of each island."""

_STILL = 0.05
"""Length of a move that is not worth another round, in gaps."""

_CELL = 0.5
"""Side of the cells in which free places are looked for, in gaps."""

_MOST_CELLS = 60_000
"""Cells are larger where there would be more."""

_WORTH = 0.03
"""Share by which a jump makes the sheet better at least."""

_NEAR, _EVEN = 0.25, 1.0
"""Growth of a sheet that is as bad as a jump over its half perimeter, and as all boxes at its
border, as a share."""

_SLACK = 1e-9
"""Share of the gap by which rounding may make it smaller."""


def gather_islands(
    positions: NDArray[np.float64],
    boxes: NDArray[np.float64],
    groups: NDArray[np.integer],
    gap: float,
    reach: float,
) -> NDArray[np.float64]:
    """Move islands together, no nearer to each other than a gap.

    Where boxes of two islands are nearer already, they come no nearer. The same arguments give the
    same positions.

    Args:
        positions: centres of the boxes, shape (n, 2), finite, without overlaps.
        boxes: width and height, shape (n, 2), above 0.
        groups: of the boxes, such as clusters, shape (n,).
        gap: between boxes of different islands, above 0.
        reach: between boxes of one island.

    Returns:
        New centres, shape (n, 2).
    """
    islands = _islands(positions, boxes, groups, reach)
    order = np.argsort(islands, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(islands))[:-1])
    if len(members) < 2:
        return positions.copy()
    placed = positions.copy()
    for _ in range(_ROUNDS):
        has_jumped = _jump(placed, boxes, members, gap)
        slid = _slide(placed, boxes, islands, members, gap)
        if not has_jumped and slid < _STILL * gap:
            break
    return placed


def compile_kernels() -> None:
    """Compile the kernel of :func:`gather_islands`, or read it from numba's cache."""
    two = np.arange(2)
    gather_islands(np.eye(2) * 9, np.ones((2, 2)), two, 1.0, 1.0)


def _jump(
    placed: NDArray[np.float64],
    boxes: NDArray[np.float64],
    members: list[NDArray[np.int64]],
    gap: float,
) -> bool:
    """Let the island jump that makes the sheet best by that; whether any does."""
    low, high, areas = placed - boxes / 2, placed + boxes / 2, boxes.prod(axis=1)
    middle = np.average(placed, axis=0, weights=areas)
    lows = np.array([low[own].min(axis=0) for own in members])
    highs = np.array([high[own].max(axis=0) for own in members])
    corner, end = lows.min(axis=0), highs.max(axis=0)
    best, chosen = (1 - _WORTH) * float(_badness(corner, end, middle)), None
    for island, own in enumerate(members):
        rest = np.arange(len(members)) != island
        inner = lows[rest].min(axis=0), highs[rest].max(axis=0)
        share = areas[own].sum() / areas.sum()
        if _least_badness(corner, end, inner, middle, share) >= best:
            continue
        shifts = _free_shifts(low, high, own, corner, end - corner, gap)
        badness = _badness(
            np.minimum(lows[island] + shifts, inner[0]),
            np.maximum(highs[island] + shifts, inner[1]),
            middle + shifts * share,
        )
        costs = badness * (1 + _NEAR * np.abs(shifts).sum(axis=1) / (end - corner).sum())
        if len(costs) and costs.min() < best:
            best, chosen = float(costs.min()), (own, shifts[costs.argmin()])
    if chosen is None:
        return False
    placed[chosen[0]] += chosen[1]
    return True


def _badness(
    low: NDArray[np.float64], high: NDArray[np.float64], middle: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How bad sheets are, from their corners and the middle of all boxes, each of shape (..., 2).

    Their area, as if none were narrower than high, and more if the middle is not in theirs.
    """
    sides = high - low
    aside = np.abs(middle - (low + high) / 2) / (sides / 2)
    found: NDArray[np.float64] = (
        sides.max(axis=-1) * sides[..., 1] * (1 + _EVEN * aside.max(axis=-1))
    )
    return found


def _least_badness(
    corner: NDArray[np.float64],
    end: NDArray[np.float64],
    inner: tuple[NDArray[np.float64], NDArray[np.float64]],
    middle: NDArray[np.float64],
    share: float,
) -> float:
    """A bound that no jump of an island within the sheet from ``corner`` to ``end`` gets below.

    Args:
        corner: the lower one of the sheet, shape (2,).
        end: its upper corner, shape (2,).
        inner: corners of the sheet of all others.
        middle: of all boxes.
        share: of their area that is the island's; the middle moves by that part of its shift.
    """
    moved = share * (end - corner)
    first, last = (corner + inner[1]) / 2, (inner[0] + end) / 2
    away = np.maximum(np.maximum(middle - moved - last, first - middle - moved), 0.0)
    sides = inner[1] - inner[0]
    aside = away / ((end - corner) / 2)
    return float(sides.max() * sides[1] * (1 + _EVEN * aside.max()))


def _free_shifts(
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    own: NDArray[np.int64],
    corner: NDArray[np.float64],
    extent: NDArray[np.float64],
    gap: float,
) -> NDArray[np.float64]:
    """Shifts of some boxes within the sheet that keep the gap to all others, shape (m, 2)."""
    cell = max(_CELL * gap, float(np.sqrt(extent.prod() / _MOST_CELLS)))
    others = np.delete(np.arange(len(low)), own)
    start = low[own].min(axis=0)
    sheet = _cells(low[others] - corner - gap, high[others] - corner + gap, cell, extent)
    island = _cells(low[own] - start, high[own] - start, cell, high[own].max(axis=0) - start)
    if (np.array(island.shape) > sheet.shape).any():
        return np.empty((0, 2))
    met = fftconvolve(sheet, island[::-1, ::-1], mode="valid")
    shifts: NDArray[np.float64] = np.argwhere(met < 0.5) * cell + corner - start
    return shifts


def _cells(
    low: NDArray[np.float64], high: NDArray[np.float64], cell: float, extent: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Which cells of a sheet boxes touch, as 0 and 1."""
    shape = np.ceil(extent / cell).astype(np.int64)
    x0, y0 = np.floor(low / cell).astype(np.int64).clip(0, shape).T
    x1, y1 = np.ceil(high / cell).astype(np.int64).clip(0, shape).T
    steps = np.zeros(shape + 1, dtype=np.int64)
    for x, y, step in ((x0, y0, 1), (x1, y1, 1), (x0, y1, -1), (x1, y0, -1)):
        np.add.at(steps, (x, y), step)
    touched = steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
    return touched.astype(np.float32)


def _slide(
    placed: NDArray[np.float64],
    boxes: NDArray[np.float64],
    islands: NDArray[np.int64],
    members: list[NDArray[np.int64]],
    gap: float,
) -> float:
    """Move each island towards the middle as far as it can go; the longest way of any."""
    middle = np.median(placed, axis=0)  # far islands hardly move it
    centres = np.array([placed[own].mean(axis=0) for own in members])
    longest = 0.0
    for island in np.argsort(np.hypot(*(centres - middle).T), kind="stable").tolist():
        own, way = members[island], middle - centres[island]
        for axes in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0)):
            step = way * axes
            part = _free_part(placed, boxes, islands, own, step, gap)
            placed[own] += part * step
            way = way - part * step
            longest = max(longest, part * float(np.hypot(*step)))
    return longest


def _islands(
    positions: NDArray[np.float64],
    boxes: NDArray[np.float64],
    groups: NDArray[np.integer],
    reach: float,
) -> NDArray[np.int64]:
    """The island of each box, numbered from 0."""
    count = len(positions)
    halves = boxes / 2 + reach / 2
    grown = shapely.box(*np.hstack([positions - halves, positions + halves]).T)
    one, other = shapely.STRtree(grown).query(grown, predicate="intersects")
    is_same = groups[one] == groups[other]
    pieces = _joined(one[is_same], other[is_same], count)
    sizes = np.bincount(pieces)
    of_group = np.unique(groups, return_inverse=True)[1]
    few = np.maximum(_FEW, _PART * np.bincount(of_group)[of_group])
    is_few = sizes[pieces] < few
    # Each of the small pieces is joined to the piece nearest to it.
    is_link = is_few[one] & (pieces[one] != pieces[other])
    one, other = one[is_link], other[is_link]
    apart = np.abs(positions[one] - positions[other]) - (boxes[one] + boxes[other]) / 2
    nearest_first = np.lexsort((other, one, apart.max(axis=1)))
    one, other = one[nearest_first], other[nearest_first]
    first = np.unique(pieces[one], return_index=True)[1]
    return _joined(pieces[one[first]], pieces[other[first]], len(sizes))[pieces]


def _joined(one: NDArray[np.int64], other: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Components of ``count`` items of which pairs are joined."""
    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)


@kernel
def _free_part(
    positions: NDArray[np.float64],
    boxes: NDArray[np.float64],
    islands: NDArray[np.int64],
    own: NDArray[np.int64],
    step: NDArray[np.float64],
    gap: float,
) -> float:
    """The part of a step, in [0, 1], that an island's boxes can go."""
    island, part = islands[own[0]], 1.0
    length = np.hypot(step[0], step[1])
    if length == 0.0:
        return part
    # Boxes of the island are met only by what is near them across the way.
    across = np.array([-step[1] / length, step[0] / length])
    reaches = np.abs(boxes) @ np.abs(across) / 2
    lines = np.empty(len(own))
    for at, box in enumerate(own):
        lines[at] = positions[box, 0] * across[0] + positions[box, 1] * across[1]
    order = np.argsort(lines)
    lines, own = lines[order], own[order]
    widest = reaches[own].max() + gap * (abs(across[0]) + abs(across[1])) * (1 + _SLACK)
    # Boxes that no box of the island can meet on its way are passed over.
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for axis in range(2):
        for box in own:
            half = boxes[box, axis] / 2 + gap
            at = positions[box, axis]
            low[axis] = min(low[axis], at - half + min(step[axis], 0.0))
            high[axis] = max(high[axis], at + half + max(step[axis], 0.0))
    for other in range(len(positions)):
        if islands[other] == island:
            continue
        is_aside = False
        for axis in range(2):
            half = boxes[other, axis] / 2
            at = positions[other, axis]
            is_aside |= at + half < low[axis] or at - half > high[axis]
        if is_aside:
            continue
        line = positions[other, 0] * across[0] + positions[other, 1] * across[1]
        begin_at = np.searchsorted(lines, line - reaches[other] - widest)
        end_at = np.searchsorted(lines, line + reaches[other] + widest, side="right")
        for box in own[begin_at:end_at]:
            apart = -np.inf
            for axis in range(2):
                between = abs(positions[other, axis] - positions[box, axis])
                apart = max(apart, between - (boxes[other, axis] + boxes[box, axis]) / 2)
            kept = min(gap, max(apart, 0.0)) - _SLACK * gap
            begin, end = -np.inf, np.inf
            for axis in range(2):
                way = positions[other, axis] - positions[box, axis]
                half = (boxes[other, axis] + boxes[box, axis]) / 2 + kept
                if step[axis] == 0.0:
                    if abs(way) >= half:
                        end = -np.inf
                    continue
                first, last = (way - half) / step[axis], (way + half) / step[axis]
                begin, end = max(begin, min(first, last)), min(end, max(first, last))
            if begin < min(end, part) and end > _SLACK:
                part = max(begin, 0.0)
    return part
