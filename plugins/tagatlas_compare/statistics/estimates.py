"""Figures made of the values of images."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np

from tagatlas_compare.statistics.figures import LEVEL, Figure
from tagatlas_compare.statistics.intervals import Z, mean_interval
from tagatlas_compare.statistics.samples import Sample, Values

NO_INTERVAL = (nan, nan)

SHUFFLES = 20
"""Number of times that images are shuffled for the level of chance."""


ENOUGH_FOR_QUANTILES = 100
"""Number of shuffles from which on 95 % of them are counted; fewer are taken as normal."""


def mean_figure(
    values: Values,
    sample: Sample | None = None,
    shuffled: Sequence[float] = (),
    *,
    least: float = 0.0,
    most: float = 1.0,
) -> Figure:
    """The mean over images as a figure.

    Args:
        values: of the images, or pseudo-values, shape (n,); NaN for images that do not count.
        sample: the images; by default one group of those that count.
        shuffled: the figure with shuffled images; if empty, there is no level of chance.
        least: lower end of the range of the figure; -inf if there is none.
        most: upper end; inf if there is none.
    """
    sample = sample or Sample.of(np.isfinite(values))
    value = sample.mean(values)
    low, high = mean_interval(values, sample, least=least, most=most)
    return make_figure(value, (low, high), shuffled, sample.images, most=most)


def figure_of(
    value: float, values: Values, shuffled: Sequence[float] = (), *, least: float = 0.0
) -> Figure:
    """A figure of at most 1 from its value and pseudo-values of all n images, shape (n,)."""
    sample = Sample.of(np.ones(len(values), dtype=np.bool_))
    known = bool(np.isfinite(values).all())
    interval = mean_interval(values, sample, least=least) if known else NO_INTERVAL
    return make_figure(value, interval, shuffled, len(values))


def make_figure(
    value: float,
    interval: tuple[float, float],
    shuffled: Sequence[float],
    images: int,
    *,
    most: float = 1.0,
) -> Figure:
    """A figure from its value, its interval, its values by chance, and its number of images."""
    chance, spread = nan, nan
    if len(shuffled):
        chance = float(np.mean(shuffled))
        spread = Z * float(np.std(shuffled, ddof=1)) if len(shuffled) > 1 else 0.0
    ends = chance - spread, min(chance + spread, most)
    if len(shuffled) >= ENOUGH_FOR_QUANTILES:
        least, greatest = np.quantile(shuffled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        ends = float(least), float(greatest)
    return Figure(float(value), *interval, chance, *ends, images)


def pseudo_values(value: float, without: Values) -> Values:
    """Jackknife pseudo-values: their mean is the figure, nearly, and their spread its own.

    J. Tukey, Annals of Mathematical Statistics 29, 1958. They are shifted so that their mean is
    the figure exactly.

    Args:
        value: the figure of n images.
        without: the figure without each of them, shape (n,).
    """
    pseudo = -(len(without) - 1) * without
    moved: Values = pseudo - pseudo.mean() + value
    return moved
