"""How large images are drawn on a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST = 0.25
"""Least area of an image, as a multiple of the area of one of median quantity."""

LARGEST = 16.0
"""Largest area of an image, as a multiple of the area of one of median quantity."""

_FLATTEST = 0.1
"""Least ratio of the sides of the rectangle that a map's area is taken from."""


def image_boxes(
    quantity: NDArray[np.float64],
    aspect: NDArray[np.float64],
    positions: NDArray[np.float64],
    fill: float,
) -> NDArray[np.float64]:
    """Sizes of images whose drawn area is in proportion to a quantity.

    Areas are held between :data:`SMALLEST` and :data:`LARGEST` times that of the median quantity,
    so that one image shared everywhere does not swallow the map, nor a rare one vanish.

    Args:
        quantity: of each image, such as its frequency or its out-degree; shape (n,), not below 0.
        aspect: width divided by height of each image; shape (n,), above 0.
        positions: the images' places; shape (n, 2).
        fill: the images' area together, as a share of the area of the map, which is the rectangle
            from the 1st to the 99th percentile of the positions; above 0.

    Returns:
        Width and height in the unit of the positions, shape (n, 2). Each keeps its aspect.
    """
    middle = float(np.median(quantity)) or float(quantity.mean()) or 1.0
    # Held down before the division, which could overflow for quantities of very unlike size.
    relative = np.maximum(np.minimum(quantity, LARGEST * middle) / middle, SMALLEST)
    area = relative * (fill * map_area(positions) / relative.sum())
    return np.column_stack([np.sqrt(area * aspect), np.sqrt(area / aspect)])


def map_area(positions: NDArray[np.float64]) -> float:
    """Area that positions, shape (n, 2), take up.

    That of the rectangle from their 1st to their 99th percentile, held from being much longer
    than wide; 1 where all are at one place.
    """
    low, high = np.percentile(positions, [1, 99], axis=0)
    longer = float((high - low).max())
    shorter = float((high - low).min())
    return longer * max(shorter, _FLATTEST * longer) or 1.0
