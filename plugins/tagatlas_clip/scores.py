"""From cosines to scores.

A model trained with a sigmoid (SigLIP) gives the probability that a caption fits a picture:
``sigmoid(scale * cosine + bias)``. One trained with a softmax (CLIP) only compares captions: each
label's caption is compared with background captions that are true of any picture, and the score
is the label's share of the softmax over it and those::

    evidence = scale * cosine - log(sum over background captions of exp(scale * their cosine))
    score = sigmoid(evidence)

so that scores of different labels do not compete.

If scores are calibrated on a collection (:mod:`tagatlas_clip.calibration`), the labels of one
picture do compete. The highest evidence for a label that the collection does not show comes from
near misses, pictures of another label, which fits them much better: a label is weighted down by
the distance of its evidence below the picture's best::

    score = calibrated score * exp((evidence - best evidence of the picture) / RIVALRY)

Two further scorings are those of the literature: the softmax over all labels, as in open_clip's
README and in CLIP's paper (Radford et al. 2021), and the cosine itself::

    score = softmax over labels of (scale * cosine)
    score = cosine, or 0 if it is below
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
"""Log-odds below a picture's best label at which a label's calibrated score is multiplied by 1/e:
several things in one picture remain, near misses do not."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Evidence of pictures for labels, as log-odds.

    Attributes:
        labels: vectors of length 1, shape (labels, d).
        background: those of the background captions, shape (captions, d); none for a model
            trained with a sigmoid.
        scale: of cosines.
        bias: added after scaling; 0 with a background.
    """

    labels: NDArray[np.float32]
    background: NDArray[np.float32]
    scale: float
    bias: float

    def of(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds of each label, shape (n, labels).

        Args:
            pictures: vectors of length 1, shape (n, d).
        """
        evidence = self.scale * (pictures @ self.labels.T) + self.bias
        if len(self.background):
            evidence -= _logsumexp(self.scale * (pictures @ self.background.T))[:, np.newaxis]
        return evidence


def shares(cosines: NDArray[np.float32], scale: float) -> NDArray[np.float64]:
    """The softmax over all labels, in [0, 1]; of a picture, they add up to 1.

    Args:
        cosines: shape (n, labels), at least one label.
        scale: of cosines, the model's; 100 for most models trained with a softmax.
    """
    logits = scale * cosines.astype(np.float64)
    found: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
    found /= found.sum(axis=1, keepdims=True)
    return found


def sigmoid(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """From log-odds to probabilities, in [0, 1]."""
    return 1.0 / (1.0 + np.exp(-np.clip(values.astype(np.float64), -700.0, 700.0)))


def against_rivals(evidence: NDArray[np.float32]) -> NDArray[np.float64]:
    """Factor of each label's score by its distance to the picture's best, in (0, 1].

    Args:
        evidence: shape (n, labels), at least one label.
    """
    below = evidence - evidence.max(axis=1, keepdims=True)
    kept: NDArray[np.float64] = np.exp(below.astype(np.float64) / RIVALRY)
    return kept


def best_tags(
    scores: NDArray[np.float64], names: Sequence[str], threshold: float, most: int
) -> list[Tag]:
    """The tags of one picture: the best ones with a score of at least the threshold.

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
    """The vectors, shape (n, d), scaled to length 1; zero vectors are unchanged."""
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
