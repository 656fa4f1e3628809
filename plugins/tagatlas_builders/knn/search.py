"""Exact nearest neighbours of dense vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import kernel

_PRODUCTS_AT_ONCE = 1 << 24
"""Maximum number of cosines in memory at a time: 64 MiB."""


def nearest_rows(
    vectors: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows most similar to each row, by dot product: the cosine where rows have unit length.

    Exact: all pairs are multiplied, some rows with all others at a time, so that time grows with
    the square of the number of rows and memory only with the number.

    Args:
        vectors: shape (n, d).
        count: number of neighbours of each row, at least 1.

    Returns:
        Row numbers, int32, and products, float32, both of shape (n, count), most similar first
        and the lower row first among equals. A row is not its own neighbour. Only products above
        0 count: if there are fewer, the rest is row -1 with the product 0.
    """
    size = len(vectors)
    rows = np.full((size, count), -1, dtype=np.int32)
    products = np.zeros((size, count), dtype=np.float32)
    step = max(1, _PRODUCTS_AT_ONCE // max(size, 1))
    for start in range(0, size, step):
        some = slice(start, start + step)
        _keep_best(vectors[some] @ vectors.T, start, rows[some], products[some])
    return rows, products


@kernel
def _keep_best(
    found: NDArray[np.float32],
    start: int,
    rows: NDArray[np.int32],
    products: NDArray[np.float32],
) -> None:
    count = rows.shape[1]
    for row in range(found.shape[0]):
        found[row, start + row] = 0.0
        best, best_of = products[row], rows[row]
        for other in range(found.shape[1]):
            product = found[row, other]
            if product > best[count - 1]:
                place = count - 1
                while place > 0 and best[place - 1] < product:
                    best[place], best_of[place] = best[place - 1], best_of[place - 1]
                    place -= 1
                best[place], best_of[place] = product, other
