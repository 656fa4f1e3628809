"""Draws the clusters' areas and outlines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas.render.poster.outlines import Ring

# Pillow draws shapes without anti-aliasing: they are drawn larger, as masks, and averaged.
_OVERSAMPLING = 3


class OutlineLayer:
    """Paints rings: a soft area, and a line unless its width is 0.

    Args:
        rings: what to paint, in this order; smoothed already.
        fill: opacity of the areas, in [0, 1].
        stroke: opacity of the lines, in [0, 1].
        line: width of the lines, in pixels.
    """

    def __init__(self, rings: Sequence[Ring], *, fill: float, stroke: float, line: float) -> None:
        self._rings = rings
        self._fill = round(255 * fill)
        self._stroke = round(255 * stroke)
        self._line = line

    def paint(self, band: Image.Image, top: int) -> None:
        """Paint what lies on a band whose first row is the poster's row ``top``."""
        for ring in self._rings:
            region = self._region(ring, band, top)
            if region is not None:
                mask = self._mask(ring, region, top)
                band.paste(ring.colour, region[:2], mask)

    def _region(self, ring: Ring, band: Image.Image, top: int) -> tuple[int, int, int, int] | None:
        """The part of the band that the ring touches: left, top, right, bottom."""
        left, upper = (math.floor(edge - self._line) for edge in ring.points.min(axis=0))
        right, lower = (math.ceil(edge + self._line) for edge in ring.points.max(axis=0))
        region = (
            max(left, 0),
            max(upper - top, 0),
            min(right, band.width),
            min(lower - top, band.height),
        )
        return region if region[0] < region[2] and region[1] < region[3] else None

    def _mask(self, ring: Ring, region: tuple[int, int, int, int], top: int) -> Image.Image:
        left, upper, right, lower = region
        size = ((right - left) * _OVERSAMPLING, (lower - upper) * _OVERSAMPLING)
        mask = Image.new("L", size)
        # Whole numbers: Pillow rounds fractions differently in different bands.
        points = np.rint(ring.points * _OVERSAMPLING).astype(int)
        corners = [
            (int(x), int(y)) for x, y in points - np.array([left, upper + top]) * _OVERSAMPLING
        ]
        draw = ImageDraw.Draw(mask)
        draw.polygon(corners, fill=self._fill)
        width = round(self._line * _OVERSAMPLING)
        if width:
            draw.line([*corners, corners[0]], fill=self._stroke, width=width)
        return mask.reduce(_OVERSAMPLING)
