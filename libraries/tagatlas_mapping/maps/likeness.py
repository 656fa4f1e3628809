"""Likeness of images as links of the network that is laid out.

Tags that pass a threshold say little of an image, and two images with none in common may be much
alike. So images are also linked with those most like them, by the similarity that clusters are
found with: images of one cluster then lie together. The network itself does not change.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tagatlas.network import IMAGE, TAG, Network
from tagatlas_mapping.cluster.neighbours import similar_images
from tagatlas_mapping.cluster.vectors import Vectors
from tagatlas_mapping.network.projection import neighbour_pairs

NEIGHBOURS = 10
"""Number of images that an image is linked with, as the most like it."""

_LEAST = 1e-3
"""Weight of a link between images that are not alike, before scaling: links weigh above 0."""


def takes_likeness(network: Network) -> bool:
    """Whether links of likeness are added to a network: it links images with tags, all of them.

    Other networks say themselves what brings images together.
    """
    is_image, is_tag = network.is_kind(IMAGE), network.is_kind(TAG)
    between = is_image[network.sources] != is_image[network.targets]
    return bool(between.any() and between.all() and (is_image | is_tag).all())


def with_likeness(network: Network, vectors: Vectors, share: float) -> Network:
    """Link each image of a network also with the images most like it.

    Args:
        network: that :func:`takes_likeness`.
        vectors: of its images, in the order of its nodes.
        share: of the weight of all links that the new ones have together, in [0, 1).

    Returns:
        The network with further links; the same if the share is 0 or no two images are alike.
    """
    if share == 0 or len(vectors) < 2:
        return network
    found, similarities = similar_images(vectors, min(NEIGHBOURS, len(vectors) - 1))
    pairs = neighbour_pairs(found, found >= 0)
    if len(pairs.sources) == 0:
        return network
    weights = np.maximum(similarities[found >= 0][pairs.first], _LEAST)
    weights *= share / (1 - share) * network.weights.sum(dtype=np.float64) / weights.sum()
    rows = np.flatnonzero(network.is_kind(IMAGE)).astype(np.int32)
    return replace(
        network,
        sources=np.concatenate([network.sources, rows[pairs.sources]]),
        targets=np.concatenate([network.targets, rows[pairs.targets]]),
        weights=np.concatenate([network.weights, weights.astype(np.float32)]),
    )
