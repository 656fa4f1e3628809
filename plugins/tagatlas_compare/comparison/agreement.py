"""Agreement of sets of tags: Jaccard, MASI, and Krippendorff's alpha with either as distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from tagatlas_compare.comparison.labels import sizes

Values = NDArray[np.float64]
Similarity = Callable[[csr_array, csr_array], Values]
"""Similarity of the sets in the same rows of two matrices, in [0, 1]; shape (rows,)."""

_EXACT_VALUES = 1500
_DRAWN_PAIRS = 1_000_000
_PAIRS_AT_ONCE = 1 << 17


def jaccard(one: csr_array, other: csr_array) -> Values:
    """Shared tags as a share of all tags of both; 1 where both are empty.

    Args:
        one: the tags of each image, as ones, shape (n, t).
        other: the same of another backend.
    """
    shared = _shared(one, other)
    together = sizes(one) + sizes(other) - shared
    return np.where(together > 0, shared / np.maximum(together, 1), 1.0)


def masi(one: csr_array, other: csr_array) -> Values:
    """Measuring Agreement on Set-valued Items: Jaccard times how one set contains the other.

    That is 1 for equal sets, 2/3 where one contains the other, 1/3 where they overlap, else 0
    (R. Passonneau, "Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic
    Annotation", LREC 2006). Arguments as for :func:`jaccard`.
    """
    shared = _shared(one, other)
    fewer, more = np.minimum(sizes(one), sizes(other)), np.maximum(sizes(one), sizes(other))
    contains = np.select(
        [(shared == fewer) & (shared == more), shared == fewer, shared > 0],
        [1.0, 2 / 3, 1 / 3],
        0.0,
    )
    return contains * jaccard(one, other)


def observed_disagreement(
    sets: Sequence[csr_array], looked: NDArray[np.bool_], similarity: Similarity
) -> tuple[Values, NDArray[np.int64]]:
    """The part of Krippendorff's alpha that comes from within images.

    Args:
        sets: of each backend, the tags of each image as ones, shape (n, t).
        looked: mask of the images that count for each backend, shape (backends, n).
        similarity: one less the distance of two sets.

    Returns:
        Of each image its summed distance of ordered pairs of backends, over one less than their
        number; and their number, 0 where there are fewer than two. Shape (n,) each.
    """
    backends = looked.sum(axis=0)
    within = np.zeros(looked.shape[1])
    for first in range(len(sets)):
        for second in range(first + 1, len(sets)):
            both = looked[first] & looked[second]
            within[both] += 2 * (1 - similarity(sets[first], sets[second])[both])
    counted = backends >= 2
    within = np.where(counted, within / np.maximum(backends - 1, 1), 0.0)
    return within, np.where(counted, backends, 0).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Expected:
    """The disagreement of any two sets of a collection.

    Attributes:
        mean: mean distance of two sets, of any images and backends; NaN if there are none.
        beyond: by how much the sets of an image are more distant than that, added up, times the
            number of images over that of sets; shape (n,).
    """

    mean: float
    beyond: Values


def expected_disagreement(
    sets: Sequence[csr_array],
    looked: NDArray[np.bool_],
    similarity: Similarity,
    seed: int,
) -> Expected:
    """The mean distance of two sets of the whole collection, of any images and backends.

    Exact for up to 1,500 sets; of more, a million pairs are drawn at random, which leaves an
    uncertainty below 0.001. Arguments as for :func:`observed_disagreement`.
    """
    counted = looked & (looked.sum(axis=0) >= 2)
    rows = [np.flatnonzero(each) for each in counted]
    parts = [each[own] for each, own in zip(sets, rows, strict=True)]
    values = csr_array(vstack(parts, format="csr"))
    count = values.shape[0]
    if count < 2:
        return Expected(np.nan, np.zeros(looked.shape[1]))
    if count <= _EXACT_VALUES:
        first, second = np.triu_indices(count, 1)
    else:
        dice = np.random.default_rng(seed)
        first = dice.integers(0, count, _DRAWN_PAIRS)
        second = (first + dice.integers(1, count, _DRAWN_PAIRS)) % count
    sums, times = np.zeros(count), np.zeros(count)
    total = 0.0
    for start in range(0, len(first), _PAIRS_AT_ONCE):
        some = slice(start, start + _PAIRS_AT_ONCE)
        alike = similarity(csr_array(values[first[some]]), csr_array(values[second[some]]))
        total += float((1 - alike).sum())
        for ends in (first[some], second[some]):
            sums += np.bincount(ends, 1 - alike, count)
            times += np.bincount(ends, minlength=count)
    mean = total / len(first)
    of_set = np.where(times > 0, sums / np.maximum(times, 1), mean) - mean
    beyond = np.bincount(np.concatenate(rows), of_set, looked.shape[1])
    return Expected(mean, beyond * counted.any(axis=0).sum() / count)


def alpha(within: Values, backends: NDArray[np.int64], expected: Expected) -> float:
    """Krippendorff's alpha: 1 is full agreement, 0 is what chance gives.

    K. Krippendorff, "Content Analysis", 3rd edition, SAGE 2013, chapter 12; for sets, see
    Passonneau as above.

    Args:
        within: as from :func:`observed_disagreement`.
        backends: likewise.
        expected: as from :func:`expected_disagreement`.

    Returns:
        NaN if no image has two sets, or all sets are the same.
    """
    total = backends.sum()
    if total == 0 or not expected.mean > 0:
        return np.nan
    return float(1 - within.sum() / total / expected.mean)


def alpha_values(within: Values, backends: NDArray[np.int64], expected: Expected) -> Values:
    """Pseudo-values of the images whose mean is alpha, shape (n,); NaN for those that do not count.

    An image changes both the observed and the expected disagreement (the delta method). Arguments
    as for :func:`alpha`.
    """
    found = np.full(len(within), np.nan)
    counted = backends > 0
    total = backends.sum()
    if total == 0 or not expected.mean > 0:
        return found
    observed = within.sum() / total
    more = counted.sum() / total * (within[counted] - observed * backends[counted])
    less = observed / expected.mean * 2 * expected.beyond[counted]
    found[counted] = 1 - (observed + more - less) / expected.mean
    return found


def _shared(one: csr_array, other: csr_array) -> NDArray[np.int64]:
    """Number of tags in both sets, shape (n,)."""
    counts = one.multiply(other).sum(axis=1)
    return np.rint(np.asarray(counts, dtype=np.float64)).astype(np.int64)
