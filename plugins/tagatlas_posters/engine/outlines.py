"""The clusters' outlines, with rounded corners.

Corners are cut (G. Chaikin, 1974). The cutting converges to the quadratic B-spline of the points
(R. Riesenfeld, 1975), which is used for formats with curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import cluster_colours, cluster_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas import Map
    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.canvas import Canvas


_LINE, _HAIRLINE = 0.0011, 0.0004
"""Widths of the lines around main pieces and around others, as shares of the poster's width."""


@dataclass(frozen=True, eq=False)
class Ring:
    """A closed line.

    Attributes:
        points: shape (k, 2), in pixels of the poster; the first is not repeated.
        cluster: number of its cluster.
        colour: of line and area.
        line: width of the line, in pixels; 0 for none.
        is_filled: whether it has an area.
    """

    points: NDArray[np.float64]
    cluster: int
    colour: Colour
    line: float
    is_filled: bool = True


def cluster_rings(map_: Map, canvas: Canvas) -> list[Ring]:
    """The rings around the clusters' main pieces, and hairlines around others, by cluster.

    A large cluster may have hundreds of images far from its main pieces. An area around each of
    them would mean little, and all together hide the map; a hairline says where they belong.
    """
    rings, colours = [], cluster_colours(map_.clusters)
    for cluster, pieces in cluster_pieces(map_).items():
        for some, width, is_main in ((pieces.main, _LINE, True), (pieces.others, _HAIRLINE, False)):
            rings += [
                Ring(
                    canvas.pixels(ring),
                    cluster,
                    colours[cluster],
                    line=width * canvas.width,
                    is_filled=is_main,
                )
                for ring in some
            ]
    return rings


def smooth(points: NDArray[np.float64], rounds: int = 2) -> NDArray[np.float64]:
    """Round a ring's corners by cutting them; each round doubles the points."""
    for _ in range(rounds):
        after = np.roll(points, -1, axis=0)
        cut = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1)
        points = cut.reshape(-1, 2)
    return points


def curves(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve that :func:`smooth` approximates, as quadratic Bézier segments.

    Args:
        points: of a ring, shape (k, 2).

    Returns:
        Shape (k, 3, 2): first point, control point and last point of each segment. Each segment
        begins at the end of the previous one, and the first at the end of the last.
    """
    first = (np.roll(points, 1, axis=0) + points) / 2
    last = (points + np.roll(points, -1, axis=0)) / 2
    return np.stack([first, points, last], axis=1)
