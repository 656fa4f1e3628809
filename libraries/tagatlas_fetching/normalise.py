"""Makes a clean copy and a thumbnail from untrusted bytes.

The first bytes and a full decode decide whether they are a picture; file name, extension and
Content-Type do not count.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.ExifTags import Base
from PIL.Image import Resampling, Transpose
from PIL.ImageFile import ImageFile

from tagatlas.contracts import ImageStatus, Variant
from tagatlas.errors import ImageRejected
from tagatlas_duplicates import Signature, make_signature, perceptual_hash
from tagatlas_fetching import png, tiff
from tagatlas_fetching.alpha import is_cut_out, with_alpha
from tagatlas_fetching.formats import name_of
from tagatlas_fetching.gif import gif_frames
from tagatlas_fetching.jpeg import encoded, ended, resized, shrunk_jpeg
from tagatlas_fetching.stored_size import longest_side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "ICO", "JPEG2000")
"""Formats that Pillow decodes by itself; the extra ``heic`` adds HEIF."""

ANIMATED = frozenset({"GIF", "WEBP", "AVIF", "PNG"})
THUMBNAIL_SIDE = 256
IMAGE_QUALITY = 90
THUMBNAIL_QUALITY = 85

_REDUCING_GAP = 2.0
"""Shrink fast to twice the wanted size, then filter: no visible difference. The Hamming filter is
as sharp as a bicubic one for shrinking, in half the time; JPEGs have a faster one, see
:func:`tagatlas_fetching.jpeg.resized`."""

_SNIFFED = 1024
"""Bytes searched for text formats."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Major brands of HEIF files (ISO/IEC 23008-12, annex B); AVIF has brands of its own."""

_MARKUP = re.compile(rb"<(svg|!doctype html|html|head|body|script|title|meta)\b")
"""First element of an SVG drawing or a web page, after prologue and comments."""

_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""Transposition for each EXIF orientation but 1, which is upright (CIPA DC-008, table 6)."""

_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
"""Orientations whose stored width is the upright height."""


_DAMAGED_EXIF = (
    ArithmeticError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""Pillow's exceptions for invalid EXIF data."""


@dataclass(frozen=True, slots=True)
class NormalisedImage:
    """A picture ready for the store.

    Attributes:
        id: SHA-256 of the bytes it was made from, 64 hexadecimal digits.
        image: JPEG, RGB on white, upright, without metadata, but with the opacity of a cut-out:
            see :mod:`tagatlas_fetching.alpha`.
        thumbnail: the same with a longer side of at most 256 pixels.
        width: of the original, upright, in pixels.
        height: of the original, upright, in pixels.
        format: of the original, such as ``jpeg`` or ``webp``.
        frames: of an animation, of which the first was taken, or pages of a TIFF; 1 for a still.
            Those of a GIF are counted up to 10,000.
        perceptual_hash: see :func:`tagatlas_duplicates.perceptual_hash`.
        signature: see :func:`tagatlas_duplicates.make_signature`.
    """

    id: str
    image: bytes
    thumbnail: bytes
    width: int
    height: int
    format: str
    frames: int
    perceptual_hash: int | None
    signature: Signature

    @property
    def copies(self) -> dict[Variant, bytes]:
        """The copies that a store always keeps."""
        return {Variant.IMAGE: self.image, Variant.THUMBNAIL: self.thumbnail}


def normalise(
    data: bytes, *, max_side: int, max_pixels: int, share: float = 1.0
) -> NormalisedImage:
    """Decode a picture in full and make its normalised copy and its thumbnail.

    The same bytes give the same result under the same versions of Pillow, simplejpeg,
    cykooz-resizer and their libraries. Safe to call from several threads, which run in parallel.
    Pillow's warnings about unusual files are passed on; :mod:`tagatlas_fetching.worker` ignores
    them.

    Args:
        data: the fetched bytes.
        max_side: longer side of the copy, in pixels; smaller pictures are not enlarged.
        max_pixels: more pixels are refused before anything is decoded.
        share: sides of the copy as a share of the original's, above 0 and at most 1; ``max_side``
            limits them in addition.

    Raises:
        ImageRejected: ``blocked`` (a web page), ``refused`` (too many pixels, SVG, HEIC without
            its decoder) or ``unreadable`` (anything else that is not a complete picture).
    """
    import numpy as np

    with _rejecting(data, max_pixels):
        found = _decoded(data, max_side, max_pixels, share)
        image = encoded(found.pixels, IMAGE_QUALITY)
        height, width = found.pixels.shape[:2]
        small = resized(found.pixels, _bounded(width, height, THUMBNAIL_SIDE))
        thumbnail = encoded(small, THUMBNAIL_QUALITY)
        sketched = Image.fromarray(small)
        if found.alpha is not None:
            image = with_alpha(image, np.asarray(found.alpha))
            size = small.shape[1], small.shape[0]
            alpha = found.alpha.resize(size, Resampling.BICUBIC)
            thumbnail = with_alpha(thumbnail, np.asarray(alpha))
        fingerprint, signature = perceptual_hash(sketched), make_signature(sketched)
    return NormalisedImage(
        id=hashlib.sha256(data).hexdigest(),
        image=image,
        thumbnail=thumbnail,
        width=found.size[0],
        height=found.size[1],
        format=found.format,
        frames=found.frames,
        perceptual_hash=fingerprint,
        signature=signature,
    )


