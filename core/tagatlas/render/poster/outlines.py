"""The clusters' outlines, with soft corners.

Corners are cut (G. Chaikin, 1974). What the cutting converges to is the quadratic B-spline of the
points (R. Riesenfeld, 1975), which is what formats that know curves are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas.render.palette import Colour


@dataclass(frozen=True, eq=False)
class Ring:
    """A closed line.

    Attributes:
        points: shape (k, 2), in pixels of the poster; the first is not repeated.
        cluster: whose outline it is.
        colour: of line and area.
    """

    points: NDArray[np.float64]
    cluster: int
    colour: Colour


def smooth(points: NDArray[np.float64], rounds: int = 2) -> NDArray[np.float64]:
    """Round a ring's corners by cutting them; each round doubles the points."""
    for _ in range(rounds):
        after = np.roll(points, -1, axis=0)
        cut = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1)
        points = cut.reshape(-1, 2)
    return points


def curves(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve that :func:`smooth` comes close to, as quadratic Bézier pieces.

    Args:
        points: of a ring, shape (k, 2).

    Returns:
        Shape (k, 3, 2): first point, control point and last point of each piece. A piece begins
        where the one before it ends, and the first where the last ends.
    """
    first = (np.roll(points, 1, axis=0) + points) / 2
    last = (points + np.roll(points, -1, axis=0)) / 2
    return np.stack([first, points, last], axis=1)
