"""Intervals that hold what they say, and the rule for where none does.

A figure is a mean over images, of values or of jackknife pseudo-values. Its interval is the score
interval (E. B. Wilson, Journal of the American Statistical Association 22, 1927) for a mean in a
bounded range whose variance is that of a share of an effective number of images (E. L. Korn &
B. I. Graubard, "Confidence Intervals for Proportions with Small Expected Number of Positive Counts
Estimated From Survey Data", Survey Methodology 24(2), 1998), with Student's t for the degrees of
freedom after F. E. Satterthwaite (Biometrics Bulletin 2, 1946). ``docs/coverage.md`` has how often
it holds, and what else was tried.
"""

from __future__ import annotations

from math import inf, nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from tagatlas_compare.statistics.figures import LEVEL
from tagatlas_compare.statistics.samples import Sample, Values

Z = 1.959963984540054
"""Half the width of a 95 % interval, in standard deviations."""

FEWEST = 20
"""Least number of images beyond that of their groups for an interval."""

FEWEST_THAT_DIFFER = 5
_LARGEST_GAIN = 3.0


def mean_interval(
    values: Values, sample: Sample, *, least: float = 0.0, most: float = 1.0
) -> tuple[float, float]:
    """The 95 % interval of a mean over the groups of a sample.

    There is none where no method tried held 90 to 98 times in 100:

    - fewer than :data:`FEWEST` images beyond the number of groups;
    - the value is the least or most possible, or the images of each group are all alike;
    - the spread comes from fewer than five images, while the value is far from both ends.

    Args:
        values: of the images, or pseudo-values, shape (n,).
        sample: the images.
        least: lower end of the range of the figure; -inf if there is none.
        most: upper end; inf if there is none.

    Returns:
        NaN for both if there is none.
    """
    value, moved = sample.mean(values), sample.influence(values)
    variance = float((moved**2).sum())
    if not np.isfinite(value) or sample.degrees < FEWEST or variance <= 1e-18:
        return nan, nan
    reach = float(stdtrit(degrees_of_freedom(moved, sample), (1 + LEVEL) / 2))
    if least == -inf or most == inf:
        half = reach * np.sqrt(variance)
        return float(max(value - half, least)), float(min(value + half, most))
    width = most - least
    share = (value - least) / width
    if not 1e-12 < share < 1 - 1e-12:
        return nan, nan
    effective = share * (1 - share) * width**2 / variance
    that_differ = variance**2 / float((moved**4).sum())
    plain = 1 / float((sample.weights**2).sum())
    if that_differ < FEWEST_THAT_DIFFER and effective > _LARGEST_GAIN * plain:
        return nan, nan
    centre = (share + reach**2 / (2 * effective)) / (1 + reach**2 / effective)
    half = reach / (1 + reach**2 / effective)
    half *= np.sqrt(share * (1 - share) / effective + reach**2 / (4 * effective**2))
    low, high = max(centre - half, 0.0), min(centre + half, 1.0)
    return float(least + width * low), float(least + width * high)


def degrees_of_freedom(moved: Values, sample: Sample) -> float:
    """Degrees of freedom of a variance that is a sum over groups, after Satterthwaite.

    Args:
        moved: as from :meth:`Sample.influence`; not all 0.
        sample: the images.
    """
    within = sample.drawn_within
    counted = within >= 0
    variances = np.bincount(within[counted], moved[counted] ** 2)
    sizes = np.bincount(within[counted])
    own = variances > 0
    return float(variances.sum() ** 2 / (variances[own] ** 2 / np.maximum(sizes[own] - 1, 1)).sum())


def share_interval(
    part: NDArray[np.float64], whole: NDArray[np.float64] | float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 95 % interval of shares: Wilson's score interval.

    L. Brown, T. Cai & A. DasGupta, "Interval Estimation for a Binomial Proportion", Statistical
    Science 16(2), 2001.

    Args:
        part: counts, shape (m,).
        whole: totals that they are parts of; 0 gives the interval from 0 to 1.
    """
    total = np.maximum(np.asarray(whole, dtype=np.float64), 1e-300)
    share = part / total
    centre = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z / (1 + Z**2 / total) * np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    known = np.asarray(whole) > 0
    low = np.where(known, np.clip(centre - half, 0, share), 0.0)
    high = np.where(known, np.clip(centre + half, share, 1), 1.0)
    return low, high
