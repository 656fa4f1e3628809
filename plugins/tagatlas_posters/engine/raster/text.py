"""Draws the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tagatlas_posters.engine.raster.blend import blend, shared_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas_posters.engine.labels import Placed
    from tagatlas_posters.engine.text import Typesetter


class TextLayer:
    """Paints blocks of text; each is drawn for the first band that needs it, released at the end.

    Args:
        blocks: each with its left and top pixel on the poster.
        typesetter: measures and draws.
    """

    def __init__(self, blocks: Placed, typesetter: Typesetter) -> None:
        self._typesetter = typesetter
        self._blocks = [
            (block, left, top, top + typesetter.measure(block)[1]) for block, left, top in blocks
        ]
        self._drawn: dict[int, NDArray[np.uint8]] = {}

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        """Paint the part on a band whose first row is the poster's row ``top``."""
        bottom = top + len(band)
        for index, (block, left, upper, lower) in enumerate(self._blocks):
            if lower <= top or upper >= bottom:
                continue
            drawn = self._drawn.pop(index, None)
            if drawn is None:
                drawn = np.array(self._typesetter.draw(block))
            below, visible = shared_part(band, drawn, left, upper - top)
            blend(below, visible[:, :, :3], visible[:, :, 3])
            if lower > bottom:
                self._drawn[index] = drawn
