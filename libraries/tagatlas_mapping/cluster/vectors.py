"""Vectors that images are compared by, from their tags and, if there are any, embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_PRIOR_IMAGES = 10
"""Number of empty images added to each mean, so that features of few images are kept."""

_COMPONENTS = 32
"""Number of principal components of an embedding."""

_OVERSAMPLED = 32
_ITERATIONS = 6
_ROWS_FOR_COMPONENTS = 20_000
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors of n images; their product is a similarity.

    Attributes:
        tags: square roots of the scores, each row of length 1, or empty if an image has no
            tag; shape (n, t), float32.
        common: mean of the images' tags, shape (t,), float32; subtracted from each row.
        embeddings: each row of length 1, or of zeros if an image has none; shape (n, d),
            float32. d is 0 if the backend stores none.
    """

    tags: csr_array
    common: NDArray[np.float32]
    embeddings: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.tags.shape[0])

    @property
    def parts(self) -> int:
        """Number of cosines that make up the similarity of two images: 1 or 2."""
        return 2 if self.embeddings.shape[1] else 1

    @property
    def has_tags(self) -> NDArray[np.bool_]:
        """Mask of the images that have a tag, shape (n,)."""
        return np.diff(self.tags.indptr) > 0

    def lengths(self) -> NDArray[np.float32]:
        """Lengths of the rows of ``tags`` less ``common``, shape (n,); 1 for an empty row."""
        squares = 1 - 2 * self.along_common() + self.common @ self.common
        return np.where(self.has_tags, np.sqrt(np.maximum(squares, 1e-6)), 1).astype(np.float32)

    def along_common(self) -> NDArray[np.float32]:
        """Products of the rows of ``tags`` with ``common``, shape (n,)."""
        return cast("NDArray[np.float32]", self.tags @ self.common)

    def take(self, rows: NDArray[np.intp]) -> Vectors:
        """The vectors of some of the images."""
        return Vectors(csr_array(self.tags[rows]), self.common, self.embeddings[rows])


def image_vectors(scores: csr_array, embeddings: NDArray[np.float16] | None) -> Vectors:
    """Make vectors whose products are the similarity of images.

    The tags of an image are the square roots of its scores' shares, so that the product of two
    rows is the Bhattacharyya coefficient (the Hellinger kernel) and weak tags still count. What
    the rows have in common, their mean, is taken off, so that what two images both lack counts as
    well as what both have, and no image is everybody's neighbour; an embedding is taken to the
    signed square root, centred, and reduced to its principal components. See H. Jégou & O. Chum,
    "Negative Evidences and Co-occurrences in Image Retrieval", ECCV 2012, for both; F. Perronnin,
    J. Sánchez & T. Mensink, "Improving the Fisher Kernel", ECCV 2010, for the root; and I. Suzuki
    et al., "Centering Similarity Measures to Reduce Hubs", EMNLP 2013.

    The similarity of two images is the cosine of their rows; with embeddings, the mean of the
    cosines of both.

    Args:
        scores: one row an image, not below 0, shape (n, t).
        embeddings: in the same order, shape (n, d); a row of zeros for an image without one.
    """
    reduced = np.zeros((scores.shape[0], 0), dtype=np.float32)
    if embeddings is not None and embeddings.any():
        reduced = _components(embeddings)
    roots = np.empty(scores.nnz, dtype=np.float32)
    sums = np.zeros(scores.shape[1])
    for _, entries, rows in entries_by_block(scores):
        values = scores.data[entries]
        totals = np.bincount(rows, values)
        roots[entries] = np.sqrt(values / totals[rows])
        np.add.at(sums, scores.indices[entries].astype(np.intp), roots[entries].astype(np.float64))
    tags = csr_array((roots, scores.indices, scores.indptr), shape=scores.shape)
    common = sums / (np.count_nonzero(np.diff(tags.indptr)) + _PRIOR_IMAGES)
    return Vectors(tags, common.astype(np.float32), reduced)


