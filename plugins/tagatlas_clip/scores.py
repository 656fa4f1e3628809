"""From cosines to scores.

A model that was trained with a sigmoid (SigLIP) says itself how likely a caption fits a picture:
``sigmoid(scale * cosine + bias)``. One that was trained with a softmax (CLIP) only compares
captions: for each label it is asked whether the label's caption fits better than captions that
are true of any picture, and its answer is the label's share of the softmax over it and those::

    evidence = scale * cosine - log(sum over background captions of exp(scale * their cosine))
    score = sigmoid(evidence)

so that a score is a probability of its own, not a share of what all labels get.

Where scores are calibrated on a collection (:mod:`tagatlas_clip.calibration`), the labels of one
picture also stand against each other. What stands out for a label that the collection does not
show are near misses, pictures of another label, which fits them much better: a label counts the
less the further its evidence lies below the picture's best::

    score = calibrated score * exp((evidence - best evidence of the picture) / RIVALRY)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas import Tag

if TYPE_CHECKING:
    from numpy.typing import NDArray


RIVALRY = 4.0
"""Log-odds below a picture's best label that take a label's calibrated score to 37 %: so much that
several things in one picture remain, and near misses do not."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """How much pictures speak for labels, as log-odds.

    Attributes:
        labels: vectors of length 1, shape (labels, d).
        background: the same of the captions that labels are contrasted with, shape (captions, d);
            of a model with a sigmoid of its own, none.
        scale: of cosines.
        bias: what is added; 0 where there is a background.
    """

    labels: NDArray[np.float32]
    background: NDArray[np.float32]
    scale: float
    bias: float

    def of(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """The log-odds that each label fits, shape (n, labels).

        Args:
            pictures: vectors of length 1, shape (n, d).
        """
        evidence = self.scale * (pictures @ self.labels.T) + self.bias
        if len(self.background):
            evidence -= _logsumexp(self.scale * (pictures @ self.background.T))[:, np.newaxis]
        return evidence


def sigmoid(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """From log-odds to probabilities, in [0, 1]."""
    return 1.0 / (1.0 + np.exp(-np.clip(values.astype(np.float64), -700.0, 700.0)))


def against_rivals(evidence: NDArray[np.float32]) -> NDArray[np.float64]:
    """What part of its score each label keeps beside the picture's best, in (0, 1].

    Args:
        evidence: shape (n, labels), at least one label.
    """
    below = evidence - evidence.max(axis=1, keepdims=True)
    kept: NDArray[np.float64] = np.exp(below.astype(np.float64) / RIVALRY)
    return kept


def best_tags(
    scores: NDArray[np.float64], names: Sequence[str], threshold: float, most: int
) -> list[Tag]:
    """The tags of one picture: those with a score of at least the threshold, the best ones.

    Args:
        scores: by label, shape (labels,), in [0, 1].
        names: of the labels.
        threshold: the lowest score.
        most: how many at most.
    """
    few = most < len(scores)
    places = np.argpartition(-scores, most)[:most] if few else np.arange(len(scores))
    places = places[scores[places] >= threshold]
    chosen = zip(places.tolist(), scores[places].tolist(), strict=True)
    return [Tag(names[place], score) for place, score in chosen]


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """The vectors, shape (n, d), brought to length 1; what is zero stays."""
    single: NDArray[np.float32] = vectors.astype(np.float32)
    lengths = np.linalg.norm(single, axis=1, keepdims=True)
    found: NDArray[np.float32] = np.zeros_like(single)
    np.divide(single, lengths, out=found, where=lengths > 0)
    return found


def _logsumexp(values: NDArray[np.float32]) -> NDArray[np.float32]:
    most = values.max(axis=1)
    sums = np.exp(values - most[:, np.newaxis]).sum(axis=1)
    found: NDArray[np.float32] = most + np.log(sums)
    return found
