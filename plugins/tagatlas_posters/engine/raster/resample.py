"""Resizes pictures, or some rows of them.

Filters are those of Pillow: Hamming to shrink, which is as sharp as bicubic with half the support,
and bicubic (R. Keys, 1981, a = -0.5) to enlarge. Values differ from Pillow's by rounding only. A
picture resized in parts is identical to one resized at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Weights = tuple[NDArray[np.int64], NDArray[np.float32]]


def resize(
    pixels: NDArray[np.uint8], width: int, height: int, rows: slice = slice(None)
) -> NDArray[np.uint8]:
    """Compute some rows of a resized picture.

    Args:
        pixels: uint8, shape (h, w, 3), or (h, w, 4) with opacity, by which the colours are mixed.
        width: of the whole result.
        height: of the whole result.
        rows: of the result, those to compute; a plain range.

    Returns:
        Shape (rows, width, 3 or 4), C-contiguous or a view of ``pixels``.
    """
    old_height, old_width, channels = pixels.shape
    if (old_width, old_height) == (width, height):
        return pixels[rows]
    shrinks = width <= old_width and height <= old_height
    row_starts, row_weights = _weights(old_height, height, shrinks)
    starts, weights = _weights(old_width, width, shrinks)
    row_starts, row_weights = row_starts[rows], row_weights[rows]
    resized = np.empty((len(row_starts), channels * width), dtype=np.uint8)
    source = np.ascontiguousarray(pixels).reshape(old_height, channels * old_width)
    resample = _resample if channels == 3 else _resample_with_opacity
    resample(source, resized, row_starts, row_weights, channels * starts, weights)
    return resized.reshape(-1, width, channels)


@lru_cache(maxsize=1024)
def _weights(old: int, new: int, shrinks: bool) -> Weights:
    """The filter weights of the old pixels for each new pixel.

    Returns:
        Index of the first old pixel, shape (new,), and the weights of it and the following ones,
        shape (new, taps).
    """
    stretch = max(old / new, 1.0)
    reach = stretch * (1.0 if shrinks else 2.0)
    taps = min(old, int(np.ceil(2 * reach)) + 1)
    centres = (np.arange(new) + 0.5) * (old / new)
    starts = (centres - reach + 0.5).astype(np.int64).clip(0, old - taps)
    away = (starts[:, None] + np.arange(taps) + 0.5 - centres[:, None]) / stretch
    weights = _hamming(away) if shrinks else _bicubic(away)
    weights /= weights.sum(axis=1, keepdims=True)
    return starts, weights.astype(np.float32)


def _hamming(away: NDArray[np.float64]) -> NDArray[np.float64]:
    window = 0.54 + 0.46 * np.cos(np.pi * away)
    return np.where(np.abs(away) < 1, np.sinc(away) * window, 0.0)


def _bicubic(away: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(away)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


@kernel
def _resample(
    source: NDArray[np.uint8],
    resized: NDArray[np.uint8],
    row_starts: NDArray[np.int64],
    row_weights: NDArray[np.float32],
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
) -> None:
    """Resample each row first across the old rows, a SIMD loop, then along itself."""
    most = np.float32(255.0)
    none = np.float32(0.0)
    row = np.empty(source.shape[1], dtype=np.float32)
    for y in range(resized.shape[0]):
        row[:] = none
        for tap in range(row_weights.shape[1]):
            weight = row_weights[y, tap]
            if weight != none:
                old = source[row_starts[y] + tap]
                for x in range(len(row)):
                    row[x] += weight * np.float32(old[x])
        new = resized[y]
        for x in range(len(starts)):
            red = green = blue = np.float32(0.5)
            for tap in range(weights.shape[1]):
                # Unsigned: avoids the check for negative indices.
                at = np.uint64(starts[x] + 3 * tap)
                weight = weights[x, tap]
                red += weight * row[at]
                green += weight * row[at + np.uint64(1)]
                blue += weight * row[at + np.uint64(2)]
            new[3 * x] = np.uint8(min(max(red, none), most))
            new[3 * x + 1] = np.uint8(min(max(green, none), most))
            new[3 * x + 2] = np.uint8(min(max(blue, none), most))


@kernel
def _resample_with_opacity(
    source: NDArray[np.uint8],
    resized: NDArray[np.uint8],
    row_starts: NDArray[np.int64],
    row_weights: NDArray[np.float32],
    starts: NDArray[np.int64],
    weights: NDArray[np.float32],
) -> None:
    """As :func:`_resample`, of four channels: one kernel for both is slower for three."""
    most = np.float32(255.0)
    none = np.float32(0.0)
    row = np.empty(source.shape[1], dtype=np.float32)
    for y in range(resized.shape[0]):
        row[:] = none
        for tap in range(row_weights.shape[1]):
            weight = row_weights[y, tap]
            if weight != none:
                old = source[row_starts[y] + tap]
                for x in range(len(row)):
                    row[x] += weight * np.float32(old[x])
        new = resized[y]
        for x in range(len(starts)):
            for channel in range(4):
                value = np.float32(0.5)
                for tap in range(weights.shape[1]):
                    value += weights[x, tap] * row[np.uint64(starts[x] + 4 * tap + channel)]
                new[4 * x + channel] = np.uint8(min(max(value, none), most))
