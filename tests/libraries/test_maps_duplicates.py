"""Near duplicates on a map."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_mapping.maps.duplicates import join_images, join_records, join_tags

REPRESENTATIVES = pl.DataFrame(
    {"image": ["a", "b", "c", "d"], "representative": ["c", "b", "c", "c"]}
)


def images(ids: str) -> pl.DataFrame:
    count = len(ids)
    return pl.DataFrame(
        {
            "id": list(ids),
            "label": [f"{each}.jpg" for each in ids],
            "records": range(1, count + 1),
            "frequency": [10 * number for number in range(1, count + 1)],
        }
    )


def test_one_image_stands_for_all_and_counts_for_all() -> None:
    assert join_images(images("abcd"), REPRESENTATIVES).rows() == [
        ("b", "b.jpg", 2, 20),
        ("c", "c.jpg", 1 + 3 + 4, 10 + 30 + 40),
    ]


def test_its_own_tags_are_the_groups() -> None:
    tags = pl.DataFrame(
        {"image": ["a", "b", "c", "c"], "tag": list("wxyz"), "score": [0.9, 0.8, 0.7, 0.6]}
    )
    assert join_tags(tags.lazy(), REPRESENTATIVES).collect().rows() == [
        ("b", "x", 0.8),
        ("c", "y", 0.7),
        ("c", "z", 0.6),
    ]


def test_an_image_that_was_not_tagged_takes_the_tags_of_one_of_its_group() -> None:
    tags = pl.DataFrame(
        {"image": ["a", "a", "d"], "tag": ["x", "y", "z"], "score": [0.9, 0.8, 0.7]}
    )
    assert join_tags(tags.lazy(), REPRESENTATIVES).collect().rows() == [
        ("c", "x", 0.9),
        ("c", "y", 0.8),
    ]


def test_records_say_what_they_lead_to_and_what_stands_for_it() -> None:
    records = pl.DataFrame({"image": ["d", "b", "c", "e"], "location": list("1234")})
    joined = join_records(records, REPRESENTATIVES)
    assert joined.columns == ["image", "location", "copy"]
    assert joined["image"].to_list() == ["c", "b", "c", "e"]
    assert joined["copy"].to_list() == ["d", "b", "c", "e"]
    apart = join_records(records, None)
    assert apart["image"].to_list() == apart["copy"].to_list() == ["d", "b", "c", "e"]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_nothing_is_lost(leaders: list[int]) -> None:
    ids = "abcdefghijkl"[: len(leaders)]
    known = pl.DataFrame(
        {"image": list(ids), "representative": [ids[min(leader, 0)] for leader in leaders]}
    )
    before, after = images(ids), join_images(images(ids), known)
    assert after["frequency"].sum() == before["frequency"].sum()
    assert after["records"].sum() == before["records"].sum()
