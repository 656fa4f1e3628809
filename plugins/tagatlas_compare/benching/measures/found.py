"""A measure of every code with its level of chance; and that of the probe."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.benching.measures.alike import Alike
from tagatlas_compare.benching.measures.probe import Probe, folds_of, kernel_of, shares_right
from tagatlas_compare.benching.measures.task import Codes, OfCodes, Task
from tagatlas_compare.benching.measures.words import average_precisions, share_of_images
from tagatlas_compare.statistics.estimates import NO_INTERVAL, make_figure
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import mean_interval
from tagatlas_compare.statistics.samples import Sample, Values

WIDENED = 1.1
"""By how much the spread of the probe's errors is widened, which by itself held 87 to 95 times in
100, as errors of images that were trained on the same others go together."""

SURELY_ABOVE = 3.0
"""By how many standard deviations of shuffled ones a figure is surely above chance."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Found:
    """A measure of every code, the codes that it is averaged over, and its mean by chance.

    Where images are judged by others, their errors are not independent, and no estimate of variance
    from one collection is without bias (Y. Bengio & Y. Grandvalet, "No Unbiased Estimator of the
    Variance of K-Fold Cross-Validation", JMLR 5, 2004): the spread may be ``widened``.
    What ``may_be_chance`` has no interval: there none that was tried held.
    """

    of_codes: OfCodes
    some: Mask
    shuffled: list[float]
    widened: float = 1.0
    may_be_chance: bool = False

    def spread_as_chance(self, sample: Sample) -> Found:
        """Spread at least as with shuffled codes, unless it is surely above these.

        Where chance decides, images with equal tags are right or wrong together: the spread of
        single images would be too small.
        """
        if not self.some.any():
            return self
        own = float(np.sqrt((sample.influence(self.parts(sample)) ** 2).sum()))
        if own == 0 or self.is_surely_above_chance:
            return self
        return replace(self, widened=max(self.widened, self._spread_of_chance / own))

    @property
    def is_surely_above_chance(self) -> bool:
        """Whether the mean is further above that of shuffled codes than chance can explain."""
        beyond = self.of_codes.mean(self.some) - float(np.mean(self.shuffled))
        return bool(beyond > SURELY_ABOVE * self._spread_of_chance)

    @property
    def _spread_of_chance(self) -> float:
        return float(np.std(self.shuffled, ddof=1))

    def parts(self, sample: Sample) -> Values:
        """The values of images whose mean is the figure, spread as it varies."""
        mean = self.of_codes.mean(self.some)
        own: Values = mean + self.widened * (self.of_codes.parts(self.some, sample) - mean)
        return own

    def figure(self, name: str, task: Task) -> Figure:
        """The mean with its interval and level of chance.

        Args:
            name: of the measure.
            task: that it was measured on.
        """
        if not self.some.any():
            return make_figure(np.nan, NO_INTERVAL, (), task.images)
        interval = NO_INTERVAL
        if task.has_interval(name) and not self.may_be_chance:
            interval = mean_interval(self.parts(task.sample), task.sample)
        value = self.of_codes.mean(self.some)
        return make_figure(value, interval, self.shuffled, task.images)


def found_nearby(task: Task, alike: Alike, seed: int) -> Found:
    """The share of the same label among the images that an entrant finds most like an image.

    Args:
        task: of n images.
        alike: the n images by likeness.
        seed: of shuffling.
    """
    some = task.learnable
    shuffled = [
        float(alike.shares(has)[0][some].mean()) if some.any() else np.nan
        for has in task.shuffled(seed)
    ]
    found = Found(alike.of_codes(task.has), some, shuffled)
    return replace(found, may_be_chance=not found.is_surely_above_chance)


def probed(
    task: Task, scores: csr_array, embeddings: NDArray[np.float16] | None, silent: Mask, seed: int
) -> tuple[Found, Values]:
    """The linear probe of what an entrant made of the images of a task.

    Args:
        task: of n images.
        scores: of the entrant's tags, shape (n, tags).
        embeddings: its embeddings, shape (n, d); None if it has none.
        silent: mask of the images without a tag, shape (n,).
        seed: of folds and shuffling.

    Returns:
        The measure, and the score of each image for each code, shape (n, codes).
    """
    folds = folds_of(task.partition, seed)
    probe = Probe(kernel_of(scores, embeddings), silent, folds)
    some = task.learnable

    def of(has: Codes, found: Values, share: float) -> OfCodes:
        if not task.is_single:
            return average_precisions(found, has)
        is_right = np.where(silent, share, shares_right(found, has))
        return share_of_images(np.repeat(is_right[:, None], has.shape[1], axis=1), has)

    guess = 1 / max(int(some.sum()), 1)  # else silence would lower the level of chance
    shuffled = [
        of(has, probe.scores(has), guess).mean(some) for has in task.shuffled_in_folds(seed, folds)
    ]
    found = probe.scores(task.has)
    whole = Found(of(task.has, found, 0.0), some, shuffled, WIDENED)
    return whole.spread_as_chance(task.sample), found
