"""Brings images that are alike closer on a map by swapping their places.

When crowds of images are moved apart, some of them come to lie beside others than before. A pair
of images swaps places where that shortens the links of both together, until hardly any does: a
local search for a quadratic assignment (as in the grid, see :mod:`tagatlas_mapping.layout.grid`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from tagatlas.compiled import kernel

_AROUND_GOAL = 40
"""Number of places tried around the mean place of the images that an image is linked with."""

_AROUND_ITSELF = 10
"""Number of places tried around an image itself, or where it was on an earlier map."""

_ROUNDS = 10
"""Maximum rounds over all images."""

_FEW = 0.002
"""Share of the images that swap in a round, below which the search ends."""

_HOLD = 3.0
"""Weight of an image's link to its place on an earlier map, as a share of its links to images."""

_LEAST = 1e-9
"""Gain of a swap up to which it may be a rounding error, and is ignored."""


class _Links(NamedTuple):
    """Links of each image, in compressed sparse rows.

    Attributes:
        starts: start of each image's links, shape (n + 1,).
        ends: the image at the other end of each, shape (m,).
        weights: of each, shape (m,).
        homes: the place that each image is held at, NaN if at none, shape (n, 2).
        holds: the weight of that, shape (n,).
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int32]
    weights: NDArray[np.float64]
    homes: NDArray[np.float64]
    holds: NDArray[np.float64]


def swap_closer(
    positions: NDArray[np.float64],
    links: csr_array,
    near: float,
    homes: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Swap images' places while that brings linked images closer together.

    A link counts with its weight times the logarithm of its length, so that long links do not
    dominate. Ten thousand images with ten links each take a few seconds.

    Args:
        positions: of n images, shape (n, 2), finite.
        links: symmetric weights above 0, shape (n, n), nothing on the diagonal.
        near: length below which a link hardly gains by becoming shorter, such as half an image's
            side; above 0.
        homes: where images were on an earlier map, NaN for new ones, shape (n, 2); None if there
            was none. To be near it weighs thrice as much as to be near all linked images.

    Returns:
        New positions, shape (n, 2): the given ones in another order. Deterministic.
    """
    if len(positions) < 2 or links.nnz == 0:
        return positions.copy()
    tree = cKDTree(positions)
    weights = np.asarray(links.sum(axis=1))
    homes = np.full(positions.shape, np.nan) if homes is None else homes
    is_held = np.isfinite(homes[:, 0])
    rows = _Links(
        links.indptr.astype(np.int64),
        links.indices.astype(np.int32),
        links.data.astype(np.float64),
        homes,
        np.where(is_held, _HOLD * weights, 0.0),
    )
    is_linked = weights > 0
    placed = positions.copy()
    place_of, held_by = np.arange(len(positions)), np.arange(len(positions))
    for _ in range(_ROUNDS):
        goals = placed.copy()
        goals[is_linked] = (links @ placed)[is_linked] / weights[is_linked, None]
        own = np.where(is_held[:, None], homes, placed)
        tried = np.concatenate(
            [_nearest(tree, goals, _AROUND_GOAL), _nearest(tree, own, _AROUND_ITSELF)], axis=1
        )
        swaps = _swap(placed, place_of, held_by, tried, rows, near * near)
        if swaps < _FEW * len(positions):
            break
    return placed


def compile_kernels() -> None:
    """Compile the kernels of :func:`swap_closer`, or read them from numba's cache."""
    swap_closer(np.eye(2), csr_array(1.0 - np.eye(2)), 1.0)


def _nearest(tree: cKDTree, points: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Rows of the places nearest to each point, shape (n, count or all there are)."""
    _, found = tree.query(points, k=range(1, min(count, tree.n) + 1))
    return np.asarray(found)


@kernel
def _swap(
    placed: NDArray[np.float64],
    place_of: NDArray[np.int64],
    held_by: NDArray[np.int64],
    tried: NDArray[np.int64],
    links: _Links,
    near: float,
) -> int:
    """Swap each image with the best of those at the places tried for it; the number of swaps.

    ``place_of`` is the place of each image, ``held_by`` the image at each place, and ``near`` the
    square of a length.
    """
    swaps = 0
    for image in range(placed.shape[0]):
        best, partner = -_LEAST, -1
        for place in tried[image]:
            other = held_by[place]
            if other != image:
                change = _change(image, other, placed, links, near)
                change += _change(other, image, placed, links, near)
                if change < best:
                    best, partner = change, other
        if partner >= 0:
            for axis in range(2):
                here = placed[image, axis]
                placed[image, axis] = placed[partner, axis]
                placed[partner, axis] = here
            here, there = place_of[image], place_of[partner]
            place_of[image], place_of[partner] = there, here
            held_by[here], held_by[there] = partner, image
            swaps += 1
    return swaps


@kernel
def _change(
    image: int, partner: int, placed: NDArray[np.float64], links: _Links, near: float
) -> float:
    """Change of length of an image's links if it swaps places with its partner."""
    change = 0.0
    if links.holds[image] > 0:
        x, y = links.homes[image]
        here = (placed[image, 0] - x) ** 2 + (placed[image, 1] - y) ** 2
        there = (placed[partner, 0] - x) ** 2 + (placed[partner, 1] - y) ** 2
        change += links.holds[image] * np.log((near + there) / (near + here))
    for link in range(links.starts[image], links.starts[image + 1]):
        end = links.ends[link]
        if end != partner:
            x, y = placed[end, 0], placed[end, 1]
            here = (placed[image, 0] - x) ** 2 + (placed[image, 1] - y) ** 2
            there = (placed[partner, 0] - x) ** 2 + (placed[partner, 1] - y) ** 2
            change += links.weights[link] * np.log((near + there) / (near + here))
    return change
