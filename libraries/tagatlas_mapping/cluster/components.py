"""Few coordinates of images, whose products are about the images' similarity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas_mapping.cluster.vectors import Vectors, orthonormal

_OVERSAMPLED = 16
_ITERATIONS = 5
_ROWS_FOR_AXES = 3000

Columns = NDArray[np.float32]


def components(vectors: Vectors, count: int) -> Columns:
    """Principal components of tags and embeddings together.

    Halko, Martinsson & Tropp, "Finding Structure with Randomness", SIAM Review 53(2), 2011; the
    axes are those of a few thousand images, evenly chosen.

    Args:
        vectors: of n images.
        count: of components, at least 1.

    Returns:
        Coordinates, shape (n, count); the product of two rows is about the similarity of
        :class:`Vectors`. Zeros fill up components that the images do not have.
    """
    fitted = vectors
    if len(vectors) > _ROWS_FOR_AXES:
        fitted = vectors.take(np.linspace(0, len(vectors) - 1, _ROWS_FOR_AXES).astype(np.intp))
    width = vectors.tags.shape[1] + vectors.embeddings.shape[1]
    start = np.random.default_rng(0).normal(size=(width, count + _OVERSAMPLED))
    basis: Columns = start.astype(np.float32)
    for _ in range(_ITERATIONS):
        basis = orthonormal(_back(fitted, _times(fitted, basis)))
    projected = _times(fitted, basis)
    _, turns = np.linalg.eigh(projected.T @ projected)
    return _times(vectors, basis @ turns[:, -count:])


def _times(vectors: Vectors, basis: Columns) -> Columns:
    """The images' rows, of tags and embeddings together, times a matrix."""
    tags = vectors.tags.shape[1]
    centred = vectors.tags @ basis[:tags]
    centred -= vectors.has_tags[:, None] * (vectors.common @ basis[:tags])
    products = centred / vectors.lengths()[:, None] + vectors.embeddings @ basis[tags:]
    return np.asarray(products / np.sqrt(vectors.parts), dtype=np.float32)


def _back(vectors: Vectors, products: Columns) -> Columns:
    """The transpose of the images' rows times a matrix."""
    scaled = products / vectors.lengths()[:, None]
    common = np.outer(vectors.common, vectors.has_tags.astype(np.float32) @ scaled)
    both = np.vstack([vectors.tags.T @ scaled - common, vectors.embeddings.T @ products])
    return np.asarray(both / np.sqrt(vectors.parts), dtype=np.float32)
