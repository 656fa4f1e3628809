from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from tagatlas_mapping.layout import arrange_in_grid
from tagatlas_mapping.layout.grid import assign_cells

Array = NDArray[np.float64]

points = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 60), st.just(2)),
    elements=st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]),
)
shapes = st.floats(0.5, 2.0)


def shared_neighbours(before: Array, after: Array, k: int = 10) -> float:
    """Mean share of each point's k nearest that are the same before and after."""
    first, second = (
        np.asarray(cKDTree(each).query(each, k=range(2, k + 2))[1]) for each in (before, after)
    )
    return float((first[:, :, None] == second[:, None, :]).any(axis=2).mean())


def themes(count: int, seed: int) -> Array:
    """Dense and loose heaps of points."""
    random = np.random.default_rng(seed)
    theme = random.integers(0, 12, count)
    centres, widths = random.uniform(0, 100, size=(12, 2)), random.uniform(1, 12, size=12)
    return np.asarray(centres[theme] + widths[theme, None] * random.normal(size=(count, 2)))


@given(points, st.integers(1, 60), shapes)
@settings(deadline=None)
def test_each_point_has_a_cell_of_its_own_and_only_the_last_row_is_not_full(
    positions: Array, columns: int, shape: float
) -> None:
    count = len(positions)
    columns = min(columns, count)
    cells = assign_cells(positions, columns, shape)
    numbers = cells[:, 1] * columns + cells[:, 0]
    assert (cells[:, 0] < columns).all()
    assert sorted(numbers.tolist()) == list(range(count))


@given(points, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_order_of_points_does_not_matter(positions: Array, seed: int) -> None:
    positions = np.unique(positions, axis=0)
    shuffled = np.random.default_rng(seed).permutation(len(positions))
    columns = max(1, int(len(positions) ** 0.5))
    cells = assign_cells(positions, columns, 1.0)
    assert np.array_equal(assign_cells(positions[shuffled], columns, 1.0), cells[shuffled])


@given(st.integers(1, 12), st.integers(1, 12), shapes)
@settings(deadline=None)
def test_what_is_a_grid_already_stays_as_it_is(columns: int, rows: int, shape: float) -> None:
    row, column = np.divmod(np.random.default_rng(0).permutation(columns * rows), columns)
    positions = np.column_stack([column * shape, -row]).astype(float)
    cells = assign_cells(positions, columns, shape)
    assert np.array_equal(cells, np.column_stack([column, row]))


@given(points, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_images_fit_into_their_cells_and_keep_their_aspect(positions: Array, seed: int) -> None:
    aspect = np.exp(np.random.default_rng(seed).normal(scale=0.5, size=len(positions)))
    grid = arrange_in_grid(positions, aspect)
    assert np.isfinite(grid.positions).all()
    assert grid.boxes[:, 0] / grid.boxes[:, 1] == pytest.approx(aspect)
    assert (grid.boxes < grid.cell).all()
    # One side of each image fills its cell as far as any image does.
    filled = (grid.boxes / grid.cell).max(axis=1)
    assert filled == pytest.approx(filled[0])
    offsets = (grid.positions - grid.positions[0]) / grid.cell
    assert offsets == pytest.approx(np.rint(offsets), abs=1e-6)
    assert len(np.unique(np.rint(offsets), axis=0)) == len(positions)


@pytest.mark.parametrize("count", [1, 2, 7, 439, 1000])
@pytest.mark.parametrize("spread", [(3.0, 1.0), (1.0, 1.0), (1.0, 3.0)])
def test_grids_are_in_landscape_and_hardly_a_cell_is_empty(
    count: int, spread: tuple[float, float]
) -> None:
    positions = themes(count, seed=1) * spread
    grid = arrange_in_grid(positions, np.full(count, 1.5))
    columns, rows = np.rint(np.ptp(grid.positions, axis=0) / grid.cell).astype(int) + 1
    assert 0 <= columns * rows - count < columns
    if count > 100:
        # From 1.2 to 16/9, by a tenth more or less.
        assert 1.05 < columns * grid.cell[0] / (rows * grid.cell[1]) < 2.0
        assert columns * rows - count < 0.02 * count
    low, high = np.percentile(positions, [1, 99], axis=0)
    assert (grid.positions.mean(axis=0) > low).all() or count < 10
    assert (grid.positions.mean(axis=0) < high).all() or count < 10


def test_neighbours_stay_neighbours_as_well_as_with_the_least_total_distance() -> None:
    """The reference assigns points to the cells so that the sum of squared moves is least."""
    positions, count, columns = themes(1000, seed=2), 1000, 40
    cells = assign_cells(positions, columns, 1.0).astype(float) * [1, -1]
    every = np.column_stack(np.divmod(np.arange(count), columns)[::-1]) * [1.0, -1.0]
    low, high = positions.min(axis=0), positions.max(axis=0)
    spread = low + (every - every.min(axis=0)) / np.ptp(every, axis=0) * (high - low)
    _, chosen = linear_sum_assignment(cdist(positions, spread, "sqeuclidean"))
    ours, reference = (shared_neighbours(positions, each) for each in (cells, every[chosen]))
    assert ours > reference - 0.03
    assert ours > 0.5


def test_is_deterministic_and_leaves_its_arguments_alone() -> None:
    positions, aspect = themes(500, seed=3), np.linspace(0.5, 2, 500)
    kept = positions.copy()
    first = arrange_in_grid(positions, aspect)
    again = arrange_in_grid(positions, aspect)
    assert first.positions.tobytes() == again.positions.tobytes()
    assert np.array_equal(positions, kept)


@pytest.mark.parametrize("far", [1e-161, 1e-154, 1e-100, 5e-324])
def test_places_closer_than_numbers_can_tell_get_a_grid_too(far: float) -> None:
    positions = np.zeros((20, 2))
    positions[0] = far, 5e-324
    grid = arrange_in_grid(positions, np.ones(20))
    assert grid.boxes[:, 0] == pytest.approx(grid.boxes[:, 1])
    assert len(np.unique(np.rint((grid.positions - grid.positions[0]) / grid.cell), axis=0)) == 20


def test_a_pile_at_one_place_gets_a_grid_too() -> None:
    grid = arrange_in_grid(np.zeros((30, 2)), np.ones(30))
    assert len(np.unique(grid.positions.round(9), axis=0)) == 30
