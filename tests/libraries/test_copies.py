"""Copies of a picture are joined, other pictures of the same composition are not."""

from __future__ import annotations

import random
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import font_manager
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

import tagatlas.cli
from tagatlas.errors import StorageError
from tagatlas_duplicates import (
    CANDIDATE_BITS,
    alike_groups,
    alike_levels,
    make_signature,
    perceptual_hash,
)
from tagatlas_duplicates.detail import DETAIL_LIMITS, Details
from tagatlas_duplicates.leaders import NEAREST, Pictures, find_alike
from tagatlas_duplicates.likeness import LIMITS, glances, is_alike
from tagatlas_duplicates.measures import LAID, MEASURES
from tagatlas_duplicates.nearest import keep_nearest
from tagatlas_duplicates.pixels import are_equal
from tagatlas_duplicates.search import index_of, near_components

SAMPLE = sorted((Path(tagatlas.cli.__file__).parent / "sample").glob("*.png"))
WORDS = ("answer", "bridge", "castle", "danger", "empire", "forest", "garden", "hunter", "island")
COLOURS = ("#000", "#d00", "#fc0", "#fff", "#090", "#00a", "#6cf", "#f80", "#720", "#808")


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_manager.findfont("DejaVu Sans"), size)


@cache
def photograph() -> Image.Image:
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    with Image.open(path) as source:
        picture = source.convert("RGB")
    picture.thumbnail((500, 600))
    return picture


def drawing(path: Path) -> Image.Image:
    with Image.open(path) as source:
        layer = source.convert("RGBA")
    picture = Image.new("RGB", layer.size, "white")
    picture.paste(layer, mask=layer.getchannel("A"))
    return picture


def flag(bands: Sequence[str]) -> Image.Image:
    picture = Image.new("RGB", (300, 200))
    for place, colour in enumerate(bands):
        picture.paste(colour, (100 * place, 0, 100 * place + 100, 200))
    return picture


def star(points: int, step: int, side: int = 200) -> Image.Image:
    """A polygon of many points in hairlines."""
    picture = Image.new("L", (400, 400), 255)
    angles = 2 * np.pi * step * np.arange(points + 1) / points
    corners = 200 + 180 * np.stack([np.sin(angles), -np.cos(angles)], axis=1)
    ImageDraw.Draw(picture).line([(x, y) for x, y in corners.tolist()], 0, width=3)
    return picture.resize((side, side), Image.Resampling.BOX).convert("RGB")


def message(number: int) -> Image.Image:
    chosen = random.Random(number)  # noqa: S311
    picture = Image.new("RGB", (585, 310), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 80, 80), fill="#57a")
    draw.text((95, 30), " ".join(chosen.choices(WORDS, k=2)), "black", font(22))
    for row in range(4):
        draw.text((20, 110 + 40 * row), " ".join(chosen.choices(WORDS, k=6)), "black", font(23))
    return picture


def meme(number: int) -> Image.Image:
    chosen = random.Random(number)  # noqa: S311
    picture = photograph().copy()
    draw = ImageDraw.Draw(picture)
    for y in (8, picture.height - 50):
        words = " ".join(chosen.choices(WORDS, k=3)).upper()
        draw.text((20, y), words, "white", font(32), stroke_width=3, stroke_fill="black")
    return picture


def encoded(picture: Image.Image, format_: str, quality: int) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, format_, quality=quality)
    return Image.open(buffer).convert("RGB")


