"""The whole map as pictures, finer from level to level, where its images are too many to be drawn.

Each is what the images of the map would look like as small as they are there, as a deep zoom image
has it: colours in the upper half, on white, and below how transparent each pixel is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg

from tagatlas.toolkit import kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tagatlas_web.page.scripts import ScriptFolder

SIDE = 1024
"""Of a picture, in pixels."""

_MOST_LEVELS = 4
_FINEST = 1.0
"""Pixels of the typical image on the finest level, or more."""

_LARGE = 4
"""Pixels from which on an image is drawn by itself, not by points."""

_AT_ONCE = 1 << 14
_QUALITY = 82


@dataclass(frozen=True)
class Overview:
    """Where the pictures are.

    Attributes:
        left: of the map, in its units.
        top: of the map.
        extent: what the picture of the first level holds each way; each further level has twice as
            many pictures for it.
        right: of the map.
        bottom: of the map.
        levels: how many there are.
    """

    left: float
    top: float
    extent: float
    right: float
    bottom: float
    levels: int

    @classmethod
    def of(cls, bounds: NDArray[np.float64], typical: float) -> Overview:
        """The pictures of a map.

        Args:
            bounds: left, bottom, right and top.
            typical: longer side of the typical image, in map units.
        """
        left, bottom, right, top = bounds.tolist()
        extent = max(right - left, top - bottom, 1e-6)
        levels = 1
        while levels < _MOST_LEVELS and typical * SIDE * 2 ** (levels - 1) < _FINEST * extent:
            levels += 1
        return cls(left, top, extent, right, bottom, levels)

    def facts(self) -> dict[str, object]:
        """What the viewer knows of it."""
        sizes = [self.size(level) for level in range(self.levels)]
        return {
            "left": self.left,
            "top": self.top,
            "extent": self.extent,
            "side": SIDE,
            "levels": [{"columns": columns, "rows": rows} for columns, rows in sizes],
        }

    def size(self, level: int) -> tuple[int, int]:
        """Columns and rows of pictures."""
        side = self.extent / 2**level
        across, down = (self.right - self.left) / side, (self.top - self.bottom) / side
        return max(1, int(np.ceil(across - 1e-9))), max(1, int(np.ceil(down - 1e-9)))


def write_overview(
    overview: Overview,
    boxes: NDArray[np.float64],
    colours: NDArray[np.uint8],
    scripts: ScriptFolder,
) -> None:
    """Write ``overview/LEVEL-COLUMN-ROW.js``.

    Args:
        overview: where the pictures are.
        boxes: x and y of the middle, width and height of each image, neighbours beside each other.
        colours: the mean red, green and blue of each image.
        scripts: the folder to write to.
    """
    level = overview.levels - 1
    columns, rows = overview.size(level)
    canvas = np.zeros((rows * SIDE, columns * SIDE, 4), dtype=np.float32)
    pixels = SIDE * 2**level / overview.extent
    for first in range(0, len(boxes), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        places = boxes[some] * pixels
        places[:, 0] -= overview.left * pixels
        places[:, 1] = overview.top * pixels - places[:, 1]
        _draw(canvas, places, colours[some].astype(np.float64))
    while True:
        for column, row, part in _pictures(canvas, *overview.size(level)):
            scripts.write_picture(f"overview/{level}-{column}-{row}", _jpeg(part))
        if level == 0:
            return
        level -= 1
        columns, rows = overview.size(level)
        whole = np.zeros((2 * rows * SIDE, 2 * columns * SIDE, 4), dtype=np.float32)
        whole[: canvas.shape[0], : canvas.shape[1]] = canvas
        canvas = whole.reshape(rows * SIDE, 2, columns * SIDE, 2, 4).mean(axis=(1, 3))


def _draw(
    canvas: NDArray[np.float32], places: NDArray[np.float64], colours: NDArray[np.float64]
) -> None:
    """Add what images cover of each pixel, and their colours by it.

    Args:
        canvas: red, green and blue times the part that is covered, and that part.
        places: x and y of the middle, y downwards, width and height, in pixels.
        colours: in [0, 255].
    """
    sides = places[:, 2:].max(axis=1)
    for row in np.flatnonzero(sides > _LARGE).tolist():
        _cover(canvas, places[row], colours[row])
    places, colours = places[sides <= _LARGE], colours[sides <= _LARGE]
    if not len(places):
        return
    count = int(max(np.ceil(places[:, 2:].max()), 1))
    weight = places[:, 2] * places[:, 3] / count**2
    values = np.column_stack([colours, np.full(len(places), 1.0)]) * weight[:, None]
    steps = (np.arange(count) + 0.5) / count - 0.5
    for down in steps:
        for across in steps:
            x = places[:, 0] + across * places[:, 2] - 0.5
            y = places[:, 1] + down * places[:, 3] - 0.5
            _deposit(canvas, x, y, values)


def _cover(
    canvas: NDArray[np.float32], place: NDArray[np.float64], colour: NDArray[np.float64]
) -> None:
    """Add what one image covers of each pixel."""
    x, y, wide, high = place.tolist()
    height, width, _ = canvas.shape
    columns, across = _covered(x - wide / 2, x + wide / 2, width)
    rows, down = _covered(y - high / 2, y + high / 2, height)
    share = down[:, None] * across
    canvas[rows, columns] += share[:, :, None] * np.append(colour, 1.0).astype(np.float32)


def _covered(low: float, high: float, count: int) -> tuple[slice, NDArray[np.float32]]:
    """The pixels between two places, of so many, and how much of each lies there."""
    first, end = max(int(low), 0), min(int(np.ceil(high)), count)
    at = np.arange(first, end)
    shares = np.minimum(at + 1, high) - np.maximum(at, low)
    return slice(first, end), shares.clip(0, 1).astype(np.float32)


@kernel
def _deposit(
    canvas: NDArray[np.float32],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    values: NDArray[np.float64],
) -> None:
    """Add values to the four pixels around each point, by how near they are."""
    height, width, channels = canvas.shape
    for point in range(len(x)):
        left, top = int(np.floor(x[point])), int(np.floor(y[point]))
        right, below = x[point] - left, y[point] - top
        for low in range(2):
            row = min(max(top + low, 0), height - 1)
            down = below if low else 1 - below
            for far in range(2):
                column = min(max(left + far, 0), width - 1)
                share = down * (right if far else 1 - right)
                for channel in range(channels):
                    canvas[row, column, channel] += share * values[point, channel]


def _pictures(
    canvas: NDArray[np.float32], columns: int, rows: int
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    for row in range(rows):
        for column in range(columns):
            part = canvas[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
            yield column, row, part


def _jpeg(part: NDArray[np.float32]) -> bytes:
    covered = part[:, :, 3:]
    share = np.minimum(covered, 1)
    colours = part[:, :, :3] / np.maximum(covered, 1e-6) * share + 255 * (1 - share)
    clear = np.repeat(255 * (1 - share), 3, axis=2)
    halves = np.concatenate([colours, clear]).round().astype(np.uint8)
    jpeg: bytes = simplejpeg.encode_jpeg(halves, quality=_QUALITY, colorsubsampling="444")
    return jpeg
