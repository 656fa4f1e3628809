"""Exact nearest neighbours of sparse vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.layout import kernel


def nearest_neighbours(
    vectors: csr_array, count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows most similar to each row, by dot product: the cosine where rows have unit length.

    Exact, and in memory of the order of input and output: each row is compared only with the
    rows it shares a column with, through an inverted index (Zobel & Moffat, "Inverted Files
    for Text Search Engines", ACM Computing Surveys 38(2), 2006).

    Args:
        vectors: one row an item, shape (n, d), float32, no negative values.
        count: how many neighbours of each row, at least 1.

    Returns:
        Row numbers, int32, and similarities, float32, both of shape (n, count), most similar
        first and the lower row first among equals. A row is not its own neighbour. Where fewer
        rows share anything with it, the rest is row -1 with similarity 0.
    """
    by_column = vectors.tocsc()
    rows = np.full((vectors.shape[0], count), -1, dtype=np.int32)
    similarities = np.zeros((vectors.shape[0], count), dtype=np.float32)
    _fill(
        vectors.indptr.astype(np.int64),
        vectors.indices.astype(np.int32),
        vectors.data,
        by_column.indptr.astype(np.int64),
        by_column.indices.astype(np.int32),
        by_column.data,
        rows,
        similarities,
    )
    return rows, similarities


def compile_kernels() -> None:
    """Compile now what the first search would compile: seconds, or nothing where it is cached."""
    nearest_neighbours(csr_array(np.ones((2, 1), dtype=np.float32)), 1)


@kernel
def _fill(
    row_starts: NDArray[np.int64],
    row_columns: NDArray[np.int32],
    row_values: NDArray[np.float32],
    column_starts: NDArray[np.int64],
    column_rows: NDArray[np.int32],
    column_values: NDArray[np.float32],
    rows: NDArray[np.int32],
    similarities: NDArray[np.float32],
) -> None:
    count = rows.shape[1]
    products = np.empty(rows.shape[0], np.float32)
    for row in range(rows.shape[0]):
        products[:] = 0.0
        for entry in range(row_starts[row], row_starts[row + 1]):
            column, value = row_columns[entry], row_values[entry]
            for other in range(column_starts[column], column_starts[column + 1]):
                products[column_rows[other]] += value * column_values[other]
        products[row] = 0.0
        best, best_of = similarities[row], rows[row]
        for other in range(products.shape[0]):
            if products[other] > best[count - 1]:
                place = count - 1
                while place > 0 and best[place - 1] < products[other]:
                    best[place], best_of[place] = best[place - 1], best_of[place - 1]
                    place -= 1
                best[place], best_of[place] = products[other], other
