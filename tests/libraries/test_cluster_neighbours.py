from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.neighbours import nearest_neighbours, similar_by_shard, similar_images
from tagatlas_mapping.cluster.vectors import image_vectors

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


def similarities_by_hand(
    tags: NDArray[np.float32], embeddings: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The mean of the cosines of centred roots of scores and of embeddings."""
    roots = np.sqrt(tags / tags.sum(axis=1, keepdims=True))
    centred = roots - roots.sum(axis=0) / (len(tags) + 10)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray((unit @ unit.T + embeddings @ embeddings.T) / 2, dtype=np.float64)


def test_similar_images_are_those_of_all_similarities() -> None:
    dice = np.random.default_rng(0)
    tags = (dice.random((80, 30)) * (dice.random((80, 30)) < 0.3)).astype(np.float32)
    tags[:, 0] += 0.01
    dense = dice.normal(size=(80, 5)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    vectors = image_vectors(csr_array(tags.astype(np.float64)), None)
    both = dataclasses.replace(vectors, embeddings=dense)
    expected = similarities_by_hand(tags, dense)
    np.fill_diagonal(expected, -2.0)
    rows, found = similar_images(both, 6)
    assert rows.tolist() == np.argsort(-expected, axis=1)[:, :6].tolist()
    assert found == pytest.approx(np.take_along_axis(expected, rows, axis=1), abs=1e-5)
    part = np.arange(0, 80, 3)
    others = np.setdiff1d(np.arange(80), part)
    rows, _ = similar_images(both.take(others), 4, among=both.take(part))
    among = expected[others][:, part]
    assert rows.tolist() == np.argsort(-among, axis=1)[:, :4].tolist()


def test_neighbours_by_shard_are_those_of_all_at_once() -> None:
    dice = np.random.default_rng(5)
    scores = csr_array(dice.random((1500, 40)) * (dice.random((1500, 40)) < 0.1))
    embeddings = dice.normal(size=(1500, 48)).astype(np.float16)
    sought = np.arange(400, 1500)
    for vectors in (image_vectors(scores, None), image_vectors(scores, embeddings)):
        among = vectors.take(np.arange(400))
        expected, _ = similar_images(vectors.take(sought), 5, among=among)
        shards = list(similar_by_shard(vectors, sought, 5, among=among, shard=256))
        assert [len(rows) for rows, _ in shards] == [256, 256, 256, 256, 76]
        assert np.concatenate([rows for rows, _ in shards]).tolist() == sought.tolist()
        assert np.concatenate([found for _, found in shards]).tolist() == expected.tolist()
        assert not list(similar_by_shard(vectors, sought[:0], 5, among=among))