def upright_pixels(data: bytes, *, max_side: int, max_pixels: int) -> NDArray[np.uint8]:
    """The pixels of which :func:`normalise` makes the copy, before that is encoded.

    Returns:
        RGB, shape (height, width, 3). Arguments and errors are those of :func:`normalise`.
    """
    with _rejecting(data, max_pixels):
        return _decoded(data, max_side, max_pixels, 1.0).pixels


@dataclass(frozen=True, slots=True, eq=False)
class _Decoded:
    """A picture decoded in full: the pixels of its copy, and facts of the original."""

    pixels: NDArray[np.uint8]
    alpha: Image.Image | None
    size: tuple[int, int]
    format: str
    frames: int


def _decoded(data: bytes, max_side: int, max_pixels: int, share: float) -> _Decoded:
    plain, page, pages = _plain(data, max_pixels)
    with _open(plain) as source:
        if page:
            source.seek(page)
        _check_pixels(source.width, source.height, max_pixels)
        format_ = "jpeg" if source.format == "MPO" else str(source.format).lower()
        frames = pages or _count_frames(source, plain)
        pixels, alpha, size = _decode(source, plain, max_side, share)
    _check_pixels(pixels.shape[1], pixels.shape[0], max_pixels)
    return _Decoded(pixels, alpha, size, format_, frames)


@contextmanager
def _rejecting(data: bytes, max_pixels: int) -> Iterator[None]:
    """Whatever is wrong with the picture becomes an ``ImageRejected``."""
    _reject_text(data)
    try:
        yield
    except ImageRejected:
        raise
    except Image.DecompressionBombError as error:
        raise ImageRejected(
            ImageStatus.REFUSED, f"more than {max_pixels:,} pixels", setting="max_pixels"
        ) from error
    except UnidentifiedImageError as error:
        what = name_of(data)
        reason = f"{what}, not a picture that can be read" if what else "not in a picture format"
        raise ImageRejected(ImageStatus.UNREADABLE, reason) from error
    except Exception as error:  # Pillow's decoders raise any exception on hostile bytes
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise ImageRejected(ImageStatus.UNREADABLE, f"damaged: {reason}") from error


