"""Sizes of the images on a map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SMALLEST = 0.25
"""Smallest area of an image, as a multiple of the area of one of median quantity."""

LARGEST = 16.0
"""Largest area of an image, as a multiple of the area of one of median quantity."""

LONGEST = 4.0
"""Longest side of an image, as a multiple of the median of the images' longer sides."""

_FLATTEST = 0.1
"""Smallest ratio of the sides of the rectangle that gives a map's area."""


def image_boxes(
    quantity: NDArray[np.float64],
    aspect: NDArray[np.float64],
    positions: NDArray[np.float64],
    fill: float,
) -> NDArray[np.float64]:
    """Sizes of images whose drawn area is in proportion to a quantity.

    Areas are limited to between :data:`SMALLEST` and :data:`LARGEST` times that of the median
    quantity, so that one very frequent image does not cover the map, and a rare one stays visible.
    Sides are limited to :data:`LONGEST` times the median, so that one very long picture, such as a
    divider or a scroll, does not cross the map: its area is smaller instead.

    Args:
        quantity: of each image, such as its frequency or its out-degree; shape (n,), not below 0.
        aspect: width divided by height of each image; shape (n,), above 0.
        positions: of the images; shape (n, 2).
        fill: total area of the images as a share of the area of the map, which is the rectangle
            from the 1st to the 99th percentile of the positions; above 0.

    Returns:
        Width and height in the unit of the positions, shape (n, 2). Each keeps its aspect.
    """
    middle = float(np.median(quantity)) or float(quantity.mean()) or 1.0
    # Limited before the division, which could overflow for quantities of very different size.
    relative = np.maximum(np.minimum(quantity, LARGEST * middle) / middle, SMALLEST)
    area = relative * (fill * map_area(positions) / relative.sum())
    boxes = np.column_stack([np.sqrt(area * aspect), np.sqrt(area / aspect)])
    longer = boxes.max(axis=1)
    boxes *= np.minimum(1.0, LONGEST * np.median(longer) / longer)[:, None]
    return boxes


def map_area(positions: NDArray[np.float64]) -> float:
    """Area covered by positions, shape (n, 2).

    The area of the rectangle from their 1st to their 99th percentile, whose shorter side is at
    least a given share of the longer; 1 if all are at one place, as far as numbers can tell.
    """
    low, high = np.percentile(positions, [1, 99], axis=0)
    longer = float((high - low).max())
    shorter = float((high - low).min())
    area = longer * max(shorter, _FLATTEST * longer)
    return area if area > np.finfo(np.float64).tiny else 1.0
