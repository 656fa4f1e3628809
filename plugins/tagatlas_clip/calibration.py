"""Calibration on the collection: scores that are comparable between labels.

A model's evidence has an offset and a spread that depend on the label: some captions fit almost
any picture a little, others none. Over a collection, the evidence for a label (see
:mod:`tagatlas_clip.scores`) is modelled as a mixture of two normal distributions of equal variance,
of the pictures without the label and of those with it; the distance of their means, the lift, is
the same for all labels, in standard deviations::

    without   evidence ~ N(mean, spread^2)                  share 1 - s
    with      evidence ~ N(mean + lift * spread, spread^2)  share s

so that the probability that a picture shows the label is logistic in the evidence::

    score = sigmoid(soften((evidence - bias) / temperature))
    temperature = spread / lift
    bias = mean + lift * spread / 2 + temperature * log((1 - s) / s)
    soften(x) = x up to 4, 4 + log(1 + x - 4) above

For every label, a score of 0.5 means that the evidence is equally many of the label's standard
deviations above the mean of pictures without it: the false alarm rate is the same for all labels.
A normal distribution would be overconfident in its tail: there the evidence is damped by a
logarithm, which preserves the order.

Both steps of the estimation are expectation-maximisation (Dempster, Laird and Rubin 1977). First
each label's mean and spread, in a mixture with a separate lift and share per label, initialised
below all pictures that show it, so that a label may be on most pictures; estimates are shrunk
towards those of all labels (empirical Bayes), as if so many more pictures typical of all had been
seen (:data:`PRIOR`; for the mean, as many as labels agree in it). Then the common lift and share,
initialised with the label that stands out most in each picture, so that a label that no picture
shows does not claim the nearest ones. A label on all pictures cannot be distinguished from one on
none; it counts as on none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas_clip.scores import sigmoid

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 50
"""The fewest pictures for a calibration; scores of smaller collections are not calibrated."""

MOST = 2000
"""The most pictures to estimate from: the first by id, which amounts to a random sample."""

MOST_VALUES = 4_000_000
"""The most pictures times labels to estimate from; but at least a quarter of MOST pictures."""

PRIOR = 20.0
"""Weight of the prior from all labels in the estimates of each, in pictures."""

LEAST_LIFT = 3.0
"""The smallest lift of pictures that show a label, in standard deviations."""

ROUNDS = 40
SOFT = 4.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """Parameters from evidence to scores, by label.

    Attributes:
        bias: the evidence at which a label is as likely present as absent, shape (labels,).
        temperature: the evidence that changes the odds by e, shape (labels,), above 0.
    """

    bias: NDArray[np.float64]
    temperature: NDArray[np.float64]

    def scores(self, evidence: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores in [0, 1] of evidence, both of shape (n, labels)."""
        odds = (evidence - self.bias) / self.temperature
        return sigmoid(np.where(odds > SOFT, SOFT + np.log1p(np.maximum(odds - SOFT, 0.0)), odds))


def sample_size(labels: int) -> int:
    """The number of pictures to estimate a calibration of so many labels from."""
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
    """The common lift, and the share of pairs of picture and label that are present.

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
    """The probability that a picture shows a label, by evidence in standard deviations."""
    return sigmoid(lift * (standard - lift / 2) + np.log(share / (1 - share)))


def _sums(weights: NDArray[np.float64], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Weighted sums of values over pictures, by label."""
    found: NDArray[np.float64] = np.einsum("ij,ij->j", weights, values)
    return found


def _start(evidence: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and spread of the lowest part, with few pictures that show the label."""
    lowest, low, lower = np.quantile(evidence, [0.02, 0.04, 0.15], axis=0)
    spread = max(float(np.median(lower - lowest)) / 1.017, 1e-3)  # 1.017 is that of N(0, 1)
    return low + spread / 2, np.full(evidence.shape[1], spread)
