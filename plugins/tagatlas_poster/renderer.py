"""Draws the poster, band by band."""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from tagatlas.contracts import Renderer
from tagatlas.render import write_atomically
from tagatlas.render.poster.composition import Composition, compose
from tagatlas.render.poster.outlines import smooth
from tagatlas_poster.outlines import OutlineLayer
from tagatlas_poster.pictures import PictureLayer
from tagatlas_poster.png import PngWriter
from tagatlas_poster.text import TextLayer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from tagatlas.maps import Map
    from tagatlas.render.poster import PosterOptions

_BAND_PIXELS = 1 << 21
_MOST_THREADS = 4


class Layer(Protocol):
    """Something that paints its part of a band."""

    def paint(self, band: Image.Image, top: int) -> None:
        """Paint what lies on a band whose first row is the poster's row ``top``.

        Bands come from the top to the bottom, each once.
        """


class PosterRenderer(Renderer):
    """Writes ``map.png``: areas, then pictures, then outlines, then text, on paper.

    Memory is bounded whatever the poster's size: bands of about two million pixels are painted,
    compressed and forgotten.
    """

    def __init__(self, options: PosterOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.png``.

        Raises:
            OptionError: the poster would have too many pixels.
            StorageError: the file could not be written.
        """
        composition = compose(map_, self._options)
        canvas = composition.canvas
        threads = min(_MOST_THREADS, os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as executor:
            layers = _layers(composition, executor)
            path = folder / "map.png"
            with (
                write_atomically(path) as file,
                PngWriter(file, canvas.width, canvas.height) as png,
            ):
                rows = max(1, _BAND_PIXELS // canvas.width)
                for top in range(0, canvas.height, rows):
                    size = (canvas.width, min(rows, canvas.height - top))
                    band = Image.new("RGB", size, composition.look.paper)
                    for layer in layers:
                        layer.paint(band, top)
                    png.write(band)
        return [path]


def _layers(poster: Composition, executor: Executor) -> list[Layer]:
    look = poster.look
    rings = [dataclasses.replace(ring, points=smooth(ring.points)) for ring in poster.rings]
    return [
        OutlineLayer(rings, fill=look.fill, stroke=look.stroke, line=poster.line),
        PictureLayer(
            poster.ids,
            poster.boxes,
            poster.store,
            executor,
            opacity=poster.opacity,
            blank=look.blank,
        ),
        TextLayer([*poster.margins, *poster.tags, *poster.names], poster.typesetter),
    ]