def thumbnail(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def scaled(picture: Image.Image, side: int) -> Image.Image:
    return ImageOps.contain(picture, (side, side))


def cropped(picture: Image.Image, share: float) -> Image.Image:
    x, y = round(picture.width * share), round(picture.height * share)
    return picture.crop((x, y, picture.width - x, picture.height - y))


@dataclass(frozen=True, eq=False)
class Fetched:
    """What is kept of a picture: its hashes, sketch, size and thumbnail."""

    hashes: tuple[int | None, ...]
    sketch: NDArray[np.uint8]
    size: tuple[int, int]
    thumbnail: bytes


def fetched(picture: Image.Image) -> Fetched:
    small = picture if max(picture.size) <= 256 else scaled(picture, 256)
    signature = make_signature(small)
    return Fetched(
        (perceptual_hash(small), *signature.hashes),
        np.frombuffer(signature.sketch, np.uint8),
        picture.size,
        thumbnail(small),
    )


def grouped(kept: Sequence[Fetched], level: str = "copy") -> list[int]:
    leaders = alike_groups(
        np.array([[each or 0 for each in one.hashes] for one in kept], dtype=np.uint64),
        np.array([[each is not None for each in one.hashes] for one in kept]),
        np.array([one.size for one in kept], dtype=np.float64),
        lambda places: np.array([kept[place].sketch for place in places]),
        lambda place: kept[place].thumbnail,
        level,
    )
    return [int(leader) for leader in leaders]


def leaders_of(pictures: Sequence[Image.Image], level: str = "copy") -> list[int]:
    """As a collection of them is grouped."""
    return grouped([fetched(each) for each in pictures], level)


COPIES: list[Callable[[Image.Image], Image.Image]] = [
    lambda picture: encoded(picture, "JPEG", 30),
    lambda picture: encoded(picture, "WEBP", 60),
    lambda picture: encoded(scaled(picture, 200), "JPEG", 50),
    lambda picture: cropped(picture, 0.02),
    lambda picture: cropped(picture, 0.03),
    lambda picture: ImageOps.expand(picture, 15, "#bbb"),
    lambda picture: ImageEnhance.Brightness(picture).enhance(1.1),
    lambda picture: ImageEnhance.Contrast(picture).enhance(0.9),
    lambda picture: ImageEnhance.Color(picture).enhance(1.1),
]


@pytest.fixture(scope="module")
def different() -> list[Image.Image]:
    """Pictures that hashes of brightness take for one another."""
    chosen = random.Random(5)  # noqa: S311
    bands = dict.fromkeys(tuple(chosen.sample(COLOURS, 3)) for _ in range(40))
    drawings = [drawing(path) for path in SAMPLE[::4]]
    return [
        *map(flag, bands),
        *map(message, range(25)),
        *map(meme, range(12)),
        *drawings,
        *(ImageOps.mirror(each) for each in drawings[:10]),
    ]


@pytest.mark.slow
def test_different_pictures_stay_apart(different: list[Image.Image]) -> None:
    assert leaders_of(different) == list(range(len(different)))


@pytest.mark.slow
def test_copies_are_joined_with_their_original(different: list[Image.Image]) -> None:
    some = different[::9]
    copies = [copy(each) for each in some for copy in COPIES]
    leaders = leaders_of(different + copies)
    assert leaders[: len(different)] == list(range(len(different)))
    expected = [9 * place for place in range(len(some)) for _ in COPIES]
    found = leaders[len(different) :]
    right = np.equal(found, expected)
    assert right.mean() >= 0.9
    others = np.array(found)[~right]
    assert (others >= len(different)).all()  # what is not found is joined with no other picture


@pytest.mark.parametrize("copy", COPIES)
def test_every_kind_of_copy_of_a_photograph_is_found(
    copy: Callable[[Image.Image], Image.Image],
) -> None:
    assert leaders_of([photograph(), copy(photograph())]) == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        ImageOps.mirror,
        ImageOps.invert,
        ImageOps.grayscale,
        lambda picture: picture.resize((picture.width, picture.height // 2)),
        lambda picture: Image.merge("RGB", picture.split()[::-1]),
        lambda picture: picture.crop((0, 0, picture.width, picture.height // 2)),
    ],
)
def test_what_changes_a_picture_makes_it_another(
    other: Callable[[Image.Image], Image.Image],
) -> None:
    assert leaders_of([photograph(), other(photograph()).convert("RGB")]) == [0, 1]


@pytest.mark.parametrize("side", [1, 16, 32, 64])
def test_tiny_and_plain_pictures(side: int) -> None:
    icon = scaled(photograph(), side)
    plain = Image.new("RGB", (side, side), "#080")
    assert leaders_of([icon, plain, plain.copy()]) == [0, 1, 2]


def test_a_picture_added_at_the_end_changes_no_group(different: list[Image.Image]) -> None:
    many = [copy(each) for each in different[::15] for copy in COPIES[:4]]
    assert leaders_of(many)[:12] == leaders_of(many[:12])


def test_copies_of_copies_make_no_chain() -> None:
    steps = [photograph()]
    for _ in range(12):
        steps.append(cropped(steps[-1], 0.015))
    leaders = leaders_of(steps)
    assert leaders[1] == 0
    assert leaders[-1] != 0


def test_money_is_shared_by_what_is_the_same_beyond_doubt() -> None:
    original = message(1)
    assert are_equal(original, encoded(original, "JPEG", 60))
    assert are_equal(original, original.resize((450, 238)))
    assert not are_equal(original, message(2))
    assert not are_equal(original, cropped(original, 0.01))
    assert not are_equal(original, scaled(original, 200))  # too small to tell
    changed = original.copy()
    ImageDraw.Draw(changed).text((540, 280), "8", "black", font(14))
    other = original.copy()
    ImageDraw.Draw(other).text((540, 280), "3", "black", font(14))
    assert not are_equal(changed, other)
    assert leaders_of([original, encoded(original, "JPEG", 80)], "same") == [0, 0]
    assert leaders_of([original, cropped(original, 0.02)], "same") == [0, 1]


def test_drawings_of_hairlines_stay_apart_and_their_copies_are_found() -> None:
    """Sketches of stars of different points hardly differ; their thumbnails do."""
    stars = [star(points, step) for points in range(60, 80, 2) for step in (7, 17, 23)]
    copies = [encoded(each, "JPEG", 70) for each in stars[::5]]
    leaders = leaders_of(stars + copies)
    assert leaders[: len(stars)] == list(range(len(stars)))
    assert leaders[len(stars) :] == list(range(0, len(stars), 5))


def test_hairlines_of_few_pixels_are_joined_where_hardly_anything_differs() -> None:
    """Compression changes such lines by as much as other lines would."""
    stars = [star(points, 9, 100) for points in (92, 94)]
    assert leaders_of([*stars, *(each.copy() for each in stars)]) == [0, 1, 0, 1]


@pytest.mark.parametrize("bands", [("#720", "#090", "#fff"), ("#00a", "#000", "#fc0")])
def test_a_flag_of_few_bands_is_found_within_borders(bands: Sequence[str]) -> None:
    own = flag(bands)
    framed = [ImageOps.expand(own, 24, "#000"), ImageOps.expand(own, 9, "#fff")]
    assert leaders_of([own, *framed]) == [0, 0, 0]


def test_a_picture_cropped_at_two_edges_is_found() -> None:
    own = meme(1)
    x, y = round(0.03 * own.width), round(0.03 * own.height)
    assert leaders_of([own, own.crop((x, 0, own.width, own.height - y))]) == [0, 0]


def test_lines_of_a_drawing_may_lie_between_the_cells_of_a_sketch() -> None:
    own = drawing(SAMPLE[15])
    assert leaders_of([own, cropped(own, 0.01)]) == [0, 0]


@pytest.mark.parametrize("number", [39, 45, 48, 69, 132])
def test_a_drawing_is_found_though_its_lightest_tones_became_white(number: int) -> None:
    own = drawing(SAMPLE[number])
    assert leaders_of([own, ImageEnhance.Brightness(own).enhance(1.1)]) == [0, 0]


@pytest.mark.slow
def test_crops_and_borders_are_found_among_pictures_of_one_kind(
    different: list[Image.Image],
) -> None:
    framed: list[Callable[[Image.Image], Image.Image]] = [
        lambda picture: cropped(picture, 0.01),
        lambda picture: encoded(scaled(cropped(picture, 0.02), 300), "JPEG", 60),
        lambda picture: ImageOps.expand(picture, round(0.03 * max(picture.size)), "#fff"),
        lambda picture: ImageOps.expand(picture, round(0.05 * max(picture.size)), "#000"),
    ]
    others = [each for each in different[-60:] if min(each.size) > 150]
    chosen = range(0, len(others), 5)
    leaders = leaders_of(others + [copy(others[place]) for place in chosen for copy in framed])
    found = np.array(leaders[len(others) :])
    right = found == np.repeat(chosen, len(framed))
    assert leaders[: len(others)] == list(range(len(others)))
    assert (found[~right] >= len(others)).all()
    assert right.mean() >= 0.95


@pytest.fixture(scope="module")
def pool(different: list[Image.Image]) -> list[Fetched]:
    some = [*different[::12], photograph()]
    return [fetched(each) for each in [*some, *(c(p) for p in some[::2] for c in COPIES[2:7])]]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_group_is_of_copies_of_its_first_picture_in_any_order(
    pool: list[Fetched], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(pool))))
    many = [pool[place] for place in order[: data.draw(st.integers(2, len(pool)))]]
    leaders = grouped(many)
    cut = data.draw(st.integers(1, len(many)))
    assert grouped(many[:cut]) == leaders[:cut]  # what comes later changes nothing
    for place, leader in enumerate(leaders):
        assert leader == leaders[leader] <= place
        assert leader == place or grouped([many[leader], many[place]]) == [0, 0]
    alone = [place for place, leader in enumerate(leaders) if leader == place]
    assert grouped([many[place] for place in alone]) == list(range(len(alone)))


def is_candidate(one: Fetched, other: Fetched) -> bool:
    return any(
        own is not None and its is not None and (own ^ its).bit_count() <= CANDIDATE_BITS
        for own in one.hashes
        for its in other.hashes
    )


def leaders_by_comparing_all(kept: Sequence[Fetched]) -> list[int]:
    leaders: list[int] = []
    for place, one in enumerate(kept):
        alike = (
            leader
            for leader in dict.fromkeys(leaders)
            if is_candidate(kept[leader], one) and grouped([kept[leader], one]) == [0, 0]
        )
        leaders.append(next(alike, place))
    return leaders


@settings(max_examples=10, deadline=None)
@given(places=st.lists(st.integers(0, 999), min_size=1, max_size=12))
def test_groups_are_those_of_comparing_each_with_each(
    pool: list[Fetched], places: list[int]
) -> None:
    many = [pool[place % len(pool)] for place in places]
    assert grouped(many) == leaders_by_comparing_all(many)


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=3),
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 5), st.sets(st.integers(0, 63), max_size=12)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([4, 5]),
)
def test_pictures_linked_by_near_hashes_are_those_of_comparing_all(
    seeds: list[int], changes: list[tuple[int, int, set[int]]], parts: int
) -> None:
    hashes = [seeds[seed % len(seeds)] ^ sum(1 << bit for bit in bits) for seed, _, bits in changes]
    owners = [owner for _, owner, _ in changes]
    keys = np.array(hashes, dtype=np.uint64)
    found = near_components(keys, np.array(owners), 6, CANDIDATE_BITS, parts)
    firsts = list(range(6))
    for _ in firsts:  # as often as the longest chain needs
        for one, own in zip(hashes, owners, strict=True):
            for its, other in zip(hashes, owners, strict=True):
                if (one ^ its).bit_count() <= CANDIDATE_BITS:
                    firsts[own] = firsts[other] = min(firsts[own], firsts[other])
    assert found.tolist() == firsts


