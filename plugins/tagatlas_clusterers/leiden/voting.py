"""Puts images outside of the sample into the clusters of their neighbours in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def draw_sample(count: int, size: int, seed: int) -> NDArray[np.intp]:
    """Rows of a sample, rising: ``size`` of ``count`` at random, or all if there are no more."""
    if count <= size:
        return np.arange(count)
    drawn = np.random.default_rng(seed).choice(count, size, replace=False)
    return np.sort(drawn)


def votes(labels: Labels, allowed: NDArray[np.bool_]) -> Labels:
    """The most frequent label among each row's neighbours; among equals that of the nearest.

    Args:
        labels: of the neighbours of n things, the nearest first, shape (n, k).
        allowed: mask of the neighbours that vote, shape (n, k).

    Returns:
        Labels, shape (n,); -1 for rows where nobody votes.
    """
    counts = np.zeros(labels.shape, dtype=np.int32)
    for other in range(labels.shape[1]):
        counts += (labels == labels[:, [other]]) & allowed[:, [other]]
    counts[~allowed] = 0
    best = counts.argmax(axis=1)[:, None]
    winners = np.take_along_axis(labels, best, axis=1)[:, 0]
    return np.where(allowed.any(axis=1), winners, -1)
