from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tagatlas_mapping.layout import follow, image_boxes, remove_overlaps
from tagatlas_mapping.layout.crowds import FULL, spread_crowds
from tagatlas_mapping.layout.overlap import TOLERANCE

Array = NDArray[np.float64]


def worst_overlap(centres: Array, boxes: Array) -> float:
    """Over all pairs, how far one lies in the other, as a share of their mean side."""
    worst = -np.inf
    for row in range(len(centres) - 1):
        rest = slice(row + 1, None)
        mean_sides = (boxes[row] + boxes[rest]) / 2
        depths = 1 - np.abs(centres[row] - centres[rest]) / mean_sides
        worst = max(worst, float(depths.min(axis=1).max()))
    return worst


def shared_neighbours(before: Array, after: Array, k: int = 10) -> float:
    """Mean share of each point's k nearest that are the same before and after."""
    first = neighbours(before, k)
    second = neighbours(after, k)
    return float(np.mean([len(one & two) / k for one, two in zip(first, second, strict=True)]))


def neighbours(positions: Array, k: int) -> list[set[int]]:
    _, rows = cKDTree(positions).query(positions, k=range(2, k + 2))
    return [set(row) for row in np.asarray(rows).tolist()]


def clumps(count: int, places: int, width: float, seed: int) -> tuple[Array, Array]:
    """Boxes of mixed sizes and aspects, heaped around some places."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0, 100, size=(places, 2))[random.integers(0, places, count)]
    positions = centres + random.normal(scale=width, size=(count, 2))
    boxes = image_boxes(
        random.pareto(1.5, count) + 1, np.exp(random.normal(0, 0.4, count)), positions, 0.4
    )
    return positions, boxes


box = st.tuples(
    st.floats(-10, 10) | st.sampled_from([0.0, 1.0]),
    st.floats(-10, 10) | st.sampled_from([0.0, 1.0]),
    st.floats(0.1, 10),
    st.floats(0.1, 10),
)


@given(st.lists(box, min_size=1, max_size=40))
@settings(deadline=None)
def test_no_two_boxes_overlap(boxes: list[tuple[float, float, float, float]]) -> None:
    table = np.array(boxes)
    moved = remove_overlaps(table[:, :2], table[:, 2:])
    assert np.isfinite(moved).all()
    assert worst_overlap(moved, table[:, 2:]) <= TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize(("places", "width"), [(30, 2.0), (12, 1e-9), (1, 0.0), (3000, 0.0)])
def test_no_two_of_thousands_overlap(places: int, width: float) -> None:
    positions, boxes = clumps(3000, places, width, seed=1)
    moved = remove_overlaps(positions, boxes)
    assert worst_overlap(moved, boxes) <= TOLERANCE


def test_neighbours_stay_neighbours() -> None:
    positions, boxes = clumps(3000, 20, 5.0, seed=2)
    assert shared_neighbours(positions, remove_overlaps(positions, boxes)) > 0.6


def test_boxes_with_room_stay_where_they_are() -> None:
    positions = np.array([[x, y] for x in range(0, 100, 10) for y in range(0, 100, 10)], float)
    boxes = np.full((100, 2), 4.0)
    assert remove_overlaps(positions, boxes) == pytest.approx(positions, abs=0.25)


def test_themes_stay_in_their_places() -> None:
    positions, boxes = clumps(1000, 1, 0.5, seed=3)
    theme = np.repeat([0, 1], 500)
    positions[theme == 1] += [1000.0, 0.0]
    moved = remove_overlaps(positions, boxes)
    for which in (0, 1):
        centre = positions[theme == which].mean(axis=0)
        assert moved[theme == which].mean(axis=0) == pytest.approx(centre, abs=1.0)


def test_a_heap_becomes_as_wide_as_high() -> None:
    moved = remove_overlaps(np.zeros((400, 2)), np.ones((400, 2)))
    width, height = np.ptp(moved, axis=0)
    assert width / height == pytest.approx(1.0, abs=0.3)
    assert width * height < 4 * 400


@pytest.mark.slow
def test_a_round_theme_stays_round() -> None:
    """Its core is denser than its rim, and would grow along the axes most."""
    random = np.random.default_rng(6)
    positions = random.normal(size=(4000, 2)) * np.exp(random.normal(scale=0.5, size=(4000, 1)))
    boxes = np.exp(random.normal(scale=0.3, size=(4000, 2)))
    moved = remove_overlaps(positions, boxes)
    angles = np.arctan2(*moved.T) % (np.pi / 2)
    is_diagonal = np.abs(angles - np.pi / 4) < np.pi / 16
    is_along = np.abs(angles - np.pi / 4) > 3 * np.pi / 16
    diagonal, along = (
        float(np.quantile(np.hypot(*moved[where].T), 0.9)) for where in (is_diagonal, is_along)
    )
    assert along / diagonal == pytest.approx(1.0, abs=0.08)


@pytest.mark.parametrize("count", [50, 2000])
def test_crowds_are_spread_and_others_stay(count: int) -> None:
    random = np.random.default_rng(7)
    crowd = random.normal(scale=0.5, size=(count, 2))
    loners = np.array([[x, y] for x in (-400.0, 400.0) for y in (-400.0, 0.0, 400.0)])
    boxes = random.uniform(0.5, 2.0, size=(count + 6, 2))
    placed = spread_crowds(np.concatenate([crowd, loners]), boxes)
    assert placed[count:] == pytest.approx(loners)
    area = boxes[:count].prod(axis=1).sum()
    radius = np.sqrt(area / FULL / np.pi)
    within = np.hypot(*placed[:count].T) < radius
    assert within.mean() > 0.75
    assert np.hypot(*placed[:count].T).max() < 2 * radius
    assert shared_neighbours(crowd, placed[:count]) > 0.7


def test_is_deterministic_and_leaves_its_arguments_alone() -> None:
    positions, boxes = clumps(500, 5, 0.1, seed=4)
    kept = positions.copy()
    first = remove_overlaps(positions, boxes)
    assert remove_overlaps(positions, boxes).tobytes() == first.tobytes()
    assert np.array_equal(positions, kept)


def test_followers_go_where_their_surroundings_go() -> None:
    random = np.random.default_rng(5)
    before = random.uniform(0, 1, size=(200, 2))
    before[100:] += [10.0, 0.0]
    after = before.copy()
    after[100:] += [5.0, 2.0]
    others = np.array([[0.5, 0.5], [10.5, 0.5], before[150]])
    moved = follow(before, after, others)
    assert moved == pytest.approx(np.array([[0.5, 0.5], [15.5, 2.5], after[150]]), abs=1e-6)


def test_following_a_single_node() -> None:
    moved = follow(np.zeros((1, 2)), np.ones((1, 2)), np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert moved == pytest.approx(np.array([[1.0, 1.0], [4.0, 1.0]]))


def test_nobody_follows() -> None:
    assert follow(np.zeros((3, 2)), np.ones((3, 2)), np.zeros((0, 2))).shape == (0, 2)


@given(st.lists(st.tuples(box, st.integers(0, 2)), min_size=1, max_size=30))
@settings(deadline=None)
def test_boxes_of_different_groups_beside_each_other_are_a_gap_apart(
    boxes: list[tuple[tuple[float, float, float, float], int]],
) -> None:
    table, groups = np.array([each for each, _ in boxes]), np.array([which for _, which in boxes])
    sizes, gap = table[:, 2:], 0.5
    moved = remove_overlaps(table[:, :2], sizes, groups, gap)
    assert worst_overlap(moved, sizes) <= TOLERANCE
    for one in range(len(moved)):
        for other in np.flatnonzero(groups != groups[one]):
            room = np.abs(moved[one] - moved[other]) - (sizes[one] + sizes[other]) / 2
            # Those beside or above each other, not across a corner.
            if room.min() < -1e-3:
                assert room.max() >= gap - 1e-3


def test_groups_without_a_gap_do_not_matter() -> None:
    positions, boxes = clumps(300, 10, 2.0, seed=4)
    moved = remove_overlaps(positions, boxes, np.arange(300) % 3, 0.0)
    assert moved.tobytes() == remove_overlaps(positions, boxes).tobytes()
