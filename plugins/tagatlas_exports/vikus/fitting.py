"""Sizes with which VIKUS Viewer shows every layout whole, and its pictures large on a click.

The viewer has one picture width for all layouts (``Canvas.makeScales``): 0.8 of the window's width
is shared by ``columns * (groups + 0.2)`` pictures, of the groups shown last. A map is drawn in a
square of 0.8 of the window's shorter side (``Canvas.projectTSNE``), its pictures ``scale`` times
that width; a picture that was clicked on becomes ``scale`` times 0.6 of the window's longer side
(``zoomToImage``), with its middle at 0.45 of that side, and details cover the right of the window:
with a scale over 0.48 they would lie over the picture in a window of 1280 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_WINDOW_RATIO = 16 / 9
_LARGEST_SCALE = 0.48


@dataclass(frozen=True)
class Square:
    """The square that the viewer draws the map in, in map units, y upwards."""

    left: float
    bottom: float
    side: float


def pictures_across(images: pl.DataFrame) -> float:
    """Pictures side by side in 0.8 of the window's width with which a map is true to scale.

    Args:
        images: with ``x``, ``y``, ``width``, ``height`` in map units; may be empty.
    """
    if images.is_empty():
        return 1.0
    picture = _picture_side(images)
    return _LARGEST_SCALE * _WINDOW_RATIO * (_extent(images) + picture) / picture


def columns_of(groups: Sequence[int], across: float) -> int:
    """Pictures side by side in a group, so that about ``across`` fill the width.

    More if the largest group were higher than the window otherwise: the viewer leaves two rows
    free below it (``stackLayout``).

    Args:
        groups: number of images in each.
        across: as of :func:`pictures_across`.
    """
    shares = len(groups) + 0.2
    columns = max(1, round(across / shares))
    largest = max(groups, default=0)
    while (-(-largest // columns) + 2) * _WINDOW_RATIO > columns * shares:
        columns += 1
    return columns


def map_scale(groups: int, columns: int, across: float) -> float:
    """Width of the map's pictures, as a share of the viewer's, beside groups of these columns."""
    return round(_LARGEST_SCALE * min(1.0, columns * (groups + 0.2) / across), 3)


def square_around(images: pl.DataFrame) -> Square:
    """The smallest square with all places and, to the right and below, room for one picture.

    The viewer draws a picture half a width to the right of its place and below it.

    Args:
        images: as of :func:`pictures_across`, at least one.
    """
    picture = _picture_side(images)
    side = _extent(images) + picture
    x, y = images["x"].to_numpy(), images["y"].to_numpy()
    middle_x, middle_y = (float(axis.max() + axis.min()) / 2 for axis in (x, y))
    return Square(middle_x + (picture - side) / 2, middle_y - (picture + side) / 2, side)


def _picture_side(images: pl.DataFrame) -> float:
    """Longer side of a usual picture: the viewer's are all equally long."""
    return float(np.median(images.select(pl.max_horizontal("width", "height")).to_numpy()))


def _extent(images: pl.DataFrame) -> float:
    return float(np.ptp(images.select("x", "y").to_numpy(), axis=0).max())
