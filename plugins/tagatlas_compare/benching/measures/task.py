"""What every entrant is measured against: codes of images, and how the images were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tagatlas.errors import UsageError
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.statistics.estimates import SHUFFLES
from tagatlas_compare.statistics.intervals import FEWEST
from tagatlas_compare.statistics.samples import Sample, Values

LEARNED = ("probe", "neighbours")
"""Measures that judge images by other images."""

FEWEST_TO_LEARN = 5
"""Least mean number of images of a code for an interval of these."""

FEWEST_LEARNED = 50
"""Least number of images beyond that of labels for an interval of these."""

PROBE_SHUFFLES = 100
"""Number of times that codes are shuffled for the probe's level of chance."""

Codes = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Task:
    """The coded images of a truth, in order, with the codes that any of them has.

    Attributes:
        rows: their numbers among all images, shape (n,).
        codes: names, sorted.
        has: which of them has which code, shape (n, codes).
        is_single: whether each has exactly one.
    """

    rows: NDArray[np.intp]
    codes: list[str]
    has: Codes
    is_single: bool

    @classmethod
    def of(cls, truth: Truth) -> Task:
        """The task that a truth sets.

        Raises:
            UsageError: fewer than two images are coded, there is no code, or only one label, or
                every code is on all images or on none.
        """
        rows = np.flatnonzero(truth.coded)
        has = truth.has[rows]
        used = np.flatnonzero(has.any(axis=0)).tolist()
        if len(rows) < 2:
            found = "only one of the images has" if len(rows) else "none of the images has"
            raise UsageError(
                f"{found} a label ({truth.source}): at least two are needed to measure with"
            )
        if not len(used):
            raise UsageError(f"none of the coded images has a code ({truth.source})")
        if has[:, used].all():
            names = ", ".join(truth.codes[code] for code in used[:3])
            raise UsageError(
                f"all {len(rows):,} images are labelled alike ({truth.source}: {names}), so that"
                " no backend can be told from another: label them by something that differs"
            )
        codes = [truth.codes[code] for code in used]
        return cls(rows, codes, has[:, used], truth.is_single)

    @property
    def images(self) -> int:
        """Their number, n."""
        return len(self.rows)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of images of each code, shape (codes,)."""
        return np.asarray(self.has.sum(axis=0), dtype=np.int64)

    @cached_property
    def learnable(self) -> NDArray[np.bool_]:
        """Codes that an image can be told by others to have: two images have them, one has not."""
        return (self.sizes >= 2) & (self.sizes < self.images)

    def can_tell(self, measure: str) -> bool:
        """Whether there are enough images to compare entrants by a measure of codes.

        What is told by other images with the code needs five of each code, on average.
        """
        if self.sample.degrees < FEWEST:
            return False
        return measure not in LEARNED or self.images >= FEWEST_TO_LEARN * self.learnable.sum()

    def has_interval(self, measure: str) -> bool:
        """Whether a measure of codes has an interval."""
        enough = measure not in LEARNED or self.sample.degrees >= FEWEST_LEARNED
        return enough and self.can_tell(measure)

    @cached_property
    def sample(self) -> Sample:
        """How the images were drawn: within labels, or as one group where some have several."""
        if self.is_single:
            return Sample(self.has.argmax(axis=1).astype(np.int32))
        return Sample.of(np.ones(self.images, dtype=np.bool_))

    @cached_property
    def partition(self) -> NDArray[np.int32]:
        """The label of each image, or the set of its codes, by number; shape (n,)."""
        if self.is_single:
            return self.sample.groups
        return np.unique(self.has, axis=0, return_inverse=True)[1].astype(np.int32).ravel()

    def shuffled(self, seed: int) -> Iterator[Codes]:
        """The codes given to other images, a number of times; what images show stays as it is."""
        dice = np.random.default_rng([seed, 1])
        for _ in range(SHUFFLES):
            yield self.has[dice.permutation(self.images)]

    def shuffled_in_folds(self, seed: int, folds: NDArray[np.int32]) -> Iterator[Codes]:
        """The codes given to other images, so that each fold has those of a fold of its size.

        The number of images of each code that is trained without a fold stays as it is: what tells
        nothing of the codes is right as often as before.

        Args:
            seed: of the shuffling.
            folds: number of the fold of each image, from 0; shape (n,).
        """
        dice = np.random.default_rng([seed, 1])
        sizes = np.bincount(folds)
        places = np.lexsort((folds, sizes[folds]))
        for _ in range(PROBE_SHUFFLES):
            keys = dice.random(len(sizes))[folds]
            codes = np.empty_like(self.has)
            codes[places] = self.has[np.lexsort((dice.random(self.images), keys, sizes[folds]))]
            yield codes


@dataclass(frozen=True, eq=False)
class OfCodes:
    """A measure of each code, and how each image moves it.

    Attributes:
        values: shape (codes,); NaN for a code that cannot be measured.
        moves: how much each image adds: the value less that without the image, shape (n, codes).
    """

    values: Values
    moves: Values

    def mean(self, some: NDArray[np.bool_]) -> float:
        """The mean over some codes; NaN if there are none."""
        return float(self.values[some].mean()) if some.any() else np.nan

    def parts(self, some: NDArray[np.bool_], sample: Sample) -> Values:
        """Jackknife pseudo-values of the mean over some codes, shape (n,).

        Of the group that an image was drawn from, one less than its size times what it adds; their
        mean over the sample is the figure (B. Efron & C. Stein, "The Jackknife Estimate of
        Variance", Annals of Statistics 9, 1981).
        """
        added = self.moves[:, some].mean(axis=1)
        groups, sizes = sample.groups, sample.sizes
        means = np.bincount(groups, added) / np.maximum(sizes, 1)
        used = np.count_nonzero(sizes)
        found: Values = self.mean(some) + used * (sizes[groups] - 1) * (added - means[groups])
        return found
