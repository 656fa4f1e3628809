"""Figures with their intervals and levels of chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVEL = 0.95
"""Of 100 intervals, on other images of the same population, this share holds the value."""


@dataclass(frozen=True)
class Figure:
    """A measured value with its interval and level of chance.

    Attributes:
        value: on the given images; NaN if nothing could be measured.
        low, high: its 95 % interval, for other images of the same population; NaN where no
            interval would hold what it says (see ``docs/coverage.md``), so that none is printed.
        chance: the mean value with shuffled images or labels, so that only chance is left; NaN if
            there is no such level.
        chance_low, chance_high: 95 % of the shuffled ones are between.
        images: number of images it is measured on.
    """

    value: float
    low: float
    high: float
    chance: float
    chance_low: float
    chance_high: float
    images: int

    @property
    def adjusted(self) -> float:
        """The value beyond chance, as a share of what is possible beyond it; 0 is chance.

        For measures whose maximum is 1, such as Cohen's kappa of a share that agrees. Figures of
        samples with different sizes or labels, whose levels of chance differ, compare by it. NaN
        without a level of chance, or if chance alone reaches 1.
        """
        return (self.value - self.chance) / (1 - self.chance) if self.chance < 1 else np.nan

    @property
    def has_interval(self) -> bool:
        """Whether it has an interval to print."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))
