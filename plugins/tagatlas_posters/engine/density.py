"""A smooth relief of the density of images, for maps with more images than are shown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from tagatlas.toolkit import Colour
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.look import Look

_CELLS = 1024
"""Cells along the poster's width: enough for a smooth field."""
_BLUR = 6.0
"""Standard deviation of the blur, in cells."""
_STEPS = 7
_SHORE = 0.6 / (2 * math.pi * _BLUR**2)
"""Density of the lowest step, in images per cell: a single image shows as a small disc."""
_CREST = 0.995
"""Quantile of the cells with images that has the relief's full height."""


def density_field(
    images: pl.DataFrame, of_cluster: Sequence[Colour], canvas: Canvas, look: Look
) -> NDArray[np.uint8]:
    """The relief as pixels, in a few steps, in the colours of the clusters there.

    Args:
        images: all images of the map, as in :class:`~tagatlas.Map`.
        of_cluster: the colour of each cluster.
        canvas: the poster's canvas.
        look: colours of the paper and strength of the relief.

    Returns:
        Red, green and blue, shape (h, w, 3): to be stretched over the whole canvas.
    """
    width = min(_CELLS, canvas.width)
    height = max(1, round(canvas.height * width / canvas.width))
    places = canvas.pixels(images.select("x", "y").to_numpy())
    cells = (places * (width / canvas.width, height / canvas.height)).astype(np.int64)
    cells = cells.clip(0, (width - 1, height - 1))
    at = cells[:, 1] * width + cells[:, 0]
    clusters = images["cluster"].to_numpy()
    count = _blurred(at, None, (height, width))
    colours = np.array(of_cluster, dtype=float)
    tint = np.stack([_blurred(at, part[clusters], count.shape) for part in colours.T], axis=2)
    tint /= np.maximum(count, 1e-12)[:, :, None]
    height_of = _steps(count, np.unique(at))[:, :, None]
    paper = np.array(look.paper, dtype=float)
    field = paper + (tint - paper) * look.relief * height_of
    relief: NDArray[np.uint8] = np.rint(field).clip(0, 255).astype(np.uint8)
    return relief


def _blurred(
    at: NDArray[np.int64], weights: NDArray[np.float64] | None, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Sums of weights in cells, blurred."""
    from scipy.ndimage import gaussian_filter  # long to load, and few maps show a density

    sums = np.bincount(at, weights, shape[0] * shape[1]).astype(float).reshape(shape)
    soft: NDArray[np.float64] = gaussian_filter(sums, _BLUR, mode="constant", truncate=3.5)
    return soft


def _steps(count: NDArray[np.float64], occupied: NDArray[np.int64]) -> NDArray[np.float64]:
    """The relief's height in [0, 1], in steps with edges one cell wide.

    The density of the steps is a geometric sequence.
    """
    crest = max(float(np.quantile(count.ravel()[occupied], _CREST)), 4 * _SHORE)
    level = np.log(np.maximum(count, _SHORE / 4) / _SHORE) / np.log(crest / _SHORE) * _STEPS
    slope = np.maximum(np.hypot(*np.gradient(level)), 1e-6)
    edges = (np.clip((level - step) / slope + 0.5, 0, 1) for step in range(_STEPS))
    height: NDArray[np.float64] = sum(edges, np.zeros_like(level)) / _STEPS
    return height
