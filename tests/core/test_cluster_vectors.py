from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tagatlas.cluster import tag_vectors


def test_a_row_holds_the_roots_of_the_scores_at_unit_length() -> None:
    tags = pl.DataFrame(
        [("a", "cat", 0.64), ("a", "dog", 0.36), ("b", "owl", 0.0), ("c", "cat", 0.5)],
        schema=["image", "tag", "score"],
        orient="row",
    )
    vectors = tag_vectors(pl.Series(["c", "b", "a", "d"]), tags).toarray()
    expected = np.array([[1.0, 0.0, 0.0], [0.0] * 3, [0.8, 0.6, 0.0], [0.0] * 3])
    assert vectors == pytest.approx(expected, abs=1e-6)
