"""Resizing pictures on a GPU, with pixels identical to Pillow's.

The arithmetic is that of Pillow's ``Resample.c``: along the rows, then along the columns, with
integer weights of 22 bits, and rounded to 8 bits in between. Integers come out the same on any
device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import TYPE_CHECKING

import numpy as np
import PIL
import torch
import triton
import triton.language as tl
from PIL.Image import Resampling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas_clip.geometry import Scaling

BITS = 22
REACH = {Resampling.BILINEAR: 1.0, Resampling.BICUBIC: 2.0}
"""The supported filters with their support, in pixels of the smaller picture."""
KNOWS_TALL = int(PIL.__version__.partition(".")[0]) >= 13
"""Whether Pillow resizes columns first if a picture shrinks far more in rows than in columns."""
BLOCK = 128
"""Pixels per GPU program (block size)."""


class GpuResizer:
    """Resizes pictures on a CUDA device, concurrently with other work on it.

    May be called from several threads, which wait neither for each other nor for a model.
    """

    def __init__(self, device: torch.device) -> None:
        """Take the device."""
        self._device = device
        self._of_thread = local()

    def __call__(
        self, pictures: Sequence[NDArray[np.uint8]], scalings: Sequence[Scaling]
    ) -> torch.Tensor:
        """:func:`resample` some pictures.

        Raises:
            RuntimeError: out of memory.
        """
        stream = self._stream()
        with torch.cuda.stream(stream):
            made = resample(pictures, scalings, self._device)
        stream.synchronize()
        made.record_stream(torch.cuda.default_stream(self._device))  # where models run
        return made

    @staticmethod
    def knows(pixels: NDArray[np.uint8], scaling: Scaling) -> bool:
        """Whether the result for a picture is identical to Pillow's."""
        height, width, _ = pixels.shape
        lost = height - scaling.size[1]
        columns_first = lost > 0 and lost > 2 * (width - scaling.size[0])
        return scaling.resampling in REACH and not (KNOWS_TALL and columns_first)

    def _stream(self) -> torch.cuda.Stream:
        if not hasattr(self._of_thread, "stream"):
            self._of_thread.stream = torch.cuda.Stream(self._device)
        stream: torch.cuda.Stream = self._of_thread.stream
        return stream


def resample(
    pictures: Sequence[NDArray[np.uint8]], scalings: Sequence[Scaling], device: torch.device
) -> torch.Tensor:
    """Resize pictures, computing only the part of each that is kept.

    Args:
        pictures: at least one; RGB, each of shape (height, width, 3).
        scalings: one for each; the parts that are kept have the same size.
        device: to compute on.

    Returns:
        uint8, shape (pictures, height, width, 3), on the device.
    """
    left, top, right, bottom = scalings[0].part
    width, height = right - left, bottom - top
    across = _Taps.of(pictures, scalings, axis=1)
    down = _Taps.of(pictures, scalings, axis=0)
    pixels = _sent(pictures, device)

    # For each row used: its picture, and its offset in the bytes.
    sizes = np.array([picture.size for picture in pictures])
    lines = np.array([3 * picture.shape[1] for picture in pictures])
    used = down.lasts - down.firsts
    of = np.repeat(np.arange(len(pictures)), used)
    before = np.cumsum(used) - used
    rows = np.arange(used.sum()) - before[of] + down.firsts[of]
    begins = (np.cumsum(sizes) - sizes)[of] + rows * lines[of]
    narrow = torch.empty((len(of), width, 3), dtype=torch.uint8, device=device)
    _along_rows[(len(of), triton.cdiv(width, BLOCK))](
        pixels,
        torch.from_numpy(np.stack([of, begins], axis=1)).to(device),
        torch.from_numpy(across.starts).to(device),
        torch.from_numpy(across.weights).to(device),
        narrow,
        width,
        across.weights.shape[1],
        BITS,
        BLOCK,
    )

    # The rows of one picture follow those of the other.
    starts = down.starts + (before - down.firsts)[:, None]
    made = torch.empty((len(pictures), height, width, 3), dtype=torch.uint8, device=device)
    _along_columns[(len(pictures), height, triton.cdiv(3 * width, BLOCK))](
        narrow,
        torch.from_numpy(starts).to(device),
        torch.from_numpy(down.weights).to(device),
        made,
        height,
        3 * width,
        down.weights.shape[1],
        BITS,
        BLOCK,
    )
    return made


def _sent(pictures: Sequence[NDArray[np.uint8]], device: torch.device) -> torch.Tensor:
    """The bytes of all pictures, concatenated, on the device.

    They are copied through pinned memory, which is many times as fast.
    """
    total = sum(picture.size for picture in pictures)
    room = torch.empty(total, dtype=torch.uint8, pin_memory=device.type == "cuda")
    np.concatenate([picture.ravel() for picture in pictures], out=room.numpy())
    return room.to(device, non_blocking=True)


