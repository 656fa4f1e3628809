"""Measures of tags that say a label's name, or something matched with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.benching.measures.task import Codes, OfCodes
from tagatlas_compare.statistics.samples import Values

PRECISION_AT = 10


def best_matching(scores: csr_array, matches: NDArray[np.bool_]) -> Values:
    """The best score of each image's tags for a label, 0 if it has none.

    Args:
        scores: of the tags of n images, shape (n, tags).
        matches: which tag is matched with which label, shape (labels, tags).

    Returns:
        Shape (n, labels).
    """
    ranked = np.zeros((scores.shape[0], len(matches)))
    columns = scores.tocsc()
    for word, tags in enumerate(matches):
        own = np.flatnonzero(tags)
        if len(own):
            best = csr_array(columns[:, own]).max(axis=1).toarray()
            ranked[:, word] = np.asarray(best, dtype=np.float64).ravel()
    return ranked


def average_precision(scores: Values, is_right: NDArray[np.bool_]) -> float:
    """The average precision of a ranking: the sum over the ranks of precision times gained recall.

    Images of one score count as one rank, so that their order does not matter; as
    ``average_precision_score`` of scikit-learn.

    Args:
        scores: of n images, shape (n,).
        is_right: mask of those with the label, shape (n,); at least one.
    """
    return _Ranking(scores).average_precision(is_right)


def average_precisions(ranked: Values, has: Codes) -> OfCodes:
    """The average precision of each code's ranking.

    Args:
        ranked: score of each image for each code, shape (n, codes).
        has: which image has which code, shape (n, codes).
    """
    values, moves = np.full(has.shape[1], np.nan), np.zeros(has.shape)
    for code in np.flatnonzero(has.any(axis=0)):
        ranking = _Ranking(ranked[:, code])
        values[code] = ranking.average_precision(has[:, code])
        moves[:, code] = values[code] - ranking.without_each(has[:, code])
    return OfCodes(values, moves)


class _Ranking:
    """Images ordered by falling score, those of one score on one rank."""

    def __init__(self, scores: Values) -> None:
        self._order = np.argsort(-scores, kind="stable")
        ordered = scores[self._order]
        is_end = np.append(ordered[1:] != ordered[:-1], True)  # infinite ones are equal, too
        self._ends = np.flatnonzero(is_end) + 1
        self._rank = np.empty(len(scores), dtype=np.int64)
        self._rank[self._order] = np.cumsum(is_end) - is_end

    def _hits(self, is_right: NDArray[np.bool_]) -> tuple[Values, Values]:
        """Right images up to the end of each rank, and on it."""
        hits = np.cumsum(is_right[self._order])[self._ends - 1].astype(np.float64)
        return hits, np.diff(hits, prepend=0)

    def average_precision(self, is_right: NDArray[np.bool_]) -> float:
        hits, gained = self._hits(is_right)
        return float((gained * hits / self._ends).sum() / is_right.sum())

    def without_each(self, is_right: NDArray[np.bool_]) -> Values:
        """The average precision without each of the images, shape (n,)."""
        hits, gained = self._hits(is_right)
        shorter = np.maximum(self._ends - 1, 1)
        before = np.cumsum(gained * hits / self._ends) - gained * hits / self._ends
        wrong_out = np.cumsum((gained * hits / shorter)[::-1])[::-1]
        after = gained * (hits - 1) / shorter
        right_out = np.cumsum(after[::-1])[::-1] - after
        right_out += (gained - 1) * (hits - 1) / shorter
        total = is_right.sum()
        left = np.where(is_right, right_out[self._rank], wrong_out[self._rank])
        if total == 1:  # without its only right image a ranking has no precision
            left = np.where(is_right, np.nan, left + before[self._rank])
            return np.where(is_right, self.average_precision(is_right), left)
        found: Values = (before[self._rank] + left) / np.where(is_right, total - 1, total)
        return found


def precision_at(scores: Values, is_right: NDArray[np.bool_]) -> float:
    """Of the ten images ranked highest, the share that has the label.

    If fewer images have it, that number is taken. Of images of one score that do not all fit, each
    counts in part.
    """
    count = min(PRECISION_AT, int(is_right.sum()))
    last = np.partition(scores, -count)[-count]
    above, tied = scores > last, scores == last
    hits = is_right[above].sum() + is_right[tied].mean() * (count - above.sum())
    return float(hits / count)


def recalls(said: NDArray[np.bool_], has: Codes) -> OfCodes:
    """Of the images with a code, the share of which it is said.

    Args:
        said: whether a tag matched with the code is among an image's best, shape (n, codes).
        has: which image has which code, shape (n, codes).
    """
    return share_of_images(said.astype(np.float64), has)


def share_of_images(values: Values, has: Codes) -> OfCodes:
    """The mean of values over the images with each code; arguments of shape (n, codes)."""
    sizes = has.sum(axis=0)
    found = np.where(sizes > 0, (values * has).sum(axis=0) / np.maximum(sizes, 1), np.nan)
    moves = np.where(has, values - np.nan_to_num(found), 0.0) / np.maximum(sizes - 1, 1)
    return OfCodes(found, moves)
