from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.neighbours import similar_images
from tagatlas_mapping.cluster.vectors import Vectors, distinct_rows, image_vectors

Matrix = NDArray[np.float64]
Halves = NDArray[np.float16]


@st.composite
def collections(draw: st.DrawFn) -> tuple[Matrix, Halves]:
    """Scores and embeddings of a few images, of which some have none."""
    count = draw(st.integers(2, 12))
    scores = arrays(
        np.float64, (count, 5), elements=st.sampled_from([0.0, 0.0, 0.1, 0.25, 0.5, 1.0])
    )
    embeddings = arrays(
        np.float16, (count, 6), elements=st.sampled_from([-3.0, -1.0, 0.0, 0.0, 0.5, 2.0])
    )
    return draw(scores), draw(embeddings)


def unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-3)
    return found


def similarities(scores: Matrix, embeddings: Halves) -> Matrix:
    """Of all pairs, by the definition, without reducing embeddings."""
    has_tags = np.asarray(scores.any(axis=1))
    totals = scores.sum(axis=1, keepdims=True)
    roots = np.sqrt(scores / np.where(totals > 0, totals, 1))
    centred = roots - roots.sum(axis=0) / (has_tags.sum() + 10)
    tags = unit(centred) * has_tags[:, None]
    if not embeddings.any():
        return np.asarray(tags @ tags.T)
    values = embeddings.astype(np.float64)
    powers = np.sign(values) * np.sqrt(np.abs(values))
    there = np.asarray(powers.any(axis=1))
    seen = unit(powers - powers.sum(axis=0) / (there.sum() + 10)) * there[:, None]
    return np.asarray((tags @ tags.T + seen @ seen.T) / 2)


def compared(vectors: Vectors) -> tuple[NDArray[np.bool_], Matrix]:
    """Which pairs a search compares, and how alike it finds them."""
    count = len(vectors)
    rows, found = similar_images(vectors, count)
    pairs, values = np.zeros((count, count), dtype=np.bool_), np.zeros((count, count))
    for row in range(count):
        there = rows[row] >= 0
        pairs[row, rows[row][there]] = True
        values[row, rows[row][there]] = found[row][there]
        assert np.all(np.diff(found[row][there]) <= 1e-6)
    return pairs, values


@settings(deadline=None)
@given(collections())
def test_similarities_are_those_of_the_definition(collection: tuple[Matrix, Halves]) -> None:
    scores, embeddings = collection
    pairs, values = compared(image_vectors(csr_array(scores), embeddings))
    expected = similarities(scores, embeddings)
    assert values[pairs] == pytest.approx(expected[pairs], abs=2e-3)
    others = ~np.eye(len(scores), dtype=np.bool_)
    shares = (scores @ scores.T > 0) | bool(embeddings.any())
    assert np.array_equal(pairs, shares & others)


@settings(deadline=None)
@given(collections())
def test_searching_among_all_images_finds_each_image_itself(
    collection: tuple[Matrix, Halves],
) -> None:
    vectors = image_vectors(csr_array(collection[0]), None)
    rows, found = similar_images(vectors, 1, among=vectors)
    has_tags = vectors.has_tags
    assert found[has_tags, 0] == pytest.approx(1.0, abs=1e-3)
    assert np.all(rows[~has_tags] == -1)


def test_embeddings_of_many_dimensions_are_reduced_and_keep_their_neighbours() -> None:
    dice = np.random.default_rng(0)
    groups = dice.integers(0, 8, 300)
    centres = dice.normal(size=(8, 200))
    embeddings = (centres[groups] + 0.5 * dice.normal(size=(300, 200))).astype(np.float16)
    vectors = image_vectors(csr_array((300, 0)), embeddings)
    assert vectors.embeddings.shape[1] < 200
    rows, _ = similar_images(vectors, 5)
    assert np.mean(groups[rows] == groups[:, None]) > 0.99


def test_vectors_are_the_same_each_time() -> None:
    dice = np.random.default_rng(1)
    scores = csr_array(dice.random((50, 8)))
    embeddings = dice.normal(size=(50, 90)).astype(np.float16)
    first, again = (image_vectors(scores, embeddings) for _ in range(2))
    assert first.embeddings.tobytes() == again.embeddings.tobytes()
    assert first.tags.data.tobytes() == again.tags.data.tobytes()


@given(collections())
def test_images_that_are_equal_in_tags_and_embedding_are_one(
    collection: tuple[Matrix, Halves],
) -> None:
    scores, embeddings = collection
    first, sets = distinct_rows(csr_array(scores), embeddings)
    whole = [
        (*tags, *seen) for tags, seen in zip(scores.tolist(), embeddings.tolist(), strict=True)
    ]
    assert [whole[row] for row in first] == list(dict.fromkeys(whole))
    assert [whole[first[number]] for number in sets] == whole


def test_of_many_images_each_is_as_it_would_be_of_few() -> None:
    dice = np.random.default_rng(2)
    some = csr_array(np.round(dice.random((700, 6)) * (dice.random((700, 6)) < 0.6), 1))
    rows = dice.integers(0, 700, 10_000)
    many = csr_array(some[rows])
    first, sets = distinct_rows(many, None)
    (few, few_sets), texts = distinct_rows(some, None), some.toarray()
    np.testing.assert_array_equal(texts[rows[first]][sets], texts[rows])
    assert len(first) == len(np.unique(few_sets[rows])) <= len(few)
    vectors, alone = image_vectors(many, None), image_vectors(some, None)
    np.testing.assert_array_equal(vectors.tags.toarray(), alone.tags.toarray()[rows])
    common = vectors.tags.toarray().astype(np.float64).sum(axis=0) / (vectors.has_tags.sum() + 10)
    np.testing.assert_allclose(vectors.common, common, rtol=1e-6)