@triton.jit  # type: ignore[untyped-decorator] # Triton has no types
def _along_rows(
    pixels: tl.tensor,
    rows: tl.tensor,
    starts: tl.tensor,
    weights: tl.tensor,
    made: tl.tensor,
    width: int,
    taps: int,
    bits: tl.constexpr,
    block: tl.constexpr,
) -> None:
    """Resize a row horizontally."""
    row = tl.program_id(0)
    x = tl.program_id(1) * block + tl.arange(0, block)
    there = x < width
    picture = tl.load(rows + 2 * row)
    begin = pixels + tl.load(rows + 2 * row + 1)
    start = tl.load(starts + picture * width + x, mask=there, other=0)
    red = tl.full((block,), 1 << (bits - 1), tl.int32)
    green, blue = red, red
    for tap in range(taps):
        weight = tl.load(weights + (picture * taps + tap) * width + x, mask=there, other=0)
        place = begin + 3 * (start + tap)
        taken = weight != 0  # there may be no such pixel
        red += weight * tl.load(place, mask=taken, other=0).to(tl.int32)
        green += weight * tl.load(place + 1, mask=taken, other=0).to(tl.int32)
        blue += weight * tl.load(place + 2, mask=taken, other=0).to(tl.int32)
    to = made + 3 * (row.to(tl.int64) * width + x)
    tl.store(to, tl.minimum(tl.maximum(red >> bits, 0), 255).to(tl.uint8), mask=there)
    tl.store(to + 1, tl.minimum(tl.maximum(green >> bits, 0), 255).to(tl.uint8), mask=there)
    tl.store(to + 2, tl.minimum(tl.maximum(blue >> bits, 0), 255).to(tl.uint8), mask=there)


@triton.jit  # type: ignore[untyped-decorator] # Triton has no types
def _along_columns(
    narrow: tl.tensor,
    starts: tl.tensor,
    weights: tl.tensor,
    made: tl.tensor,
    height: int,
    line: int,
    taps: int,
    bits: tl.constexpr,
    block: tl.constexpr,
) -> None:
    """Resize vertically: make one row from several; a line is the bytes of one."""
    picture, y = tl.program_id(0).to(tl.int64), tl.program_id(1)
    x = tl.program_id(2) * block + tl.arange(0, block)
    there = x < line
    start = tl.load(starts + picture * height + y)
    total = tl.full((block,), 1 << (bits - 1), tl.int32)
    for tap in range(taps):
        weight = tl.load(weights + (picture * taps + tap) * height + y)
        taken = there & (weight != 0)
        place = narrow + (start + tap) * line + x
        total += weight * tl.load(place, mask=taken, other=0).to(tl.int32)
    to = made + (picture * height + y) * line + x
    tl.store(to, tl.minimum(tl.maximum(total >> bits, 0), 255).to(tl.uint8), mask=there)


@dataclass(frozen=True)
class _Taps:
    """Resampling weights along one axis, by picture.

    Attributes:
        starts: the first old pixel used for each new one; int64, (pictures, new).
        weights: of it and of those after it; int32, (pictures, taps, new).
        firsts: the first old pixel used for any; int64, (pictures,).
        lasts: the one after the last; int64, (pictures,).
    """

    starts: NDArray[np.int64]
    weights: NDArray[np.int32]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]

    @classmethod
    def of(
        cls, pictures: Sequence[NDArray[np.uint8]], scalings: Sequence[Scaling], axis: int
    ) -> _Taps:
        """The weights for the rows (``axis`` 0) or the columns (1) of some pictures."""
        olds = [picture.shape[axis] for picture in pictures]
        each = []
        for old, scaling in zip(olds, scalings, strict=True):
            first, weights = weights_of(old, scaling.size[1 - axis], scaling.resampling)
            kept = slice(scaling.part[1 - axis], scaling.part[3 - axis])
            each.append((first[kept], weights[:, kept]))
        starts = np.stack([first for first, _ in each])
        most = max(len(weights) for _, weights in each)
        weights = np.zeros((len(each), most, starts.shape[1]), dtype=np.int32)
        for place, (_, some) in enumerate(each):
            weights[place, : len(some)] = some
        lasts = np.minimum(olds, starts[:, -1] + [len(some) for _, some in each])
        return cls(starts, weights, starts[:, 0], lasts)


@lru_cache(maxsize=4096)
def weights_of(
    old: int, new: int, resampling: Resampling
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Weights as in Pillow's ``precompute_coeffs`` and ``normalize_coeffs_8bpc``.

    Args:
        old: length of the old side, in pixels.
        new: length of the new side.
        resampling: one of :data:`REACH`.

    Returns:
        The first old pixel of each new one, shape (new,), and the weights of it and of those
        after it, shape (taps, new), in units of 2**-22; 0 beyond the last.
    """
    scale = old / new
    stretch = max(scale, 1.0)
    reach = REACH[resampling] * stretch
    centres = (np.arange(new) + 0.5) * scale
    starts = np.maximum((centres - reach + 0.5).astype(np.int64), 0)
    ends = np.minimum((centres + reach + 0.5).astype(np.int64), old)
    steps = np.arange((ends - starts).max())
    away = (steps + starts[:, None] - centres[:, None] + 0.5) * (1.0 / stretch)
    weights = _bicubic(away) if resampling == Resampling.BICUBIC else 1.0 - np.abs(away)
    inside = (steps < (ends - starts)[:, None]) & (np.abs(away) < REACH[resampling])
    weights = np.where(inside, weights, 0.0)
    weights /= weights.cumsum(axis=1)[:, -1:]  # in Pillow's order
    whole = np.trunc(weights * (1 << BITS) + np.copysign(0.5, weights)).astype(np.int32)
    return starts, np.ascontiguousarray(whole.T)


def _bicubic(away: NDArray[np.float64]) -> NDArray[np.float64]:
    """R. Keys' kernel (1981) with a = -0.5, as Pillow writes it."""
    a, x = -0.5, np.abs(away)
    near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1.0, near, far)
