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


def most_alike(images: pl.DataFrame, tags: pl.LazyFrame, count: int) -> NDArray[np.int32]:
    """The images whose tags are most like those of each image.

    Args:
        images: n images: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64), in any order.
        count: how many to find, at least 1.

    Returns:
        Rows of ``images``, shape (n, count), the most alike first; -1 where there are no more.
    """
    scores, _ = score_matrix(images, tags)
    rows, _ = similar_images(image_vectors(scores, None), count)
    return rows
