"""Writes tiles as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import simplejpeg
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tagatlas_posters.deepzoom.pyramid import Tile

TileFormat = Literal["jpg", "png"]

_PNG_LEVEL = 1


def bytes_per_pixel(kind: TileFormat, quality: int) -> float:
    """Approximate size of tile files, for posters full of photographs."""
    if kind == "png":
        return 1.6
    return 0.25 if quality < 80 else 0.45 if quality <= 90 else 1.2


class TileWriter:
    """Writes each tile to ``LEVEL/COLUMN_ROW`` in a folder. Used by several threads.

    Args:
        folder: to write to; it has an empty folder for each level.
        kind: format of the files.
        quality: of JPEG files.
    """

    def __init__(self, folder: Path, kind: TileFormat, quality: int) -> None:
        self._folder = folder
        self._kind = kind
        self._quality = quality

    def __call__(self, tile: Tile, pixels: NDArray[np.uint8]) -> None:
        """Write a tile.

        Raises:
            OSError: it could not be written.
        """
        path = self._folder / str(tile.level) / f"{tile.column}_{tile.row}.{self._kind}"
        with path.open("xb") as file:
            if self._kind == "png":
                Image.fromarray(pixels).save(file, "PNG", compress_level=_PNG_LEVEL)
            else:
                file.write(
                    simplejpeg.encode_jpeg(pixels, quality=self._quality, colorsubsampling="420")
                )
