"""Walls: by what their images are sorted, and where those of an earlier wall begin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.layout import Sorting, follow
from tagatlas_mapping.maps.likeness import Likeness

PULL = 0.5
"""Share of its cluster's mean in the vector that an image is sorted by."""

_COMPONENTS = 32
"""Number of coordinates that images are compared by."""


def wall_sorting(
    likeness: Likeness,
    loose: frozenset[int],
    shown: NDArray[np.bool_],
    *,
    seed: int,
    stay: bool,
) -> Sorting:
    """How the images of a wall are sorted: by tags and embeddings, those of a cluster together.

    Args:
        likeness: of the map's n images.
        loose: clusters that are none, whose images are not brought together.
        shown: the images on the wall, shape (n,).
        seed: of what is random in sorting.
        stay: whether they stay about where they are.
    """
    return Sorting(gathered_vectors(likeness, loose, shown), seed, stay)


def gathered_vectors(
    likeness: Likeness, loose: frozenset[int], shown: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Vectors of images by tags and embeddings, halfway from its own to its cluster's mean each.

    Args:
        likeness: of the map's n images.
        loose: clusters that are none, whose images keep their own vectors.
        shown: m of the images, shape (n,).

    Returns:
        Few coordinates, shape (m, d), whose products are about the images' likeness.
    """
    own = components(likeness.vectors.take(np.flatnonzero(shown)), _COMPONENTS)
    clusters = likeness.clusters[shown]
    pull = np.where(np.isin(clusters, list(loose)), 0, PULL).astype(np.float32)[:, None]
    return (1 - pull) * own + pull * cluster_means(own, clusters)


def as_before(
    laid_out: NDArray[np.float64], old: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Where images begin that were on an earlier wall: there, and new ones near those they join.

    Args:
        laid_out: positions of n images from the layout, shape (n, 2).
        old: their positions on the earlier wall, likewise; NaN for images that were not on it.

    Returns:
        Positions, shape (n, 2); None if none of the images was on an earlier wall.
    """
    is_old = np.isfinite(old).all(axis=1)
    if not is_old.any():
        return None
    positions = laid_out.copy()
    positions[is_old] = old[is_old]
    positions[~is_old] = follow(laid_out[is_old], old[is_old], laid_out[~is_old])
    return positions


def cluster_means(own: NDArray[np.float32], clusters: NDArray[np.int32]) -> NDArray[np.float32]:
    """The mean vector of each image's cluster, both of shape (n, d); clusters of shape (n,)."""
    members = csr_array(
        (np.ones(len(own), dtype=np.float32), (clusters, np.arange(len(own)))),
        shape=(int(clusters.max()) + 1, len(own)),
    )
    sizes = np.maximum(members.sum(axis=1), 1).astype(np.float32)
    return np.asarray((members @ own / sizes[:, None])[clusters], dtype=np.float32)
