"""Similarity of labels in meaning, and the agreement of sets of tags by it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import TextEmbedder
from tagatlas.toolkit import kernel

Likeness = NDArray[np.float32]


class LabelSimilarity(ABC):
    """A measure of the similarity of labels in meaning."""

    @property
    @abstractmethod
    def description(self) -> str:
        """Its source, for a methods text."""

    @abstractmethod
    def known(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        """Mask of the normal labels with a known meaning, shape (n,)."""

    @abstractmethod
    def likeness(self, one: Sequence[str], other: Sequence[str]) -> Likeness:
        """Similarity of labels, in [0, 1], shape (one, other); 0 if one is unknown.

        Args:
            one: normal labels, as from :func:`tagatlas_compare.comparison.labels.normal_label`.
            other: likewise.
        """


class EncodedSimilarity(LabelSimilarity):
    """Similarity as the cosine of a text encoder's embeddings; negative ones count as 0."""

    def __init__(self, encoder: TextEmbedder, name: str) -> None:
        self._encoder = encoder
        self._name = name

    @property
    def description(self) -> str:
        """Its source, with the encoder's name."""
        return f"the cosine of their embeddings by the text encoder of {self._name}"

    def known(self, labels: Sequence[str]) -> NDArray[np.bool_]:
        """All labels are known."""
        return np.ones(len(labels), dtype=np.bool_)

    def likeness(self, one: Sequence[str], other: Sequence[str]) -> Likeness:
        """Cosines."""
        found: Likeness = (self._unit_rows(one) @ self._unit_rows(other).T).clip(0, 1)
        return found

    def _unit_rows(self, labels: Sequence[str]) -> NDArray[np.float32]:
        if not labels:
            return np.zeros((0, 1), dtype=np.float32)
        rows = np.asarray(self._encoder.embed_texts(labels), dtype=np.float32)
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def label_likeness(
    meaning: LabelSimilarity,
    vocabulary: Sequence[str],
    one: csr_array,
    other: csr_array,
    *,
    most: int,
) -> tuple[Likeness, NDArray[np.int32], NDArray[np.int32]]:
    """Similarity of the labels of two backends; 1 for the same label.

    Args:
        meaning: the similarity of labels.
        vocabulary: of both.
        one: the tags of the images, as ones, shape (n, vocabulary).
        other: the same of the other backend.
        most: number of labels of each that are compared, the most frequent ones. The others
            count as similar to themselves alone.

    Returns:
        Shape (labels of one, labels of the other); and the row and the column of each label of the
        vocabulary, -1 if it has none.
    """
    rows, columns = _commonest(one, most), _commonest(other, most)
    found = meaning.likeness(
        [vocabulary[label] for label in rows], [vocabulary[label] for label in columns]
    )
    row_of = np.full(len(vocabulary), -1, dtype=np.int32)
    column_of = np.full(len(vocabulary), -1, dtype=np.int32)
    row_of[rows] = np.arange(len(rows), dtype=np.int32)
    column_of[columns] = np.arange(len(columns), dtype=np.int32)
    same = np.flatnonzero((row_of >= 0) & (column_of >= 0))
    found[row_of[same], column_of[same]] = 1.0
    return found, row_of, column_of


def _commonest(sets: csr_array, most: int) -> NDArray[np.intp]:
    """The columns with most entries, by falling number; none without entries."""
    counts = np.bincount(sets.indices, minlength=sets.shape[1])
    order = np.argsort(-counts, kind="stable")[:most]
    return order[counts[order] > 0]


def soft_agreement(
    one: csr_array,
    other: csr_array,
    likeness: tuple[Likeness, NDArray[np.int32], NDArray[np.int32]],
) -> NDArray[np.float64]:
    """Agreement of the tags of images by meaning.

    Each tag is compared with the most similar one of the other backend. The agreement is the mean
    of both directions' means: 1 if the tags are the same, 0 if none are similar or one backend
    has no tags; 1 if neither has any.

    Args:
        one: the tags of the images, as ones, shape (n, vocabulary).
        other: the same of the other backend.
        likeness: as from :func:`label_likeness`.
    """
    found = np.empty(one.shape[0])
    _hold_together(
        one.indptr.astype(np.int64),
        one.indices.astype(np.int64),
        other.indptr.astype(np.int64),
        other.indices.astype(np.int64),
        *likeness,
        found,
    )
    return found


@kernel
def _hold_together(
    starts: NDArray[np.int64],
    tags: NDArray[np.int64],
    other_starts: NDArray[np.int64],
    other_tags: NDArray[np.int64],
    likeness: Likeness,
    row_of: NDArray[np.int32],
    column_of: NDArray[np.int32],
    found: NDArray[np.float64],
) -> None:
    for image in range(found.shape[0]):
        first, last = starts[image], starts[image + 1]
        other_first, other_last = other_starts[image], other_starts[image + 1]
        count, other_count = last - first, other_last - other_first
        if count == 0 or other_count == 0:
            found[image] = 1.0 if count == other_count else 0.0
            continue
        best_of_other = np.zeros(other_count)
        total = 0.0
        for tag in range(first, last):
            best = 0.0
            for other in range(other_count):
                label, other_label = tags[tag], other_tags[other_first + other]
                alike = 0.0
                if label == other_label:
                    alike = 1.0
                elif row_of[label] >= 0 and column_of[other_label] >= 0:
                    alike = likeness[row_of[label], column_of[other_label]]
                best = max(best, alike)
                best_of_other[other] = max(best_of_other[other], alike)
            total += best
        found[image] = (total / count + best_of_other.sum() / other_count) / 2
