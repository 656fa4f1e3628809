"""Large collections: a sample of the images is laid out, the others are placed by likeness.

Landmarks that are laid out first, and others that are placed among them, are a common way to draw
large sets (V. de Silva, J. Tenenbaum: Global versus local methods in nonlinear dimensionality
reduction, NIPS 2002). Here a tag network's pull would draw the others to the middle of the map,
since most tags of an image are general. The likeness of images places them better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.network import IMAGE, Network
from tagatlas_mapping.cluster.neighbours import Search, similar_by_shard
from tagatlas_mapping.cluster.vectors import Vectors

_LANDMARKS = 10
"""Number of sampled images that an image is placed by."""

Points = NDArray[np.float64]


def laid_out(network: Network, most: int) -> NDArray[np.bool_]:
    """Choose the nodes that are laid out: all but the images outside of a sample.

    The sample consists of the images of lowest id. Ids are hashes, so the sample is random, and
    changes little when images are added to the collection. A network that links images with
    images is not sampled, since a part of it would lack most of its links.

    Args:
        network: n nodes.
        most: the size of the sample.

    Returns:
        Mask of the chosen nodes, shape (n,).
    """
    is_image = network.is_kind(IMAGE)
    chosen = np.ones(network.node_count, dtype=np.bool_)
    if is_image.sum() <= most or np.any(is_image[network.sources] & is_image[network.targets]):
        return chosen
    rows = np.flatnonzero(is_image)
    by_id = network.nodes["id"].gather(rows).arg_sort().to_numpy()
    chosen[rows[by_id[most:]]] = False
    return chosen


def place_others(
    network: Network,
    is_placed: NDArray[np.bool_],
    positions: Points,
    vectors: Vectors,
    search: Search = similar_by_shard,
) -> Points:
    """Place the nodes that were not laid out.

    An image goes to the median, in x and in y, of the ten placed images most like it. The
    median, not the mean, because an image between two themes belongs to one of them, not into the
    empty space between. Any other node, such as a tag, goes to the mean of the nodes it is linked
    to.

    Args:
        network: n nodes, each linked to another.
        is_placed: mask of the placed nodes, at least one image among them, shape (n,).
        positions: of the nodes, shape (n, 2); rows of nodes that are not placed do not matter.
        vectors: of its images, in the order of its nodes.
        search: finds the images most alike.

    Returns:
        Positions, shape (n, 2).
    """
    images = np.flatnonzero(network.is_kind(IMAGE))
    sampled, others = (np.flatnonzero(is_placed[images] == placed) for placed in (True, False))
    landmarks, known = vectors.take(sampled), positions[images[sampled]]
    positions, is_placed = positions.copy(), is_placed.copy()
    for rows, nearest in search(vectors, others, _LANDMARKS, among=landmarks):
        alike = nearest[:, 0] >= 0
        new = images[rows[alike]]
        positions[new] = _medians(known, nearest[alike])
        is_placed[new] = True
    means = _means_of_linked(network, is_placed, positions)
    return np.where(is_placed[:, None], positions, means)


def _medians(landmarks: Points, nearest: NDArray[np.int32]) -> Points:
    """The median of each row's landmarks, at least one; -1 fills the end of a row."""
    found = np.where(nearest[:, :, None] >= 0, landmarks[nearest], np.inf)
    ordered = np.sort(found, axis=1)
    counts = (nearest >= 0).sum(axis=1)
    rows = np.arange(len(nearest))
    medians: Points = (ordered[rows, (counts - 1) // 2] + ordered[rows, counts // 2]) / 2
    return medians


def _means_of_linked(network: Network, is_placed: NDArray[np.bool_], positions: Points) -> Points:
    """The mean of the placed nodes that each node is linked to; the centre of all if none."""
    sources = np.concatenate([network.sources, network.targets])
    targets = np.concatenate([network.targets, network.sources])
    counted = is_placed[targets] & ~is_placed[sources]
    sources, targets = sources[counted], targets[counted]
    count = network.node_count
    links = np.bincount(sources, minlength=count)
    sums = np.column_stack(
        [np.bincount(sources, axis[targets], minlength=count) for axis in positions.T]
    )
    means: Points = sums / np.maximum(links, 1)[:, None]
    means[links == 0] = positions[is_placed].mean(axis=0)
    return means
