"""Paints a poster band by band."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tagatlas.toolkit import processors
from tagatlas_posters.engine.raster.drawings import DrawingLayer
from tagatlas_posters.engine.raster.outlines import OutlineLayer
from tagatlas_posters.engine.raster.pictures import PictureLayer
from tagatlas_posters.engine.raster.resample import resize
from tagatlas_posters.engine.raster.text import TextLayer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from tagatlas_posters.engine.composition import Composition

Band: TypeAlias = NDArray[np.uint8]
"""Rows of the poster: shape (rows, width, 3)."""

_BAND_PIXELS = 1 << 22
_FEWEST_ROWS = 32
_MOST_THREADS = 8


@contextmanager
def painters() -> Iterator[Executor]:
    """The threads that paint a poster and encode its bands."""
    with ThreadPoolExecutor(min(_MOST_THREADS, processors())) as executor:
        yield executor


def paint_bands(poster: Composition, executor: Executor) -> Iterator[Band]:
    """The poster's bands, from top to bottom, each a new array.

    While the caller uses a band, the threads paint the next one. The pixels do not depend on the
    number of threads.

    Args:
        poster: the poster to paint.
        executor: threads for painting.
    """
    canvas, look = poster.canvas, poster.look
    outlines = OutlineLayer(poster.rings, fill=look.fill, stroke=look.stroke)
    pictures = PictureLayer(
        poster.ids,
        poster.boxes,
        poster.store,
        executor,
        opacity=poster.opacity,
        blank=look.blank,
        paper=look.paper,
    )
    leaders = DrawingLayer(poster.leaders, poster.typesetter)
    on_map = TextLayer([*poster.tags, *poster.names], poster.typesetter)
    drawings = DrawingLayer([*poster.drawings, *poster.legend.marks], poster.typesetter)
    aside = TextLayer([*poster.margins, *poster.legend.texts], poster.typesetter)
    rows = max(_FEWEST_ROWS, _BAND_PIXELS // canvas.width)
    bounds = [(top, min(top + rows, canvas.height)) for top in range(0, canvas.height, rows)]
    ground = executor.submit(_ground, poster, outlines, *bounds[0])
    pictures.prepare(*bounds[0])
    for (top, _), following in zip(bounds, [*bounds[1:], None], strict=True):
        band = ground.result()
        pictures.paint(band)
        if following is not None:
            ground = executor.submit(_ground, poster, outlines, *following)
            pictures.prepare(*following)
        for layer in (leaders, on_map, drawings, aside):
            layer.paint(band, top)
        yield band


def _ground(poster: Composition, outlines: OutlineLayer, top: int, bottom: int) -> Band:
    """The background below the pictures, with density and outlines."""
    width, height = poster.canvas.width, poster.canvas.height
    if poster.density is None:
        row = np.full((width, 3), poster.look.paper, dtype=np.uint8)
        band = np.empty((bottom - top, width, 3), dtype=np.uint8)
        band[:] = row
    else:
        band = resize(poster.density, width, height, slice(top, bottom)).copy()
    outlines.paint(band, top)
    for patch in poster.legend.patches:
        left, upper, right, lower = patch.box
        band[max(upper - top, 0) : max(lower - top, 0), left:right] = patch.colour
    return band
