"""Normalising: any bytes become either one clean picture or a reason."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.gif import MOST_FRAMES, gif_frames
from tagatlas_fetching.normalise import NormalisedImage, normalise
from tagatlas_fetching.workers import Workers

if TYPE_CHECKING:
    from tests.conftest import MakePicture

# Pillow's, of odd pictures; the processes that decode them do not listen.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]

Pixels = NDArray[np.uint8]

FORMATS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "ICO"]
ENCODER: Mapping[str, Mapping[str, Any]] = {"ICO": {"sizes": [(64, 48), (64, 32)]}}
WITH_EXIF = ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"]


def made(data: bytes, *, max_side: int = 1024, max_pixels: int = 10_000_000) -> NormalisedImage:
    return normalise(data, max_side=max_side, max_pixels=max_pixels)


def pixels(encoded: bytes) -> Pixels:
    with Image.open(BytesIO(encoded)) as picture:
        assert picture.format == "JPEG"
        assert picture.mode == "RGB"
        return np.asarray(picture)


def encode(picture: Image.Image, format_: str, **options: object) -> bytes:
    encoded = BytesIO()
    picture.save(encoded, format_, **options)
    return encoded.getvalue()


def rejection(data: bytes, **limits: int) -> ImageRejected:
    with pytest.raises(ImageRejected) as caught:
        made(data, **limits)
    assert "\n" not in str(caught.value)
    return caught.value


def quadrants(width: int = 48, height: int = 32) -> Pixels:
    """Red, green over blue, yellow: no two of its eight orientations look alike."""
    canvas = np.zeros((height, width, 3), np.uint8)
    canvas[: height // 2, : width // 2] = (255, 0, 0)
    canvas[: height // 2, width // 2 :] = (0, 160, 0)
    canvas[height // 2 :, : width // 2] = (0, 0, 255)
    canvas[height // 2 :, width // 2 :] = (255, 255, 0)
    return canvas


def assert_alike(found: Pixels, expected: Pixels, tolerance: float = 12.0) -> None:
    assert found.shape == expected.shape
    assert np.abs(found.astype(float) - expected.astype(float)).mean() < tolerance


def png(header: bytes, rows: bytes, *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG of these parts, written without the library under test."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    middle = b"".join(chunk(kind, body) for kind, body in extra)
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + data + chunk(b"IEND", b"")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_becomes_an_rgb_jpeg(picture: MakePicture, format_: str) -> None:
    data = picture(format_, size=(64, 48), **ENCODER.get(format_, {}))
    image = made(data)
    assert image.id == hashlib.sha256(data).hexdigest()
    assert (image.width, image.height) == (64, 48)
    assert image.format == format_.lower()
    assert image.frames == 1
    assert_alike(pixels(image.image), pixels(made(picture("PNG", size=(64, 48))).image))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 1000), (1024, 341)),
        ((1000, 3000), (341, 1024)),
        ((1024, 1024), (1024, 1024)),
        ((1, 5000), (1, 1024)),
        ((5000, 1), (1024, 1)),
        ((30, 20), (30, 20)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_copies_are_bounded_and_never_enlarged(
    picture: MakePicture, size: tuple[int, int], expected: tuple[int, int], format_: str
) -> None:
    image = made(picture(format_, size=size))
    assert (image.width, image.height) == size
    assert pixels(image.image).shape == (expected[1], expected[0], 3)
    assert max(pixels(image.thumbnail).shape[:2]) == min(max(size), 256)


def test_max_side_is_the_callers(picture: MakePicture) -> None:
    image = made(picture(size=(800, 600)), max_side=400)
    assert pixels(image.image).shape == (300, 400, 3)


@pytest.mark.slow
def test_shrinking_while_loading_looks_like_fair_resizing(picture: MakePicture) -> None:
    data = picture(size=(4000, 3000), quality=95)
    fair = Image.open(BytesIO(data)).resize((1024, 768), Image.Resampling.LANCZOS)
    assert_alike(pixels(made(data, max_pixels=20_000_000).image), np.asarray(fair), tolerance=1.5)


REFERENCE: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}
"""From the stored rows and columns to the upright picture, by CIPA DC-008, table 6."""


@pytest.mark.parametrize("format_", WITH_EXIF)
@pytest.mark.parametrize("orientation", REFERENCE)
def test_exif_orientation_is_applied(format_: str, orientation: int) -> None:
    stored = quadrants()
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = REFERENCE[orientation](stored)
    image = made(encode(Image.fromarray(stored), format_, exif=exif))
    assert (image.height, image.width) == upright.shape[:2]
    assert_alike(pixels(image.image), upright)
    assert_alike(pixels(image.thumbnail), upright)


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_odd_orientation_means_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = made(encode(Image.fromarray(quadrants()), "JPEG", exif=exif))
    assert_alike(pixels(image.image), quadrants())


def test_damaged_exif_costs_the_orientation_only() -> None:
    exif = b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(range(60))
    image = made(encode(Image.fromarray(quadrants()), "JPEG", exif=exif))
    assert_alike(pixels(image.image), quadrants())


def test_cmyk_becomes_rgb() -> None:
    cmyk = Image.fromarray(quadrants()).convert("CMYK")
    image = made(encode(cmyk, "JPEG", quality=95))
    assert_alike(pixels(image.image), np.asarray(cmyk.convert("RGB")))


def swapped_profile() -> bytes:
    """An ICC profile like sRGB's, but for red and blue, which have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for first, second in ((b"rXYZ", b"bXYZ"), (b"rTRC", b"bTRC")):
        at_first, at_second = profile.index(first), profile.index(second)
        changed = bytearray(profile)
        changed[at_first : at_first + 4] = second
        changed[at_second : at_second + 4] = first
        profile = bytes(changed)
    return profile.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_are_what_the_icc_profile_means(format_: str) -> None:
    source = encode(Image.fromarray(quadrants()), format_, icc_profile=swapped_profile())
    assert_alike(pixels(made(source).image), quadrants()[:, :, ::-1])


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = encode(Image.fromarray(quadrants()), "PNG", icc_profile=profile)
    assert made(source).image == made(encode(Image.fromarray(quadrants()), "PNG")).image


