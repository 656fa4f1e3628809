"""Parts: how much they unpack to, and to which ranges of images rows belong."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_parts import PartFile, Section, next_group, ranges
from tagatlas_parts.pages import unpacked_size

ROWS = 5000


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parts") / "x.parquet"
    chance = random.Random(1)  # noqa: S311 - for a test's data
    frame = pl.DataFrame(
        {
            "image": [f"{number // 5:064x}" for number in range(ROWS)],
            "tag": [chance.choice(("cat", "dog")) for _ in range(ROWS)],
            "score": [chance.random() for _ in range(ROWS)],
            "raw": [chance.randbytes(30) for _ in range(ROWS)],
        }
    )
    frame.write_parquet(path, compression="zstd", row_group_size=2000, data_page_size=4000)
    return path


def test_the_size_is_that_of_all_pages(written: Path) -> None:
    with written.open("rb") as file:
        size = unpacked_size(file, ROWS)
    assert ROWS * (8 + 30) < size < ROWS * (64 + 8 + 34 + 4)


def test_a_bomb_is_measured_and_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pl.DataFrame({"image": ["0" * 50_000_000]}).write_parquet(path, compression="zstd")
    assert path.stat().st_size < 100_000
    with path.open("rb") as file:
        assert unpacked_size(file, 1) > 50_000_000


def test_another_number_of_rows_is_told_of(written: Path) -> None:
    with written.open("rb") as file, pytest.raises(ValueError, match="rows"):
        unpacked_size(file, ROWS + 1)


def test_what_is_no_such_file_is_told_of(written: Path, tmp_path: Path) -> None:
    """Of any bytes there is a size or a ValueError, and soon."""
    chance = random.Random(2)  # noqa: S311 - for a test's data
    data = written.read_bytes()
    path = tmp_path / "x.parquet"
    path.write_bytes(b"")
    refused = 0
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 5, 50))):
            place = chance.choice((chance.randrange(len(data)), -chance.randrange(1, 2000)))
            changed[place] = chance.randrange(256)
        path.write_bytes(changed[: chance.choice((None, None, chance.randrange(len(data))))])
        with path.open("rb") as file:
            try:
                assert unpacked_size(file, ROWS) >= 0
            except ValueError:
                refused += 1
    assert refused > 100


IDS = st.lists(st.integers(0, 99), unique=True, max_size=40).map(
    lambda some: [f"{each:02}" for each in sorted(some)]
)


def sections_of(ids: list[str], images: int) -> list[Section]:
    parts = [ids[begin : begin + images] for begin in range(0, len(ids), images)]
    file = PartFile("0" * 64, 1, 1)
    return [Section(each[0], each[-1], len(each), {"tags": file}) for each in parts]


@given(sealed=IDS, waiting=IDS, images=st.integers(1, 9))
def test_what_is_added_together_is_of_one_section_or_of_none(
    sealed: list[str], waiting: list[str], images: int
) -> None:
    new = [image for image in waiting if image not in sealed]
    sections = sections_of(sealed, images)
    last, seen = "", []
    while group := next_group(sections, iter([(each, 1) for each in new if each > last]), images):
        section, first, last = group
        some = [image for image in new if first <= image <= last]
        assert 0 < len(some) <= images
        seen += some
        for other in sections:
            is_within = other.first <= first <= other.last or other.first <= last <= other.last
            is_around = first < other.first and other.last < last
            assert other is section or not (is_within or is_around)
        if section is not None and section.images == images:
            assert section.first < first < section.last
    assert seen == new


@given(sealed=IDS, others=IDS, left_out=IDS, images=st.integers(1, 9), most=st.integers(1, 5))
def test_ranges_cover_all_ids_once(
    sealed: list[str], others: list[str], left_out: list[str], images: int, most: int
) -> None:
    sections = sections_of(sealed, images)
    cut = ranges(sections, others, left_out, most)
    assert [cut[0].first, cut[-1].end] == ["", "~"]
    assert all(one.end == other.first for one, other in pairwise(cut))
    for each in cut:
        inside = [image for image in others if each.first <= image < each.end]
        assert len(inside) <= most
        if not each.is_mixed:
            assert each.section is not None
            assert each.first <= each.section.first or each is cut[0]
            assert each.section.last < each.end
            gone = [e for e in left_out if each.section.first <= e <= each.section.last]
            assert not inside + gone
