from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tagatlas_mapping.cluster.scores import score_matrix

TAGS = pl.DataFrame(
    {
        "image": ["a", "a", "b", "c", "x"],
        "tag": ["y", "z", "z", "z", "q"],
        "score": [0.4, 0.2, 0.0, 0.1, 0.9],
    }
)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [3, 1, 4, 0, 2]])
def test_scores_are_by_image_and_label_in_any_order(order: list[int]) -> None:
    images = pl.DataFrame({"id": ["a", "b", "c"]})
    matrix, labels = score_matrix(images, TAGS[order].lazy())
    assert matrix.toarray().tolist() == [[0.4, 0.2], [0.0, 0.0], [0.0, 0.1]]
    assert labels == ["y", "z"]
    assert matrix.nnz == 3
    assert matrix.has_sorted_indices
    assert matrix.indices.dtype == np.int32
    assert matrix.indptr.dtype == np.int32


def test_images_without_a_tag_have_no_columns() -> None:
    matrix, labels = score_matrix(pl.DataFrame({"id": ["b"]}), TAGS.lazy())
    assert matrix.shape == (1, 0)
    assert labels == []
