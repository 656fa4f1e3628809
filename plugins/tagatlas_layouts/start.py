"""Start positions for layouts that need them at a fixed size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import move_apart


def scaled_start(start: NDArray[np.float64], seed: int, extent: float) -> NDArray[np.float64]:
    """The start about the origin, at a fixed size, with no two nodes at one place.

    Args:
        start: positions, shape (n, 2).
        seed: decides in which direction nodes at one place part.
        extent: the greatest distance from the origin, along x or y.
    """
    apart = move_apart(start, seed)
    centred: NDArray[np.float64] = apart - apart.mean(axis=0)
    radius = float(np.abs(centred).max())
    return centred * (extent / radius) if radius > 0 else centred
