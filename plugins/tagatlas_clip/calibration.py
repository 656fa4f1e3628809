"""Scores that mean the same from label to label: calibration on the collection.

What a model makes of a label has an offset and a spread of the label's own: some captions fit
almost any picture a little, others none. Over a collection, the evidence for a label (see
:mod:`tagatlas_clip.scores`) is modelled as a mixture of two normal distributions of one variance,
of the pictures that do not show it and of those that do, which stand out by a lift that is the
same, in standard deviations, for all labels::

    without   evidence ~ N(mean, spread^2)                  share 1 - s
    with      evidence ~ N(mean + lift * spread, spread^2)  share s

so that the probability that a picture shows the label is logistic in the evidence::

    score = sigmoid(soften((evidence - bias) / temperature))
    temperature = spread / lift
    bias = mean + lift * spread / 2 + temperature * log((1 - s) / s)
    soften(x) = x up to 4, 4 + log(1 + x - 4) above

A score of 0.5 says of every label that the evidence is as many of the label's own standard
deviations above what pictures without it have: as likely a false alarm for one as for another.
A normal distribution would be sure beyond reason in its tail: there the evidence counts by its
logarithm, which changes no order.

Both steps of the estimation are expectation-maximisation (Dempster, Laird and Rubin 1977). First
each label's mean and spread, in a mixture with a lift and a share of the label's own, from a start
below all pictures that show it, so that a label may be on most pictures; labels learn from each
other (empirical Bayes): each one's estimates are drawn to those of all, as if so many more
pictures had been seen that are typical of all (:data:`PRIOR`; of the mean, as many as labels are
alike in it). Then the lift and the share that all labels have in common, starting with the label
of each picture that stands out most: so a label that no picture shows does not make what is
nearest to it its own. What cannot be told: a label that all pictures show from one that none
shows; it counts as not shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas_clip.scores import sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 50
"""Pictures that a calibration needs; the scores of a smaller collection stay as they are."""

MOST = 2000
"""Pictures that it is estimated from at most: the first by id, which is as good as at random."""

MOST_VALUES = 4_000_000
"""Pictures times labels that it is estimated from at most; but never fewer than a quarter of MOST
pictures."""

PRIOR = 20.0
"""Pictures that what all labels have in common counts for, in the estimates of each."""

LEAST_LIFT = 3.0
"""Pictures that show a label stand out by at least so many standard deviations."""

ROUNDS = 40
SOFT = 4.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """How evidence becomes scores, by label.

    Attributes:
        bias: the evidence at which a label is as likely there as not, shape (labels,).
        temperature: the evidence that changes the odds by e, shape (labels,), above 0.
    """

    bias: NDArray[np.float64]
    temperature: NDArray[np.float64]

    def scores(self, evidence: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores in [0, 1] of evidence, both of shape (n, labels)."""
        odds = (evidence - self.bias) / self.temperature
        return sigmoid(np.where(odds > SOFT, SOFT + np.log1p(np.maximum(odds - SOFT, 0.0)), odds))


def sample_size(labels: int) -> int:
    """How many pictures a calibration of so many labels is estimated from."""
    return min(MOST, max(MOST_VALUES // labels, MOST // 4))


def calibrate(evidence: NDArray[np.float32]) -> Calibration:
    """Estimate a calibration.

    Args:
        evidence: of some pictures of a collection, shape (n, labels), at least one of each.
    """
    mean, spread = _without(evidence)
    lift, share = _with((evidence - mean) / spread)
    temperature = spread / lift
    bias = mean + lift * spread / 2 + temperature * np.log((1 - share) / share)
    return Calibration(bias, temperature)


def _without(evidence: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread, by label, of the pictures that do not show it."""
    pictures, labels = evidence.shape
    mean, spread = _start(evidence)
    lift = np.full(labels, LEAST_LIFT)
    share = np.full(labels, 0.05)
    for _ in range(ROUNDS):
        standard = (evidence - mean) / spread
        there = _probabilities(standard, lift, share)
        absent = 1.0 - there
        seen, unseen = there.sum(axis=0), absent.sum(axis=0)
        likeness = min(PRIOR, float(np.median(spread) ** 2 / max(mean.var(), 1e-9)))
        mean = (_sums(absent, evidence) + likeness * np.median(mean)) / (unseen + likeness)
        squares = _sums(absent, (evidence - mean) ** 2)
        usual_variance = squares.sum() / unseen.sum()
        spread = np.sqrt((squares + PRIOR * usual_variance) / (unseen + PRIOR)).clip(min=1e-6)
        heights = _sums(there, standard)
        usual_lift = max(LEAST_LIFT, heights.sum() / max(seen.sum(), 1e-9))
        lift = np.maximum((heights + PRIOR * usual_lift) / (seen + PRIOR), LEAST_LIFT)
        usual_share = (seen.sum() + 1.0) / (pictures * labels + 2.0)
        share = (seen + PRIOR * usual_share) / (pictures + PRIOR)
    return mean, spread


def _with(standard: NDArray[np.float64]) -> tuple[float, float]:
    """How far pictures that show a label stand out, and the share that they are, of all pairs.

    Args:
        standard: evidence in standard deviations of the pictures without, shape (n, labels).
    """
    lift = max(LEAST_LIFT, float(np.median(standard.max(axis=1))))
    share = 0.5 / standard.shape[1]
    for _ in range(ROUNDS):
        there = _probabilities(standard, lift, share)
        share = (float(there.sum()) + 1.0) / (there.size + 2.0)
        height = float((there * standard).sum()) / max(float(there.sum()), 1e-9)
        lift = max(LEAST_LIFT, height)
    return lift, share


def _probabilities(
    standard: NDArray[np.float64],
    lift: float | NDArray[np.float64],
    share: float | NDArray[np.float64],
) -> NDArray[np.float64]:
    """That a picture shows a label, of evidence in standard deviations."""
    return sigmoid(lift * (standard - lift / 2) + np.log(share / (1 - share)))


def _sums(weights: NDArray[np.float64], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Weighted sums of values over pictures, by label."""
    found: NDArray[np.float64] = np.einsum("ij,ij->j", weights, values)
    return found


def _start(evidence: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread of the lowest part, which few pictures that show the label are in."""
    lowest, low, lower = np.quantile(evidence, [0.02, 0.04, 0.15], axis=0)
    spread = max(float(np.median(lower - lowest)) / 1.017, 1e-3)  # 1.017 is that of N(0, 1)
    return low + spread / 2, np.full(evidence.shape[1], spread)
