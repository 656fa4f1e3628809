"""Exact nearest neighbours of sparse vectors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.layout import kernel

_ROWS_AT_ONCE = 4096


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
    own = np.arange(vectors.shape[0], dtype=np.int64)
    return _search(vectors, vectors, own, count)


def nearest_among(
    vectors: csr_array, others: csr_array, count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows of another matrix most similar to each row; see :func:`nearest_neighbours`.

    Args:
        vectors: the rows to find neighbours of, shape (n, d), float32, no negative values.
        others: the rows they are found among, shape (m, d), likewise.
        count: how many neighbours of each row, at least 1.

    Returns:
        Row numbers in ``others``, int32, and similarities, float32, both of shape (n, count).
    """
    return _search(vectors, others, np.full(vectors.shape[0], -1, dtype=np.int64), count)


def _search(
    vectors: csr_array, others: csr_array, own: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """``own`` is the row of ``others`` that each vector is, and is not to find; else -1."""
    by_column = others.tocsc()
    rows = np.full((vectors.shape[0], count), -1, dtype=np.int32)
    similarities = np.zeros((vectors.shape[0], count), dtype=np.float32)

    def search(begin: int, end: int) -> None:
        _fill(
            vectors.indptr.astype(np.int64),
            vectors.indices.astype(np.int32),
            vectors.data,
            by_column.indptr.astype(np.int64),
            by_column.indices.astype(np.int32),
            by_column.data,
            own,
            others.shape[0],
            begin,
            end,
            rows,
            similarities,
        )

    # A row's neighbours do not depend on the others', so ranges of rows may run at once.
    bounds = [*range(0, vectors.shape[0], _ROWS_AT_ONCE), vectors.shape[0]]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(search, bounds[:-1], bounds[1:]):
            pass
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
    own: NDArray[np.int64],
    others: int,
    begin: int,
    end: int,
    rows: NDArray[np.int32],
    similarities: NDArray[np.float32],
) -> None:
    count = rows.shape[1]
    products = np.empty(others, np.float32)
    for row in range(begin, end):
        products[:] = 0.0
        for entry in range(row_starts[row], row_starts[row + 1]):
            column, value = row_columns[entry], row_values[entry]
            for other in range(column_starts[column], column_starts[column + 1]):
                products[column_rows[other]] += value * column_values[other]
        if own[row] >= 0:
            products[own[row]] = 0.0
        best, best_of = similarities[row], rows[row]
        for other in range(products.shape[0]):
            if products[other] > best[count - 1]:
                place = count - 1
                while place > 0 and best[place - 1] < products[other]:
                    best[place], best_of[place] = best[place - 1], best_of[place - 1]
                    place -= 1
                best[place], best_of[place] = products[other], other
