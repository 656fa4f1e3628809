"""Images as a sample: groups that they are drawn within, and samples drawn again from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 1_000
"""Number of samples drawn again."""


@dataclass(frozen=True, eq=False)
class Sample:
    """n images, of which those of a group were drawn at random from a population of its own.

    A figure is the mean over the groups of their images' means, so that each group weighs the
    same. For a plain mean over images there is one group.

    Attributes:
        groups: the number of each image's group, from 0; -1 for images that do not count; int,
            shape (n,).
    """

    groups: NDArray[np.int32]

    @classmethod
    def of(cls, counts: NDArray[np.bool_]) -> Sample:
        """One group of the images that count, shape (n,)."""
        return cls(np.where(counts, 0, -1).astype(np.int32))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of images of each group, shape (groups,)."""
        return np.bincount(self.groups[self.groups >= 0]).astype(np.int64)

    @cached_property
    def weights(self) -> Values:
        """The weight of each image's value in a figure, shape (n,); they sum to 1."""
        used = max(int(np.count_nonzero(self.sizes)), 1)
        each = 1 / (np.append(np.maximum(self.sizes, 1), 1) * used)
        found: Values = np.where(self.groups >= 0, each[self.groups], 0.0)
        return found

    @property
    def images(self) -> int:
        """Number of images that count."""
        return int((self.groups >= 0).sum())

    @cached_property
    def drawn_within(self) -> NDArray[np.int32]:
        """The group that each image's spread is taken from.

        A single image says nothing of its group's spread: such images are taken together, and a
        lone one with the smallest other group ("collapsed strata", W. Cochran, "Sampling
        Techniques", 3rd edition, Wiley 1977, section 5A.12).
        """
        lone = np.flatnonzero(self.sizes == 1)
        if not len(lone):
            return self.groups
        name = np.arange(len(self.sizes), dtype=np.int32)
        name[lone] = lone[0]
        others = np.flatnonzero(self.sizes > 1)
        if len(lone) == 1 and len(others):
            name[lone] = others[self.sizes[others].argmin()]
        return np.where(self.groups >= 0, name[self.groups], -1).astype(np.int32)

    @property
    def degrees(self) -> int:
        """Images that count, less the groups that their spread is taken from."""
        within = self.drawn_within
        return self.images - len(np.unique(within[within >= 0]))

    def mean(self, values: Values) -> float:
        """The figure of these values of the images, shape (n,); NaN without images."""
        counted = self.groups >= 0
        if not counted.any():
            return np.nan
        return float(np.average(values[counted], weights=self.weights[counted]))

    def influence(self, values: Values) -> Values:
        """How each image moves the figure, shape (n,): the sum of squares is its variance.

        That is unbiased: the factor n / (n - 1) of each group of n is in it.
        """
        within = self.drawn_within
        counted = within >= 0
        moved = np.zeros(len(within))
        if not counted.any():
            return moved
        groups, values = within[counted], values[counted]
        sizes = np.bincount(groups)
        means = np.bincount(groups, values) / np.maximum(sizes, 1)
        larger = np.sqrt(sizes / np.maximum(sizes - 1, 1))
        moved[counted] = (values - means[groups]) * larger[groups] * self.weights[counted]
        return moved

    def draw(self, seed: int, resamples: int = RESAMPLES) -> NDArray[np.uint8]:
        """Draw the images again within their groups, with repeats: the bootstrap.

        B. Efron & R. Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall 1993; within
        groups: chapter 8.

        Returns:
            How often each image is in each new sample, shape (resamples, n).
        """
        dice = np.random.default_rng(seed)
        within = self.drawn_within
        counts = np.zeros((resamples, len(within)), dtype=np.uint8)
        for group in np.unique(within[within >= 0]):
            rows = np.flatnonzero(within == group)
            drawn = dice.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), resamples)
            counts[:, rows] = drawn  # the mean is 1: more than 255 of one do not occur
        return counts


def resampled(influence: Values, value: float, counts: NDArray[np.uint8]) -> Values:
    """The figure on samples drawn again, to first order; shape (resamples,).

    Args:
        influence: as from :meth:`Sample.influence`, shape (n,).
        value: the figure.
        counts: as from :meth:`Sample.draw`.
    """
    moved = counts.astype(np.float32) @ influence.astype(np.float32)
    return np.asarray(value + moved, dtype=np.float64)
