"""Reads pictures for the poster, about as large as they are shown."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import simplejpeg
from PIL import Image

from tagatlas import Variant
from tagatlas.errors import ImageNotStored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore

_THUMBNAIL_SIDE = 256
_QUALITY = 85
_MOST_PIXELS = 1 << 28
_THREADS = min(4, os.cpu_count() or 1)
_AHEAD = 16
_UNREADABLE = (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""Exceptions of stores and Pillow for missing or damaged bytes."""


def variants_for(size: tuple[int, int]) -> list[Variant]:
    """The stored variants for a picture shown at a size in pixels, the best first."""
    variants = [Variant.THUMBNAIL, Variant.IMAGE]
    if max(size) > _THUMBNAIL_SIDE:
        variants.reverse()
    return variants


def load_pixels(
    store: ImageStore, image_id: str, size: tuple[int, int]
) -> NDArray[np.uint8] | None:
    """The pixels of an image, at least of that size if the file is; None if unreadable.

    Uses the thumbnail if it is large enough, else the image itself; if one cannot be read, the
    other is tried.

    Returns:
        Red, green and blue, shape (height, width, 3).
    """
    for variant in variants_for(size):
        try:
            return _decode(store.get(image_id, variant), size)
        except _UNREADABLE:
            continue
    return None


def _decode(data: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Decode a JPEG file; one more than twice the size is decoded at half of its own or less."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
        if colours != "CMYK" and height * width <= _MOST_PIXELS:
            pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
                data, "RGB", min_width=size[0], min_height=size[1], min_factor=2
            )
            return pixels
    except ValueError:
        pass  # damaged, or of a rare kind that Pillow knows
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        return np.array(picture.convert("RGB"))


@dataclass(frozen=True)
class Jpeg:
    """A JPEG file, RGB; width and height are in its own pixels."""

    data: bytes
    width: int
    height: int


def load_jpeg(store: ImageStore, image_id: str, size: tuple[int, int]) -> Jpeg | None:
    """The image as a file of about that size, never enlarged; None if unreadable.

    A stored file that is not larger is returned unchanged.
    """
    for variant in variants_for(size):
        try:
            data = store.get(image_id, variant)
            with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
                fits = picture.width <= size[0] and picture.height <= size[1]
                if not fits:
                    picture.draft("RGB", size)
                picture.load()
                if fits and picture.mode == "RGB":
                    return Jpeg(data, *picture.size)
                rgb = picture.convert("RGB")
            smaller = (min(size[0], rgb.width), min(size[1], rgb.height))
            resized = rgb.resize(smaller, Image.Resampling.HAMMING)
            encoded = BytesIO()
            resized.save(encoded, "JPEG", quality=_QUALITY)
            return Jpeg(encoded.getvalue(), *smaller)
        except _UNREADABLE:
            continue
    return None


def load_jpegs(
    store: ImageStore, ids: Sequence[str], sizes: NDArray[np.int64]
) -> Iterator[Jpeg | None]:
    """:func:`load_jpeg` of many images, in their order; threads read a few ahead.

    Args:
        store: holds the images.
        ids: of the images.
        sizes: width and height of each in pixels, shape (n, 2).
    """
    with ThreadPoolExecutor(_THREADS) as executor:
        ahead: deque[Future[Jpeg | None]] = deque()
        for image_id, (width, height) in zip(ids, sizes.tolist(), strict=True):
            ahead.append(executor.submit(load_jpeg, store, image_id, (width, height)))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
