"""Differences of figures on the same images, corrected for the number of comparisons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from tagatlas_compare.statistics.figures import LEVEL
from tagatlas_compare.statistics.intervals import FEWEST, FEWEST_THAT_DIFFER, degrees_of_freedom
from tagatlas_compare.statistics.samples import Sample, Values

CORRECTION = "Holm's method (Scandinavian Journal of Statistics 6, 1979)"

FEWEST_FOR_INTERVAL = 50
"""Least number of images beyond that of their groups for an interval of a difference."""

_TINY = 1e-18


@dataclass(frozen=True)
class Difference:
    """A difference of two figures.

    Attributes:
        value: the first less the second.
        low, high: its 95 % interval, not corrected; NaN where there is none.
        p: probability of one as large or larger between equals; NaN if it cannot be told.
    """

    value: float
    low: float
    high: float
    p: float


def paired_difference(one: Values, other: Values, sample: Sample) -> Difference:
    """The difference of two figures of the same images.

    What both get right or wrong alike cancels out: the interval is Student's, of the differences of
    the images' values (or pseudo-values), with those of two further images: one that differs as
    much as any in favour of the first, and one of the other (D. Bonett & R. Price, "Adjusted Wald
    Confidence Interval for a Difference of Binomial Proportions Based on Paired Data", Journal of
    Educational and Behavioral Statistics 37(4), 2012): else few differing images would make it too
    narrow.

    Args:
        one: values of the images whose mean is the figure, shape (n,).
        other: the other's.
        sample: the images.

    Returns:
        Without an interval if fewer than five images make the difference, or for fewer than
        :data:`FEWEST_FOR_INTERVAL` images beyond the number of groups; also without a probability
        for fewer than :data:`~.intervals.FEWEST`.
    """
    values = np.where(sample.groups >= 0, one - other, 0.0)
    moved = sample.influence(values)
    variance = float((moved**2).sum())
    value = sample.mean(values)
    if abs(value) < 1e-12:
        value = 0.0
    if sample.degrees < FEWEST:
        return Difference(value, nan, nan, nan)
    largest = min(float(np.abs(values).max()), 1.0)
    added = 2 * largest**2 * float((sample.weights**2).sum()) / sample.images
    if added <= _TINY:
        return Difference(0.0, nan, nan, 1.0)
    if variance <= _TINY:
        return Difference(value, nan, nan, student(value, added, sample.degrees).p)
    found = student(value, variance + added, degrees_of_freedom(moved, sample))
    that_differ = variance**2 / float((moved**4).sum())
    if that_differ < FEWEST_THAT_DIFFER or sample.degrees < FEWEST_FOR_INTERVAL:
        return replace(found, low=nan, high=nan)
    return found


def student(value: float, variance: float, degrees: float) -> Difference:
    """A difference of known variance, with Student's interval."""
    error = float(np.sqrt(variance))
    half = float(stdtrit(degrees, (1 + LEVEL) / 2)) * error
    p = 2 * float(stdtr(degrees, -abs(value) / error))
    return Difference(value, value - half, value + half, p)


def corrected(p: Values) -> NDArray[np.float64]:
    """Probabilities corrected for their number: the chance of even one false difference.

    S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
    Statistics 6, 1979.

    Args:
        p: shape (m,); NaN for those that do not count, and stay NaN.
    """
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1))
    found = np.full(len(p), np.nan)
    found[order] = np.minimum(raised, 1.0)
    return found
