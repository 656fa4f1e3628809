"""Nearest neighbours of images, by backends and on their maps, and their overlap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from tagatlas.toolkit import image_vectors, similar_images

Neighbours = NDArray[np.int64]
"""Row numbers, the nearest first, -1 where there are no more; shape (images asked, k)."""


def likest_images(
    scores: csr_array,
    embeddings: NDArray[np.float16] | None,
    asked: NDArray[np.intp],
    count: int,
) -> Neighbours:
    """The images most similar to some images, by a backend.

    By all tags and, where there are any, embeddings, as clusters are found:
    :func:`tagatlas.toolkit.image_vectors`.

    Args:
        scores: of n images, shape (n, t).
        embeddings: shape (n, d), or None.
        asked: rows of the images whose neighbours are sought.
        count: number of neighbours of each.
    """
    vectors = image_vectors(scores, embeddings)
    found, _ = similar_images(vectors.take(asked), count + 1, among=vectors)
    return _without_self(found.astype(np.int64), asked, count)


def nearest_on_map(
    positions: NDArray[np.float64], asked: NDArray[np.intp], count: int
) -> Neighbours:
    """The images nearest to some images on a map.

    Args:
        positions: of n images, shape (n, 2), all finite; n above ``count``.
        asked: as for :func:`likest_images`.
        count: likewise.
    """
    _, found = cKDTree(positions).query(positions[asked], k=range(1, count + 2))
    return _without_self(np.asarray(found, dtype=np.int64), asked, count)


def overlap(one: Neighbours, other: Neighbours, count: int) -> NDArray[np.float64]:
    """The share of their first neighbours that two backends have in common, per image.

    Args:
        one: neighbours of m images.
        other: of the same, by another backend.
        count: number of neighbours of each list that are compared.

    Returns:
        Shape (m,), in [0, 1]; NaN if neither has any neighbour.
    """
    first, second = np.sort(one[:, :count], axis=1), np.sort(other[:, :count], axis=1)
    row = np.arange(len(first))[:, None]
    width = int(max(first.max(initial=0), second.max(initial=0))) + 2
    keys = (row * width + first)[first >= 0], (row * width + second)[second >= 0]
    shared = np.intersect1d(*keys, assume_unique=True) // width
    both = np.bincount(shared, minlength=len(first))
    longer = np.maximum((first >= 0).sum(axis=1), (second >= 0).sum(axis=1))
    return np.where(longer > 0, both / np.maximum(longer, 1), np.nan)


def shuffled_neighbours(
    neighbours: Neighbours, images: int, dice: np.random.Generator
) -> Neighbours:
    """The neighbours after shuffling the images: those of another image, renamed."""
    names = np.append(dice.permutation(images), -1)
    mixed: Neighbours = names[neighbours[dice.permutation(len(neighbours))]]
    return mixed


def neighbourhood_sizes(images: int, wanted: Sequence[int]) -> list[int]:
    """The numbers of neighbours that are small beside the collection; at least one."""
    fitting = [count for count in wanted if 2 * count < images]
    return fitting or [max(1, min(images - 1, min(wanted)))]


def _without_self(found: Neighbours, asked: NDArray[np.intp], count: int) -> Neighbours:
    """Drop each image from its own list, or the last one if it is not in it."""
    is_self = found == asked[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    others: Neighbours = found[~is_self].reshape(len(asked), -1)[:, :count]
    return others
