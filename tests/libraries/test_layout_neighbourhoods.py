"""Images swap places so that those most like them are around them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from tagatlas_mapping.layout import swap_alike


def likeness_around(places: np.ndarray, features: np.ndarray) -> float:
    _, near = cKDTree(places).query(places, k=range(2, min(11, len(places)) + 1))
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    return float((unit[near] * unit[:, None]).sum())


def random_images(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    places = random.normal(size=(count, 2)) * 10
    return places, random.normal(size=(count, 5)).astype(np.float32)


@settings(max_examples=30)
@given(st.integers(1, 150), st.integers(0, 10**6))
def test_places_stay_the_same_and_those_around_become_no_less_alike(count: int, seed: int) -> None:
    places, features = random_images(count, seed)
    placed = swap_alike(places, features)
    assert sorted(map(tuple, placed)) == sorted(map(tuple, places))
    assert (swap_alike(places, features) == placed).all()
    if count > 2:
        before = likeness_around(places, features)
        assert likeness_around(placed, features) >= before - 1e-3 * count


def test_what_is_mixed_is_sorted() -> None:
    places, features = random_images(200, 0)
    topics = np.arange(200) % 4
    mixed = features * 0.1 + 3 * np.eye(5)[topics]
    placed = swap_alike(places, mixed.astype(np.float32))
    _, near = cKDTree(placed).query(placed, k=range(2, 7))
    assert (topics[near] == topics[:, None]).mean() > 0.7


def test_many_at_one_place_are_no_problem() -> None:
    features = np.eye(80, dtype=np.float32)
    features[3] = 0.0
    assert swap_alike(np.zeros((80, 2)), features) == pytest.approx(0)
