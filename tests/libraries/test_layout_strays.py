"""Images astray from the main piece of their group are put back to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from tagatlas_mapping.layout import bring_back, strays

REACH = 2.6


def test_strays_are_those_outside_the_piece_with_the_most() -> None:
    places = np.array([[0, 0], [2, 0], [4, 0], [9, 0], [11, 0], [1, 1], [9, 1]], dtype=float)
    groups = np.array([0, 0, 0, 0, 0, 1, 1], dtype=np.int32)
    assert strays(places, groups, REACH).tolist() == [False] * 3 + [True] * 2 + [False, True]


def test_a_stray_goes_beside_those_it_is_linked_with() -> None:
    row = np.column_stack([np.arange(6.0), np.zeros(6)])
    places = np.vstack([row, [[30.0, 0.0], [30.0, 9.0]]])
    groups = np.zeros(8, dtype=np.int32)
    links = np.zeros((8, 8))
    links[6, [0, 2, 7]] = links[[0, 2, 7], 6] = 1.0
    is_stray = strays(places, groups, REACH)
    placed = bring_back(places, groups, is_stray, csr_array(links), REACH)
    assert placed[:6] == pytest.approx(row)
    assert placed[6] == pytest.approx([1.26, 0.0])
    assert np.hypot(*(placed[7] - row[5])) == pytest.approx(0.26)  # linked with strays only


@given(st.integers(1, 80), st.integers(1, 4), st.integers(0, 10**6))
def test_none_is_astray_thereafter_and_the_others_stay(
    count: int, groups_count: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform(0, 20, (count, 2))
    groups = random.integers(0, groups_count, count).astype(np.int32)
    some = np.triu(random.random((count, count)) < 0.1, 1)
    is_stray = strays(places, groups, REACH)
    placed = bring_back(places, groups, is_stray, csr_array((some + some.T) * 1.0), REACH)
    assert not strays(placed, groups, REACH).any()
    assert (placed[~is_stray] == places[~is_stray]).all()
