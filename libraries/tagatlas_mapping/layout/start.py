"""Start positions of a layout: from the network's spectrum, or from an earlier map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, eye_array
from scipy.sparse.linalg import svds

from tagatlas.network import IMAGE, TAG, Network

_JITTER = 1e-3
"""Standard deviation of the random shift of each node, as a share of the map's radius."""

_DENSE = 64
"""Largest smaller side of a matrix that is decomposed in full."""


def spectral_start(network: Network, seed: int) -> NDArray[np.float64]:
    """Place the nodes by the second and third singular vectors of the network's matrix.

    The matrix is images by tags if each edge joins an image and a tag, else all nodes by all
    nodes, with each weight divided by the square roots of its ends' degrees. Nodes that share
    neighbours are placed together, and the network's main divisions far apart. The mean degree is
    added to each degree, so that a few weakly connected nodes do not take an axis for themselves
    (T. Qin, K. Rohe: Regularized Spectral Clustering under the Degree-Corrected Stochastic
    Blockmodel, NIPS 2013).

    Args:
        network: n nodes.
        seed: of a small random shift of each node, so that no two are at one place.

    Returns:
        Positions, shape (n, 2), finite, around the origin, in arbitrary units. Deterministic.
    """
    random = np.random.default_rng(seed)
    positions = np.zeros((network.node_count, 2))
    images = network.is_kind(IMAGE)
    if _joins_images_and_tags(network, images):
        matrix = network.adjacency().astype(np.float64)[images][:, ~images]
        rows, columns = _second_and_third(matrix, is_adjacency=False)
        positions[images], positions[~images] = rows, columns
    elif network.edge_count > 0:
        matrix = network.adjacency().astype(np.float64)
        positions, _ = _second_and_third(matrix, is_adjacency=True)
    return _jittered(positions, random)


def continue_start(
    network: Network, old_positions: NDArray[np.float64], seed: int
) -> NDArray[np.float64]:
    """Place the nodes of an earlier map where they were, and new ones beside their neighbours.

    A new node starts at the mean of its placed neighbours, weighted by the edges, and counts as
    placed for its other neighbours. New nodes without a path to the earlier map start around it.

    Args:
        network: n nodes.
        old_positions: shape (n, 2); rows of NaN for new nodes. If all are new, the start is
            spectral.
        seed: of a small shift of each new node, and of the positions around the map.

    Returns:
        Positions, shape (n, 2), finite.
    """
    placed = np.asarray(np.isfinite(old_positions).all(axis=1))
    if not placed.any():
        return spectral_start(network, seed)
    random = np.random.default_rng(seed)
    new = ~placed
    positions = np.where(placed[:, None], old_positions, 0.0)
    centre = positions[placed].mean(axis=0)
    radius = _radius(positions[placed] - centre)
    adjacency = network.adjacency().astype(np.float64)
    while True:
        ties = np.asarray(adjacency @ placed.astype(np.float64))
        reached = (ties > 0) & ~placed
        if not reached.any():
            break
        sums = adjacency[reached] @ np.where(placed[:, None], positions, 0.0)
        positions[reached] = sums / ties[reached, None]
        placed |= reached
    angles = random.uniform(0, 2 * np.pi, size=int((~placed).sum()))
    positions[~placed] = centre + 1.1 * radius * np.column_stack([np.cos(angles), np.sin(angles)])
    positions[new] += random.normal(scale=_JITTER * radius, size=(int(new.sum()), 2))
    return positions


def move_apart(positions: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Move nodes at the same position slightly apart, each in a random direction.

    Forces between two nodes at one position have no direction, so a layout cannot separate them.

    Args:
        positions: shape (n, 2), finite.
        seed: of the directions.

    Returns:
        Positions, shape (n, 2). Nodes that were alone at their position are still there.
    """
    _, place, nodes_there = np.unique(positions, axis=0, return_inverse=True, return_counts=True)
    shared = nodes_there[place] > 1
    scale = _JITTER * _radius(positions - positions.mean(axis=0))
    shift = np.random.default_rng(seed).normal(scale=scale, size=positions.shape)
    return positions + np.where(shared[:, None], shift, 0.0)


def _joins_images_and_tags(network: Network, images: NDArray[np.bool_]) -> bool:
    """Whether there are edges, and all join an image and a tag."""
    between = images[network.sources] != images[network.targets]
    known = images | network.is_kind(TAG)
    return network.edge_count > 0 and bool(between.all()) and bool(known.all())


def _second_and_third(
    matrix: csr_array[np.float64, tuple[int, int]], *, is_adjacency: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of the matrix's rows, shape (r, 2), and of its columns, shape (c, 2)."""
    row_roots = _regularised_roots(np.asarray(matrix.sum(axis=1)))
    column_roots = _regularised_roots(np.asarray(matrix.sum(axis=0)))
    normalised = diags_array(1 / row_roots) @ matrix @ diags_array(1 / column_roots)
    if is_adjacency:
        # Its eigenvalues are from -1 to 1. Adding 1 makes them singular values in the same
        # order, and keeps vectors that separate neighbours (near -1) from coming first.
        normalised = normalised + eye_array(matrix.shape[0])
    left, right = _leading_vectors(csr_array(normalised), 3)
    return left[:, 1:] / row_roots[:, None], right[:, 1:] / column_roots[:, None]


def _regularised_roots(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    roots: NDArray[np.float64] = np.sqrt(degrees + degrees.mean())
    return roots


def _leading_vectors(
    matrix: csr_array[np.float64, tuple[int, int]], count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first ``count`` left and right singular vectors, by descending value, as columns.

    If the matrix has fewer, the rest are columns of zeros. A vector's sign is such that its
    largest entry on the left is positive.
    """
    shorter_side = min(matrix.shape)
    if shorter_side <= _DENSE:
        left, _, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
    else:
        # ARPACK starts from a random vector unless it is given one.
        first_guess = np.ones(shorter_side)
        left, values, right = svds(matrix, k=count, v0=first_guess)
        falling = np.argsort(-values)
        left, right = left[:, falling], right[falling]
    found = min(count, shorter_side)
    left_columns = np.zeros((matrix.shape[0], count))
    right_columns = np.zeros((matrix.shape[1], count))
    left_columns[:, :found], right_columns[:, :found] = left[:, :found], right[:found].T
    largest = np.abs(left_columns).argmax(axis=0)
    signs = np.where(left_columns[largest, np.arange(count)] < 0, -1.0, 1.0)
    return left_columns * signs, right_columns * signs


def _jittered(positions: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    shift = random.normal(scale=_JITTER * _radius(positions), size=positions.shape)
    return positions + shift


def _radius(offsets: NDArray[np.float64]) -> float:
    """Root mean square distance from the origin; 1 if all are at the origin."""
    return float(np.sqrt((offsets**2).sum(axis=1).mean())) or 1.0
