"""Separates the images of a map by likeness, so that clusters stay whole."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.layout import (
    bring_back,
    follow,
    grow_apart,
    remove_overlaps,
    strays,
    swap_alike,
    swap_closer,
)
from tagatlas_mapping.maps.likeness import Likeness
from tagatlas_mapping.maps.wall import gathered_vectors

APART = 1.0
"""Gap between images of different clusters, in median sides of an image."""

NEAR = 0.5
"""Distance in median sides of an image, nearer than which images alike hardly need to come."""

REACH = 2.6
"""Distance in median sides of an image up to which two are in one piece of their cluster."""

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Crowd:
    """What the n images shown as pictures are separated by.

    Attributes:
        room: width and height that each takes, shape (n, 2).
        side: median side of an image.
        shown: mask of them among the m images of the map, shape (m,).
        likeness: of those m.
        loose: clusters that are none, whose images need not be together.
    """

    room: Points
    side: float
    shown: NDArray[np.bool_]
    likeness: Likeness
    loose: frozenset[int]

    @cached_property
    def clusters(self) -> NDArray[np.int32]:
        """Of the images, shape (n,)."""
        return self.likeness.clusters[self.shown]

    @cached_property
    def links(self) -> csr_array:
        """Symmetric weights above 0 of images that are alike, shape (n, n)."""
        return self.likeness.closer(self.shown)


def separate_alike(places: Points, crowd: Crowd, homes: Points | None) -> tuple[Points, Points]:
    """Move images apart, and those alike together.

    Once no image covers another, those astray from their cluster are put beside the images of its
    main piece that they are most like, pairs of images change places, and those astray thereafter
    are brought back. On a new map they change places while that makes images more like those
    around them, on one made again while it brings them closer to where they were and to those
    alike. A gap stays between clusters.

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
    if homes is None:
        vectors = gathered_vectors(crowd.likeness, crowd.loose, crowd.shown)
        swapped = swap_alike(gathered, vectors)
    else:
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
