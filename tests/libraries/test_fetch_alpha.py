"""The opacity of cut-outs: kept beside the picture on white, which stays as it was."""

from __future__ import annotations

import warnings
from io import BytesIO
from zlib import compress, crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tagatlas.testing import MemoryStore
from tagatlas_fetching.alpha import alpha_of, with_alpha, without_alpha
from tagatlas_fetching.jpeg import encoded
from tagatlas_fetching.normalise import NormalisedImage, normalise
from tagatlas_tagging.batches import read_batches


def made(picture: Image.Image, format_: str = "PNG", **options: object) -> NormalisedImage:
    data = BytesIO()
    picture.save(data, format_, **options)
    return normalise(data.getvalue(), max_side=400, max_pixels=10_000_000)


def disc(side: int = 120, colour: tuple[int, int, int] = (200, 30, 30)) -> Image.Image:
    """A disc on nothing, its edge soft."""
    y, x = np.mgrid[:side, :side] + 0.5 - side / 2
    alpha = np.clip((0.4 * side - np.hypot(x, y)) * 60, 0, 255).astype(np.uint8)
    return Image.fromarray(np.dstack([np.full((side, side, 3), colour, np.uint8), alpha]))


def flat(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


@pytest.mark.parametrize("side", [90, 300, 1000])
def test_a_cut_out_is_the_picture_on_white_with_its_opacity(side: int) -> None:
    cut, plain = made(disc(side)), made(flat(disc(side)))
    assert without_alpha(cut.image) == plain.image != cut.image
    assert without_alpha(cut.thumbnail) == plain.thumbnail
    assert (cut.signature, cut.perceptual_hash) == (plain.signature, plain.perceptual_hash)
    for copy in cut.copies.values():
        with Image.open(BytesIO(copy)) as picture:
            size, mode = picture.size, picture.mode
        alpha = alpha_of(copy, size)
        assert mode == "RGB"
        assert alpha is not None
        wanted = disc(side).getchannel("A").resize(size, Image.Resampling.BICUBIC)
        assert np.abs(alpha.astype(int) - np.asarray(wanted)).mean() < 2
        half = alpha_of(copy, (size[0] // 2, size[1] // 2))
        assert half is not None
        assert half.shape == (size[1] // 2, size[0] // 2)


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF"])
def test_formats_with_transparency(format_: str) -> None:
    assert alpha_of(made(disc(), format_).thumbnail, (120, 120)) is not None


def test_its_opacity_is_upright_as_the_picture_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = disc().crop((0, 0, 120, 60))
    cut = made(picture, exif=exif)
    alpha = alpha_of(cut.image, (60, 120))
    assert alpha is not None
    turned = picture.transpose(Image.Transpose.ROTATE_270).getchannel("A")
    assert np.array_equal(alpha, np.asarray(turned))


@pytest.mark.parametrize("opacity", [0, 255])
def test_a_picture_that_is_all_opaque_or_cannot_be_seen_has_none(opacity: int) -> None:
    picture = disc()
    picture.putalpha(opacity)
    cut = made(picture)
    assert alpha_of(cut.image, (120, 120)) is None
    assert without_alpha(cut.image) == cut.image


def test_opacity_longer_than_a_segment() -> None:
    rng = np.random.default_rng(1)
    alpha = rng.integers(0, 256, (500, 400), dtype=np.uint8)
    jpeg = encoded(np.zeros((500, 400, 3), np.uint8), 90)
    data = with_alpha(jpeg, alpha)
    found = alpha_of(data, (400, 500))
    assert found is not None
    assert np.array_equal(found, alpha)
    assert without_alpha(data) == jpeg
    with Image.open(BytesIO(data)) as picture:
        assert np.array_equal(np.asarray(picture), np.zeros((500, 400, 3)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_copies_are_opaque_or_have_opacity_of_the_wanted_size(data: st.DataObject) -> None:
    copy = bytearray(made(disc(40)).image)
    for _ in range(data.draw(st.integers(1, 4))):
        copy[data.draw(st.integers(0, min(300, len(copy) - 1)))] = data.draw(st.integers(0, 255))
    damaged = bytes(copy[: data.draw(st.integers(0, len(copy)))])
    found = alpha_of(damaged, (20, 20))
    assert found is None or found.shape == (20, 20)
    assert len(without_alpha(damaged)) <= len(damaged)


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        len(content).to_bytes(4, "big") + kind + content + crc32(kind + content).to_bytes(4, "big")
    )


def forged(before: bytes = b"", behind: bytes = b"", side: int = 40) -> bytes:
    """A copy whose opacity has a side of its own, and chunks before and behind its pixels."""
    header = side.to_bytes(4, "big") * 2 + b"\x08\0\0\0\0"
    pixels = chunk(b"IDAT", compress((b"\0" + b"\x80" * 40) * 40))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    png = start + before + pixels + behind + chunk(b"IEND", b"")
    jpeg = encoded(np.zeros((40, 40, 3), np.uint8), 90)
    size = (2 + len(b"tagatlas alpha\0") + len(png)).to_bytes(2, "big")
    return jpeg[:20] + b"\xff\xef" + size + b"tagatlas alpha\0" + png + jpeg[20:]


def test_opacity_as_it_is_written_is_read_and_no_other() -> None:
    plain = alpha_of(forged(), (40, 40))
    assert plain is not None
    assert plain.shape == (40, 40)
    profile = chunk(b"iCCP", b"")
    text = chunk(b"zTXt", b"a\0\0" + compress(bytes(9_000_000)))
    animation = chunk(b"acTL", bytes(8))
    others = [forged(behind=profile), forged(before=text), forged(before=animation)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in [*others, forged(side=10_000), forged(side=200_000), forged(side=0)]:
            assert alpha_of(data, (40, 40)) is None


def test_taggers_get_the_picture_on_white_as_ever() -> None:
    cut, store = made(disc()), MemoryStore()
    for variant, copy in cut.copies.items():
        store.put(cut.id, variant, copy)
        [batch] = read_batches([cut.id], store, variant, None)
        assert [image.data for image in batch.images] == [without_alpha(copy)]
        assert without_alpha(copy) in made(flat(disc())).copies.values()
