"""Writes ``map.dzi`` and the tiles that belong to it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tagatlas import Renderer
from tagatlas.errors import OptionError, StorageError
from tagatlas.toolkit import new_folder, replace_folder, write_atomically
from tagatlas_posters.deepzoom.pyramid import OVERLAP, TILE, Pyramid, level_sizes, tiles_of
from tagatlas_posters.deepzoom.tiles import TileWriter, bytes_per_pixel
from tagatlas_posters.engine.composition import compose
from tagatlas_posters.engine.raster import paint_bands, painters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tagatlas import Map
    from tagatlas_posters.deepzoom import DeepZoomOptions
    from tagatlas_posters.engine.canvas import Canvas
    from tagatlas_posters.engine.composition import Composition

MAX_PIXELS = 1 << 34
"""The most pixels of a poster in tiles: 131,072 x 131,072, some 360,000 files."""

_DZI = """<?xml version="1.0" encoding="UTF-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="{format}" Overlap="{overlap}" \
TileSize="{tile}">
  <Size Width="{width}" Height="{height}"/>
</Image>
"""


class DeepZoomRenderer(Renderer):
    """Writes the tiles as the poster is painted: memory does not grow with its height."""

    def __init__(self, options: DeepZoomOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.dzi`` and, to the folder ``map_files``, the tiles.

        The tiles are written to a folder beside it, which replaces that of an earlier run when
        complete.

        Raises:
            OptionError: too many pixels, or the tiles do not fit on the disk.
            StorageError: a file could not be written.
        """
        poster = compose(map_, self._options, MAX_PIXELS)
        canvas, suffix = poster.canvas, self._options.tile_format
        self._check_room(canvas, folder)
        written, index = folder / "map_files", folder / "map.dzi"
        try:
            with new_folder(written) as new:
                for level in range(len(level_sizes(canvas.width, canvas.height))):
                    (new / str(level)).mkdir()
                self._write_tiles(poster, new)
                with write_atomically(index) as file:
                    replace_folder(new, written)
                    size = {"width": canvas.width, "height": canvas.height}
                    text = _DZI.format(format=suffix, overlap=OVERLAP, tile=TILE, **size)
                    file.write(text.encode())
        except OSError as error:
            raise StorageError(
                f"could not write {written}: {error.strerror or error}; free some space or write"
                " elsewhere"
            ) from error
        self.notes = poster.notes(index.name)
        tiles = tiles_of(canvas.width, canvas.height)
        return [
            index,
            *(written / str(each.level) / f"{each.column}_{each.row}.{suffix}" for each in tiles),
        ]

    def _write_tiles(self, poster: Composition, folder: Path) -> None:
        canvas = poster.canvas
        write = TileWriter(folder, self._options.tile_format, self._options.tile_quality)
        with painters() as executor:
            pyramid = Pyramid(canvas.width, canvas.height, write, executor)
            for band in paint_bands(poster, executor):
                pyramid.add(band)
            pyramid.finish()

    def _check_room(self, canvas: Canvas, folder: Path) -> None:
        """Check that the tiles fit on the disk, by an estimate."""
        each = bytes_per_pixel(self._options.tile_format, self._options.tile_quality)
        needed = canvas.width * canvas.height * 4 / 3 * each
        free = shutil.disk_usage(folder).free
        if needed > free:
            width = int(canvas.width * (free / needed) ** 0.5)
            raise OptionError(
                f"tiles of a poster {canvas.width:,} pixels wide would take about"
                f" {needed / 1e9:,.1f} GB, and {folder} has {free / 1e9:,.1f} GB free; choose a"
                f" width of at most {width:,}, or write elsewhere"
            )
