"""A spatial order of points, which keeps neighbours together.

Any part of the map then needs few pages of pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 16


def along_curve(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """The points in the order in which a Hilbert curve passes them.

    Args:
        points: shape (n, 2); of equal places the earlier comes first.
    """
    return np.argsort(curve_places(points), kind="stable")


def curve_places(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where a Hilbert curve passes points, as numbers that rise along it.

    Method: D. Hilbert, *Über die stetige Abbildung einer Linie auf ein Flächenstück*, 1891; the
    place on the curve bit by bit, with the quadrant turned as the curve turns.

    Args:
        points: shape (n, 2).
    """
    low = points.min(axis=0)
    extent = max(float(np.ptp(points, axis=0).max()), 1e-300)
    x, y = ((points - low) / extent * ((1 << _BITS) - 1)).astype(np.int64).T
    place = np.zeros(len(points), dtype=np.int64)
    for bit in reversed(range(_BITS)):
        side = 1 << bit
        right, upper = (x & side) > 0, (y & side) > 0
        place += side * side * ((3 * right) ^ upper)
        turned = ~upper
        flipped = turned & right
        x, y = (
            np.where(flipped, side - 1 - (x & (side - 1)), x & (side - 1)),
            np.where(flipped, side - 1 - (y & (side - 1)), y & (side - 1)),
        )
        x, y = np.where(turned, y, x), np.where(turned, x, y)
    return place
