"""Ranks with the uncertainty of the figures that they are made from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas_compare.statistics.samples import Values

_SAME = 1e-9
"""Figures nearer than this are equal."""


def ranks(values: Values) -> NDArray[np.int64]:
    """Rank of each figure, 1 for the highest; equal ones share the best of their ranks."""
    descending = -_rounded(values)
    return np.searchsorted(np.sort(descending), descending) + 1


def rank_intervals(
    values: Values, differs: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All ranks that each figure may have.

    Those whose difference from it is sure are above or below it, the others may be either
    (D. Al Mohamad, J. Goeman & E. van Zwet, "Simultaneous Confidence Intervals for Ranks With
    Application to Ranking Institutions", Biometrics 78(1), 2022). With differences corrected for
    their number, all intervals hold together at least 95 times in 100.

    Args:
        values: shape (m,).
        differs: whether two figures surely differ, shape (m, m).

    Returns:
        Lowest and highest rank of each, shape (m,) each.
    """
    is_above = differs & (values[None, :] > values[:, None])
    is_below = differs & (values[None, :] < values[:, None])
    return 1 + is_above.sum(axis=1), len(values) - is_below.sum(axis=1)


def shares_first(resampled: Values) -> Values:
    """The share of resamples in which each figure is the highest; equal ones share.

    Args:
        resampled: shape (resamples, m).

    Returns:
        Shape (m,); they sum to 1.
    """
    rounded = _rounded(resampled)
    is_first = rounded == rounded.max(axis=1, keepdims=True)
    shares: Values = (is_first / is_first.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def share_ahead(one: Values, other: Values) -> float:
    """The share of resamples in which one figure is above the other; equal ones count half."""
    difference = _rounded(one - other)
    return float((difference > 0).mean() + (difference == 0).mean() / 2)


def _rounded(values: Values) -> Values:
    rounded: Values = np.round(values / _SAME) * _SAME
    return rounded
