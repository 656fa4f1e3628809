"""Where the map lies on the poster's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

MAX_PIXELS = 1 << 30
"""The most pixels of a poster: 32,768 x 32,768, a file of about 2 GB."""

# Parts of the poster's width.
_MARGIN = 0.04
_HEADER = 0.085
_FOOTER = 0.045
_LARGEST_PICTURE = 0.3
# In pixels: a picture is decoded whole, and memory is bounded.
_LARGEST_SIDE = 8192
# The map's own area is between these parts of the width high, whatever the map's form.
_LOWEST, _HIGHEST = 0.4, 2.0


@dataclass(frozen=True)
class Canvas:
    """The poster's size, and the way from map units to pixels.

    Attributes:
        width, height: of the poster, in pixels.
        scale: pixels per map unit.
        x, y: the point of the map at the centre of the map's area.
        area: left, top, right and bottom of the map's area, in pixels.
    """

    width: int
    height: int
    scale: float
    x: float
    y: float
    area: tuple[int, int, int, int]

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixel coordinates of points of the map; both of shape (n, 2). Pixel y grows downwards."""
        left, top, right, bottom = self.area
        centre = np.array([left + right, top + bottom]) / 2
        return (points - (self.x, self.y)) * (self.scale, -self.scale) + centre

    def boxes(self, nodes: pl.DataFrame) -> NDArray[np.int64]:
        """Left, top, right and bottom pixel of each node, shape (n, 4); at least a pixel wide."""
        centres = self.pixels(nodes.select("x", "y").to_numpy())
        sides = nodes.select("width", "height").to_numpy() * self.scale
        first = np.rint(centres - sides / 2).astype(np.int64)
        last = np.rint(centres + sides / 2).astype(np.int64)
        return np.concatenate([first, np.maximum(last, first + 1)], axis=1)


def fit_canvas(
    images: pl.DataFrame,
    outlines: Mapping[int, Sequence[NDArray[np.float64]]],
    width: int,
    *,
    has_title: bool,
) -> Canvas:
    """Find the canvas that holds a map.

    Pictures of a small map are not blown up beyond three tenths of the width.

    Args:
        images: the map's images.
        outlines: the map's outlines, empty if they are not drawn.
        width: of the poster, in pixels.
        has_title: whether room for a title is left at the top.

    Raises:
        OptionError: the poster would have more than :data:`MAX_PIXELS` pixels.
    """
    low, high = _extent(images, outlines)
    extent = np.maximum(high - low, 1e-9)
    longest = max(float(images.select("width", "height").to_numpy().max()), 1e-9)
    inner = width * (1 - 2 * _MARGIN)
    side = min(_LARGEST_PICTURE * width, _LARGEST_SIDE)
    scale = min(inner / extent[0], _HIGHEST * width / extent[1], side / longest)
    map_height = max(extent[1] * scale, _LOWEST * width)
    top = width * (_HEADER if has_title else _MARGIN)
    bottom = top + map_height
    height = round(bottom + width * _FOOTER)
    if width * height > MAX_PIXELS:
        most = int(width * (MAX_PIXELS / (width * height)) ** 0.5)
        raise OptionError(
            f"a poster {width:,} pixels wide would be {height:,} high, more than"
            f" {MAX_PIXELS:,} pixels in all; choose a width of at most {most:,}"
        )
    x, y = (low + high) / 2
    margin = round(width * _MARGIN)
    area = (margin, round(top), width - margin, round(bottom))
    return Canvas(width, height, float(scale), float(x), float(y), area)


def _extent(
    images: pl.DataFrame, outlines: Mapping[int, Sequence[NDArray[np.float64]]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    centres = images.select("x", "y").to_numpy()
    halves = images.select("width", "height").to_numpy() / 2
    points = [centres - halves, centres + halves]
    points += [ring for rings in outlines.values() for ring in rings if len(ring)]
    every = np.concatenate(points)
    return every.min(axis=0), every.max(axis=0)
