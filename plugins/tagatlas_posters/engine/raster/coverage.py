"""Fills polygons with exact pixel coverage: smooth edges without oversampling.

Method: the changes of coverage from each pixel to the next are accumulated per edge, then summed
along the rows, as in FreeType's smooth rasterizer (D. Turner, 2001) and font-rs (R. Levien, 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import kernel
from tagatlas_posters.engine.raster.blend import mix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def edges_of(rings: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """The edges of closed rings: x and y of both ends, shape (n, 4)."""
    return np.concatenate([np.hstack([ring, np.roll(ring, -1, axis=0)]) for ring in rings])


def fill_polygon(
    pixels: NDArray[np.uint8], edges: NDArray[np.float64], colour: NDArray[np.uint8], opacity: float
) -> None:
    """Blend a colour over the inside of a polygon.

    Args:
        pixels: of shape (h, w, 3).
        edges: from :func:`edges_of`, in pixels from the upper left corner; may be outside. A hole
            has the opposite orientation.
        colour: of three channels.
        opacity: in [0, 1].
    """
    height, width, _ = pixels.shape
    is_near = (edges[:, 1::2].max(axis=1) > 0) & (edges[:, 1::2].min(axis=1) < height)
    near = edges[is_near]
    if not len(near):
        return
    left = max(int(near[:, ::2].min()), 0)
    right = min(int(near[:, ::2].max()) + 1, width)
    if left >= right:
        return
    steps = np.zeros((height, right - left + 1), dtype=np.float32)
    _add_edges(steps, near - np.array([left, 0, left, 0]))
    _fill(pixels[:, left:right], steps, colour, 255 * opacity)


def coverage(shape: tuple[int, int], edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """The part of each pixel that polygons cover, in [0, 1].

    Args:
        shape: rows and columns.
        edges: from :func:`edges_of`, in pixels from the upper left corner; may be outside. Outer
            rings have one orientation, and holes the opposite one.
    """
    height, width = shape
    steps = np.zeros((height, width + 1), dtype=np.float32)
    _add_edges(steps, edges)
    covered: NDArray[np.float32] = np.abs(steps.cumsum(axis=1)[:, :width]).clip(max=1)
    return covered


@kernel
def _add_edges(steps: NDArray[np.float32], edges: NDArray[np.float64]) -> None:
    """Add an edge's change of coverage to each pixel, relative to the pixel left of it."""
    height = len(steps)
    for edge in range(len(edges)):
        x0, y0, x1, y1 = edges[edge]
        if y0 == y1:
            continue
        slope = (x1 - x0) / (y1 - y0)
        sign = 1.0 if y1 > y0 else -1.0
        first, last = max(min(y0, y1), 0.0), min(max(y0, y1), float(height))
        for y in range(int(first), min(int(np.ceil(last)), height)):
            upper, lower = max(first, float(y)), min(last, y + 1.0)
            one, other = x0 + (upper - y0) * slope, x0 + (lower - y0) * slope
            _add_span(steps[y], min(one, other), max(one, other), sign * (lower - upper))


@kernel
def _add_span(steps: NDArray[np.float32], left: float, right: float, rise: float) -> None:
    """Add an edge within a row, from ``left`` to ``right`` and ``rise`` rows down."""
    width = len(steps) - 1
    x = min(int(max(left, 0.0)), width)
    # Parts left of the first pixel count fully there; parts beyond the last do not count.
    done = 0.0 if left >= 0 else min(-left / max(right - left, 1e-12), 1.0)
    steps[0] += rise * done
    while done < 1.0 and x < width:
        # The part of the edge up to the end of this pixel; the rest is to its right.
        part = 1.0 if right <= x + 1 else (x + 1 - left) / (right - left)
        centre = (max(left, float(x)) + min(right, x + 1.0)) / 2 - x
        steps[x] += rise * (part - done) * (1 - centre)
        steps[x + 1] += rise * (part - done) * centre
        done = part
        x += 1


@kernel
def _fill(
    pixels: NDArray[np.uint8],
    steps: NDArray[np.float32],
    colour: NDArray[np.uint8],
    opacity: float,
) -> None:
    for y in range(pixels.shape[0]):
        covered = np.float32(0.0)
        for x in range(pixels.shape[1]):
            covered += steps[y, x]
            part = np.uint32(min(abs(covered), np.float32(1.0)) * opacity + 0.5)
            if part:
                for channel in range(3):
                    pixels[y, x, channel] = mix(pixels[y, x, channel], colour[channel], part)
