from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tagatlas_mapping.layout import Sorting, arrange_in_grid
from tagatlas_mapping.layout.grid import assign_cells
from tagatlas_mapping.layout.sorting import _least_cost, sort_cells

Features = NDArray[np.float32]

seeds = st.integers(0, 2**32 - 1)


def topics(count: int, seed: int, number: int = 8) -> tuple[Features, NDArray[np.int64]]:
    """Vectors around a mean for each topic, and each one's topic."""
    random = np.random.default_rng(seed)
    topic = random.integers(0, number, count)
    means = np.eye(number, 16)
    vectors = means[topic] + 0.15 * random.normal(size=(count, 16))
    return vectors.astype(np.float32), topic


def same_in_touching(cells: NDArray[np.int64], topic: NDArray[np.int64]) -> float:
    """Share of the images in touching cells that are of the same topic."""
    columns, rows = cells.max(axis=0) + 3
    held = np.full((rows, columns), -1)
    held[cells[:, 1] + 1, cells[:, 0] + 1] = topic
    inner = held[1:-1, 1:-1]
    around = [
        np.roll(held, (down, right), axis=(0, 1))[1:-1, 1:-1]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if (down, right) != (0, 0)
    ]
    pairs = [(inner >= 0) & (each >= 0) for each in around]
    same = sum(int((inner == each)[both].sum()) for each, both in zip(around, pairs, strict=True))
    return same / sum(int(both.sum()) for both in pairs)


@given(st.integers(1, 80), st.integers(1, 80), st.floats(0, 40), seeds)
@settings(deadline=None, max_examples=40)
def test_each_image_has_one_of_the_same_cells_and_none_is_shared(
    count: int, columns: int, radius: float, seed: int
) -> None:
    columns = min(count, columns)
    cells = np.column_stack(np.divmod(np.arange(count), columns)[::-1])
    cells = cells[np.random.default_rng(seed).permutation(count)]
    kept = cells.copy()
    features, _ = topics(count, seed)
    found = sort_cells(features, cells, radius=radius, seed=seed)
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, kept.tolist()))
    assert np.array_equal(cells, kept)
    assert np.array_equal(found, sort_cells(features, cells, radius=radius, seed=seed))


@given(st.integers(1, 9), seeds)
@settings(deadline=None, max_examples=60)
def test_assignments_cost_no_more_than_those_of_scipy(size: int, seed: int) -> None:
    costs = np.random.default_rng(seed).integers(0, 5, size=(size, size)).astype(float)
    columns = _least_cost(costs)
    assert sorted(columns.tolist()) == list(range(size))
    assert costs[np.arange(size), columns].sum() == costs[linear_sum_assignment(costs)].sum()


@pytest.mark.parametrize(("count", "least"), [(60, 0.45), (600, 0.8)])
def test_topics_lie_together_wherever_their_images_were(count: int, least: float) -> None:
    features, topic = topics(count, seed=1)
    positions = np.random.default_rng(2).normal(size=(count, 2))
    columns = int(count**0.5)
    scattered = assign_cells(positions, columns, 1.0)
    together = assign_cells(positions, columns, 1.0, Sorting(features, seed=0))
    assert same_in_touching(scattered, topic) < 0.25
    assert same_in_touching(together, topic) > least


def test_the_order_of_images_does_not_matter() -> None:
    features, _ = topics(200, seed=3)
    positions = np.random.default_rng(4).normal(size=(200, 2))
    shuffled = np.random.default_rng(5).permutation(200)
    cells = assign_cells(positions, 16, 1.0, Sorting(features, seed=6))
    again = assign_cells(positions[shuffled], 16, 1.0, Sorting(features[shuffled], seed=6))
    assert np.array_equal(again, cells[shuffled])


def test_images_of_an_earlier_wall_stay_about_where_they_are() -> None:
    features, topic = topics(400, seed=7)
    positions = np.random.default_rng(8).normal(size=(400, 2))
    wall = assign_cells(positions, 20, 1.0, Sorting(features, seed=0))
    hung = wall * [1.0, -1.0]
    stayed = assign_cells(hung, 20, 1.0, Sorting(features, seed=1, stay=True))
    assert np.quantile(np.abs(stayed - wall).max(axis=1), 0.9) <= 3
    assert same_in_touching(stayed, topic) > same_in_touching(wall, topic) - 0.02


@pytest.mark.parametrize(("count", "tolerance"), [(30, 0.2), (400, 0.05)])
def test_a_wall_that_is_made_again_keeps_its_size(count: int, tolerance: float) -> None:
    features, _ = topics(count, seed=10)
    positions = np.random.default_rng(11).normal(size=(count, 2))
    first = arrange_in_grid(positions, np.ones(count), Sorting(features, seed=0))
    again = first
    for seed in (1, 2, 3):
        sorting = Sorting(features, seed=seed, stay=True)
        again = arrange_in_grid(again.positions, np.ones(count), sorting)
    assert again.cell == pytest.approx(first.cell, rel=tolerance)


def test_images_that_are_all_alike_stay_where_they_were() -> None:
    positions = np.random.default_rng(9).normal(size=(50, 2))
    sorting = Sorting(np.zeros((50, 16), dtype=np.float32), seed=0)
    grid = arrange_in_grid(positions, np.ones(50), sorting)
    left = grid.positions[:, 0] < np.median(grid.positions[:, 0])
    assert positions[left, 0].mean() < positions[~left, 0].mean()
    assert len(np.unique(grid.positions.round(9), axis=0)) == 50
