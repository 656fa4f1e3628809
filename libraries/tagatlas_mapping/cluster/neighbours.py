"""Exact nearest neighbours of sparse vectors, and of images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from tagatlas.compiled import kernel
from tagatlas_mapping.cluster.scores import row_of_entry
from tagatlas_mapping.cluster.vectors import Vectors
from tagatlas_processors import processors

Neighbours = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Row numbers and similarities, both of shape (n, count), the most similar first."""

_ROWS_AT_ONCE = 256
_ROUNDING = np.float32(1e-5)

SHARD = 1 << 16
"""Number of images whose neighbours are sought at a time, where there are many."""


def nearest_neighbours(vectors: csr_array, count: int) -> Neighbours:
    """The rows most similar to each row, by dot product: the cosine where rows have unit length.

    Exact, and in memory of the order of input and output: each row is compared only with the
    rows it shares a column with, through an inverted index (Zobel & Moffat, "Inverted Files
    for Text Search Engines", ACM Computing Surveys 38(2), 2006). All cores work on it.

    Args:
        vectors: one row an item, shape (n, d), float32, no negative values.
        count: number of neighbours of each row, at least 1.

    Returns:
        Row numbers, int32, and similarities, float32, both of shape (n, count), most similar
        first and the lower row first among equals. A row is not its own neighbour. If fewer
        rows share a column with it, the rest is row -1 with similarity 0.
    """
    size = vectors.shape[0]
    nothing = np.zeros(size, dtype=np.float32)
    dense = np.empty((size, 0), dtype=np.float32)
    return _search(
        _Sought(vectors, nothing, dense, np.arange(size)),
        _Searched(vectors.tocsc(), nothing, nothing, dense),
        count,
    )


def similar_images(vectors: Vectors, count: int, *, among: Vectors | None = None) -> Neighbours:
    """The images most similar to each image, by the similarity of :class:`Vectors`; exact.

    Without embeddings, an image is compared only with those that share a tag with it.

    Args:
        vectors: of n images.
        count: number of neighbours of each image, at least 1.
        among: the images that are searched; None for the same, none its own neighbour.

    Returns:
        Row numbers, int32, and similarities in [-1, 1], float32, both of shape (n, count), most
        similar first and the lower row first among equals. If fewer rows can be compared, the
        rest is row -1 with similarity 0.
    """
    other = vectors if among is None else among
    own_lengths, lengths = vectors.lengths(), other.lengths()
    own = np.arange(len(vectors)) if among is None else np.full(len(vectors), -1)
    # With the common part c taken off, the product of a and b is ab - ac - bc + cc. Over the
    # length of b only: that of a is the same for all candidates.
    slopes = other.has_tags.astype(np.float32) / lengths
    offsets = (other.along_common() - other.common @ other.common) * slopes
    tags = other.tags
    scaled = csr_array(
        (tags.data / lengths[row_of_entry(tags)], tags.indices, tags.indptr), shape=tags.shape
    )
    rows, products = _search(
        _Sought(
            vectors.tags,
            vectors.along_common(),
            vectors.embeddings * own_lengths[:, None],
            own,
        ),
        _Searched(scaled.tocsc(), slopes, offsets, other.embeddings),
        count,
    )
    return rows, products / (own_lengths[:, None] * vectors.parts)


def similar_by_shard(
    vectors: Vectors, sought: NDArray[np.intp], count: int, *, among: Vectors, shard: int = SHARD
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
    """:func:`similar_images` among others, of any number of images in little memory.

    A shard's neighbours depend on its own vectors and on those searched, and on nothing else.

    Args:
        vectors: of n images.
        sought: rows of the images whose neighbours are sought, shape (m,).
        count: number of neighbours of each, at least 1.
        among: the images that are searched.
        shard: number of images at a time. For the same to the bit as of all at once: a multiple
            of 256.

    Yields:
        Rows of some of the images, as ``sought`` has them, shape (s,), and the row numbers of
        their neighbours, shape (s, count), as from :func:`similar_images`.
    """
    for start in range(0, len(sought), shard):
        rows = sought[start : start + shard]
        yield rows, similar_images(vectors.take(rows), count, among=among)[0]


class Search(Protocol):
    """Finds the images most similar to some, as :func:`similar_by_shard` does, maybe elsewhere."""

    def __call__(
        self, vectors: Vectors, sought: NDArray[np.intp], count: int, *, among: Vectors
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.int32]]]:
        """See :func:`similar_by_shard`."""


def compile_kernels() -> None:
    """Compile the kernels of a search, or read them from numba's cache."""
    nearest_neighbours(csr_array(np.ones((2, 1), dtype=np.float32)), 1)