def _reject_text(data: bytes) -> None:
    """Reject web pages and SVGs, which are not damaged pictures."""
    if not data:
        raise ImageRejected(ImageStatus.UNREADABLE, "no bytes")
    start = data[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    mark = _MARKUP.search(start) if start.startswith(b"<") else None
    if mark is None:
        return
    if mark[1] == b"svg":
        raise ImageRejected(ImageStatus.REFUSED, "an SVG drawing, which has no pixels")
    raise ImageRejected(ImageStatus.BLOCKED, "a web page instead of a picture", setting="headers")


def _plain(data: bytes, max_pixels: int) -> tuple[bytes, int, int]:
    """The file in a form that Pillow reads, the page of the picture, and the number of pages.

    The number is 0 if only Pillow knows it.
    """
    if data.startswith(tiff.SIGNATURES):
        found = tiff.plain_tiff(data, max_pixels=max_pixels)
        return found.data, found.page, found.pages
    if data.startswith(png.SIGNATURE):
        return png.lean_png(data), 0, 0
    return ended(data, max_pixels), 0, 0


def _open(data: bytes) -> ImageFile:
    """Open a picture by its first bytes.

    HEIF by its own class: registering that with Pillow would affect the whole process.
    """
    if data[4:8] != b"ftyp" or data[8:12] not in _HEIF_BRANDS:
        return Image.open(BytesIO(data), formats=FORMATS)
    try:
        from pi_heif import HeifImageFile
    except ImportError as error:
        raise ImageRejected(
            ImageStatus.REFUSED, "HEIC, which needs: pip install 'tagatlas[heic]'", setting="heic"
        ) from error
    return cast("ImageFile", HeifImageFile(BytesIO(data)))


def _check_pixels(width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture by its size, before it is decoded."""
    if width * height > max_pixels:
        raise ImageRejected(
            ImageStatus.REFUSED, f"more than {max_pixels:,} pixels", setting="max_pixels"
        )


def _count_frames(source: ImageFile, data: bytes) -> int:
    if source.format == "GIF":
        return gif_frames(data)
    if source.format not in ANIMATED:
        return 1
    frames = getattr(source, "n_frames", 1)
    return frames if isinstance(frames, int) else 1


def _decode(
    source: ImageFile, data: bytes, max_side: int, share: float
) -> tuple[NDArray[np.uint8], Image.Image | None, tuple[int, int]]:
    """Pixels and opacity of an upright copy of bounded size, and the upright size of the original.

    Returns:
        RGB on white; the opacity of a cut-out, else None; width and height of the original.
    """
    width, height = source.size
    side = max(1, min(max_side, round(max(width, height) * share), longest_side(width, height)))
    quick = alpha = None
    if source.format in ("JPEG", "MPO") and source.mode == "RGB":
        quick = shrunk_jpeg(data, source.size, _bounded(width, height, side))
    if quick is None:
        copy, alpha = _shrunk(source, side)
        pixels = _upright_srgb(copy, source)
    elif _orientation(source) in _UPRIGHT or source.info.get("icc_profile"):
        pixels = _upright_srgb(Image.fromarray(quick), source)
    else:
        pixels = quick
    if _orientation(source) in _ON_ITS_SIDE:
        width, height = height, width
    return pixels, alpha and _upright(alpha, source), (width, height)


def _upright_srgb(picture: Image.Image, source: ImageFile) -> NDArray[np.uint8]:
    """A decoded picture rotated upright and converted to sRGB by its source's metadata."""
    import numpy as np

    return np.asarray(_to_srgb(_upright(picture, source), source.info.get("icc_profile")))


def _upright(picture: Image.Image, source: ImageFile) -> Image.Image:
    turn = _UPRIGHT.get(_orientation(source))
    return picture if turn is None else picture.transpose(turn)


def _bounded(width: int, height: int, side: int) -> tuple[int, int]:
    """Width and height of a copy with a longer side of at most ``side`` pixels."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrunk(source: ImageFile, side: int) -> tuple[Image.Image, Image.Image | None]:
    """The picture on white, with a longer side of at most ``side`` pixels, by Pillow alone.

    White comes first: Pillow filters transparent pictures in full, without the reducing gap. The
    opacity of a cut-out is filtered alike.
    """
    import numpy as np

    copy = _bounded(*source.size, side)
    if source.format in ("JPEG", "MPO"):
        source.draft(None, copy)
        source.load()
    else:
        source.load()
        copy = _bounded(*source.size, side)  # the size of an icon may be known only now
    whole = _filterable(source)
    small = _on_white(whole).resize(copy, Resampling.HAMMING, reducing_gap=_REDUCING_GAP)
    if whole.mode != "RGBA":
        return small, None
    alpha = whole.getchannel("A").resize(copy, Resampling.HAMMING, reducing_gap=_REDUCING_GAP)
    return small, alpha if is_cut_out(np.asarray(alpha)) else None


def _filterable(source: ImageFile) -> Image.Image:
    """The picture in a pixel format that filters can resize; 8 bits per channel."""
    if source.mode.startswith("I;16"):  # Pillow calculates with one of its byte orders alone
        import numpy as np

        return Image.fromarray((np.asarray(source) // 257).astype(np.uint8))
    if source.mode in ("I", "F"):  # no white is defined: the brightest pixel shall be it
        low, high = cast("tuple[float, float]", source.getextrema())
        scale = 255 / (high - low) if high > low else 0.0
        return source.point(lambda value: value * scale - low * scale).convert("L")
    if source.has_transparency_data:
        return source.convert("RGBA")
    if source.mode in ("P", "1"):
        return source.convert("RGB")
    return source


def _orientation(source: ImageFile) -> int:
    """The EXIF orientation, 1 to 8; 1 if it is missing, invalid or damaged."""
    try:
        value = source.getexif().get(Base.Orientation, 1)
    except _DAMAGED_EXIF:  # costs the orientation, not the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    paper.info = picture.info
    return paper


def _to_srgb(picture: Image.Image, raw: bytes | None) -> Image.Image:
    """Convert colours to sRGB by an ICC profile; without a usable one they are unchanged."""
    if not raw:
        return picture.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(raw))
        if picture.mode == "RGB" and ImageCms.getProfileDescription(profile).startswith("sRGB"):
            return picture.convert("RGB")
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, profile, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # damaged, or for another mode
        converted = None
    return picture.convert("RGB") if converted is None else converted
