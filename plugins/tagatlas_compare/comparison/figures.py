"""Figures with their intervals and levels of chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 300
"""Number of resampled collections for an interval."""

SHUFFLES = 20
"""Number of times that the images of a backend are shuffled for the level of chance."""

LEVEL = 0.95
Z = 1.959963984540054
"""Half the width of an interval of that level, in standard deviations."""

_DRAWN_AT_ONCE = 1 << 22
_ROWS_AT_ONCE = 32


@dataclass(frozen=True)
class Figure:
    """A measured value with its interval and level of chance.

    Attributes:
        value: on the given images; NaN if nothing could be measured.
        low, high: its 95 % interval for other images of the same population.
        chance: its mean with one backend's images shuffled, so that only chance is left.
        chance_low, chance_high: interval of 95 % of the shuffled ones.
    """

    value: float
    low: float
    high: float
    chance: float
    chance_low: float
    chance_high: float


def draw_resamples(images: int, seed: int, resamples: int = RESAMPLES) -> NDArray[np.uint8]:
    """Resample a collection, with repeats, at its own size: the bootstrap.

    B. Efron & R. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993.

    Returns:
        The count of each image in each resample, shape (resamples, images).
    """
    dice = np.random.default_rng(seed)
    counts = np.empty((resamples, images), dtype=np.uint8)
    at_once = max(1, _DRAWN_AT_ONCE // max(images, 1))
    for start in range(0, resamples, at_once):
        some = min(at_once, resamples - start)
        drawn = dice.integers(0, images, (some, images)) + np.arange(some)[:, None] * images
        # The mean is 1, so that more than 255 of one image cannot occur in practice.
        times = np.bincount(drawn.ravel(), minlength=some * images).reshape(some, images)
        counts[start : start + some] = times
    return counts


def figure(
    value: float, resampled: NDArray[np.float64], shuffled: Sequence[float], *, most: float = 1.0
) -> Figure:
    """Make a figure from its values.

    Drawing with repeats puts copies of images side by side, and measures of agreement rise with
    that. So the distribution of the resampled values is moved until its mean is the value.

    Args:
        value: of the measure.
        resampled: its values on resampled collections.
        shuffled: its values on shuffled collections; if empty, there is no level of chance.
        most: maximum of the measure.
    """
    low, high = np.nan, np.nan
    if np.isfinite(value) and len(resampled):
        around = value - resampled.mean() + resampled
        low, high = np.quantile(around, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    chance, spread = np.nan, np.nan
    if len(shuffled):
        chance = float(np.mean(shuffled))
        spread = Z * float(np.std(shuffled, ddof=1)) if len(shuffled) > 1 else 0.0
    return Figure(
        float(value),
        min(float(low), value),
        max(min(float(high), most), value),
        chance,
        chance - spread,
        min(chance + spread, most),
    )


def mean_of_images(
    values: NDArray[np.float64], resamples: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Mean over the images of each resampled collection.

    Args:
        values: of the images, shape (n,); NaN for images that do not count.
        resamples: as from :func:`draw_resamples`, shape (r, n).

    Returns:
        Shape (r,) or less: collections in which no image counts are left out.
    """
    counted = np.isfinite(values)
    if not counted.any():
        return np.empty(0)
    columns = np.column_stack([np.where(counted, values, 0.0), counted])
    sums, totals = resampled_sums(columns, resamples).T
    found: NDArray[np.float64] = sums[totals > 0] / totals[totals > 0]
    return found


def resampled_sums(
    columns: NDArray[np.float64], resamples: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Sums over the images of each resampled collection.

    Args:
        columns: of the images, shape (n, c), all finite.
        resamples: as from :func:`draw_resamples`, shape (r, n).

    Returns:
        Shape (r, c).
    """
    found = np.empty((len(resamples), columns.shape[1]))
    for start in range(0, len(resamples), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        found[some] = resamples[some].astype(np.float64) @ columns  # as floats, BLAS does it
    return found


def mean_figure(
    values: NDArray[np.float64],
    resamples: NDArray[np.uint8],
    shuffled: Sequence[float],
    *,
    most: float = 1.0,
) -> Figure:
    """The mean over the images as a figure; arguments as above."""
    counted = values[np.isfinite(values)]
    value = float(counted.mean()) if len(counted) else np.nan
    return figure(value, mean_of_images(values, resamples), shuffled, most=most)


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