@pytest.mark.slow
def test_many_pictures_are_looked_at_in_blocks_with_the_same_groups() -> None:
    shown = [
        fetched(each)
        for each in (photograph(), cropped(photograph(), 0.02), flag(["red", "green", "blue"]))
    ]
    families = 1100
    rng = np.random.default_rng(0)
    moved = rng.integers(0, 2**64, families, dtype=np.uint64)
    family = rng.permutation(np.repeat(np.arange(families), 2))
    first = np.zeros(families, dtype=np.int64)
    first[family[::-1]] = np.arange(2 * families)[::-1]
    is_first = first[family] == np.arange(2 * families)
    kind = np.where(is_first, 0, np.where(family % 20 == 0, 1, 2))
    words = np.array([each or 0 for each in shown[0].hashes], dtype=np.uint64)
    asked = []

    def sketches(places: NDArray[np.int64]) -> NDArray[np.uint8]:
        asked.append(places)
        return np.array([shown[each].sketch for each in kind[places].tolist()])

    leaders = alike_groups(
        words ^ moved[family][:, None],
        np.tile([each is not None for each in shown[0].hashes], (2 * families, 1)),
        np.array([shown[each].size for each in kind.tolist()], dtype=np.float64),
        sketches,
        lambda place: shown[int(kind[place])].thumbnail,
        "copy",
    )
    expected = np.where(kind == 1, first[family], np.arange(2 * families))
    assert leaders.tolist() == expected.tolist()
    assert len(asked) == 2
    assert np.sort(np.concatenate(asked)).tolist() == list(range(2 * families))