@dataclass(frozen=True, eq=False)
class _Sought:
    """Rows whose neighbours are sought.

    Attributes:
        rows: sparse parts, shape (n, d).
        along: factor of ``slopes`` for each row, shape (n,).
        dense: dense parts, shape (n, e); e is 0 if there are none.
        own: number of each row among those searched, -1 if it is not, shape (n,).
    """

    rows: csr_array
    along: NDArray[np.float32]
    dense: NDArray[np.float32]
    own: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Searched:
    """Rows that are searched.

    The similarity of two rows is the product of their sparse parts, less ``along * slope +
    offset`` if the sought row has a sparse part, plus the product of their dense parts.

    Attributes:
        columns: sparse parts, shape (m, d).
        slopes, offsets: shape (m,).
        dense: dense parts, shape (m, e).
    """

    columns: csc_array
    slopes: NDArray[np.float32]
    offsets: NDArray[np.float32]
    dense: NDArray[np.float32]


def _search(sought: _Sought, searched: _Searched, count: int) -> Neighbours:
    size = sought.rows.shape[0]
    rows = np.full((size, count), -1, dtype=np.int32)
    similarities = np.full((size, count), -np.inf, dtype=np.float32)
    row_starts = sought.rows.indptr.astype(np.int64)
    column_starts = searched.columns.indptr.astype(np.int64)
    has_dense = searched.dense.shape[1] > 0

    def search_some(start: int) -> None:
        some = slice(start, start + _ROWS_AT_ONCE)
        dense = sought.dense[some]
        if has_dense:
            dense = dense @ searched.dense.T
        _fill(
            row_starts[start : start + len(dense) + 1],
            sought.rows.indices,
            sought.rows.data,
            sought.along[some],
            sought.own[some],
            column_starts,
            searched.columns.indices,
            searched.columns.data,
            searched.slopes,
            searched.offsets,
            dense,
            has_dense,
            rows[some],
            similarities[some],
        )

    _in_threads(search_some, range(0, size, _ROWS_AT_ONCE))
    similarities[rows < 0] = 0.0
    return rows, similarities


def _in_threads(work: Callable[[int], None], starts: range) -> None:
    """Do the work for all starts, on all cores; the pieces are independent."""
    if len(starts) == 1:  # starting a thread would take longer
        work(starts[0])
        return
    with ThreadPoolExecutor(processors(), thread_name_prefix="neighbours") as pool:
        for _ in pool.map(work, starts):
            pass


@kernel
def _fill(
    row_starts: NDArray[np.int64],
    row_columns: NDArray[np.int32],
    row_values: NDArray[np.float32],
    along: NDArray[np.float32],
    own: NDArray[np.int64],
    column_starts: NDArray[np.int64],
    column_rows: NDArray[np.int32],
    column_values: NDArray[np.float32],
    slopes: NDArray[np.float32],
    offsets: NDArray[np.float32],
    dense: NDArray[np.float32],
    has_dense: bool,
    rows: NDArray[np.int32],
    similarities: NDArray[np.float32],
) -> None:
    count = rows.shape[1]
    if not len(slopes):
        return
    products = np.empty(slopes.shape[0], np.float32)
    low_slope, high_slope, low_offset = slopes.min(), slopes.max(), offsets.min()
    for row in range(rows.shape[0]):
        if has_dense:
            products[:] = dense[row]
        else:
            products[:] = 0.0
        for entry in range(row_starts[row], row_starts[row + 1]):
            column, value = row_columns[entry], row_values[entry]
            for other in range(column_starts[column], column_starts[column + 1]):
                products[column_rows[other]] += value * column_values[other]
        share = np.float32(row_starts[row] < row_starts[row + 1])
        best, best_of = similarities[row], rows[row]
        least = best[count - 1]
        # No product below this can be enough, whatever is taken off it.
        most_off = min(along[row] * low_slope, along[row] * high_slope) + low_offset
        enough = least + share * most_off - _ROUNDING
        for other in range(products.shape[0]):
            if products[other] < enough:
                continue
            likeness = products[other] - share * (along[row] * slopes[other] + offsets[other])
            if likeness > least and (has_dense or products[other] > 0) and other != own[row]:
                place = count - 1
                while place > 0 and best[place - 1] < likeness:
                    best[place], best_of[place] = best[place - 1], best_of[place - 1]
                    place -= 1
                best[place], best_of[place] = likeness, other
                least = best[count - 1]
                enough = least + share * most_off - _ROUNDING