def _components(embeddings: NDArray[np.float16]) -> NDArray[np.float32]:
    """Principal components of the signed roots of embeddings, each row of length 1 or 0."""
    count, size = embeddings.shape
    there = np.zeros(count, dtype=np.bool_)
    total = np.zeros(size)
    for some in _blocks(count):
        roots = _signed_roots(embeddings[some])
        there[some] = roots.any(axis=1)
        total += roots.sum(axis=0, dtype=np.float64)
    mean = (total / (np.count_nonzero(there) + _PRIOR_IMAGES)).astype(np.float32)
    fitted = np.flatnonzero(there)
    if len(fitted) > _ROWS_FOR_COMPONENTS:
        fitted = fitted[np.linspace(0, len(fitted) - 1, _ROWS_FOR_COMPONENTS).astype(np.intp)]
    axes = _principal_axes(_signed_roots(embeddings[fitted]) - mean)
    reduced = np.empty((count, axes.shape[1]), dtype=np.float32)
    for some in _blocks(count):
        reduced[some] = (_signed_roots(embeddings[some]) - mean) @ axes
    reduced[~there] = 0
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    reduced /= np.where(lengths > 0, lengths, 1)
    return reduced


def _principal_axes(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The directions in which rows vary most, by subspace iteration from a random start.

    Halko, Martinsson & Tropp, "Finding Structure with Randomness", SIAM Review 53(2), 2011. The
    last axes are inaccurate, which does not affect similarities.
    """
    start = np.random.default_rng(0).normal(size=(rows.shape[1], _COMPONENTS + _OVERSAMPLED))
    basis: NDArray[np.float32] = start.astype(np.float32)
    for _ in range(_ITERATIONS):
        basis = orthonormal(rows.T @ (rows @ basis))
    projected = rows @ basis
    _, turns = np.linalg.eigh(projected.T @ projected)
    axes: NDArray[np.float32] = basis @ turns[:, -_COMPONENTS:]
    return axes


def orthonormal(columns: NDArray[np.float32]) -> NDArray[np.float32]:
    """Orthonormal columns that span the same space, or zeros where its dimension is smaller.

    A QR decomposition does it by many small products, in which threads wait for each other.
    """
    exact = columns.astype(np.float64)
    squares, turns = np.linalg.eigh(exact.T @ exact)
    is_spanned = squares > 1e-12 * squares[-1]
    scales = np.where(is_spanned, 1 / np.sqrt(np.where(is_spanned, squares, 1)), 0)
    orthonormal: NDArray[np.float32] = (exact @ (turns * scales)).astype(np.float32)
    return orthonormal


def _signed_roots(embeddings: NDArray[np.float16]) -> NDArray[np.float32]:
    values = embeddings.astype(np.float32)
    return np.sign(values) * np.sqrt(np.abs(values))


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, count))


def entries_by_block(matrix: csr_array) -> Iterator[tuple[slice, slice, NDArray[np.intp]]]:
    """The entries of a matrix, those of some thousand rows at a time.

    What is computed of all at once takes many times the matrix's memory.

    Yields:
        The rows, their entries, and the row of each of these entries, from 0 within the block.
    """
    for some in _blocks(matrix.shape[0]):
        starts = matrix.indptr[some.start : some.stop + 1]
        yield (
            some,
            slice(int(starts[0]), int(starts[-1])),
            np.repeat(np.arange(some.stop - some.start), np.diff(starts)),
        )


def distinct_rows(
    scores: csr_array, embeddings: NDArray[np.float16] | None
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Find the images with equal scores and embeddings.

    Rows are compared by a hash of 64 bits: among a million, two that differ collide with a
    probability of one in forty million.

    Args:
        scores: one row an image, columns in order, shape (n, t).
        embeddings: in the same order, shape (n, d).

    Returns:
        The first image of each of m sets of equal ones, rising, shape (m,); and each image's set,
        shape (n,).
    """
    hashes = np.zeros(scores.shape[0], dtype=np.uint64)
    for some, entries, rows in entries_by_block(scores):
        words = scores.data[entries].astype(np.float32).view(np.uint32).astype(np.uint64)
        words ^= scores.indices[entries].astype(np.uint64) << np.uint64(32)
        np.add.at(hashes[some], rows, _mixed(words))
    if embeddings is not None:
        for some in _blocks(len(embeddings)):
            words = np.ascontiguousarray(embeddings[some]).view(np.uint16).astype(np.uint64)
            words += np.arange(1, words.shape[1] + 1, dtype=np.uint64) << np.uint64(16)
            hashes[some] += _mixed(words).sum(axis=1)
    _, first, sets = np.unique(hashes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(first), dtype=np.int32)
    number[order] = np.arange(len(first), dtype=np.int32)
    return first[order], number[sets]


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash each word (splitmix64: G. Steele, D. Lea & C. Flood, OOPSLA 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
