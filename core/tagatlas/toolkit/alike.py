"""Vectors to compare images by, and the most similar images."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.cluster.neighbours import Neighbours, similar_images
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.cluster.vectors import Vectors, distinct_rows, image_vectors

__all__ = [
    "Neighbours",
    "Vectors",
    "components",
    "distinct_rows",
    "image_vectors",
    "most_alike",
    "similar_images",
]


def most_alike(
    images: pl.DataFrame,
    tags: pl.LazyFrame,
    count: int,
    *,
    within: NDArray[np.integer] | None = None,
) -> NDArray[np.int32]:
    """The images whose tags are most like those of each image.

    Args:
        images: n images: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64), in any order.
        count: how many to find, at least 1.
        within: of each image the number of its group, shape (n,): images are compared with those
            of their group alone, which takes less time. None compares all with all.

    Returns:
        Rows of ``images``, shape (n, count), the most alike first; -1 where there are no more.
    """
    scores, _ = score_matrix(images, tags)
    vectors = image_vectors(scores, None)
    if within is None:
        return similar_images(vectors, count)[0]
    alike = np.full((len(vectors), count), -1, dtype=np.int32)
    for group in _groups(within):
        found, _ = similar_images(vectors.take(group), count)
        alike[group] = np.where(found >= 0, group[found], -1)
    return alike


def _groups(numbers: NDArray[np.integer]) -> list[NDArray[np.intp]]:
    """The rows of each number, in their order."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)
