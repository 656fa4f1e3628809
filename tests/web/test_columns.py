"""The viewer's files of kept columns: the values of all records, and what they are read as."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewer_files import unpack

from tagatlas_web.page import columns as module
from tagatlas_web.page.columns import Column, columns_of
from tagatlas_web.page.readings import read_values

texts = st.sampled_from(["", "a", "b", "Zoë", "李雷", "=1+1"])
records = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.dictionaries(st.sampled_from(["user", "text"]), st.none() | texts),
    ),
    max_size=12,
)


def columns(rows: list[tuple[int, dict[str, str | None]]], most: int = 1 << 20) -> list[Column]:
    """The kept columns of five images, with so many cells in memory at once."""
    table = pl.DataFrame(
        {
            "image": [f"i{image}" for image, _ in rows],
            "columns": [json.dumps(cells) for _, cells in rows],
        },
        schema={"image": pl.String, "columns": pl.String},
    )
    return list(columns_of(table, pl.DataFrame({"id": [f"i{row}" for row in range(5)]}), most))


def of_images(column: Column) -> list[list[str]]:
    """The values of each image, as the viewer reads them from the file."""
    content = column.content()
    assert isinstance(content, dict)
    values = content["values"]
    if "starts" not in content:
        single = unpack(content["of"], "<i4").astype(int)
        return [[values[value]] if value >= 0 else [] for value in single]
    of = unpack(content["of"], "<u4").astype(int)
    starts = unpack(content["starts"], "<u4").astype(int)
    return [[values[value] for value in of[first:end]] for first, end in pairwise(starts)]


@given(records)
def test_images_have_the_values_of_all_their_records(
    rows: list[tuple[int, dict[str, str | None]]],
) -> None:
    found = {column.name: of_images(column) for column in columns(rows)}
    assert list(found) == list(dict.fromkeys(name for _, cells in rows for name in cells))
    for name, values in found.items():
        for row in range(5):
            own = [cells.get(name) for image, cells in rows if image == row]
            assert values[row] == list(dict.fromkeys(value for value in own if value))


def test_an_image_has_the_values_of_three_records() -> None:
    (author,) = columns([(0, {"author": name}) for name in ("李雷", "Zoë", "Émile", "Zoë")])
    assert of_images(author) == [["李雷", "Zoë", "Émile"], [], [], [], []]


def test_many_columns_are_not_decoded_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = module._decoded
    passes: list[int] = []

    def counted(objects: pl.Series) -> Iterator[dict[str, str | None]]:
        passes.append(len(objects))
        return decoded(objects)

    monkeypatch.setattr(module, "_decoded", counted)
    rows: list[tuple[int, dict[str, str | None]]] = [
        (image, {f"c{number}": str(number % 3 + image) for number in range(40)})
        for image in range(5)
    ]
    at_once = [of_images(column) for column in columns(rows)]
    assert passes == [5, 5]  # for the names, and for all values
    assert [of_images(column) for column in columns(rows, most=100)] == at_once


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2.5", "1e3"], "number"),
        (["1,000", "2,500.5", "17"], "number"),
        (["1,5", "1.000,25"], "number"),
        (["2016", "1999"], "date"),
        (["2016", "2016-3", "2016-03-01"], "date"),
        (["2016-03-01 10:00:00", "2016-03-01T10:00:00.5+02:00", "2016-03-01T10:00Z"], "date"),
        (["1.3.2016", "24.12.1999 18:30"], "date"),
        (["Wed Oct 10 20:19:24 +0000 2018"], "date"),
        (["Wed, 10 Oct 2018 20:19:24 GMT"], "date"),
        (["13/4/2016", "1/3/2016"], "date"),
        (["4/13/2016", "1/3/2016"], "date"),
        (["2016-01-0" + str(day) for day in range(1, 10)] + ["unknown"], "date"),
        (["1/3/2016", "2/4/2016"], "text"),
        (["2016-02-30", "2016-13-01"], "text"),
        (["01067", "99"], "text"),
        (["123456789012345678"], "text"),
        (["NaN", "inf", "1e999"], "text"),
        (["0042", "Zoë"], "text"),
        ([], "text"),
    ],
)
def test_columns_are_read_as(values: list[str], kind: str) -> None:
    assert read_values(pl.Series(values, dtype=pl.String))[0] == kind


def test_values_have_the_number_that_they_say() -> None:
    _, keys = read_values(pl.Series(["1,000", "2,500.5", "\u22123"]))
    assert keys is not None
    assert keys.tolist() == [1000, 2500.5, -3]
    _, keys = read_values(pl.Series(["1,000", "2,5"]))
    assert keys is not None
    assert keys.tolist() == [1, 2.5]


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_have_the_moment_that_they_say(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    written = [
        f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}Z",
        moment.strftime("%d.%m.") + f"{moment.year:04} {moment:%H:%M:%S}",
        f"{moment.year:04}-{moment.month}-{moment.day} {moment:%H:%M:%S} +0100",
    ]
    kind, keys = read_values(pl.Series(written))
    assert kind == "date"
    assert keys is not None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert np.allclose(keys, since.total_seconds() * 1000)


def test_a_value_that_is_no_date_has_no_moment() -> None:
    days = [f"2016-01-{day:02}" for day in range(1, 20)]
    kind, keys = read_values(pl.Series([*days, "n.d."]))
    assert kind == "date"
    assert keys is not None
    assert np.isnan(keys).tolist() == [False] * 19 + [True]
