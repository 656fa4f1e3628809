"""Labels of different backends brought to one form, and the tags that are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.toolkit import row_of_entry

_BETWEEN_WORDS = re.compile(r"[\s_\-\x00-\x1f\x7f-\x9f]+")


def normal_label(label: str) -> str:
    """A label in the normal form in which labels of different backends are compared.

    Compatible characters are made one (Unicode's NFKC), case is folded, and blanks, underscores
    and hyphens are one blank: ``Fire_Truck`` and ``fire-truck`` are ``fire truck``.
    """
    folded = unicodedata.normalize("NFKC", label).casefold()
    return _BETWEEN_WORDS.sub(" ", folded).strip() or label


@dataclass(frozen=True, eq=False)
class TagSets:
    """The compared tags of n images, of several backends in one vocabulary.

    Attributes:
        vocabulary: the normal labels, sorted.
        scores: of each backend, shape (n, vocabulary): an entry where the image has the tag, with
            the score that the backend gave it, in the backend's own unit; columns in order.
    """

    vocabulary: Sequence[str]
    scores: Sequence[csr_array]

    def has(self, backend: int) -> csr_array:
        """The tags that a backend gives to images, as ones; shape (n, vocabulary), float32."""
        scores = self.scores[backend]
        ones = np.ones(scores.nnz, dtype=np.float32)
        return csr_array((ones, scores.indices, scores.indptr), shape=scores.shape)


def tag_sets(scores: Sequence[csr_array], labels: Sequence[Sequence[str]], *, top: int) -> TagSets:
    """The best tags of each image, of several backends.

    Backends score in units of their own, so that no threshold would be fair. Of each backend the
    same number of tags is taken, those that it scores highest.

    Args:
        scores: of each backend, above 0, shape (n, its labels).
        labels: of each backend, sorted.
        top: maximum number of tags of an image. Among equal ones the first by label is taken.
    """
    normal = [[normal_label(label) for label in each] for each in labels]
    vocabulary = sorted(set().union(*normal))
    column_of = {label: column for column, label in enumerate(vocabulary)}
    return TagSets(
        vocabulary,
        [
            _renamed(best_tags(each, top), [column_of[label] for label in names], len(vocabulary))
            for each, names in zip(scores, normal, strict=True)
        ],
    )


def best_tags(scores: csr_array, top: int) -> csr_array:
    """The highest entries of each row, up to a number; of equal ones those in first columns."""
    rows = row_of_entry(scores)
    order = np.lexsort((scores.indices, -scores.data, rows))
    place = np.arange(scores.nnz) - scores.indptr[rows]
    kept = np.sort(order[place < top])
    return csr_array((scores.data[kept], (rows[kept], scores.indices[kept])), shape=scores.shape)


def _renamed(scores: csr_array, columns: Sequence[int], width: int) -> csr_array:
    """The entries moved to other columns; of several in one place the highest stays."""
    rows = row_of_entry(scores)
    targets = np.asarray(columns, dtype=np.int64)[scores.indices]
    places, inverse = np.unique(rows * np.int64(width) + targets, return_inverse=True)
    highest = np.zeros(len(places))
    np.maximum.at(highest, inverse, scores.data)
    found = csr_array((highest, (places // width, places % width)), shape=(scores.shape[0], width))
    found.sort_indices()
    return found


def sizes(sets: csr_array) -> NDArray[np.int64]:
    """Number of tags of each image, shape (n,)."""
    return np.diff(sets.indptr).astype(np.int64)