@pytest.mark.parametrize("profile", [b"no profile", swapped_profile()[:200], bytes(500)])
def test_an_unusable_profile_leaves_colours_as_they_stand(profile: bytes) -> None:
    source = encode(Image.fromarray(quadrants()), "JPEG", icc_profile=profile)
    assert_alike(pixels(made(source).image), quadrants())


def test_a_profile_for_another_kind_of_pixels_is_ignored() -> None:
    grey = Image.fromarray(quadrants()).convert("L")
    source = encode(grey, "JPEG", icc_profile=swapped_profile())
    assert_alike(pixels(made(source).image), np.asarray(grey.convert("RGB")))


def test_sixteen_bit_grey_keeps_its_range() -> None:
    ramp = np.tile(np.linspace(0, 65_535, 64).astype(np.uint16), (16, 1))
    expected = np.repeat((ramp // 257).astype(np.uint8)[:, :, None], 3, axis=2)
    assert_alike(pixels(made(encode(Image.fromarray(ramp), "PNG")).image), expected, 3)


def test_sixteen_bit_colour_keeps_its_range() -> None:
    row = b"\0" + np.tile(np.array([65_535, 32_768, 0], ">u2"), 16).tobytes()
    data = png(struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0), row * 16)
    assert_alike(pixels(made(data).image), np.full((16, 16, 3), (255, 128, 0), np.uint8), 3)


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_open_ended_greys_are_stretched_to_their_range(kind: type[np.generic]) -> None:
    ramp = np.tile(np.linspace(-5000, 70_000, 64), (16, 1)).astype(kind)
    found = pixels(made(encode(Image.fromarray(ramp), "TIFF")).image)
    assert found[:, 0].max() <= 4
    assert found[:, -1].min() >= 251


@pytest.mark.parametrize("value", [0, 9])
def test_an_open_ended_grey_of_one_value_is_no_problem(value: int) -> None:
    flat = np.full((8, 8), value, np.int32)
    assert pixels(made(encode(Image.fromarray(flat), "TIFF")).image).shape == (8, 8, 3)


def half_transparent() -> Image.Image:
    """Red; the left half transparent, the right half opaque."""
    rgba = np.zeros((32, 64, 4), np.uint8)
    rgba[:, :] = (255, 0, 0, 0)
    rgba[:, 32:, 3] = 255
    return Image.fromarray(rgba)


def on_white() -> Pixels:
    expected = np.full((32, 64, 3), 255, np.uint8)
    expected[:, 32:] = (255, 0, 0)
    return expected


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF", "TIFF", "AVIF", "ICO"])
def test_transparency_lies_on_white(format_: str) -> None:
    data = encode(half_transparent(), format_, **ENCODER.get(format_, {}))
    assert_alike(pixels(made(data).image), on_white())


def test_half_transparent_pixels_are_mixed_with_white() -> None:
    veil = Image.new("RGBA", (16, 16), (255, 0, 0, 128))
    expected = np.full((16, 16, 3), (255, 127, 127), np.uint8)
    assert_alike(pixels(made(encode(veil, "PNG")).image), expected, 4)


def test_a_palette_with_an_alpha_per_colour() -> None:
    palette = half_transparent().quantize(4)
    data = encode(palette, "PNG")
    assert Image.open(BytesIO(data)).mode == "P"
    assert_alike(pixels(made(data).image), on_white())


def test_a_palette_without_transparency() -> None:
    palette = Image.fromarray(quadrants()).quantize(16)
    assert_alike(pixels(made(encode(palette, "PNG")).image), quadrants())


def test_a_transparent_colour_of_an_rgb_png() -> None:
    rgb = half_transparent().convert("RGB")
    rgb.paste((1, 2, 3), (0, 0, 32, 32))
    data = encode(rgb, "PNG", transparency=(1, 2, 3))
    assert_alike(pixels(made(data).image), on_white())


def test_grey_with_alpha() -> None:
    veil = Image.new("LA", (16, 16), (0, 0))
    assert_alike(pixels(made(encode(veil, "PNG")).image), np.full((16, 16, 3), 255, np.uint8))


def test_black_and_white() -> None:
    data = encode(Image.new("1", (16, 16), 1), "PNG")
    assert_alike(pixels(made(data).image), np.full((16, 16, 3), 255, np.uint8))


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_first_frame_of_an_animation_is_taken(format_: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    data = encode(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)
    image = made(data)
    assert image.frames == 3
    assert_alike(pixels(image.image), np.asarray(frames[0]))


@pytest.mark.parametrize("count", [1, 2, 40])
def test_frames_of_a_gif_are_counted_as_pillow_counts_them(count: int) -> None:
    frames = [Image.effect_noise((50, 40), 60 + number) for number in range(count)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=b"x" * 700)
    assert gif_frames(data) == getattr(Image.open(BytesIO(data)), "n_frames") == count  # noqa: B009
    assert gif_frames(data[:-1]) == gif_frames(data + b"more") == count
    assert gif_frames(data[: len(data) // 2]) <= max(1, count // 2 + 1)


def test_not_all_of_millions_of_frames_are_counted() -> None:
    data = encode(Image.new("P", (1, 1)), "GIF")
    start = data.index(b",")
    image = made(data[:start] + data[start:-1] * 1_000_000 + b";")
    assert image.frames == MOST_FRAMES


def test_the_second_view_of_a_camera_file_is_no_animation() -> None:
    views = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime")]
    image = made(encode(views[0], "MPO", save_all=True, append_images=views[1:]))
    assert (image.format, image.frames) == ("jpeg", 1)
    assert_alike(pixels(image.image), np.asarray(views[0]))


def test_no_metadata_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    data = encode(Image.fromarray(quadrants()), "JPEG", exif=exif, comment=b"a secret comment")
    assert b"secret" in data
    image = made(data)
    for encoded in (image.image, image.thumbnail):
        assert b"secret" not in encoded
        with Image.open(BytesIO(encoded)) as picture:
            assert not {"exif", "icc_profile", "comment"} & picture.info.keys()


@pytest.mark.slow
def test_the_same_bytes_give_the_same_picture_in_any_thread(picture: MakePicture) -> None:
    samples = [picture(format_, size=(900, 700), seed=3) for format_ in FORMATS]
    once = [made(sample) for sample in samples]
    with ThreadPoolExecutor(8) as threads:
        again = list(threads.map(made, samples * 4))
    assert again == once * 4


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", ImageStatus.UNREADABLE),
        (b"\0" * 5000, ImageStatus.UNREADABLE),
        (b"Not found", ImageStatus.UNREADABLE),
        (b'{"error": "rate limit"}', ImageStatus.UNREADABLE),
        (b"%PDF-1.7\n", ImageStatus.UNREADABLE),
        (b"<?xml version='1.0'?><rss></rss>", ImageStatus.UNREADABLE),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", ImageStatus.BLOCKED),
        (b"\xef\xbb\xbf\r\n  <HTML lang=en>", ImageStatus.BLOCKED),
        (b"<!-- a notice --><html>", ImageStatus.BLOCKED),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML'>", ImageStatus.BLOCKED),
        (b"<html><body><svg/><p>Not found", ImageStatus.BLOCKED),
        (b"<svg><title>A drawing</title></svg>", ImageStatus.REFUSED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ImageStatus.REFUSED),
        (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg/>", ImageStatus.REFUSED),
    ],
)
def test_what_is_no_picture_is_told_apart(data: bytes, status: ImageStatus) -> None:
    assert rejection(data).status == status


@pytest.mark.parametrize("format_", FORMATS)
def test_half_a_file_is_unreadable(picture: MakePicture, format_: str) -> None:
    data = picture(format_, size=(200, 150))
    assert rejection(data[: len(data) // 2]).status == ImageStatus.UNREADABLE


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_at_any_tenth_is_unreadable(
    picture: MakePicture, tenths: int, progressive: bool
) -> None:
    data = picture(size=(400, 300), progressive=progressive)
    assert rejection(data[: len(data) * tenths // 10]).status == ImageStatus.UNREADABLE


def test_too_many_pixels_are_refused(picture: MakePicture) -> None:
    assert rejection(picture(size=(200, 100)), max_pixels=19_999).status == ImageStatus.REFUSED
    assert made(picture(size=(200, 100)), max_pixels=20_000).width == 200


@pytest.mark.parametrize("side", [5_000, 12_000, 100_000, 2**31 - 1])
def test_a_pixel_bomb_is_refused_by_its_header(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    assert rejection(png(header, b"")).status == ImageStatus.REFUSED


def test_an_icon_with_a_bomb_inside_is_refused() -> None:
    bomb = png(struct.pack(">IIBBBBB", 5_000, 5_000, 1, 0, 0, 0, 0), bytes(626 * 5_000))
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(bomb), 22)
    assert rejection(struct.pack("<HHH", 0, 1, 1) + entry + bomb).status == ImageStatus.REFUSED


def test_what_pillow_warns_of_is_a_picture_whatever_the_user_thinks_of_warnings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    odd = png(header, bytes(9 * 8), (b"acTL", struct.pack(">II", 0, 0)))
    with pytest.warns(UserWarning, match="APNG"), Image.open(BytesIO(odd)) as opened:
        opened.load()
    monkeypatch.setenv("PYTHONWARNINGS", "error::UserWarning")
    with Workers(1, FetchOptions()) as workers:
        assert workers.normalise(odd).width == 8


mutations = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=12
)


@pytest.mark.parametrize("format_", FORMATS)
@settings(deadline=None, max_examples=60)
@given(mutations=mutations, cut=st.floats(0.02, 1))
def test_mutated_pictures_are_made_or_rejected(
    picture: MakePicture, format_: str, mutations: list[tuple[float, bytes]], cut: float
) -> None:
    data = bytearray(picture(format_, size=(40, 30)))
    for where, what in mutations:
        at = int(where * len(data))
        data[at : at + len(what)] = what
    hostile = bytes(data[: int(cut * len(data))])
    with suppress(ImageRejected):
        image = made(hostile, max_pixels=200_000)
        assert max(pixels(image.image).shape) <= 1024


@settings(deadline=None, max_examples=60)
@given(
    data=st.binary(max_size=300), magic=st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"BM"])
)
def test_any_bytes_at_all_are_made_or_rejected(data: bytes, magic: bytes) -> None:
    with suppress(ImageRejected):
        made(magic + data, max_pixels=200_000)


DUCK = Path(__file__).parents[1] / "data" / "pictures" / "duck.heic"


def test_heic_is_decoded_with_its_extra() -> None:
    image = made(DUCK.read_bytes())
    assert (image.format, image.width, image.height) == ("heif", 64, 48)
    assert pixels(image.image).shape == (48, 64, 3)


def test_heic_without_its_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pi_heif.py").write_text("raise ImportError('as if it were not installed')")
    code = (
        "import sys; from tagatlas.errors import ImageRejected\n"
        "from tagatlas_fetching.normalise import normalise\n"
        "try:\n    normalise(sys.stdin.buffer.read(), max_side=64, max_pixels=10_000)\n"
        "except ImageRejected as error:\n    print(error.status, error.reason)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=DUCK.read_bytes(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.decode().strip() == "refused HEIC, which needs: pip install 'tagatlas[heic]'"


@pytest.mark.parametrize(
    ("share", "max_side", "expected"),
    [(0.5, 1024, (100, 75)), (1.0, 1024, (200, 150)), (0.5, 64, (64, 48)), (0.01, 1024, (2, 2))],
)
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_copies_may_be_a_share_of_the_picture(
    picture: MakePicture, share: float, max_side: int, expected: tuple[int, int], format_: str
) -> None:
    data = picture(format_, size=(200, 150))
    image = normalise(data, max_side=max_side, max_pixels=10_000_000, share=share)
    height, width, _ = pixels(image.image).shape
    assert (width, height) == expected
    assert (image.width, image.height) == (200, 150)
