"""The clusters' outlines, with rounded corners.

Corners are cut (G. Chaikin, 1974). The cutting converges to the quadratic B-spline of the points
(R. Riesenfeld, 1975), which is used for formats with curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour


_LEAST = 1 / 50
"""Area of the smallest drawn ring, as a share of its cluster's largest."""


@dataclass(frozen=True, eq=False)
class Ring:
    """A closed line.

    Attributes:
        points: shape (k, 2), in pixels of the poster; the first is not repeated.
        cluster: number of its cluster.
        colour: of line and area.
    """

    points: NDArray[np.float64]
    cluster: int
    colour: Colour


def worth_drawing(rings: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The rings of a cluster that are large enough to be its outline.

    A large cluster may have hundreds of images far from its main part. Rings around each of them
    would mean little, and together hide the map.

    Args:
        rings: of one cluster, each of shape (k, 2); empty ones are left out.
    """
    areas = [_area(ring) for ring in rings]
    least = _LEAST * max(areas, default=0.0)
    return [ring for ring, area in zip(rings, areas, strict=True) if len(ring) and area >= least]


def _area(ring: NDArray[np.float64]) -> float:
    """The area that a ring encloses (the shoelace formula)."""
    x, y = ring.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


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
