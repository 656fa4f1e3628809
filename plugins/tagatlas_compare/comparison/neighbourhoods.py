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


def overlap_values(
    one: Neighbours, other: Neighbours, asked: NDArray[np.intp], count: int, images: int
) -> NDArray[np.float64]:
    """Jackknife pseudo-values of the mean overlap, of all images, shape (images,).

    An image counts by its own overlap, and as a neighbour: without it the next one steps in.

    Args:
        one: neighbours of the m images asked, one more than are compared.
        other: of the same, by another backend.
        asked: rows of the images asked, shape (m,).
        count: number of neighbours of each list that are compared.
        images: number of all images.
    """
    own = overlap(one, other, count)
    known = np.isfinite(own)
    asked, own, one, other = asked[known], own[known], one[known], other[known]
    first, second = one[:, :count], other[:, :count]
    next_one, next_other = (
        each[:, count] if each.shape[1] > count else np.full(len(each), -1) for each in (one, other)
    )
    longer = np.maximum((first >= 0).sum(axis=1), (second >= 0).sum(axis=1))
    gained = _is_in(next_one[:, None], second)[:, 0].astype(np.float64)
    other_gained = _is_in(next_other[:, None], first)[:, 0].astype(np.float64)
    same_next = ((next_one == next_other) & (next_one >= 0)).astype(np.float64)
    adds = np.zeros(images)
    for mine, theirs, change in ((first, second, gained), (second, first, other_gained)):
        shared = _is_in(mine, theirs)
        # A neighbour of both is met twice.
        of_shared = (gained + other_gained + same_next - 1) / 2
        lost = -np.where(shared, of_shared[:, None], change[:, None])
        lost /= np.maximum(longer, 1)[:, None] * max(len(asked), 1)
        adds += np.bincount(mine[mine >= 0], lost[mine >= 0], minlength=images)
    values = images * adds
    if len(asked):
        values += own.mean() - values.mean()
        values[asked] += images / len(asked) * (own - own.mean())
    return values


def _is_in(members: Neighbours, lists: Neighbours) -> NDArray[np.bool_]:
    """Whether each of some images is in the list of the same row; never for -1."""
    found: NDArray[np.bool_] = (members[:, :, None] == lists[:, None, :]).any(axis=2)
    return found & (members >= 0)


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
