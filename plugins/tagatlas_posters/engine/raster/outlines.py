"""Draws the clusters' areas and outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tagatlas_posters.engine.outlines import smooth
from tagatlas_posters.engine.raster.coverage import edges_of, fill_polygon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas_posters.engine.outlines import Ring


class OutlineLayer:
    """Paints rings: a translucent area, if filled, and a line unless its width is 0.

    Args:
        rings: in painting order; smoothed here.
        fill: opacity of the areas, in [0, 1].
        stroke: opacity of the lines, in [0, 1].
    """

    def __init__(self, rings: Sequence[Ring], *, fill: float, stroke: float) -> None:
        self._shapes: list[tuple[NDArray[np.float64], NDArray[np.uint8], float]] = []
        for ring in rings:
            points = smooth(ring.points)
            colour = np.array(ring.colour, dtype=np.uint8)
            if ring.is_filled:
                self._shapes.append((edges_of([points]), colour, fill))
            if ring.line and len(points) > 1:
                self._shapes.append((edges_of(_line(points, ring.line)), colour, stroke))

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        """Paint the part on a band whose first row is the poster's row ``top``."""
        for edges, colour, opacity in self._shapes:
            low, high = edges[:, 1].min(), edges[:, 1].max()
            if low < top + len(band) and high > top:
                fill_polygon(band, edges - np.array([0, top, 0, top]), colour, opacity)


def _line(points: NDArray[np.float64], width: float) -> list[NDArray[np.float64]]:
    """The area of a closed line with round joins, as rings; holes have opposite orientation."""
    area = shapely.LinearRing(points).buffer(width / 2, quad_segs=4)
    polygons = shapely.get_parts(shapely.normalize(area))
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return [shapely.get_coordinates(ring)[:-1] for ring in rings]
