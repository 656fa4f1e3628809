"""The map's area on the poster, in pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.errors import OptionError
from tagatlas_posters.engine.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

MAX_PIXELS = 1 << 30
"""Maximum pixels of a poster in one file: 32,768 x 32,768, as PNG about 2 GB."""

# Shares of the poster's width.
_MARGIN = 0.04
_HEADER = 0.085
_FOOTER = 0.045
_LARGEST_PICTURE = 0.3
_FOOTER_LINES = 4.0
"""Height of the small print, in font sizes of the smallest type."""
# Of the header: what is above, and the least font sizes of a title and a line below it.
_ABOVE, _TITLE, _LINE = 0.0255, 0.026, 0.0115
_FEWEST_ROWS = 0.2
# In pixels: a picture is decoded completely, and memory is limited.
_LARGEST_SIDE = 8192
# Limits of the height of the map's area, as shares of the width, regardless of the map's shape.
_LOWEST, _HIGHEST = 0.4, 2.0


@dataclass(frozen=True)
class Canvas:
    """The poster's size, and the transformation from map units to pixels.

    Attributes:
        width, height: of the poster, in pixels.
        scale: pixels per map unit.
        x, y: point of the map at the centre of the map's area.
        area: left, top, right and bottom of the map's area, in pixels.
        page: what it is printed on.
    """

    width: int
    height: int
    scale: float
    x: float
    y: float
    area: tuple[int, int, int, int]
    page: Page

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

    def extended(self, rows: int) -> Canvas:
        """The canvas with more room below the map's area, unless the page has a height."""
        return self if self.page.height else replace(self, height=self.height + rows)

    def check_size(self, most: int) -> None:
        """Check that the poster has at most ``most`` pixels.

        Raises:
            OptionError: it has more; the text suggests a width.
        """
        pixels = self.width * self.height
        if pixels > most:
            # A little less than the square root: font sizes are whole pixels.
            width = int(0.998 * self.width * (most / pixels) ** 0.5)
            raise OptionError(
                f"a poster {self.width:,} pixels wide would be {self.height:,} high, more than"
                f" {most:,} pixels in all; choose a width of at most {width:,}"
                + (", or a format in tiles" if most <= MAX_PIXELS else "")
            )


def fit_canvas(
    images: pl.DataFrame,
    outlines: Mapping[int, Sequence[NDArray[np.float64]]],
    page: Page,
    *,
    has_title: bool,
    has_subtitle: bool = False,
    below: int = 0,
    corners: Sequence[NDArray[np.float64]] = (),
) -> Canvas:
    """Find the canvas that holds a map.

    Pictures of a small map are not enlarged beyond three tenths of the width. Images that are not
    shown take no space.

    Args:
        images: the map's images, as in :class:`~tagatlas.Map`.
        outlines: the map's outlines, empty if they are not drawn.
        page: of the poster.
        has_title: whether to leave space for a title at the top.
        has_subtitle: whether the title has one.
        below: rows of pixels to leave below the map's area if the page has a height.
        corners: extreme points of other drawings on the map, each of shape (2,).

    Raises:
        OptionError: the page has no room for the map.
    """
    width = page.width
    sizes = np.where(images.select("shown"), images.select("width", "height"), 0.0)
    low, high = _extent(images.select("x", "y").to_numpy(), sizes / 2, outlines, corners)
    extent = np.maximum(high - low, 1e-9)
    longest = max(float(sizes.max()), 1e-9)
    inner = width * (1 - 2 * _MARGIN)
    side = min(_LARGEST_PICTURE * width, _LARGEST_SIDE)
    top = _header(page, has_subtitle=has_subtitle) if has_title else width * _MARGIN
    footer = max(width * _FOOTER, _FOOTER_LINES * page.smallest)
    highest = _HIGHEST * width
    if page.height:
        highest = page.height - top - footer - below
        if highest < _FEWEST_ROWS * page.height:
            raise OptionError(
                "the title and the legend leave no room for the map on this page; take larger"
                " paper, a smaller --type-size, or --no-legend"
            )
    scale = min(inner / extent[0], highest / extent[1], side / longest)
    map_height = highest if page.height else max(extent[1] * scale, _LOWEST * width)
    bottom = top + map_height
    height = page.height or round(bottom + footer)
    x, y = (low + high) / 2
    margin = round(width * _MARGIN)
    area = (margin, round(top), width - margin, round(bottom))
    return Canvas(width, height, float(scale), float(x), float(y), area, page)


def _header(page: Page, *, has_subtitle: bool) -> float:
    """Height of the title, of what is on the map and of a subtitle, with the room around them."""
    title, line = (max(part * page.width, page.smallest) for part in (_TITLE, _LINE))
    lines = 2 if has_subtitle else 1
    return max(_HEADER * page.width, _ABOVE * page.width + 1.5 * title + 1.25 * lines * line)


def _extent(
    centres: NDArray[np.float64],
    halves: NDArray[np.float64],
    outlines: Mapping[int, Sequence[NDArray[np.float64]]],
    corners: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = [centres - halves, centres + halves]
    points += [ring for rings in outlines.values() for ring in rings if len(ring)]
    points += [corner[None] for corner in corners]
    every = np.concatenate(points)
    return every.min(axis=0), every.max(axis=0)
