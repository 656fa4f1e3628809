from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagatlas_mapping.layout import gather_islands, remove_overlaps

Points = NDArray[np.float64]
GAP, REACH = 1.0, 1.6


Scene = tuple[Points, Points, NDArray[np.int32]]


def blocks(*corners: tuple[float, float], side: int = 4) -> Scene:
    """Squares of so many boxes a side, each of its own group, with their lower left corners."""
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    positions = np.concatenate([np.array(corner, dtype=float) + grid for corner in corners])
    groups = np.repeat(np.arange(len(corners), dtype=np.int32), side * side)
    return positions, np.full(positions.shape, 0.9), groups


def apart(positions: Points, boxes: Points) -> Points:
    """The gap between any two boxes, beside or above each other; below 0 where they overlap."""
    between = np.abs(positions[:, None] - positions) - (boxes[:, None] + boxes) / 2
    return np.asarray(between.max(axis=2))


def least_half(positions: Points, boxes: Points) -> float:
    """Share of the boxes in the emptiest half of the sheet that holds them."""
    low, high = (positions - boxes / 2).min(axis=0), (positions + boxes / 2).max(axis=0)
    first = (positions < (low + high) / 2).mean(axis=0)
    return float(np.minimum(first, 1 - first).min())


@st.composite
def maps(draw: st.DrawFn) -> Scene:
    """Boxes without overlaps, in clumps."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=8))
    clump = np.repeat(np.arange(len(sizes)), sizes)
    middle = dice.uniform(0, draw(st.sampled_from([5.0, 40.0, 400.0])), (len(sizes), 2))
    boxes = dice.uniform(0.5, 2.0, (len(clump), 2))
    groups = (clump % draw(st.integers(1, 8))).astype(np.int32)
    placed = middle[clump] + dice.normal(scale=2.0, size=boxes.shape)
    return remove_overlaps(placed, boxes, groups, GAP), boxes, groups


@settings(deadline=None, max_examples=25)
@given(maps())
def test_no_two_boxes_come_nearer_than_a_gap_or_than_they_were(scene: Scene) -> None:
    positions, boxes, groups = scene
    found = gather_islands(positions, boxes, groups, GAP, REACH)
    before, after = apart(positions, boxes), apart(found, boxes)
    nearer = after < before - 1e-6
    assert (after[nearer] >= GAP - 1e-6).all()


@settings(deadline=None, max_examples=25)
@given(maps())
def test_boxes_of_a_group_that_are_near_each_other_move_alike(scene: Scene) -> None:
    positions, boxes, groups = scene
    moves = gather_islands(positions, boxes, groups, GAP, REACH) - positions
    is_near = (apart(positions, boxes) < REACH - 1e-9) & (groups[:, None] == groups)
    one, other = np.nonzero(is_near)
    assert moves[one] == pytest.approx(moves[other], abs=1e-9)


@pytest.mark.parametrize("far", [(15.0, 3.0), (60.0, -20.0)])
def test_islands_that_are_together_stay(far: tuple[float, float]) -> None:
    positions, boxes, groups = blocks((0, 0), (7, 1), (1, 8), (9, 9), far)
    once = gather_islands(positions, boxes, groups, GAP, REACH)
    assert np.array_equal(gather_islands(positions, boxes, groups, GAP, REACH), once)
    again = gather_islands(once, boxes, groups, GAP, REACH)
    assert np.hypot(*(again - once).T).max() < 0.5 * GAP


@pytest.mark.parametrize("far", [(40.0, 0.0), (0.0, -300.0), (1000.0, 1000.0)])
def test_a_far_island_leaves_no_half_of_the_sheet_empty(far: tuple[float, float]) -> None:
    positions, boxes, groups = blocks((0, 0), (6, 0), (0, 6), (6, 6), far)
    assert least_half(positions, boxes) <= 0.2
    found = gather_islands(positions, boxes, groups, GAP, REACH)
    assert least_half(found, boxes) >= 0.4
    assert np.ptp(found, axis=0).max() < 18


def test_an_island_jumps_over_others_into_a_hole() -> None:
    # A square of blocks without one corner, and a block on the other side of it.
    corners = [(6.0 * x, 6.0 * y) for x in range(3) for y in range(3) if (x, y) != (2, 2)]
    positions, boxes, groups = blocks(*corners, (-6, 0))
    found = gather_islands(positions, boxes, groups, GAP, REACH)
    assert np.ptp(found, axis=0).max() < 18
    last = found[groups == groups.max()].mean(axis=0) - found[groups == 0].mean(axis=0)
    assert last == pytest.approx([12.0, 12.0], abs=2.5)


def test_a_straggler_goes_with_the_island_around_it() -> None:
    positions, boxes, groups = blocks((0, 0), (60, 0), side=5)
    middle = np.flatnonzero((positions == [62.0, 2.0]).all(axis=1))
    groups[middle] = 0
    moves = gather_islands(positions, boxes, groups, GAP, REACH) - positions
    assert moves[middle[0]] == pytest.approx(moves[middle[0] + 1], abs=1e-9)


def test_one_island_stays_where_it_is() -> None:
    positions, boxes, groups = blocks((3, 3))
    assert np.array_equal(gather_islands(positions, boxes, groups, GAP, REACH), positions)
