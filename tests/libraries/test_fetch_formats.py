"""Pictures that browsers, museums and instruments have, and that Pillow alone refuses."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Literal

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching.formats import name_of
from tagatlas_fetching.normalise import NormalisedImage, normalise
from tagatlas_fetching.png import SIGNATURE, lean_png

SIZE = (64, 48)
RAMP = np.add.outer(np.arange(48), np.arange(64)) / 110


def made(data: bytes) -> NormalisedImage:
    return normalise(data, max_side=512, max_pixels=1_000_000)


def pixels(data: bytes) -> NDArray[np.float64]:
    with Image.open(BytesIO(made(data).image)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.float64)


def coloured() -> NDArray[np.float64]:
    """Red grows to the right and down, green to the right and up, blue to the left and down."""
    return np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)


def tiff(numbers: NDArray[np.generic], order: Literal["<", ">"], compression: str | None) -> bytes:
    file = BytesIO()
    photometric = "rgb" if numbers.ndim == 3 else "minisblack"
    tifffile.imwrite(
        file, numbers, byteorder=order, photometric=photometric, compression=compression
    )
    return file.getvalue()


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("depth", ["u1", "u2", "u4", "i2", "i4", "f2", "f4", "f8"])
def test_a_tiff_of_any_depth_and_byte_order_is_the_same_picture(
    depth: str, order: Literal["<", ">"], compression: str | None
) -> None:
    kind = np.dtype(depth)
    top = 1.0 if kind.kind == "f" else float(np.iinfo(depth).max)
    for numbers, expected in ((RAMP, np.stack([RAMP] * 3, axis=-1)), (coloured(), coloured())):
        data = tiff((numbers * top).astype(kind), order, compression)
        assert np.abs(pixels(data) - expected * 255).mean() < 4


def test_a_tiff_keeps_its_orientation_whatever_its_depth() -> None:
    file = BytesIO()
    turned = [(274, 3, 1, 6, True)]
    tifffile.imwrite(file, RAMP.astype("f8"), photometric="minisblack", extratags=turned)
    assert (made(file.getvalue()).width, made(file.getvalue()).height) == (48, 64)


def test_a_white_is_zero_tiff_is_no_negative() -> None:
    file = BytesIO()
    tifffile.imwrite(file, RAMP.astype("f4"), photometric="miniswhite")
    assert np.abs(pixels(file.getvalue())[..., 0] - (1 - RAMP) * 255).mean() < 4


def test_of_the_pages_of_a_tiff_the_first_is_taken_that_is_no_small_copy() -> None:
    file = BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.zeros((8, 8), "u1"), photometric="minisblack", subfiletype=1)
        writer.write((RAMP * 255).astype("u1"), photometric="minisblack")
        writer.write(np.zeros((48, 64), "u1"), photometric="minisblack")
    image = made(file.getvalue())
    assert (image.width, image.height, image.frames) == (64, 48, 2)
    assert np.abs(pixels(file.getvalue())[..., 0] - RAMP * 255).mean() < 4


def test_a_tiff_with_too_many_pixels_is_refused_before_it_is_read() -> None:
    data = tiff(np.zeros((1200, 1200), "f8"), "<", "zlib")
    with pytest.raises(ImageRejected, match="more than 1,000,000 pixels") as rejected:
        made(data)
    assert rejected.value.status == ImageStatus.REFUSED


def plain_png() -> bytes:
    file = BytesIO()
    Image.fromarray((coloured() * 255).astype("u1")).save(file, "PNG")
    return file.getvalue()


def chunk(kind: bytes, content: bytes, crc: int | None = None) -> bytes:
    sum_ = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)


LONG = zlib.compress(bytes(2 << 20))


@pytest.mark.parametrize(
    "beside",
    [
        chunk(b"zTXt", b"workflow\0\0" + LONG),
        chunk(b"iTXt", b"workflow\0\1\0en\0\0" + LONG),
        chunk(b"tEXt", b"prompt\0" + bytes(2 << 20)),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + LONG),
        chunk(b"iCCP", b"profile\0\0" + LONG),
        chunk(b"iCCP", b"profile\0\0no profile"),
        chunk(b"tEXt", b"a\0b", crc=5),
        chunk(b"gAMA", struct.pack(">I", 45_455), crc=5),
        chunk(b"gAMA", b"1"),
        chunk(b"pHYs", b"1"),
        chunk(b"cHRM", b"1"),
        chunk(b"sRGB", b""),
        chunk(b"tRNS", b"1"),
        chunk(b"acTL", b"1"),
        chunk(b"zTXt", b"a\0\1zz"),
        chunk(b"abCd", b"whatever"),
    ],
)
def test_what_stands_beside_the_picture_does_not_spoil_a_png(beside: bytes) -> None:
    data = plain_png()
    assert np.array_equal(pixels(data[:33] + beside + data[33:]), pixels(data))


def test_a_png_is_turned_as_its_text_says() -> None:
    exif = Image.Exif()
    exif[274] = 6
    hexed = exif.tobytes().hex().encode()
    text = b"Raw profile type exif\0\nexif\n%8d\n" % (len(hexed) // 2) + hexed
    data = plain_png()
    image = made(data[:33] + chunk(b"tEXt", text) + data[33:])
    assert (image.width, image.height) == (48, 64)


@given(st.binary(max_size=200))
def test_a_lean_png_is_made_of_any_bytes_and_only_once(tail: bytes) -> None:
    lean = lean_png(SIGNATURE + tail)
    assert lean.startswith(SIGNATURE)
    assert lean_png(lean) == lean


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_mark_is_whole_and_a_cut_one_is_not(progressive: bool) -> None:
    file = BytesIO()
    picture = Image.fromarray((coloured() * 255).astype("u1"))
    picture.save(file, "JPEG", progressive=progressive)
    data = file.getvalue()
    assert np.array_equal(pixels(data[:-2]), pixels(data))
    assert np.array_equal(pixels(data[:-1]), pixels(data))
    with pytest.raises(ImageRejected, match="damaged"):
        made(data[: -len(data) // 4])


def test_jpeg_2000_is_a_picture() -> None:
    file = BytesIO()
    Image.fromarray((coloured() * 255).astype("u1")).save(file, "JPEG2000")
    assert made(file.getvalue()).format == "jpeg2000"
    assert np.abs(pixels(file.getvalue()) - coloured() * 255).mean() < 4


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\0\0\0\x20ftypisom....", "a video (MP4)"),
        (b"\xff\x0a....", "JPEG XL"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b'{"error": "gone"}', "JSON"),
        (b"Not found", "text"),
        ("Größe ".encode() * 200, "text"),
        (bytes(10), "zeros"),
        (b"\x9c\x01\x02\xff", ""),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(data: bytes, name: str) -> None:
    assert name_of(data) == name
    with pytest.raises(ImageRejected) as rejected:
        made(data)
    expected = f"{name}, not a picture that can be read" if name else "not in a picture format"
    assert rejected.value.reason == expected
