"""Draws the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tagatlas.render.poster.pictures import load_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from tagatlas.contracts import ImageStore
    from tagatlas.render.palette import Colour

# Bounds of memory, in pixels of 3 bytes: of the pictures decoded at once, and of those kept for
# the next band because they reach into it. Pictures beyond that are decoded again.
_DECODED_AT_ONCE = 8 << 20
_KEPT = 24 << 20


class PictureLayer:
    """Paints pictures into their boxes, in the order they are given.

    Args:
        ids: of the images.
        boxes: left, top, right and bottom in pixels of the poster, int64, shape (n, 4).
        store: where the images are.
        executor: decodes; its threads bound the work done at once.
        opacity: in [0, 1].
        blank: colour of a box whose picture cannot be read.
    """

    def __init__(
        self,
        ids: Sequence[str],
        boxes: NDArray[np.int64],
        store: ImageStore,
        executor: Executor,
        *,
        opacity: float,
        blank: Colour,
    ) -> None:
        self._ids = ids
        self._boxes = boxes
        self._pixels = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        self._store = store
        self._executor = executor
        self._opacity = round(255 * opacity)
        self._blank = blank
        self._kept: dict[int, Image.Image] = {}

    def paint(self, band: Image.Image, top: int) -> None:
        """Paint what lies on a band whose first row is the poster's row ``top``."""
        if not self._opacity:
            return
        bottom = top + band.height
        rows = np.flatnonzero((self._boxes[:, 1] < bottom) & (self._boxes[:, 3] > top))
        kept: dict[int, Image.Image] = {}
        room = _KEPT
        for some in self._portions(rows.tolist()):
            for row, picture in zip(some, self._executor.map(self._picture, some), strict=True):
                left, upper, _, lower = self._boxes[row].tolist()
                mask = None
                if self._opacity < 255:
                    mask = Image.new("L", picture.size, self._opacity)
                band.paste(picture, (left, upper - top), mask)
                if lower > bottom and self._pixels[row] <= room:
                    kept[row] = picture
                    room -= int(self._pixels[row])
        self._kept = kept

    def _portions(self, rows: list[int]) -> Iterator[list[int]]:
        """Cut into runs that fit into memory together; a run has at least one picture."""
        portion: list[int] = []
        pixels = 0
        for row in rows:
            if portion and pixels + self._pixels[row] > _DECODED_AT_ONCE:
                yield portion
                portion, pixels = [], 0
            portion.append(row)
            pixels += int(self._pixels[row])
        yield portion

    def _picture(self, row: int) -> Image.Image:
        if row in self._kept:
            return self._kept[row]
        left, upper, right, lower = self._boxes[row].tolist()
        size = (right - left, lower - upper)
        picture = load_picture(self._store, self._ids[row], size)
        return picture or Image.new("RGB", size, self._blank)
