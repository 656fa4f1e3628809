"""Draws annotations."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tagatlas_posters.engine.raster.blend import blend
from tagatlas_posters.engine.raster.coverage import edges_of, fill_polygon
from tagatlas_posters.engine.raster.resample import resize
from tagatlas_posters.engine.raster.text import TextLayer
from tagatlas_posters.engine.sketches import Area, Disc, Stroke

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tagatlas_posters.engine.drawings import Drawing
    from tagatlas_posters.engine.sketches import Shape
    from tagatlas_posters.engine.text import Block, Typesetter

_CORNERS = 96
"""Minimum sides of the polygon that approximates a circle."""
_LARGEST_DRAWN = 1 << 22
"""Maximum pixels of a block of text while it is drawn; a larger one is scaled up."""
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


class DrawingLayer:
    """Paints annotations; later ones are on top.

    Memory is limited by the painted band, regardless of the size of a text.

    Args:
        drawings: the annotations.
        typesetter: measures and draws words.
    """

    def __init__(self, drawings: Sequence[Drawing], typesetter: Typesetter) -> None:
        self._painted: list[_Polygon | TextLayer | _Letters] = []
        for drawing in drawings:
            for shape in drawing.shapes:
                edges = edges_of(_rings(shape))
                colour = np.array(drawing.colour, dtype=np.uint8)
                opacity = shape.opacity if isinstance(shape, Area) else 1.0
                self._painted.append(_Polygon(edges, colour, opacity))
            for block, left, top in drawing.texts:
                width, height = typesetter.measure(block)
                is_small = width * height <= _LARGEST_DRAWN
                self._painted.append(
                    TextLayer([(block, left, top)], typesetter)
                    if is_small
                    else _Letters(block, left, top, typesetter)
                )

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        """Paint the part on a band whose first row is the poster's row ``top``."""
        for each in self._painted:
            each.paint(band, top)


@dataclass(frozen=True, eq=False)
class _Polygon:
    """An area of one colour, for :func:`fill_polygon`, in pixels of the poster."""

    edges: NDArray[np.float64]
    colour: NDArray[np.uint8]
    opacity: float

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        low, high = self.edges[:, 1].min(), self.edges[:, 1].max()
        if low < top + len(band) and high > top:
            fill_polygon(band, self.edges - np.array([0, top, 0, top]), self.colour, self.opacity)


class _Letters:
    """A large block of one ink, drawn smaller for the first band, and released at the end."""

    def __init__(self, block: Block, left: int, top: int, typesetter: Typesetter) -> None:
        self._block = block
        self._left = left
        self._top = top
        self._size = typesetter.measure(block)
        self._typesetter = typesetter
        self._drawn: NDArray[np.uint8] | None = None

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        width, height = self._size
        rows = slice(max(top - self._top, 0), min(top + len(band) - self._top, height))
        columns = slice(max(-self._left, 0), min(band.shape[1] - self._left, width))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        if self._drawn is None:
            self._drawn = self._draw()
        magnified = resize(self._drawn, width, height, rows)[:, columns]
        first, left = self._top + rows.start - top, self._left + columns.start
        below = band[first : first + len(magnified), left : left + magnified.shape[1]]
        blur = max(1.0, width / self._drawn.shape[1])
        ink, opacity = _sharpened(magnified[:, :, 0], blur), _sharpened(magnified[:, :, 1], blur)
        for colour, part in ((self._block.halo, opacity), (self._block.lines[0].ink, ink)):
            over = np.broadcast_to(np.array(colour, dtype=np.uint8), below.shape)
            blend(below, over, part)
        if rows.stop == height:
            self._drawn = None

    def _draw(self) -> NDArray[np.uint8]:
        """Coverage of each pixel by ink, by ink or halo, and zeros: shape (h, w, 3)."""
        shrink = min(1.0, math.sqrt(_LARGEST_DRAWN / (self._size[0] * self._size[1])))
        lines = tuple(
            replace(line, size=max(1, int(line.size * shrink)), ink=_WHITE)
            for line in self._block.lines
        )
        drawn = np.array(self._typesetter.draw(replace(self._block, lines=lines, halo=_BLACK)))
        covered = np.zeros((*drawn.shape[:2], 3), dtype=np.uint8)
        # Ink is white and the halo black, so that a pixel's lightness is its share of ink.
        covered[:, :, 0] = drawn[:, :, 0].astype(np.uint16) * drawn[:, :, 3] // 255
        covered[:, :, 1] = drawn[:, :, 3]
        return covered


def _sharpened(covered: NDArray[np.uint8], blur: float) -> NDArray[np.uint8]:
    """Sharpen coverage whose edges are ``blur`` pixels wide from scaling to one pixel."""
    if blur == 1.0:
        return np.ascontiguousarray(covered)
    steep = (covered.astype(np.float32) - 127.5) * np.float32(blur) + np.float32(128.0)
    sharp: NDArray[np.uint8] = steep.clip(0, 255).astype(np.uint8)
    return sharp


def _rings(shape: Shape) -> list[NDArray[np.float64]]:
    """The shape's area as closed rings; holes have the opposite orientation."""
    match shape:
        case Area(points=points):
            return [points]
        case Disc(centre=centre, radius=radius):
            angle = np.arange(_CORNERS) * (2 * math.pi / _CORNERS)
            return [centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)]
        case Stroke(points=points, width=width, is_closed=is_closed):
            line = shapely.LineString(np.concatenate([points, points[:1]]) if is_closed else points)
            area = shapely.normalize(line.buffer(width / 2, quad_segs=_CORNERS // 4))
            return [
                shapely.get_coordinates(ring)[:-1]
                for polygon in shapely.get_parts(area)
                for ring in (polygon.exterior, *polygon.interiors)
            ]
