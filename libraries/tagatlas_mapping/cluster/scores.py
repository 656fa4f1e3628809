"""Tables of tags as matrices."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array


def score_matrix(images: pl.DataFrame, tags: pl.LazyFrame) -> tuple[csr_array, list[str]]:
    """The scores of images' tags.

    Args:
        images: n images: ``id`` (String).
        tags: their tags, in any order: ``image``, ``tag`` (String), ``score`` (Float64); scores
            of 0 and tags of other images are ignored.

    Returns:
        Scores, shape (n, t), float64, the columns of each row in order; and the tags' labels.
    """
    rows = images.select(pl.col("id").alias("image"), pl.row_index("row").cast(pl.Int32))
    scored = tags.filter(pl.col("score") > 0).join(rows.lazy(), on="image")
    labels = scored.select(pl.col("tag").unique()).collect(engine="streaming").sort("tag")
    columns = labels.with_row_index("column").cast({"column": pl.Int32})
    entries = (
        scored.join(columns.lazy(), on="tag")
        .select("row", "column", "score")
        .collect(engine="streaming")
    )
    matrix = csr_array(
        (entries["score"].to_numpy(), (entries["row"].to_numpy(), entries["column"].to_numpy())),
        shape=(images.height, labels.height),
    )
    matrix.sort_indices()
    return matrix, labels["tag"].to_list()


def row_of_entry(matrix: csr_array) -> NDArray[np.intp]:
    """The row of each entry of a matrix, in the order of its data."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
