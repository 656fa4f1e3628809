"""Near duplicates: copies of a picture are joined, other pictures are not."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import tagatlas.cli
from tagatlas_duplicates import NEAR_BITS, near_groups, perceptual_hash
from tagatlas_duplicates.groups import FEW, among_few, among_many

PICTURES = Path(tagatlas.cli.__file__).parent / "sample"
SAMPLE = sorted(PICTURES.glob("*.png"))


def opened(path: Path) -> Image.Image:
    with Image.open(path) as source:
        drawing = source.convert("RGBA")
    picture = Image.new("RGB", drawing.size, "white")
    picture.paste(drawing, mask=drawing.getchannel("A"))
    return picture


def encoded_anew(picture: Image.Image, quality: int) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


def cropped(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    x, y = round(width * share), round(height * share)
    return picture.crop((x, y, width - x, height - y))


def hash_of(picture: Image.Image) -> int:
    copy = picture.copy()
    copy.thumbnail((256, 256))
    found = perceptual_hash(copy)
    assert found is not None
    return found


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


@pytest.fixture(scope="module")
def originals() -> list[Image.Image]:
    return [opened(path) for path in SAMPLE]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("copy", "share"),
    [
        (lambda picture: encoded_anew(picture, 90), 0.98),
        (lambda picture: encoded_anew(picture, 40), 0.95),
        (lambda picture: picture.resize((picture.width // 2, picture.height // 2)), 0.98),
        (lambda picture: picture.resize((picture.width * 2, picture.height * 2)), 0.98),
        (lambda picture: cropped(picture, 0.01), 0.95),
    ],
)
def test_copies_are_near_their_originals(
    originals: list[Image.Image], copy: Callable[[Image.Image], Image.Image], share: float
) -> None:
    near = [distance(hash_of(each), hash_of(copy(each))) <= NEAR_BITS for each in originals]
    assert np.mean(near) >= share


def test_different_pictures_are_not_near(originals: list[Image.Image]) -> None:
    hashes = np.array([hash_of(each) for each in originals], dtype=np.uint64)
    leaders = near_groups(hashes)
    assert (leaders == np.arange(len(hashes))).mean() > 0.98


def test_a_picture_of_one_tone_has_no_hash() -> None:
    assert perceptual_hash(Image.new("RGB", (64, 64), (10, 200, 90))) is None


def test_brightness_alone_counts() -> None:
    picture = opened(SAMPLE[0])
    assert distance(hash_of(picture), hash_of(picture.convert("L").convert("RGB"))) <= 2


def leaders_by_comparing_all(hashes: NDArray[np.uint64], threshold: int) -> list[int]:
    leaders: list[int] = []
    for place, own in enumerate(hashes.tolist()):
        near = (
            leader
            for leader in dict.fromkeys(leaders)
            if distance(own, int(hashes[leader])) <= threshold
        )
        leaders.append(next(near, place))
    return leaders


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.lists(st.integers(0, 63), max_size=16)), max_size=40),
    st.integers(0, 14),
)
def test_groups_are_those_of_comparing_all(
    seeds: list[int], changes: list[tuple[int, list[int]]], threshold: int
) -> None:
    changed = [
        seeds[seed % len(seeds)] ^ sum(1 << bit for bit in set(bits)) for seed, bits in changes
    ]
    hashes = np.array(seeds + changed, dtype=np.uint64)
    expected = leaders_by_comparing_all(hashes, threshold)
    for way in (near_groups, among_few, among_many):
        assert way(hashes, threshold=threshold).tolist() == expected


def test_hashes_added_at_the_end_change_no_group() -> None:
    rng = np.random.default_rng(0)
    seeds = rng.integers(0, 2**64, 50, dtype=np.uint64)
    flips = np.uint64(1) << rng.integers(0, 64, (2000, 4), dtype=np.uint64)
    hashes = rng.choice(seeds, 2000) ^ np.bitwise_xor.reduce(flips, axis=1)
    assert near_groups(hashes[:1000]).tolist() == near_groups(hashes)[:1000].tolist()


def test_many_equal_hashes_take_no_longer_than_one_of_each() -> None:
    rng = np.random.default_rng(2)
    seeds = rng.integers(0, 2**64, FEW + 100, dtype=np.uint64)
    hashes = np.concatenate([seeds, np.full(200_000, seeds[7]), seeds])
    found = near_groups(hashes)
    assert found[: len(seeds)].tolist() == among_few(seeds, NEAR_BITS).tolist()
    assert (found[len(seeds) : len(seeds) + 200_000] == 7).all()
    assert found[-len(seeds) :].tolist() == found[: len(seeds)].tolist()


@pytest.mark.slow
def test_few_and_many_are_grouped_alike() -> None:
    rng = np.random.default_rng(1)
    seeds = rng.integers(0, 2**64, FEW, dtype=np.uint64)
    flips = np.uint64(1) << rng.integers(0, 64, (FEW, 5), dtype=np.uint64)
    hashes = np.concatenate([seeds, seeds ^ np.bitwise_xor.reduce(flips, axis=1)])
    found = near_groups(hashes)
    assert found.tolist() == among_few(hashes, NEAR_BITS).tolist()
    assert (found[FEW:] == np.arange(FEW)).mean() > 0.99


def test_no_hashes_have_no_groups() -> None:
    assert near_groups(np.array([], dtype=np.uint64)).tolist() == []


@pytest.mark.parametrize("threshold", [-1, 15, 64])
def test_a_threshold_out_of_range_is_refused(threshold: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 14"):
        near_groups(np.array([1], dtype=np.uint64), threshold=threshold)
