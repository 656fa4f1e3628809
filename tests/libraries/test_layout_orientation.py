from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist

from tagatlas_mapping.layout import landscape

POSITIONS = arrays(
    np.float64, st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(-1e3, 1e3)
)


@given(POSITIONS)
def test_distances_stay_and_the_map_is_wider_than_high(positions: np.ndarray) -> None:
    everyone = np.ones(len(positions), dtype=bool)
    turned = landscape(positions, everyone)
    assert np.allclose(pdist(turned), pdist(positions), atol=1e-6)
    across, along = turned.var(axis=0)[::-1]
    assert along >= across - 1e-6
    assert turned[:, 0].max() >= -turned[:, 0].min() - 1e-6


def test_nothing_is_mirrored() -> None:
    corner = np.array([[0.0, 0.0], [0.0, 5.0], [-1.0, 5.0]])  # up, then to the left
    turned = landscape(corner, np.ones(3, dtype=bool))
    first, second = np.diff(turned, axis=0)
    assert first[0] * second[1] - first[1] * second[0] > 0


def test_only_the_guides_say_where_the_map_lies() -> None:
    positions = np.array([[0.0, -1.0], [0.0, 1.0], [900.0, 0.0]])
    turned = landscape(positions, np.array([True, True, False]))
    assert np.allclose(turned[:2, 1], 0)
    assert np.allclose(np.abs(turned[:2, 0]), 1)
