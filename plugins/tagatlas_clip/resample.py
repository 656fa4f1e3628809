"""Pictures resized on a GPU, to the very pixels that Pillow makes.

The arithmetic is that of Pillow's ``Resample.c``: along the rows, then along the columns, with
integer weights of 22 bits, and rounded to 8 bits in between. Integers come out the same on any
device.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import PIL
import torch
from PIL.Image import Resampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas_clip.geometry import Section

BITS = 22
REACH = {Resampling.BILINEAR: 1.0, Resampling.BICUBIC: 2.0}
"""The filters that are known here, and how far they reach, in pixels of the smaller picture."""
AT_ONCE = 2**25
"""Products of pixels and weights in memory at once, of 4 bytes each."""
KNOWS_TALL = int(PIL.__version__.partition(".")[0]) >= 13
"""Whether Pillow begins with the columns where a picture loses far more rows than columns."""


class GpuResizer:
    """Resizes pictures on a CUDA device, beside what it does otherwise.

    May be called from several threads, which do not wait for each other, nor for a model.
    """

    def __init__(self, device: torch.device) -> None:
        """Take the device."""
        self._device = device
        self._of_thread = threading.local()

    def __call__(self, pixels: NDArray[np.uint8], section: Section) -> torch.Tensor:
        """A part of an RGB picture, shape (height, width, 3), as :func:`resample` makes it.

        Raises:
            RuntimeError: out of memory.
        """
        stream = self._stream()
        with torch.cuda.stream(stream):
            made = resample(torch.from_numpy(pixels).to(self._device), section)
        stream.synchronize()
        made.record_stream(torch.cuda.default_stream(self._device))  # where models run
        return made

    def _stream(self) -> torch.cuda.Stream:
        if not hasattr(self._of_thread, "stream"):
            self._of_thread.stream = torch.cuda.Stream(self._device)
        stream: torch.cuda.Stream = self._of_thread.stream
        return stream


def resample(picture: torch.Tensor, section: Section) -> torch.Tensor:
    """Resize a part of a picture on the device that it is on.

    Args:
        picture: uint8, shape (height, width, 3).
        section: which part, to which size; its filter is one of :data:`REACH`.

    Returns:
        uint8, shape (height, width, 3), on the same device.
    """
    old_height, old_width, _ = picture.shape
    width, height = section.size
    left, top, right, bottom = section.box
    device, resampling = str(picture.device), section.resampling
    across = _taps(old_width, left, right, width, resampling, device)
    down = _taps(old_height, top, bottom, height, resampling, device)
    used = picture[down.first : down.last, across.first : across.last]
    lost = old_height - height
    if KNOWS_TALL and lost > 0 and lost > 2 * (old_width - width):
        return _along_rows(_along_columns(used, down), across)
    return _along_columns(_along_rows(used, across), down)


@dataclass(frozen=True)
class Taps:
    """How the pixels of one side are made.

    Attributes:
        first: the first old pixel that any of them takes.
        last: the one after the last.
        places: for each of them the old ones that it takes, from ``first``; int64, (new, taps).
        weights: of those; int32, (new, taps).
    """

    first: int
    last: int
    places: torch.Tensor
    weights: torch.Tensor


@lru_cache(maxsize=2048)
def _taps(old: int, low: float, high: float, new: int, resampling: Resampling, device: str) -> Taps:
    starts, weights = weights_of(old, low, high, new, resampling)
    first, last = int(starts[0]), min(old, int(starts[-1]) + weights.shape[1])
    places = (starts[:, None] + np.arange(weights.shape[1])).clip(max=last - 1) - first
    return Taps(
        first, last, torch.from_numpy(places).to(device), torch.from_numpy(weights).to(device)
    )


def _along_rows(picture: torch.Tensor, taps: Taps) -> torch.Tensor:
    """Give each row its new length."""
    weights = taps.weights[..., None]
    rows = max(1, AT_ONCE // (3 * taps.weights.numel()))
    parts = picture.split(rows)
    return torch.cat(
        [_rounded((part[:, taps.places] * weights).sum(2, dtype=torch.int32)) for part in parts]
    )


def _along_columns(picture: torch.Tensor, taps: Taps) -> torch.Tensor:
    """Give each column its new length."""
    rows = max(1, AT_ONCE // (taps.weights.shape[1] * picture[0].numel()))
    parts = zip(taps.places.split(rows), taps.weights.split(rows), strict=True)
    return torch.cat(
        [
            _rounded((picture[places] * weights[..., None, None]).sum(1, dtype=torch.int32))
            for places, weights in parts
        ]
    )


def _rounded(sums: torch.Tensor) -> torch.Tensor:
    """Sums of pixels times weights as pixels."""
    return sums.add_(1 << (BITS - 1)).bitwise_right_shift_(BITS).clamp_(0, 255).byte()


def weights_of(
    old: int, low: float, high: float, new: int, resampling: Resampling
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """What Pillow's ``precompute_coeffs`` and ``normalize_coeffs_8bpc`` give.

    Args:
        old: length of the old side, in pixels.
        low: where the part that is resized begins.
        high: where it ends.
        new: length of the new side.
        resampling: one of :data:`REACH`.

    Returns:
        The first old pixel of each new one, shape (new,), and the weights of it and of those
        after it, shape (new, taps), in units of 2**-22; 0 beyond the last.
    """
    begin, end = np.float32(low), np.float32(high)  # Pillow takes single precision
    scale = float(end - begin) / new
    stretch = max(scale, 1.0)
    reach = REACH[resampling] * stretch
    centres = float(begin) + (np.arange(new) + 0.5) * scale
    starts = np.maximum((centres - reach + 0.5).astype(np.int64), 0)
    ends = np.minimum((centres + reach + 0.5).astype(np.int64), old)
    steps = np.arange((ends - starts).max())
    away = (steps + starts[:, None] - centres[:, None] + 0.5) * (1.0 / stretch)
    weights = _bicubic(away) if resampling == Resampling.BICUBIC else 1.0 - np.abs(away)
    inside = (steps < (ends - starts)[:, None]) & (np.abs(away) < REACH[resampling])
    weights = np.where(inside, weights, 0.0)
    weights /= weights.cumsum(axis=1)[:, -1:]  # in Pillow's order
    return starts, np.trunc(weights * (1 << BITS) + np.copysign(0.5, weights)).astype(np.int32)


def _bicubic(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """R. Keys' kernel (1981) with a = -0.5, as Pillow writes it."""
    a, x = -0.5, np.abs(away)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1.0, near, far)
