"""Outlines around the images of a cluster, and the place of its name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Ring = NDArray[np.float64]

# In gaps: reach of rings to join images, distance from other clusters' images, minimum width, and
# tolerance of simplification. They run between images 0.4 gaps apart.
_REACH = 3.0
_KEEP_OFF = 0.18
_NARROWEST = 1.5
_TOLERANCE = 0.02
_SEGMENTS_OF_A_QUARTER = 6


def outlines(
    centres: NDArray[np.float64],
    boxes: NDArray[np.float64],
    clusters: NDArray[np.int32],
    *,
    gap: float,
) -> dict[int, list[Ring]]:
    """Draw rings around the images of every cluster.

    Images of a cluster that are less than eight gaps apart share a ring, which keeps a margin of
    ``gap`` around them and runs on smoothly from one to the next. Images of other clusters that
    lie on its border are left outside, and between two that are 0.4 gaps apart the ring runs
    midway; those that it encloses stay inside. An image far from the rest of its cluster has a
    ring of its own.

    Args:
        centres: of the images, in map units, shape (n, 2).
        boxes: width and height of the images, in map units, shape (n, 2).
        clusters: cluster of each image, shape (n,).
        gap: margin around images, in map units, above 0; about a quarter of an image's side
            makes outlines that hold together and leave room between clusters.

    Returns:
        The rings of each cluster, largest area first. A ring is a closed polygon with rounded
        corners, shape (k, 2), counter-clockwise, its first point not repeated. Every corner of
        every image lies inside a ring of its cluster.
    """
    rectangles = shapely.box(*np.hstack([centres - boxes / 2, centres + boxes / 2]).T)
    tree = shapely.STRtree(rectangles)
    found: dict[int, list[Ring]] = {}
    for cluster in np.unique(clusters):
        is_own = clusters == cluster
        own = shapely.union_all(rectangles[is_own])
        shape = _buffer(_buffer(own, gap * (1.0 + _REACH)), -gap * _REACH)
        near = tree.query(shape, predicate="intersects")
        strangers = rectangles[near[~is_own[near]]]
        if len(strangers):
            shape = _keep_off(shape, own, shapely.union_all(strangers), gap)
        found[int(cluster)] = _rings(shape, gap * _TOLERANCE)
    return found


def label_place(rings: Sequence[Ring]) -> tuple[float, float]:
    """Best place of a cluster's name: inside its largest ring, farthest from the border.

    The centre of the largest circle inside (the pole of inaccessibility).

    Args:
        rings: of one cluster, largest first, at least one, as from :func:`outlines`.
    """
    circle = shapely.maximum_inscribed_circle(shapely.Polygon(rings[0]))
    x, y = shapely.get_coordinates(circle)[0]
    return float(x), float(y)


def _keep_off(
    shape: BaseGeometry, own: BaseGeometry, strangers: BaseGeometry, gap: float
) -> BaseGeometry:
    """The shape without other clusters' images, unless they are too near to the cluster's own."""
    rest = shapely.difference(shape, _buffer(strangers, gap * _KEEP_OFF))
    radius = gap * _NARROWEST / 2
    rounded = _buffer(_buffer(rest, -radius), radius)  # removes slivers, rounds corners
    parts = shapely.get_parts(shapely.union(rounded, _buffer(own, gap * _KEEP_OFF)))
    return shapely.union_all(parts[shapely.intersects(parts, own)])


def _buffer(shape: BaseGeometry, distance: float) -> BaseGeometry:
    return shapely.buffer(shape, distance, quad_segs=_SEGMENTS_OF_A_QUARTER)


def _rings(shape: BaseGeometry, tolerance: float) -> list[Ring]:
    """The outer borders of a shape, largest first."""
    filled = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(shape)))
    # Holes are filled, with all that lies inside them.
    clumps = shapely.get_parts(shapely.union_all(filled))
    borders = shapely.orient_polygons(shapely.simplify(clumps, tolerance))
    largest_first = np.lexsort((*shapely.bounds(borders).T, -shapely.area(borders)))
    return [
        shapely.get_coordinates(shapely.get_exterior_ring(borders[index]))[:-1]
        for index in largest_first
    ]
