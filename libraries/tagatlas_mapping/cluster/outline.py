"""Outlines around the images of a cluster, and the place of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tagatlas_mapping.cluster.grown import arc_segments, rounded, united

Ring = NDArray[np.float64]
_Shapes = TypeVar("_Shapes", BaseGeometry, NDArray[np.object_])

# In gaps: reach of rings to join images, distance from other clusters' images, minimum width, and
# tolerance of arcs and of simplification, wider for arcs that are rounded again later. They run
# between images 0.4 gaps apart.
_REACH = 3.0
_KEEP_OFF = 0.18
_NARROWEST = 1.5
_TOLERANCE = 0.02
_ROUGH = 0.06


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
    images = _boxes(centres, boxes, 0.0)
    tree = shapely.STRtree(_boxes(centres, boxes, gap * (_KEEP_OFF + _NARROWEST / 2)))
    found: dict[int, list[Ring]] = {}
    for cluster in np.unique(clusters):
        is_own = clusters == cluster
        core = _core(images[is_own], gap)
        near = np.unique(tree.query(core, predicate="intersects")[1])
        strangers = images[near[clusters[near] != cluster]]
        found[int(cluster)] = _rings(_around(core, strangers, images[is_own], gap), gap)
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


def _boxes(
    centres: NDArray[np.float64], boxes: NDArray[np.float64], margin: float
) -> NDArray[np.object_]:
    """Rectangles around the images, wider by a margin in map units on each side."""
    halves = boxes / 2 + margin
    rectangles: NDArray[np.object_] = shapely.box(
        *np.hstack([centres - halves, centres + halves]).T
    )
    return rectangles


def _core(own: NDArray[np.object_], gap: float) -> NDArray[np.object_]:
    """Where the middle of a brush of minimum width may go, without regard to strangers; filled.

    The brush paints what is left when the cluster's images grow by a gap and the reach, and all
    shrinks by the reach.
    """
    reaching = united(rounded(own, gap * (1.0 + _REACH), gap * _ROUGH))
    return _filled(_buffer(reaching, gap, -_REACH - _NARROWEST / 2, _ROUGH))


def _around(
    core: NDArray[np.object_],
    strangers: NDArray[np.object_],
    own: NDArray[np.object_],
    gap: float,
) -> NDArray[np.object_]:
    """The filled shapes around a cluster's images, without strangers unless they are too near.

    Shrinking by half the minimum width and growing again removes slivers and rounds corners.
    Shrinking what is left without the strangers is the same as taking grown strangers from what
    is shrunk, and that has far fewer corners.
    """
    brushed = shapely.multipolygons(core)
    if len(strangers):
        margin = _KEEP_OFF + _NARROWEST / 2
        kept_off = united(rounded(strangers, gap * margin, gap * _ROUGH))
        brushed = shapely.difference(brushed, kept_off)
    shape = _buffer(brushed, gap, _NARROWEST / 2)
    shapely.prepare(shape)
    outside = own[~shapely.contains_properly(shape, _widened(own, gap * _KEEP_OFF))]
    if len(outside):
        shape = shapely.union(shape, united(rounded(outside, gap * _KEEP_OFF, gap * _TOLERANCE)))
    parts = _filled(shape)
    touching = shapely.STRtree(own).query(parts, predicate="intersects")[0]
    return np.take(parts, np.unique(touching))


def _widened(boxes: NDArray[np.object_], margin: float) -> NDArray[np.object_]:
    """Rectangles that are wider on each side."""
    outward = np.array([-margin, -margin, margin, margin])
    rectangles: NDArray[np.object_] = shapely.box(*(shapely.bounds(boxes) + outward).T)
    return rectangles


def _buffer(shape: _Shapes, gap: float, gaps: float, tolerance: float = _TOLERANCE) -> _Shapes:
    """The shape grown by a number of gaps, or shrunk; arcs deviate by less than the tolerance."""
    segments = arc_segments(gaps, tolerance)
    grown: _Shapes = shapely.buffer(shape, gap * gaps, quad_segs=segments)
    return grown


def _filled(shape: BaseGeometry) -> NDArray[np.object_]:
    """The parts of a shape without their holes and without parts that lie in these."""
    parts = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(shape)))
    inner = shapely.STRtree(parts).query(parts, predicate="contains_properly")[1]
    outer: NDArray[np.object_] = np.delete(parts, np.unique(inner))
    return outer


def _rings(parts: NDArray[np.object_], gap: float) -> list[Ring]:
    """The simplified borders of filled shapes, largest first."""
    exact = shapely.get_exterior_ring(parts)
    rings = shapely.simplify(exact, gap * _TOLERANCE, preserve_topology=False)
    crosses = ~shapely.is_simple(rings)  # rare; to preserve the topology takes five times as long
    rings[crosses] = shapely.simplify(exact[crosses], gap * _TOLERANCE)
    borders = shapely.orient_polygons(shapely.polygons(rings))
    largest_first = np.lexsort((*shapely.bounds(borders).T, -shapely.area(borders)))
    return [
        shapely.get_coordinates(shapely.get_exterior_ring(borders[index]))[:-1]
        for index in largest_first
    ]
