from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tagatlas.cluster.scores import score_matrix
from tagatlas.cluster.vectors import distinct_rows, image_vectors

ROWS = [("a", "cat", 0.64), ("a", "dog", 0.36), ("b", "owl", 0.0), ("c", "cat", 0.5)]


def table(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["image", "tag", "score"], orient="row")


def test_scores_are_a_matrix_of_images_by_labels() -> None:
    tags = table(*ROWS, ("another", "cat", 1.0))
    matrix, labels = score_matrix(pl.DataFrame({"id": ["c", "b", "a"]}), tags)
    assert labels == ["cat", "dog"]
    assert matrix.toarray() == pytest.approx(np.array([[0.5, 0.0], [0.0, 0.0], [0.64, 0.36]]))


def test_a_vector_holds_the_roots_of_the_scores_at_unit_length() -> None:
    scores, _ = score_matrix(pl.DataFrame({"id": ["c", "b", "a"]}), table(*ROWS))
    vectors = image_vectors(scores, None)
    expected = np.array([[1.0, 0.0], [0.0, 0.0], [0.8, 0.6]])
    assert vectors.tags.toarray() == pytest.approx(expected, abs=1e-6)
    assert vectors.has_tags.tolist() == [True, False, True]
    assert vectors.parts == 1


def test_equal_images_are_one_row_and_unlike_ones_are_not() -> None:
    ids = pl.DataFrame({"id": ["a", "b", "c", "d", "e"]})
    tags = table(("a", "cat", 0.5), ("b", "dog", 0.5), ("c", "cat", 0.5), ("e", "cat", 0.25))
    scores, _ = score_matrix(ids, tags)
    first, sets = distinct_rows(scores, None)
    assert first.tolist() == [0, 1, 3, 4]
    assert sets.tolist() == [0, 1, 0, 2, 3]
    embeddings = np.zeros((5, 3), dtype=np.float16)
    embeddings[2, 1] = 1.0
    first, sets = distinct_rows(scores, embeddings)
    assert sets.tolist() == [0, 1, 2, 3, 4]
