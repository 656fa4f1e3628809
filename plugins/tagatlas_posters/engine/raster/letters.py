"""Draws lines of glyphs: their outlines with exact coverage, a halo around them, and emoji."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PIL import Image

from tagatlas_posters.engine.raster.coverage import coverage, edges_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from tagatlas_posters.engine.faces import Step
    from tagatlas_posters.engine.fonts import Fonts
    from tagatlas_posters.engine.text import Block, Line, Typesetter

_PARTS = np.linspace(0, 1, 9)[1:, None]
"""Where curves are cut into straight lines."""


def draw_block(block: Block, typesetter: Typesetter, letters: Letters) -> Image.Image:
    """A block of text as an RGBA image of the size that the typesetter measures."""
    width, height = typesetter.measure(block)
    lines = list(typesetter.placed(block))
    halo = np.zeros((height, width), dtype=np.float32)
    inks: list[tuple[Line, NDArray[np.float32]]] = []
    for line, x, y in lines:
        ink = coverage(halo.shape, letters.edges(line, x, y, 0.0))
        around = coverage(halo.shape, letters.edges(line, x, y, block.halo_width))
        np.maximum(halo, np.maximum(ink, around), out=halo)
        inks.append((line, ink))
    # Transparent halo colour, not transparent black: edges would turn dark.
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[:, :, :3] = block.halo
    pixels[:, :, 3] = np.rint(255 * halo)
    for line, ink in inks:
        part = ink[:, :, None]
        mixed = pixels[:, :, :3] * (1 - part) + np.array(line.ink, dtype=np.float32) * part
        pixels[:, :, :3] = np.rint(mixed)
    image = Image.fromarray(pixels)
    for line, x, y in lines:
        for picture, left, top in letters.pictures(line, x, y):
            on_all = Image.new("RGBA", image.size, (0, 0, 0, 0))
            on_all.paste(picture, (left, top))
            image.alpha_composite(on_all)
    return image


class Letters:
    """The shapes of lines' glyphs, in pixels with y downwards; those of glyphs are kept."""

    def __init__(self, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._fonts: Fonts = typesetter.fonts
        self._rings: dict[tuple[Path, int, float], list[NDArray[np.float64]]] = {}

    def edges(self, line: Line, x: float, y: float, halo: float) -> NDArray[np.float64]:
        """Edges of a line's letters, widened by a halo of that many pixels unless it is 0.

        Args:
            line: of text.
            x: the left end of its baseline.
            y: that baseline.
            halo: a width in pixels.
        """
        rings = [
            ring * (line.size, -line.size) + (x + glyph.x * line.size, y - glyph.y * line.size)
            for glyph in self._typesetter.shape(line).glyphs
            for ring in self._glyph(glyph.font, glyph.number, round(halo / line.size, 3))
        ]
        return edges_of(rings) if rings else np.empty((0, 4))

    def pictures(self, line: Line, x: float, y: float) -> list[tuple[Image.Image, int, int]]:
        """A line's coloured glyphs, each with its left and top pixel."""
        found = []
        for glyph in self._typesetter.shape(line).glyphs:
            face = self._fonts.face(glyph.font)
            if face.is_coloured(glyph.number):
                picture, left, top = face.picture(glyph.number, line.size)
                place_x, place_y = x + glyph.x * line.size, y - glyph.y * line.size
                found.append((picture, round(place_x) + left, round(place_y) - top))
        return found

    def _glyph(self, font: Path, number: int, halo: float) -> list[NDArray[np.float64]]:
        """The rings of a glyph, in ems with y upwards; all outer ones turn the same way."""
        key = (font, number, halo)
        if key not in self._rings:
            face = self._fonts.face(font)
            rings = [] if face.is_coloured(number) else rings_of(face.outline(number), face.units)
            self._rings[key] = _widened(rings, halo) if halo else rings
        return self._rings[key]


def rings_of(steps: Sequence[Step], units: int) -> list[NDArray[np.float64]]:
    """An outline's closed lines, with curves in pieces, in ems; the outer ones are clockwise."""
    rings: list[NDArray[np.float64]] = []
    points: list[NDArray[np.float64]] = []
    for kind, numbers in steps:
        if kind == "close":
            if points:
                ring = np.concatenate(points) / units
                rings += [ring] if len(ring) > 2 else []
            points = []
            continue
        corners = np.array(numbers, dtype=np.float64).reshape(-1, 2)
        if len(corners) > 1:
            corners = _curve(np.concatenate([points[-1][-1:], corners]))
        points.append(corners)
    is_turned = sum(_area(ring) for ring in rings) > 0
    return [ring[::-1] for ring in rings] if is_turned else rings


def _curve(controls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of a Bézier curve after its first one (de Casteljau's algorithm)."""
    level = [np.broadcast_to(point, (len(_PARTS), 2)) for point in controls]
    while len(level) > 1:
        level = [a + (b - a) * _PARTS for a, b in pairwise(level)]
    return level[0]


def _widened(rings: Sequence[NDArray[np.float64]], halo: float) -> list[NDArray[np.float64]]:
    """The area within ``halo`` of the lines, as rings; holes have the opposite orientation."""
    if not rings:
        return []
    lines = shapely.MultiLineString([np.concatenate([ring, ring[:1]]) for ring in rings])
    area = shapely.normalize(lines.buffer(halo, quad_segs=4))
    return [
        shapely.get_coordinates(ring)[:-1]
        for polygon in shapely.get_parts(area)
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _area(ring: NDArray[np.float64]) -> float:
    x, y = ring.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
