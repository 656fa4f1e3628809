"""Rectangles that are grown by a distance and united."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


def rounded(boxes: NDArray[np.object_], distance: float, tolerance: float) -> NDArray[np.object_]:
    """Rectangles grown on all sides, with round corners.

    Args:
        boxes: rectangles along the axes.
        distance: to grow by, above 0.
        tolerance: by which arcs may deviate, in the same units.
    """
    steps = np.linspace(0, math.pi / 2, 1 + arc_segments(distance, tolerance))
    along, up = distance * np.cos(steps), distance * np.sin(steps)
    left, bottom, right, top = shapely.bounds(boxes).T[:, :, None]
    x = np.hstack([right + along, left - up, left - along, right + up])
    y = np.hstack([top + up, top + along, bottom - up, bottom - along])
    grown: NDArray[np.object_] = shapely.polygons(np.stack([x, y], axis=-1))
    return grown


def arc_segments(distance: float, tolerance: float) -> int:
    """Segments of a quarter of a circle that deviate by less than the tolerance."""
    return math.ceil(math.pi / 4 / math.acos(1.0 - tolerance / abs(distance)))


def united(shapes: NDArray[np.object_]) -> BaseGeometry:
    """The union of polygons."""
    union: BaseGeometry = shapely.disjoint_subset_union_all(shapes)
    return union
