"""Reads TIFFs of every depth and byte order, and finds the page of the picture.

Pillow decodes those of cameras and scanners. Those of instruments (signed integers, integers of 32
and 64 bits, floats) it refuses, or decodes wrongly; tifffile reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tifffile import TiffPage

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First bytes of TIFF 6.0 and BigTIFF in both byte orders."""

_MOST_PAGES = 10_000
_NOT_THE_PICTURE = 0b101
"""Bits of NewSubfileType: a reduced copy, a mask (TIFF 6.0, page 36)."""

_UNSIGNED = 1
_PILLOW_DEPTHS = frozenset({1, 2, 4, 8, 12, 16})
_WHITE_IS_ZERO = 0


@dataclass(frozen=True)
class PlainTiff:
    """A TIFF that Pillow can read.

    Attributes:
        data: the file; converted if Pillow cannot read the original.
        page: index of the page with the picture, from 0.
        pages: number of pictures in the original: pages without reduced copies and masks.
    """

    data: bytes
    page: int
    pages: int


def plain_tiff(data: bytes, *, max_pixels: int) -> PlainTiff:
    """Convert a TIFF to one that Pillow can read.

    The picture is the first page that is neither a reduced copy nor a mask. Values of a type that
    Pillow does not support become 8 bits: unsigned integers of up to 16 bits by their range,
    others so that the smallest is black and the largest white.

    Args:
        data: a file that begins with one of :data:`SIGNATURES`.
        max_pixels: more pixels are refused before anything is decoded.

    Raises:
        ImageRejected: too many pixels, or a compression that needs another package.
        ValueError and others: the file is damaged.
    """
    from tifffile import TiffFile

    with TiffFile(BytesIO(data)) as file:
        pages = [page.aspage() for page in file.pages[:_MOST_PAGES]]
        pictures = [page for page in pages if not int(page.subfiletype) & _NOT_THE_PICTURE]
        main = (pictures or pages)[0]
        number = pages.index(main)
        count = len(pictures) or 1
        if main.sampleformat in (_UNSIGNED, None) and main.bitspersample in _PILLOW_DEPTHS:
            return PlainTiff(data, number, count)
        if main.imagewidth * main.imagelength > max_pixels:
            reason = f"more than {max_pixels:,} pixels"
            raise ImageRejected(ImageStatus.REFUSED, reason, setting="max_pixels")
        return PlainTiff(_rewritten(main), 0, count)


def _rewritten(page: TiffPage) -> bytes:
    """A page as a TIFF of 8 bits per channel, grey or RGB, with its orientation."""
    from PIL import Image
    from PIL.TiffImagePlugin import ImageFileDirectory_v2
    from tifffile import COMPRESSION

    try:
        numbers = page.asarray()
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
        what = f"a TIFF of {page.dtype} compressed by {COMPRESSION(page.compression).name}"
        reason = f"{what}, which needs: pip install 'tagatlas[tiff]'"
        raise ImageRejected(ImageStatus.REFUSED, reason, setting="tiff") from error
    tones = _eight_bits(_by_pixel(numbers, page.axes))
    if page.photometric == _WHITE_IS_ZERO:
        tones = 255 - tones
    tags = ImageFileDirectory_v2()
    tags[274] = int(page.tags.valueof(274, 1))  # the orientation
    written = BytesIO()
    Image.fromarray(tones).save(written, "TIFF", tiffinfo=tags)
    return written.getvalue()


def _by_pixel(numbers: NDArray[np.generic], axes: str) -> NDArray[np.generic]:
    """Reorder the file's axes to height x width, or height x width x 3."""
    import numpy as np

    if "S" in axes:
        numbers = np.moveaxis(numbers, axes.index("S"), -1)
        numbers = numbers[..., :3] if numbers.shape[-1] >= 3 else numbers[..., 0]
    wanted = 3 if "S" in axes and numbers.shape[-1] == 3 else 2
    while numbers.ndim > wanted:  # the first slice of a volume
        numbers = numbers[0]
    return numbers


def _eight_bits(numbers: NDArray[np.generic]) -> NDArray[np.uint8]:
    import numpy as np

    values = np.nan_to_num(numbers.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if numbers.dtype.kind == "u" and numbers.dtype.itemsize <= 2:
        low, high = 0.0, float(256**numbers.dtype.itemsize - 1)
    else:
        low, high = float(values.min()), float(values.max())
    scale = 255 / (high - low) if high > low else 0.0
    return np.rint((values - low) * scale).astype(np.uint8)