def test_details_are_given_back_with_the_last_use_of_their_block() -> None:
    details = Details(lambda _: thumbnail(photograph()), np.full((2, 2), 200.0))
    details.agree(0, 1, np.ones(LAID), DETAIL_LIMITS["copy"])
    left = weakref.ref(details)
    del details
    assert left() is None


def test_an_error_of_a_store_ends_the_search() -> None:
    one = fetched(photograph())

    def lost(place: int) -> bytes:
        raise StorageError(f"{place} cannot be read")

    with pytest.raises(StorageError, match="cannot be read"):
        alike_groups(
            np.array([[each or 0 for each in one.hashes]] * 2, dtype=np.uint64),
            np.array([[each is not None for each in one.hashes]] * 2),
            np.array([one.size] * 2, dtype=np.float64),
            lambda places: np.array([one.sketch for _ in places]),
            lost,
            "copy",
        )


@settings(deadline=None)
@given(
    chosen=st.tuples(st.integers(0, 999), st.integers(0, 999)),
    level=st.sampled_from(["copy", "same"]),
)
def test_measures_that_are_left_once_one_is_out_of_limits_change_no_answer(
    pool: list[Fetched], chosen: tuple[int, int], level: str
) -> None:
    one, other = (pool[place % len(pool)] for place in chosen)
    sketches = np.array([one.sketch, other.sketch])
    seen = glances(sketches)
    sizes = np.array([*one.size, *other.size], dtype=np.float64)

    def compared(limits: NDArray[np.float64]) -> tuple[bool, NDArray[np.float64]]:
        found, laid = np.full(MEASURES, np.nan), np.empty(LAID)  # glances may end it
        return is_alike(
            sketches[0], sketches[1], seen[0], seen[1], sizes, limits, found, laid
        ), found

    limits = LIMITS[level]
    answer, found = compared(limits)
    _, every = compared(np.tile([-np.inf, np.inf], (MEASURES, 1)))
    if answer:
        assert ((found >= limits[:, 0]) & (found <= limits[:, 1])).all()
    elif not np.isnan(every).any():
        assert ((every < limits[:, 0]) | (every > limits[:, 1])).any()


