"""Fast JPEGs: decoded at a reduced size, filtered with vector instructions, and encoded.

Most pictures on the web are JPEGs, and most of the work of fetching is to shrink them: here in
three fifths of Pillow's time. Unusual files are left to Pillow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DENOMINATORS = (8, 4, 2)
"""Scales at which the cosine transform can decode a JPEG fast."""


def shrunk_jpeg(
    data: bytes, size: tuple[int, int], copy: tuple[int, int]
) -> NDArray[np.uint8] | None:
    """A JPEG as a smaller picture, its colours unconverted. Safe in several threads.

    The cosine transform decodes at one of the fixed scales, which is as good as a filter;
    :func:`resized` does the rest.

    Args:
        data: the file, with three colour planes.
        size: its width and height.
        copy: width and height of the result, at most those.

    Returns:
        RGB, height x width x 3; None if there is any doubt about the file.
    """
    import simplejpeg

    width, height = size
    for denominator in _DENOMINATORS:
        share = -(-width // denominator), -(-height // denominator)  # as libjpeg rounds
        if share[0] >= copy[0] and share[1] >= copy[1]:
            width, height = share
            break
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, min_width=width, min_height=height)
    except ValueError:  # damaged, or merely unusual
        return None
    return resized(pixels, copy) if pixels.shape == (height, width, 3) else None


_BEGIN, _END = b"\xff\xd8\xff", b"\xff\xd9"
_FURTHER = bytes(range(1, 65))
"""Bytes that cannot be valid data of a picture."""


def ended(data: bytes, max_pixels: int) -> bytes:
    """A JPEG with its end marker added, if nothing else is missing; else the same bytes.

    To find whether more is missing, further bytes are put before the marker: a decoder that needs
    them gives another picture.

    Args:
        data: any file.
        max_pixels: larger pictures are returned unchanged.
    """
    import numpy as np
    import simplejpeg

    if not data.startswith(_BEGIN) or _END in data[-4096:]:
        return data
    whole = data.removesuffix(b"\xff") + _END
    longer = data.removesuffix(b"\xff") + _FURTHER + _END
    try:
        height, width, *_ = simplejpeg.decode_jpeg_header(whole, strict=False)
        if height * width > max_pixels:
            return data
        first, second = (simplejpeg.decode_jpeg(file, strict=False) for file in (whole, longer))
    except ValueError:
        return data
    return whole if np.array_equal(first, second) else data


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a picture with a bicubic filter. Safe in several threads.

    The filter is that of R. Keys, "Cubic convolution interpolation for digital image
    processing" (1981), widened by the scale.

    Args:
        pixels: RGB, height x width x 3, without gaps in memory.
        size: width and height.
    """
    import numpy as np

    height, width, _ = pixels.shape
    if (width, height) == size:
        return pixels
    try:
        import cykooz_resizer as resizer
    except ImportError:  # it has no wheel for some processors
        from PIL import Image

        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    whole = resizer.ImageData(width, height, resizer.PixelType.U8x3, pixels.tobytes())
    shrunk = resizer.ImageData(*size, resizer.PixelType.U8x3)
    bicubic = resizer.ResizeAlg.convolution(resizer.FilterType.catmull_rom)
    resizer.Resizer().resize(whole, shrunk, resizer.ResizeOptions(bicubic))
    return np.frombuffer(shrunk.get_buffer(), np.uint8).reshape(size[1], size[0], 3)


def encoded(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Encode a JPEG without metadata, with chroma at half the sides. Safe in several threads.

    Args:
        pixels: RGB, height x width x 3.
        quality: from 1 to 100.
    """
    import simplejpeg

    data: bytes = simplejpeg.encode_jpeg(pixels, quality=quality, colorsubsampling="420")
    return data
