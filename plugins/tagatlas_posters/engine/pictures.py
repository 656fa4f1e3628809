"""Reads pictures for the poster, about as large as they are shown.

A copy of a cut-out is on white and has its opacity with it. Its colours are left mixed with white
by that opacity, which filters and blending need: :func:`tagatlas.toolkit.plain_colours` takes the
white out.
"""

from __future__ import annotations

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
from tagatlas.toolkit import alpha_of, processors, stands_out, without_alpha

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tagatlas import ImageStore
    from tagatlas.toolkit import Colour

WHITE: Colour = (255, 255, 255)

_THUMBNAIL_SIDE = 256
_QUALITY = 85
_MOST_PIXELS = 1 << 28
_MOST_THREADS = 4
_AHEAD = 16
UNREADABLE = (ImageNotStored, OSError, SyntaxError, ValueError, Image.DecompressionBombError)
"""Exceptions of stores and Pillow for missing or damaged bytes."""


def variants_for(size: tuple[int, int]) -> list[Variant]:
    """The stored variants for a picture shown at a size in pixels, the best first."""
    variants = [Variant.THUMBNAIL, Variant.IMAGE]
    if max(size) > _THUMBNAIL_SIDE:
        variants.reverse()
    return variants


def load_pixels(
    store: ImageStore, image_id: str, size: tuple[int, int], paper: Colour = WHITE
) -> NDArray[np.uint8] | None:
    """The pixels of an image, at least of that size if the file is; None if unreadable.

    Uses the thumbnail if it is large enough, else the image itself; if one cannot be read, the
    other is tried.

    Args:
        store: holds the image.
        image_id: of the image.
        size: width and height in pixels.
        paper: the ground that it is shown on. A dark cut-out on dark paper keeps its white ground.

    Returns:
        Red, green and blue, shape (height, width, 3); of a cut-out, its colours on white and its
        opacity, shape (height, width, 4).
    """
    [read] = load_many(store, [image_id], [size], paper)
    return None if read is None else read[1]


def load_many(
    store: ImageStore,
    ids: Sequence[str],
    sizes: Sequence[tuple[int, int]],
    paper: Colour = WHITE,
) -> Iterator[tuple[bytes, NDArray[np.uint8]] | None]:
    """The stored file that :func:`load_pixels` reads each image from, and its pixels.

    The files are read at once, and decoded one by one.

    Args:
        store: holds the images.
        ids: of images whose files may be in memory at once.
        sizes: width and height of each in pixels.
        paper: see :func:`load_pixels`.
    """
    best = [(image_id, variants_for(size)[0]) for image_id, size in zip(ids, sizes, strict=True)]
    for (image_id, _), size, data in zip(best, sizes, store.get_many(best), strict=True):
        yield _load(store, image_id, size, paper, data)


def _load(
    store: ImageStore, image_id: str, size: tuple[int, int], paper: Colour, best: bytes | None
) -> tuple[bytes, NDArray[np.uint8]] | None:
    """A file and its pixels: the best variant, which was read, or else the other."""
    for variant in variants_for(size):
        try:
            data = store.get(image_id, variant) if best is None else best
            pixels = _decode(data, size)
            return data, _with_opacity(pixels, alpha_of(data, pixels.shape[1::-1]), paper)
        except UNREADABLE:
            best = None
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


def _with_opacity(
    pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, paper: Colour
) -> NDArray[np.uint8]:
    """The pixels with the opacity as a fourth channel, unless they are to be shown on white."""
    if alpha is None or not stands_out(pixels, alpha, paper):
        return pixels
    # A copy's compression shows beyond the edges of the picture, where all is white.
    clear = np.maximum(pixels, 255 - alpha[:, :, None])
    return np.concatenate([clear, alpha[:, :, None]], axis=2)


@dataclass(frozen=True, eq=False)
class Jpeg:
    """A JPEG file, RGB; width and height are in its own pixels.

    A cut-out is on white and has the opacity of its pixels, shape (height, width); others have
    none.
    """

    data: bytes
    width: int
    height: int
    alpha: NDArray[np.uint8] | None = None


def load_jpeg(
    store: ImageStore, image_id: str, size: tuple[int, int], paper: Colour = WHITE
) -> Jpeg | None:
    """The image as a file of about that size, never enlarged; None if unreadable.

    A stored file that is not larger is returned unchanged, but for its opacity. ``paper`` is as in
    :func:`load_pixels`.
    """
    for variant in variants_for(size):
        try:
            return _fitted(store.get(image_id, variant), size, paper)
        except UNREADABLE:
            continue
    return None


def _fitted(data: bytes, size: tuple[int, int], paper: Colour) -> Jpeg:
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        whole = picture.size
        fits = picture.width <= size[0] and picture.height <= size[1]
        if not fits:
            picture.draft("RGB", size)
        picture.load()
        is_plain = picture.mode == "RGB"
        rgb = picture.convert("RGB")
    alpha = alpha_of(data, whole)
    if fits and is_plain:
        encoded, small = without_alpha(data), rgb
    else:
        smaller = (min(size[0], rgb.width), min(size[1], rgb.height))
        small = rgb.resize(smaller, Image.Resampling.HAMMING)
        buffer = BytesIO()
        small.save(buffer, "JPEG", quality=_QUALITY)
        encoded = buffer.getvalue()
    if alpha is not None:
        fitted = Image.fromarray(alpha).resize(small.size, Image.Resampling.HAMMING)
        alpha = np.asarray(fitted)
        alpha = alpha if stands_out(np.asarray(small), alpha, paper) else None
    return Jpeg(encoded, *small.size, alpha)


def load_jpegs(
    store: ImageStore, ids: Sequence[str], sizes: NDArray[np.int64], paper: Colour = WHITE
) -> Iterator[Jpeg | None]:
    """:func:`load_jpeg` of many images, in their order; threads read a few ahead.

    Args:
        store: holds the images.
        ids: of the images.
        sizes: width and height of each in pixels, shape (n, 2).
        paper: see :func:`load_pixels`.
    """
    with ThreadPoolExecutor(min(_MOST_THREADS, processors())) as executor:
        ahead: deque[Future[Jpeg | None]] = deque()
        for image_id, (width, height) in zip(ids, sizes.tolist(), strict=True):
            ahead.append(executor.submit(load_jpeg, store, image_id, (width, height), paper))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
