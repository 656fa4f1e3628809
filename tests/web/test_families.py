"""Families of copies and near duplicates, as the viewer's data has them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from themed_map import themed_map
from viewer_files import read, render, rows, unpack

from tagatlas_web.page.columns import columns_of
from tagatlas_web.page.families import COPIES_SHOWN, Families, families_of
from tagatlas_web.page.moments import with_moments

NEAR = pl.DataFrame({"image": ["a", "b", "c", "d"], "representative": ["a", "a", "c", "a"]})


def records(*told: tuple[str, str, str, str]) -> pl.DataFrame:
    """Records: the image, the one that they lead to themselves, address and day."""
    table = pl.DataFrame(
        [
            {
                "image": image,
                "location": location,
                "frequency": 2,
                "columns": json.dumps({"text": "hello", "day": day}),
                "copy": copy,
            }
            for image, copy, location, day in told
        ]
    )
    images = table.select(id="image").unique(maintain_order=True)
    columns = {column.name: column for column in columns_of(table, images)}
    return with_moments(table, columns["day"])


def moment(*day: int) -> int:
    """Milliseconds since 1970."""
    return int(datetime(*day, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


def facts(families: Families) -> list[dict[str, object]]:
    return families.table.to_dicts()


def test_a_family_has_all_records_in_order_of_time() -> None:
    told = records(
        ("a", "a", "https://one.org/1", "2016-10-02"),
        ("b", "b", "https://two.org/1", "2016-03"),
        ("c", "c", "https://two.org/2", "2019"),
        ("b", "b", "https://two.org/3?x", "2016-10-02 01:00"),
        ("a", "a", "C:\\pictures\\x.png", ""),
    )
    families = families_of(told, pl.Series(["c", "a", "b"]), NEAR)
    assert families.copies == []
    assert facts(families) == [
        {
            "rows": [2, 1],
            "images": 2,
            "records": 4,
            "frequency": 8,
            "places": 3,
            "first": "2016-03",
            "last": "2016-10-02 01:00",
            "begin": moment(2016, 3, 1),
            "end": moment(2016, 10, 2, 1),
        }
    ]


def test_images_that_a_map_joins_are_copies_of_the_one_that_stands_for_them() -> None:
    told = records(
        ("a", "a", "https://one.org/1", "2016-10-02T10:00"),
        ("a", "b", "https://one.org/2", "2016-10-02T09:00"),
        ("a", "d", "https://one.org/3", "2016-10-02T07:00"),
    )
    families = families_of(told, pl.Series(["a"]), NEAR)
    assert families.copies == ["d", "b"]
    (family,) = facts(families)
    assert (family["rows"], family["images"], family["places"]) == ([0], 3, 1)
    assert (family["first"], family["last"]) == ("2016-10-02T07:00", "2016-10-02T10:00")


def test_a_copy_that_is_an_image_of_another_map_counts_once() -> None:
    told = records(
        ("a", "a", "https://one.org/1", "2016"),
        ("a", "b", "https://one.org/2", "2017"),
        ("b", "b", "https://one.org/2", "2017"),
    )
    (family,) = facts(families_of(told, pl.Series(["a", "b"]), NEAR))
    assert (family["rows"], family["images"], family["records"]) == ([0, 1], 2, 2)


def test_an_image_with_several_records_is_a_family_and_others_are_none() -> None:
    told = records(
        ("a", "a", "/x/1.jpg", "2016"), ("c", "c", "/y/1.jpg", "?"), ("c", "c", "/y/2.jpg", "")
    )
    families = families_of(told, pl.Series(["a", "c"]), None)
    (family,) = facts(families)
    assert (family["rows"], family["places"], family["first"]) == ([1], 1, None)


def test_few_copies_of_a_family_have_pictures() -> None:
    told = records(*(("a", f"copy {n}", "https://one.org", "2016") for n in range(60)))
    families = families_of(told, pl.Series(["a"]), None)
    assert len(families.copies) == COPIES_SHOWN
    assert facts(families)[0]["images"] == 60


@pytest.mark.parametrize("is_joined", [True, False])
def test_the_viewer_has_families_of_maps_that_join_and_that_do_not(
    tmp_path: Path, *, is_joined: bool
) -> None:
    map_ = themed_map(40)
    first, second = map_.images["id"].head(2)
    near = pl.DataFrame({"image": [first, second], "representative": [first, first]})
    told = map_.records
    if is_joined:  # the second picture is no image of the map
        other = "f" * 64
        more = told.head(1).with_columns(copy=pl.lit(other))
        near = pl.DataFrame({"image": [first, other], "representative": [first, first]})
        told = pl.concat([told, more])
    viewer = render(replace(map_, records=told, near_duplicates=lambda: near), tmp_path)
    assert read(viewer, "atlas")["families"] == 1
    ids = rows(viewer, "ids")
    found = unpack(read(viewer, "families/rows")["rows"], "<u4").astype(int)
    assert [ids[row] for row in found] == ([first] if is_joined else [first, second])
    assert unpack(read(viewer, "families/table")["images"], "<u4").tolist() == [2]
    copies = {record["copy"] for record in rows(viewer, "details/0")[ids.index(first)]}
    assert copies == ({first, "f" * 64} if is_joined else {first})


def test_a_viewer_without_families_has_no_files_of_them(tmp_path: Path) -> None:
    viewer = render(themed_map(10), tmp_path)
    assert read(viewer, "atlas")["families"] == 0
    assert not (viewer / "data" / "families").exists()
