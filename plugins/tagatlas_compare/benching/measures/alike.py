"""Whether the images that a backend finds alike have the same label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.toolkit import image_vectors
from tagatlas_compare.benching.measures.task import Codes, OfCodes
from tagatlas_compare.statistics.samples import Values

NEIGHBOURS = 10


def likeness_of(scores: csr_array, embeddings: NDArray[np.float16] | None) -> Values:
    """Similarity of images, as clusters are found: :func:`tagatlas.toolkit.image_vectors`.

    Args:
        scores: of n images, shape (n, tags).
        embeddings: shape (n, d), or None.

    Returns:
        Shape (n, n), equal ones exactly so; -inf for an image with itself, and where two have
        nothing in common to compare them by.
    """
    vectors = image_vectors(scores, embeddings)
    tags = vectors.tags.astype(np.float64)
    common = vectors.common.astype(np.float64)
    shared: Values = (tags @ tags.T).toarray()
    along = tags @ common
    squares = np.maximum(1 - 2 * along + common @ common, 1e-6)
    lengths = np.where(vectors.has_tags, np.sqrt(squares), 1.0)
    found = (shared - along - along[:, None] + common @ common) / lengths / lengths[:, None]
    found[~(vectors.has_tags & vectors.has_tags[:, None])] = 0.0
    if vectors.parts == 1:
        found[shared <= 0] = -np.inf
    else:
        dense = vectors.embeddings.astype(np.float64)
        found = (found + dense @ dense.T) / vectors.parts
    np.fill_diagonal(found, -np.inf)
    rounded: Values = np.round(found, 9)
    return rounded


class Alike:
    """The images most like each image; equally alike ones share the last places."""

    def __init__(self, likeness: Values) -> None:
        """Take the similarities, as from :func:`likeness_of`."""
        self._likeness = likeness
        self._nearest: dict[int, _Nearest] = {}

    def shares(self, has: Codes) -> tuple[Values, Values]:
        """Of the images most like an image, the share with its code.

        As many are looked at as there are others with the code, at most ten, so that 1 can be
        reached. Where an image has fewer alike ones, the missing ones count as wrong. Where more
        are equally alike than there are places left, each counts in part: the share is that
        expected of a random choice among them.

        Args:
            has: which image has which code, shape (n, codes).

        Returns:
            Of each code the mean over its images, shape (codes,), NaN for codes of one image; and
            each image's share for its first code, NaN for images without a code, shape (n,).
        """
        values, own = np.full(has.shape[1], np.nan), np.full(len(has), np.nan)
        for code in np.flatnonzero(has.sum(axis=0) >= 2):
            rows = np.flatnonzero(has[:, code])
            shares = self._nearest_of(len(rows)).shares(has[:, code])[rows]
            values[code] = shares.mean()
            own[rows] = np.where(np.isnan(own[rows]), shares, own[rows])
        return values, own

    def of_codes(self, has: Codes) -> OfCodes:
        """The shares of each code, and what each image adds: its own, and as a neighbour."""
        values, _ = self.shares(has)
        moves = np.zeros(has.shape)
        for code in np.flatnonzero(has.sum(axis=0) >= 2):
            rows = np.flatnonzero(has[:, code])
            nearest = self._nearest_of(len(rows))
            shares = nearest.shares(has[:, code])[rows]
            moves[rows, code] = (shares - values[code]) / (len(rows) - 1)
            moves[:, code] += nearest.lost(has[:, code], rows) / len(rows)
        return OfCodes(values, moves)

    def _nearest_of(self, size: int) -> _Nearest:
        count = min(NEIGHBOURS, size - 1)
        if count not in self._nearest:
            self._nearest[count] = _Nearest.of(self._likeness, count)
        return self._nearest[count]


@dataclass(frozen=True, eq=False)
class _Nearest:
    """Who is among a number of neighbours of each image.

    Attributes:
        count: number of neighbours.
        above: those that surely are, shape (n, n), 0 or 1.
        tied: the equally alike ones that share the places left, likewise.
        following: those that step in where a neighbour is missing, likewise.
        places: number of places that are left, shape (n,).
    """

    count: int
    above: csr_array
    tied: csr_array
    following: csr_array
    places: Values

    @classmethod
    def of(cls, likeness: Values, count: int) -> _Nearest:
        least = -np.partition(-likeness, count - 1, axis=1)[:, count - 1, None]
        lower = np.where(likeness < least, likeness, -np.inf)
        after = lower.max(axis=1, keepdims=True)
        there = np.isfinite(likeness)
        above, tied = likeness > least, (likeness == least) & there
        following = (lower == after) & np.isfinite(lower)
        return cls(
            count,
            csr_array(above.astype(np.float64)),
            csr_array(tied.astype(np.float64)),
            csr_array(following.astype(np.float64)),
            count - above.sum(axis=1).astype(np.float64),
        )

    def shares(self, is_right: NDArray[np.bool_]) -> Values:
        """The share of each image's neighbours that are right, shape (n,)."""
        right = is_right.astype(np.float64)
        found: Values = (self.above @ right + self.places * _means(self.tied, right)) / self.count
        return found

    def lost(self, is_right: NDArray[np.bool_], rows: NDArray[np.intp]) -> Values:
        """What the shares of some images would lose, in total, without each image; shape (n,)."""
        right = is_right.astype(np.float64)
        sizes = self.tied.sum(axis=1)
        is_shared = sizes > self.places
        # Without a neighbour, one of the equally alike ones steps in, or else of the next.
        next_in = np.where(is_shared, _means(self.tied, right), _means(self.following, right))
        part = np.where(is_shared, self.places / np.maximum(sizes - 1, 1), 1.0)
        above, tied = csr_array(self.above[rows]), csr_array(self.tied[rows])
        places = above.sum(axis=0) + tied.T @ part[rows]
        others = above.T @ next_in[rows] + tied.T @ (part * next_in)[rows]
        found: Values = (right * places - others) / self.count
        return found


def _means(some: csr_array, values: Values) -> Values:
    """The mean of values over the images in each row, 0 for an empty row; shape (n,)."""
    found: Values = (some @ values) / np.maximum(some.sum(axis=1), 1)
    return found
