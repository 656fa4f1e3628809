"""Swaps images' places so that each has those most like it around it.

Where crowds have been moved apart, distances say little: what is seen is which images are around
another. So two images swap places where that makes the neighbours on the map more alike, over all
places, as in a quadratic assignment (T. C. Koopmans & M. Beckmann: Assignment Problems and the
Location of Economic Activities, Econometrica 25(1), 1957) that is improved by local search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from tagatlas.compiled import kernel

_AROUND = 10
"""Number of nearest places whose images should be alike to that of a place."""

_TRIED = 120
"""Number of nearest places that an image may swap to in one step."""

_ROUNDS = 20
"""Maximum rounds over all places."""

_FEW = 0.002
"""Swaps in a round, as a share of the images, below which the search ends."""

_LEAST = 1e-5
"""Gain of a swap up to which it may be a rounding error, and is ignored."""

Features = NDArray[np.float32]


def swap_alike(positions: NDArray[np.float64], features: Features) -> NDArray[np.float64]:
    """Swap images' places while that makes images more like their ten nearest.

    Ten thousand images take about a second.

    Args:
        positions: of n images, shape (n, 2), finite.
        features: vectors of the images, whose cosines are their likeness; shape (n, d), finite.

    Returns:
        New positions, shape (n, 2): the given ones in another order. Deterministic.
    """
    count = len(positions)
    if count < 3:
        return positions.copy()
    tried = _nearest(positions, _TRIED)
    around = tried[:, :_AROUND]
    ends = (np.repeat(np.arange(count), around.shape[1]), around.ravel())
    one_way = csr_array((np.ones(around.size, dtype=np.float32), ends), shape=(count, count))
    near = csr_array(one_way + one_way.T)
    starts, others = near.indptr.astype(np.int64), near.indices.astype(np.int64)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    held: Features = (features / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    sums = np.ascontiguousarray(near @ held)
    image_at = np.arange(count)
    for _ in range(_ROUNDS):
        if _swap(image_at, held, sums, tried, starts, others, near.data) < _FEW * count:
            break
    placed = np.empty_like(positions)
    placed[image_at] = positions
    return placed


def compile_kernels() -> None:
    """Compile the kernels of :func:`swap_alike`, or read them from numba's cache."""
    swap_alike(np.eye(3, 2), np.eye(3, dtype=np.float32))


def _nearest(positions: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The places nearest to each, without itself, shape (n, count or all others)."""
    most = min(count + 1, len(positions))
    _, found = cKDTree(positions).query(positions, k=range(1, most + 1))
    found = np.asarray(found, dtype=np.int64)
    is_own = found == np.arange(len(positions))[:, None]
    is_own[~is_own.any(axis=1), -1] = True  # many at one place
    return np.ascontiguousarray(found[~is_own].reshape(len(positions), most - 1))


@kernel
def _swap(
    image_at: NDArray[np.int64],
    held: Features,
    sums: Features,
    tried: NDArray[np.int64],
    starts: NDArray[np.int64],
    others: NDArray[np.int64],
    weights: NDArray[np.float32],
) -> int:
    """Swap the images at places where that pays; the number of swaps.

    ``held`` has the vectors of the images at the places, ``sums`` those around each, weighted.
    """
    swaps = 0
    difference = np.empty(held.shape[1], dtype=np.float32)
    for here in range(held.shape[0]):
        for there in tried[here]:
            gain, apart = np.float32(0), np.float32(0)
            for axis in range(held.shape[1]):
                difference[axis] = held[here, axis] - held[there, axis]
                gain += difference[axis] * (sums[there, axis] - sums[here, axis])
                apart += difference[axis] * difference[axis]
            if gain <= _LEAST:
                continue
            # To each other the two are as near as before.
            for link in range(starts[here], starts[here + 1]):
                if others[link] == there:
                    gain -= weights[link] * apart
            if gain <= _LEAST:
                continue
            image_at[here], image_at[there] = image_at[there], image_at[here]
            for axis in range(held.shape[1]):
                held[here, axis] -= difference[axis]
                held[there, axis] += difference[axis]
            for link in range(starts[here], starts[here + 1]):
                sums[others[link]] -= weights[link] * difference
            for link in range(starts[there], starts[there + 1]):
                sums[others[link]] += weights[link] * difference
            swaps += 1
    return swaps
