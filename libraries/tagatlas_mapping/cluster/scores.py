"""Tables of tags as matrices."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, get_index_dtype


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
    scored = tags.filter(pl.col("score") > 0)
    # Joining ids takes longest by far: labels of other images are left out thereafter.
    labels = scored.select(pl.col("tag").unique()).collect(engine="streaming")["tag"].sort()
    numbers = labels.to_frame().select("tag", pl.row_index("number").cast(pl.Int32))
    entries = (
        scored.join(rows.lazy(), on="image", maintain_order="left")
        .join(numbers.lazy(), on="tag", maintain_order="left")
        .select("row", "number", "score")
        .collect(engine="streaming")
    )
    if not entries["row"].is_sorted():
        entries = entries.sort("row")
    tag = entries["number"].to_numpy()
    used = np.zeros(len(labels), dtype=np.bool_)
    used[tag] = True
    column = (np.cumsum(used) - 1).astype(np.int32)
    # Rows are in order: as coordinates, entries would be there twice until they are sorted.
    starts = np.searchsorted(entries["row"].to_numpy(), np.arange(images.height + 1))
    matrix = csr_array(
        (
            entries["score"].to_numpy(writable=True),
            column[tag],
            starts.astype(get_index_dtype(maxval=entries.height)),
        ),
        shape=(images.height, int(used.sum())),
    )
    matrix.sum_duplicates()
    return matrix, labels.filter(pl.Series(used)).to_list()


def row_of_entry(matrix: csr_array) -> NDArray[np.intp]:
    """The row of each entry of a matrix, in the order of its data."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
