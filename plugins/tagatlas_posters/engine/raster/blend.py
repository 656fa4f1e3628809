"""Alpha blending. All values are 0 to 255, and rounded as in Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shared_part(
    band: NDArray[np.uint8], picture: NDArray[np.uint8], left: int, top: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The pixels of a band that a picture covers, and the picture's pixels there, as views.

    Args:
        band: the pixels below.
        picture: picture at ``left`` and ``top`` of the band, perhaps beyond its edges.
        left: of the picture, in pixels; may be negative, as ``top`` may.
        top: of the picture.
    """
    rows = slice(max(top, 0), max(min(top + picture.shape[0], band.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + picture.shape[1], band.shape[1]), 0))
    below = band[rows, columns]
    upper, first = rows.start - top, columns.start - left
    return below, picture[upper : upper + below.shape[0], first : first + below.shape[1]]


@kernel
def blend(pixels: NDArray[np.uint8], over: NDArray[np.uint8], opacity: NDArray[np.uint8]) -> None:
    """Blend pixels over others, both of shape (h, w, 3), with an opacity of shape (h, w)."""
    for y in range(opacity.shape[0]):
        for x in range(opacity.shape[1]):
            part = np.uint32(opacity[y, x])
            if part:
                for channel in range(3):
                    pixels[y, x, channel] = mix(pixels[y, x, channel], over[y, x, channel], part)


@kernel
def blend_cut_out(pixels: NDArray[np.uint8], over: NDArray[np.uint8], opacity: int) -> None:
    """Blend a cut-out over pixels of shape (h, w, 3).

    Args:
        pixels: below.
        over: colours on white and their opacity, shape (h, w, 4).
        opacity: of the whole, at most 255.
    """
    white = np.int32(255)
    whole = np.int32(opacity)
    for y in range(over.shape[0]):
        for x in range(over.shape[1]):
            alpha = np.int32(over[y, x, 3])
            if alpha:
                rest = white * white - alpha * whole
                for channel in range(3):
                    own = max(np.int32(over[y, x, channel]) - (white - alpha), np.int32(0))
                    both = own * whole * white + np.int32(pixels[y, x, channel]) * rest
                    pixels[y, x, channel] = np.uint8((both + white * white // 2) // (white * white))


@kernel
def mix(below: np.uint8, above: np.uint8, part: np.uint32) -> np.uint8:
    """One channel of a pixel, blended with an opacity of ``part`` / 255."""
    most = np.uint32(255)
    both = np.uint32(above) * part + np.uint32(below) * (most - part) + np.uint32(128)
    return np.uint8((both + (both >> np.uint32(8))) >> np.uint32(8))
