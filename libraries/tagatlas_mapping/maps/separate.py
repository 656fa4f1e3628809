"""Separates the images of a map by likeness, so that clusters stay whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.layout import (
    bring_back,
    follow,
    grow_apart,
    remove_overlaps,
    strays,
    swap_closer,
)

APART = 1.0
"""Gap between images of different clusters, in median sides of an image."""

NEAR = 0.5
"""Distance in median sides of an image, nearer than which images alike hardly need to come."""

REACH = 2.6
"""Distance in median sides of an image up to which two are in one piece of their cluster."""

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Crowd:
    """What n images are separated by.

    Attributes:
        room: width and height that each takes, shape (n, 2).
        side: median side of an image.
        clusters: of the images, shape (n,).
        loose: clusters that are none, whose images need not be together.
        links: symmetric weights above 0 of images that are alike, shape (n, n).
    """

    room: Points
    side: float
    clusters: NDArray[np.int32]
    loose: frozenset[int]
    links: csr_array


def separate_alike(places: Points, crowd: Crowd, homes: Points | None) -> tuple[Points, Points]:
    """Move images apart, and those alike together.

    Once no image covers another, those astray from their cluster are put beside the images of its
    main piece that they are most like, pairs of images change places while that brings those alike
    closer, and those astray thereafter are brought back. A gap stays between clusters.

    Args:
        places: of n images from the layout, shape (n, 2).
        crowd: what they are separated by.
        homes: where images were on an earlier map and tend to stay, NaN for new ones, shape
            (n, 2); None if there was none.

    Returns:
        Positions, and those that images would have if none had left its place for another; both
        of shape (n, 2). The former do not overlap.
    """
    apart = remove_overlaps(places, crowd.room, crowd.clusters, APART * crowd.side)
    gathered, is_stray = _gathered(apart, crowd)
    stayed = gathered.copy()
    if is_stray.any():
        gathered = _apart(gathered, crowd)
        stayed = gathered.copy()
        stayed[is_stray] = follow(apart[~is_stray], gathered[~is_stray], apart[is_stray])
    swapped = swap_closer(gathered, crowd.links, NEAR * crowd.side, homes)
    return _apart(_gathered(swapped, crowd)[0], crowd), stayed


def _apart(positions: Points, crowd: Crowd) -> Points:
    return grow_apart(positions, crowd.room, crowd.clusters, APART * crowd.side)


def _gathered(positions: Points, crowd: Crowd) -> tuple[Points, NDArray[np.bool_]]:
    """Positions with strays at their clusters, and which those are."""
    reach = REACH * crowd.side
    is_stray = strays(positions, crowd.clusters, reach)
    is_stray &= ~np.isin(crowd.clusters, list(crowd.loose))
    return bring_back(positions, crowd.clusters, is_stray, crowd.links, reach), is_stray
