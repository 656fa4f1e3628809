"""Approximate nearest neighbours, where comparing all pairs would take hours.

Candidates come from an inverted file of few coordinates, and are then compared by all that is
known of them. The neighbours of an image's neighbours are likely its own (W. Dong, M. Charikar &
K. Li, "Efficient K-Nearest Neighbor Graph Construction for Generic Similarity Measures", WWW
2011): so these are compared, too, a few times. Similarities are exact; what is approximate is
which neighbours are found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.compiled import kernel
from tagatlas_mapping.cluster.cells import (
    VISITED,
    Coordinates,
    candidates,
    in_threads,
    keep,
    product,
)
from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.cluster.neighbours import Neighbours, similar_images
from tagatlas_mapping.cluster.vectors import Vectors

EXACT_IMAGES = 50_000
"""Number of images up to which all pairs are compared: a matter of a minute or two."""

COORDINATES = 128
"""Principal components that candidates are found by."""

_CANDIDATES = 48
"""Candidates of each row, at least; twice the neighbours sought if those are more."""

_LISTED = 16
"""Neighbours of each row, at least, whose neighbours are compared."""

_ROUNDS = 2
_ROWS_FOR_AXES = 20_000
_ROWS_AT_ONCE = 8192


def describe_likely() -> str:
    """How approximate neighbours are found, for texts of methods: what follows "found by"."""
    return (
        f"an inverted file of {COORDINATES} principal components, each image compared with those"
        f" of the {VISITED} nearest cells (Jégou et al., 2011), and {_ROUNDS} rounds of comparing"
        " it with its neighbours' neighbours (Dong et al., 2011)"
    )


def nearest_images(vectors: Vectors, count: int) -> Neighbours:
    """The images most similar to each image; exact up to :data:`EXACT_IMAGES` of them.

    Args:
        vectors: of n images.
        count: number of neighbours of each, at least 1.

    Returns:
        As from :func:`tagatlas_mapping.cluster.neighbours.similar_images`; of more images as from
        :func:`likely_similar_images`.
    """
    search = similar_images if len(vectors) <= EXACT_IMAGES else likely_similar_images
    return search(vectors, count)


def likely_similar_images(vectors: Vectors, count: int) -> Neighbours:
    """About :func:`tagatlas_mapping.cluster.neighbours.similar_images`, of many images.

    Time grows with about the power 1.5 of the number of images. The same input gives the same
    result on one machine.

    Args:
        vectors: of n images, n at least 1.
        count: number of neighbours of each, at least 1.

    Returns:
        As there. Of the true neighbours, some per cent may be missing.
    """
    compared = _Compared(
        vectors.tags,
        vectors.along_common(),
        vectors.lengths(),
        float(vectors.common @ vectors.common),
        vectors.embeddings,
        np.ones(len(vectors), dtype=np.float32),
    )
    coordinates = components(vectors, COORDINATES)
    rows, similarities = _neighbours(compared, coordinates, count)
    return rows, similarities / np.float32(vectors.parts)


def likely_nearest_rows(rows: NDArray[np.float32], count: int) -> Neighbours:
    """The rows of largest cosine with each row, or nearly so.

    Args:
        rows: shape (n, d), each longer than 0, n at least 1.
        count: number of neighbours of each row, at least 1.

    Returns:
        Row numbers, int32, and cosines, float32, both of shape (n, count), the largest first and
        the lower row first among equals; -1 with 0 where fewer were found. A row is not its own
        neighbour. Of the true neighbours, some per cent may be missing.
    """
    size = len(rows)
    scales = np.empty(size, dtype=np.float32)
    for some in _blocks(size):
        scales[some] = 1 / np.linalg.norm(rows[some], axis=1)
    fitted = np.linspace(0, size - 1, min(size, _ROWS_FOR_AXES)).astype(np.intp)
    units = rows[fitted] * scales[fitted, None]
    _, axes = np.linalg.eigh(units.T @ units)
    axes = np.ascontiguousarray(axes[:, -COORDINATES:])
    coordinates = np.empty((size, axes.shape[1]), dtype=np.float32)
    for some in _blocks(size):
        coordinates[some] = (rows[some] @ axes) * scales[some, None]
    nothing = np.zeros(size, dtype=np.float32)
    tags = csr_array(np.empty((size, 0), dtype=np.float32))
    return _neighbours(_Compared(tags, nothing, nothing, 0.0, rows, scales), coordinates, count)


@dataclass(frozen=True, eq=False)
class _Compared:
    """What n images are compared by; see :class:`Vectors`.

    Attributes:
        tags: shape (n, t).
        along: product of each row of tags with the common part, shape (n,).
        lengths: of the rows of tags less the common part, shape (n,).
        common: the squared length of the common part.
        dense: shape (n, d).
        scales: what each dense row is multiplied with, shape (n,).
    """

    tags: csr_array
    along: NDArray[np.float32]
    lengths: NDArray[np.float32]
    common: float
    dense: NDArray[np.float32]
    scales: NDArray[np.float32]


def _neighbours(compared: _Compared, coordinates: Coordinates, count: int) -> Neighbours:
    size = len(coordinates)
    likely = candidates(coordinates, max(_CANDIDATES, 2 * count))
    listed = max(_LISTED, count)
    rows = np.full((size, listed), -1, dtype=np.int32)
    similarities = np.full((size, listed), -np.inf, dtype=np.float32)
    itself = np.arange(size, dtype=np.int32)[:, None]
    _compare(compared, likely.order, itself, likely.rows, rows, similarities)
    for _ in range(_ROUNDS):
        known = rows.copy()
        _compare(compared, likely.order, known, known, rows, similarities)
    rows, similarities = rows[:, :count].copy(), similarities[:, :count].copy()
    similarities[rows < 0] = 0.0
    return rows, similarities


def _compare(
    compared: _Compared,
    order: NDArray[np.int32],
    through: NDArray[np.int32],
    lists: NDArray[np.int32],
    rows: NDArray[np.int32],
    similarities: NDArray[np.float32],
) -> None:
    """Compare each row with those in the lists of the rows that it goes through."""
    tags, starts = compared.tags, compared.tags.indptr.astype(np.int64)

    def compare(some: slice) -> None:
        _compare_some(
            order[some], through, lists, starts, tags.indices, tags.data, tags.shape[1],
            compared.along, compared.lengths, compared.common, compared.dense, compared.scales,
            rows, similarities,
        )  # fmt: skip

    in_threads(compare, len(order))


def _blocks(count: int) -> list[slice]:
    return [slice(start, start + _ROWS_AT_ONCE) for start in range(0, count, _ROWS_AT_ONCE)]


@kernel
def _compare_some(
    some: NDArray[np.int32],
    through: NDArray[np.int32],
    lists: NDArray[np.int32],
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    values: NDArray[np.float32],
    width: int,
    along: NDArray[np.float32],
    lengths: NDArray[np.float32],
    common: float,
    dense: NDArray[np.float32],
    scales: NDArray[np.float32],
    rows: NDArray[np.int32],
    similarities: NDArray[np.float32],
) -> None:
    """:func:`_compare` for some rows."""
    has_dense = dense.shape[1] > 0
    own = np.zeros(width, np.float32)
    marks = np.full(len(rows), -1, np.int32)
    for row in some:
        begin, end = starts[row], starts[row + 1]
        for entry in range(begin, end):
            own[columns[entry]] = values[entry]
        marks[row] = row
        for known in rows[row]:
            if known >= 0:
                marks[known] = row
        for middle in through[row]:
            if middle < 0:
                continue
            for other in lists[middle]:
                if other < 0 or marks[other] == row:
                    continue
                marks[other] = row
                shared = np.float32(0)
                for entry in range(starts[other], starts[other + 1]):
                    shared += own[columns[entry]] * values[entry]
                if not has_dense and shared <= 0:
                    continue
                likeness = np.float32(0)
                if begin < end and starts[other] < starts[other + 1]:
                    off = along[row] + along[other] - np.float32(common)
                    likeness = (shared - off) / (lengths[row] * lengths[other])
                if has_dense:
                    likeness += product(dense[row], dense[other]) * scales[row] * scales[other]
                keep(other, likeness, rows[row], similarities[row])
        for entry in range(begin, end):
            own[columns[entry]] = 0
