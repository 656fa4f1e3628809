from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tagatlas_mapping.maps.pictured import choose_pictured

points = arrays(
    np.float64,
    st.tuples(st.integers(1, 60), st.just(2)),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False),
)


@given(points, st.integers(1, 70))
def test_some_are_chosen_but_no_more_than_may_be(positions: NDArray[np.float64], most: int) -> None:
    clusters = np.arange(len(positions), dtype=np.int32) % 3
    shown = choose_pictured(positions, clusters, np.zeros(len(positions)), most)
    assert shown.sum() <= max(most, 3)
    assert set(clusters[shown]) == set(clusters)
    if len(positions) <= most:
        assert shown.all()


def test_crowded_and_sparse_ground_is_shown_alike_by_its_most_typical_images() -> None:
    dice = np.random.default_rng(0)
    crowd = dice.uniform(0, 1, (900, 2))
    sparse = dice.uniform((1, 0), (2, 1), (100, 2))
    positions = np.concatenate([crowd, sparse])
    typicality = dice.uniform(0, 1, 1000)
    shown = choose_pictured(positions, np.zeros(1000, dtype=np.int32), typicality, 100)
    assert 70 <= shown.sum() <= 100
    assert shown[:900].sum() < 2 * shown[900:].sum()
    assert np.median(typicality[:900][shown[:900]]) > 0.85


def test_of_equals_the_first_is_chosen() -> None:
    positions = np.array([[0.0, 0.0], [0.0, 0.0], [9.0, 9.0], [9.0, 9.0], [9.0, 9.0]])
    clusters = np.array([1, 1, 0, 0, 0], dtype=np.int32)
    typicality = np.array([0.5, 0.5, 0.1, 0.7, 0.7])
    shown = choose_pictured(positions, clusters, typicality, 2)
    assert shown.tolist() == [True, False, False, True, False]
