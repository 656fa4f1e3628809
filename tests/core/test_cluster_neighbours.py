from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.cluster.neighbours import nearest_among, nearest_neighbours

# Sums of quarters are exact, so that ties are ties in whatever order they are summed.
matrices = arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 6)),
    elements=st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0]),
)


def by_sorting(
    vectors: NDArray[np.float32], count: int
) -> tuple[list[list[int]], list[list[float]]]:
    rows: list[list[int]] = []
    similarities: list[list[float]] = []
    for row, vector in enumerate(vectors):
        products = [float(vector @ other) for other in vectors]
        best = sorted(
            (-product, other)
            for other, product in enumerate(products)
            if product > 0 and other != row
        )[:count]
        missing = count - len(best)
        rows.append([other for _, other in best] + [-1] * missing)
        similarities.append([-negative for negative, _ in best] + [0.0] * missing)
    return rows, similarities


@settings(deadline=None)  # the first call compiles
@given(matrices, st.integers(1, 14))
def test_neighbours_are_exact_and_ties_go_to_the_lower_row(
    vectors: NDArray[np.float32], count: int
) -> None:
    rows, similarities = nearest_neighbours(csr_array(vectors), count)
    expected_rows, expected_similarities = by_sorting(vectors, count)
    assert rows.tolist() == expected_rows
    assert similarities.tolist() == expected_similarities


def test_neighbours_of_random_vectors_are_those_of_all_products() -> None:
    dice = np.random.default_rng(0)
    dense = np.where(dice.random((500, 80)) < 0.1, dice.random((500, 80)), 0).astype(np.float32)
    products = dense @ dense.T
    np.fill_diagonal(products, -1.0)
    _, similarities = nearest_neighbours(csr_array(dense), 10)
    expected = np.sort(products, axis=1)[:, :-11:-1].clip(min=0.0)
    assert similarities == pytest.approx(expected, abs=1e-5)


@settings(deadline=None)
@given(matrices, st.integers(1, 14), st.data())
def test_neighbours_among_others_are_those_of_all_products(
    vectors: NDArray[np.float32], count: int, data: st.DataObject
) -> None:
    part = sorted(data.draw(st.sets(st.integers(0, len(vectors) - 1), min_size=1)))
    rows, similarities = nearest_among(csr_array(vectors), csr_array(vectors[part]), count)
    for row, vector in enumerate(vectors):
        products = vectors[part] @ vector
        best = [other for other in np.argsort(-products, kind="stable") if products[other] > 0]
        found = [other for other in rows[row].tolist() if other >= 0]
        assert found == best[:count]
        assert similarities[row, : len(found)].tolist() == products[found].tolist()
