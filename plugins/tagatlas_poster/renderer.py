"""Draws the poster, band by band."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from tagatlas.contracts import Renderer
from tagatlas.render import cluster_colour, write_atomically
from tagatlas_poster.canvas import Canvas, fit_canvas
from tagatlas_poster.labels import heading, name_blocks, small_print, tag_blocks
from tagatlas_poster.look import choose_look
from tagatlas_poster.outlines import OutlineLayer, Ring, smooth
from tagatlas_poster.pictures import PictureLayer
from tagatlas_poster.png import PngWriter
from tagatlas_poster.text import TextLayer, Typesetter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from tagatlas.maps import Map
    from tagatlas_poster import PosterOptions

_BAND_PIXELS = 1 << 21
_MOST_THREADS = 4
_LINE = 0.0011


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
        self._look = choose_look(options.background)

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.png``.

        Raises:
            OptionError: the poster would have too many pixels.
            StorageError: the file could not be written.
        """
        options = self._options
        title = map_.collection if options.title is None else options.title
        outlines = map_.outlines if options.outlines else {}
        canvas = fit_canvas(map_.images, outlines, options.width, has_title=bool(title))
        threads = min(_MOST_THREADS, os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as executor:
            layers = self._layers(map_, canvas, title, executor)
            path = folder / "map.png"
            with (
                write_atomically(path) as file,
                PngWriter(file, canvas.width, canvas.height) as png,
            ):
                rows = max(1, _BAND_PIXELS // canvas.width)
                for top in range(0, canvas.height, rows):
                    size = (canvas.width, min(rows, canvas.height - top))
                    band = Image.new("RGB", size, self._look.paper)
                    for layer in layers:
                        layer.paint(band, top)
                    png.write(band)
        return [path]

    def _layers(self, map_: Map, canvas: Canvas, title: str, executor: Executor) -> list[Layer]:
        look, images = self._look, map_.images
        typesetter = Typesetter()
        pictures = PictureLayer(
            images["id"].to_list(),
            canvas.boxes(images),
            map_.store,
            executor,
            opacity=self._options.opacity,
            blank=look.blank,
        )
        names = name_blocks(map_, canvas, look, typesetter) if self._options.names else []
        tags = tag_blocks(map_, canvas, look, typesetter, names) if self._options.show_tags else []
        margins = heading(map_, canvas, look, title) + small_print(map_, canvas, look, typesetter)
        text = TextLayer([*margins, *tags, *names], typesetter)
        if not self._options.outlines:
            return [pictures, text]
        rings = [
            Ring(smooth(canvas.pixels(ring)), cluster_colour(cluster))
            for cluster, some in sorted(map_.outlines.items())
            for ring in some
        ]
        area = OutlineLayer(rings, fill=look.fill, stroke=look.stroke, line=_LINE * canvas.width)
        return [area, pictures, text]
