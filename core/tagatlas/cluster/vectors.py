"""Images as vectors of their tags."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_array


def tag_vectors(ids: pl.Series, tags: pl.DataFrame) -> csr_array:
    """The square roots of the scores of each image's tags, as a row of unit length.

    The dot product of two rows is the Bhattacharyya coefficient of the images' scores (the
    Hellinger kernel), so that weak tags still count.

    Args:
        ids: of n images (String).
        tags: ``image``, ``tag`` (String), ``score`` (Float64, in [0, 1]), ordered by image; tags
            of other images are ignored.

    Returns:
        float32, shape (n, labels), rows sorted; a column for each label of ``tags``, by label.
        The row of an image without a tag above 0 is empty.
    """
    # An image's tags follow each other: the long table is never joined by long ids.
    run = tags["image"].rle_id()
    runs = pl.DataFrame({"id": tags["image"].unique(maintain_order=True)}).with_row_index("run")
    row_of_id = pl.DataFrame({"id": ids}).with_row_index("row")
    row_of_run = runs.join(row_of_id, on="id", how="left", maintain_order="left")["row"]
    labels = tags["tag"].unique().sort()
    entries = pl.DataFrame(
        {
            "row": row_of_run.gather(run),
            "column": tags["tag"].replace_strict(
                labels, pl.int_range(len(labels), dtype=pl.Int32, eager=True)
            ),
            "score": tags["score"],
        }
    ).filter(pl.col("row").is_not_null(), pl.col("score") > 0)
    rows = entries["row"].to_numpy()
    sums = np.bincount(rows, entries["score"].to_numpy(), len(ids))
    values = np.sqrt(entries["score"].to_numpy() / sums[rows]).astype(np.float32)
    vectors = csr_array(
        (values, (rows.astype(np.int32), entries["column"].to_numpy())),
        shape=(len(ids), len(labels)),
    )
    vectors.sort_indices()
    return vectors
