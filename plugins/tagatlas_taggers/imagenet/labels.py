"""The labels of the classes and of their WordNet ancestors."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of the model's classes and of their hypernyms.

    Attributes:
        names: a label per class, in the model's order, then a label per ancestor; all different.
        members: the classes below the ancestors, one ancestor after the other.
        starts: where each ancestor's classes begin in ``members``.
    """

    names: tuple[str, ...]
    members: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def parse(cls, classes: bytes, ancestors: bytes) -> Self:
        """Read the two tables that ``derive/derive_labels.py`` writes."""
        class_rows = csv.DictReader(StringIO(classes.decode("utf-8")))
        ancestor_rows = list(csv.DictReader(StringIO(ancestors.decode("utf-8"))))
        below = [[int(index) for index in row["classes"].split()] for row in ancestor_rows]
        lengths = [len(indices) for indices in below]
        return cls(
            names=(
                *(row["label"] for row in class_rows),
                *(row["label"] for row in ancestor_rows),
            ),
            members=np.array([index for indices in below for index in indices], dtype=np.intp),
            starts=np.cumsum([0, *lengths[:-1]], dtype=np.intp),
        )

    def scores(self, probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
        """A score per label: of an ancestor, the sum of its classes' probabilities.

        Args:
            probabilities: of the classes, shape (classes,), adding up to 1.

        Returns:
            Scores in [0, 1], to six decimals, in the order of ``names``.
        """
        of_classes = probabilities.astype(np.float64)
        of_ancestors = np.add.reduceat(of_classes[self.members], self.starts)
        # The softmax rounds: a sum over many classes can come out a little above 1.
        scores: NDArray[np.float64] = np.concatenate([of_classes, of_ancestors]).clip(max=1.0)
        return scores.round(6)
