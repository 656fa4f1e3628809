"""Cut-outs: pictures with transparent parts, whose copies are on white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas_rendering.palette import Colour

_DARK, _FAINT, _MOST_FAINT = 128, 64, 0.5
"""Lightness below which paper is dark, and from which a pixel stands out from it; the largest share
of a cut-out that may not."""


def stands_out(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8], paper: Colour) -> bool:
    """Whether a cut-out can be seen without its white ground: not if it is dark, and the paper too.

    Args:
        pixels: its colours on white, shape (height, width, 3).
        alpha: its opacity, shape (height, width).
        paper: the colour that it is shown on.
    """
    if max(paper) >= _DARK:
        return True
    faint = alpha[pixels.max(axis=2).astype(np.int16) - (255 - alpha) < _FAINT]
    return bool(faint.sum(dtype=np.int64) <= _MOST_FAINT * alpha.sum(dtype=np.int64))


def plain_colours(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels of a cut-out as files have them, red, green, blue and opacity, without the white.

    Args:
        pixels: its colours on white, shape (height, width, 3).
        alpha: its opacity, shape (height, width).

    Returns:
        Shape (height, width, 4).
    """
    part = alpha[:, :, None].astype(np.int32)
    colours = (pixels - (255 - part)) * 255 // np.maximum(part, 1)
    return np.concatenate([colours.clip(0, 255), part], axis=2).astype(np.uint8)