@pytest.fixture(scope="module")
def crowd() -> list[Fetched]:
    """Memes of one template, then copies of every fifth: encoded again, and scaled."""
    memes = [meme(number) for number in range(3 * NEAREST)]
    again = [encoded(each, "JPEG", 60) for each in memes[::5]]
    smaller = [scaled(each, 300) for each in memes[::5]]
    return [fetched(each) for each in [*memes, *again, *smaller]]


@pytest.mark.slow
def test_copies_in_a_crowd_are_joined_and_no_others(crowd: list[Fetched]) -> None:
    memes = list(range(3 * NEAREST))
    assert grouped(crowd) == [*memes, *memes[::5], *memes[::5]]


@pytest.mark.slow
def test_a_picture_of_a_crowd_is_compared_with_the_nearest_leaders_only(
    crowd: list[Fetched],
) -> None:
    present = np.array([[each is not None for each in one.hashes] for one in crowd])
    hashes = np.array([[each or 0 for each in one.hashes] for one in crowd], dtype=np.uint64)
    keys, owners = hashes[present], np.nonzero(present)[0]
    sizes = np.array([one.size for one in crowd], dtype=np.float64)
    details = Details(lambda place: crowd[place].thumbnail, sizes)
    found = find_alike(
        Pictures(
            keys,
            owners,
            index_of(keys, CANDIDATE_BITS),
            CANDIDATE_BITS,
            np.array([one.sketch for one in crowd]),
            sizes,
        ),
        LIMITS["copy"],
        lambda one, other, laid: details.agree(one, other, laid, DETAIL_LIMITS["copy"]),
    )
    leaders = np.unique(found.leaders)
    for place, one in enumerate(crowd):
        before = [other for other in leaders[leaders < place] if is_candidate(crowd[other], one)]
        joined = found.leaders[place] != place
        assert found.compared[place] <= min(len(before), NEAREST)
        assert joined or found.compared[place] == min(len(before), NEAREST)
    assert found.compared.max() == NEAREST
    assert found.leaders.tolist() == grouped(crowd)


@given(
    distances=st.lists(st.integers(0, 20), min_size=1, max_size=40),
    most=st.integers(1, 40),
)
def test_the_nearest_are_kept_in_their_order(distances: list[int], most: int) -> None:
    places = np.arange(100, 100 + len(distances))
    kept = keep_nearest(places, np.array(distances), most)
    nearest = sorted(range(len(distances)), key=lambda place: distances[place])[:most]
    assert places[:kept].tolist() == [100 + place for place in sorted(nearest)]


def test_a_picture_whose_thumbnail_is_gone_is_joined_with_no_other() -> None:
    one = fetched(photograph())
    assert grouped([one, one, replace(one, thumbnail=b"")]) == [0, 0, 2]


def test_levels_found_together_are_those_found_alone() -> None:
    dice = np.random.default_rng(3)
    tones = [dice.integers(0, 256, (6, 6, 3), dtype=np.uint8) for _ in range(3)]
    drawn = [Image.fromarray(each).resize((240, 200), Image.Resampling.BICUBIC) for each in tones]
    kept = [fetched(way(each)) for each in drawn for way in [Image.Image.copy, *COPIES]]
    together = alike_levels(
        np.array([[each or 0 for each in one.hashes] for one in kept], dtype=np.uint64),
        np.array([[each is not None for each in one.hashes] for one in kept]),
        np.array([one.size for one in kept], dtype=np.float64),
        lambda places: np.array([kept[place].sketch for place in places]),
        lambda place: kept[place].thumbnail,
        ("copy", "same"),
    )
    alone = [grouped(kept, level) for level in ("copy", "same")]
    assert [leaders.tolist() for leaders in together] == alone
    assert 3 <= len(set(alone[0])) < len(set(alone[1])) < len(kept)
