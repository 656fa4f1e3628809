"""Draws the pictures."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from tagatlas_posters.engine.pictures import WHITE, load_many
from tagatlas_posters.engine.raster.blend import blend, blend_cut_out, shared_part
from tagatlas_posters.engine.raster.resample import resize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    from tagatlas import ImageStore
    from tagatlas.toolkit import Colour

    Painted = tuple[int, NDArray[np.uint8], NDArray[np.uint8]]
    """Index of a picture, its decoded pixels, and its resized pixels on the band."""

# Limits of memory, in pixels of 3 bytes: of the pictures that one thread decodes at a time, and of
# those kept because they extend into the next band; others are decoded again.
_PORTION = 1 << 19
_KEPT = 1 << 27
_PORTIONS_AHEAD = 48
_MOST_AT_ONCE = 8


class PictureLayer:
    """Paints pictures into their boxes, in the given order.

    Bands are prepared and painted one after the other, from top to bottom.

    Args:
        ids: of the images.
        boxes: left, top, right and bottom in pixels of the poster, int64, shape (n, 4).
        store: holds the images.
        executor: threads for decoding and resizing.
        opacity: in [0, 1].
        blank: colour of a box whose picture is unreadable.
        paper: colour that the pictures are on, see :func:`load_many`.
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
        paper: Colour = WHITE,
    ) -> None:
        self._ids = ids
        self._boxes = boxes
        self._pixels = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        self._store = store
        self._executor = executor
        self._opacity = round(255 * opacity)
        self._blank = np.array([[blank]], dtype=np.uint8)
        self._paper = paper
        self._kept: dict[int, NDArray[np.uint8]] = {}
        self._waiting: Iterator[list[int]] = iter(())
        self._ahead: deque[Future[list[Painted]]] = deque()
        self._rows = (0, 0)

    def prepare(self, top: int, bottom: int) -> None:
        """Start decoding the pictures of the next band in the background."""
        self._rows = (top, bottom)
        is_here = (self._boxes[:, 1] < bottom) & (self._boxes[:, 3] > top)
        rows: list[int] = np.flatnonzero(is_here).tolist() if self._opacity else []
        self._waiting = self._portions(rows)
        while len(self._ahead) < _PORTIONS_AHEAD and self._decode_more():
            pass

    def paint(self, band: NDArray[np.uint8]) -> None:
        """Paint the pictures on the prepared band."""
        top, bottom = self._rows
        kept: dict[int, NDArray[np.uint8]] = {}
        room = _KEPT
        while self._ahead:
            for row, decoded, resized in self._ahead.popleft().result():
                left, upper, _, lower = self._boxes[row].tolist()
                self._lay(band, resized, left, max(upper - top, 0))
                pixels = decoded.shape[0] * decoded.shape[1]
                if lower > bottom and pixels <= room:
                    kept[row] = decoded
                    room -= pixels
            self._decode_more()
        self._kept = kept

    def _lay(
        self, band: NDArray[np.uint8], picture: NDArray[np.uint8], left: int, top: int
    ) -> None:
        below, visible = shared_part(band, picture, left, top)
        if picture.shape[2] == 4:
            blend_cut_out(below, visible, self._opacity)
        elif self._opacity == 255:
            below[:] = visible
        else:
            blend(below, visible, np.full(below.shape[:2], self._opacity, dtype=np.uint8))

    def _decode_more(self) -> bool:
        """Submit the next portion to the threads; False if there is none."""
        portion = next(self._waiting, None)
        if portion is None:
            return False
        self._ahead.append(self._executor.submit(self._decode, portion, self._kept, *self._rows))
        return True

    def _portions(self, rows: list[int]) -> Iterator[list[int]]:
        """Split into portions that fit into memory, each with at least one picture."""
        portion: list[int] = []
        pixels = 0
        for row in rows:
            is_full = pixels + self._pixels[row] > _PORTION or len(portion) == _MOST_AT_ONCE
            if portion and is_full:
                yield portion
                portion, pixels = [], 0
            portion.append(row)
            pixels += int(self._pixels[row])
        if portion:
            yield portion

    def _decode(
        self, portion: list[int], kept: dict[int, NDArray[np.uint8]], top: int, bottom: int
    ) -> list[Painted]:
        painted: list[Painted] = []
        new = [row for row in portion if row not in kept]
        sides = self._boxes[new, 2:] - self._boxes[new, :2]
        sizes = [(width, height) for width, height in sides.tolist()]
        ids = [self._ids[row] for row in new]
        read = load_many(self._store, ids, sizes, self._paper)
        for row in portion:
            left, upper, right, lower = self._boxes[row].tolist()
            size = (right - left, lower - upper)
            decoded = kept.get(row)
            if decoded is None:
                found = next(read)
                decoded = self._blank if found is None else found[1]
            rows = slice(max(top - upper, 0), min(bottom, lower) - upper)
            painted.append((row, decoded, resize(decoded, *size, rows)))
        return painted
