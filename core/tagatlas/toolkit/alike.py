"""Vectors to compare images by, and the most similar images."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.cluster.likely import (
    EXACT_IMAGES,
    describe_likely,
    likely_nearest_rows,
    nearest_images,
)
from tagatlas_mapping.cluster.neighbours import Neighbours, similar_by_shard, similar_images
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.cluster.vectors import Vectors, distinct_rows, image_vectors

__all__ = [
    "EXACT_IMAGES",
    "Neighbours",
    "Vectors",
    "components",
    "describe_likely",
    "distinct_rows",
    "image_vectors",
    "likely_nearest_rows",
    "most_alike",
    "similar_by_shard",
    "similar_images",
]


def most_alike(images: pl.DataFrame, tags: pl.LazyFrame, count: int) -> NDArray[np.int32]:
    """The images whose tags are most like those of each image.

    Of more than :data:`EXACT_IMAGES` images, some per cent of them may be missing: the others are
    then the next most alike.

    Args:
        images: n images: ``id`` (String).
        tags: their tags: ``image``, ``tag`` (String), ``score`` (Float64), in any order.
        count: how many to find, at least 1.

    Returns:
        Rows of ``images``, shape (n, count), the most alike first; -1 where there are no more.
    """
    scores, _ = score_matrix(images, tags)
    return nearest_images(image_vectors(scores, None), count)[0]
