from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from tagatlas_mapping.layout import swap_closer

Array = NDArray[np.float64]


def paired(count: int, seed: int) -> csr_array:
    """Symmetric links between random images."""
    random = np.random.default_rng(seed)
    upper = triu(random.random((count, count)) * (random.random((count, count)) < 0.2), k=1)
    return csr_array(upper + upper.T)


def length(places: Array, links: csr_array, near: float) -> float:
    """What swaps shorten: the sum of the links' weights times the logarithms of their lengths."""
    first, second = links.tocoo().coords
    squares = ((places[first] - places[second]) ** 2).sum(axis=1)
    return float((links.tocoo().data * np.log(near**2 + squares)).sum())


@given(st.integers(1, 60), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_places_stay_the_same_and_links_become_no_longer(count: int, seed: int) -> None:
    places, links = np.random.default_rng(seed).random((count, 2)), paired(count, seed)
    swapped = swap_closer(places, links, 0.1)
    assert sorted(map(tuple, swapped.tolist())) == sorted(map(tuple, places.tolist()))
    assert length(swapped, links, 0.1) <= length(places, links, 0.1) + 1e-9
    assert swapped.tobytes() == swap_closer(places, links, 0.1).tobytes()


def test_strays_return_to_those_they_are_linked_with() -> None:
    places = np.array([[x, y] for x in range(20) for y in range(10)], float)
    distances = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    links = csr_array(((distances > 0) & (distances < 1.5)).astype(float))
    astray = places.copy()
    astray[[3, 150]] = places[[150, 3]]
    assert swap_closer(astray, links, 0.5) == pytest.approx(places)


def test_images_without_links_stay() -> None:
    places = np.random.default_rng(0).random((30, 2))
    assert (swap_closer(places, csr_array((30, 30)), 0.1) == places).all()


def test_images_stay_where_they_were_on_an_earlier_map() -> None:
    places = np.array([(x, y) for x in range(6) for y in range(6)], dtype=float)
    order = np.random.default_rng(2).permutation(36)
    links = csr_array(np.ones((36, 36)) - np.eye(36))  # all are alike: nothing else moves them
    found = swap_closer(places[order], links, 0.5, homes=places)
    assert np.linalg.norm(found - places, axis=1).mean() < 0.5
    assert sorted(map(tuple, found)) == sorted(map(tuple, places))
