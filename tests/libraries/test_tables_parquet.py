"""Parquet and Arrow columns of every type become text, or are named with the reason."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from tagatlas.errors import InputError
from tagatlas_tables import Table, read_table

A, B = "https://a.example/1.jpg", "https://a.example/2.jpg"
DAY = datetime.date(2024, 2, 29)
NOON = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


def read(folder: Path, frame: pl.DataFrame, name: str = "x.parquet") -> Table:
    path = folder / name
    frame.write_parquet(path) if name.endswith("parquet") else frame.write_ipc(path)
    return read_table(path, None)


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pl.Series([datetime.timedelta(seconds=90), None]), ["PT1M30S", ""]),
        (pl.Series([[datetime.timedelta(seconds=1)], []]), ["PT1S", ""]),
        (pl.Series([[[1, 2], [3]], [[], None]]), ["1; 2; 3", ""]),
        (pl.Series([[[[A]]], [[[B]], []]]), [A, B]),
        (pl.Series([[A, None, B], None]), [f"{A}; {B}", ""]),
        (pl.Series([[1, 2], []], dtype=pl.List(pl.UInt64)), ["1; 2", ""]),
        (pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int8, 2)), ["1; 2", "3; 4"]),
        (pl.Series([2**64 - 1, None], dtype=pl.UInt64), ["18446744073709551615", ""]),
        (pl.Series([Decimal("1.10"), None]), ["1.10", ""]),
        (pl.Series(["a", None], dtype=pl.Categorical), ["a", ""]),
        (pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])), ["a", "b"]),
        (pl.Series([None, None], dtype=pl.Null), ["", ""]),
        (pl.Series([True, None]), ["true", ""]),
        (pl.Series([DAY, None]), ["2024-02-29", ""]),
        (pl.Series([NOON, None]), ["2024-02-29 12:00:00.000000+00:00", ""]),
        (pl.Series([datetime.time(1, 2), None]), ["01:02:00", ""]),
    ],
)
@pytest.mark.parametrize("name", ["x.parquet", "x.arrow"])
def test_types(tmp_path: Path, name: str, cells: pl.Series, texts: list[str]) -> None:
    table = read(tmp_path, pl.DataFrame({"url": [A, B], "cells": cells}), name)
    assert table.column("url").to_list() == [A, B]
    assert [text.removesuffix(".000000000") for text in table.column("cells")] == texts
    assert table.notes == ()


def test_fields_are_columns(tmp_path: Path) -> None:
    media = [[{"url": A, "size": {"w": 1}}, {"url": B, "size": None}], []]
    table = read(tmp_path, pl.DataFrame({"id": [1, 2], "media": media, "by": [{"n": "x"}, None]}))
    assert table.frame.rows(named=True) == [
        {"id": "1", "media.url": f"{A}; {B}", "media.size.w": "1", "by.n": "x"},
        {"id": "2", "media.url": "", "media.size.w": "", "by.n": ""},
    ]


def test_bytes_that_are_no_pictures_are_named(tmp_path: Path) -> None:
    inside = [{"bytes": b"\xff\xd8", "path": "a.jpg"}]
    table = read(tmp_path, pl.DataFrame({"url": [A], "image": inside, "raw": [b"x"]}))
    assert table.frame.columns == ["url", "image.path"]
    assert "2 columns, 'raw', 'image.bytes'" in table.notes[0]


def test_nothing_but_pictures(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column of text or numbers; left out.*'image'"):
        read(tmp_path, pl.DataFrame({"image": [[{"bytes": b"\xff"}]]}))


def test_no_rows(tmp_path: Path) -> None:
    table = read(tmp_path, pl.DataFrame(schema={"url": pl.String, "m": pl.List(pl.Int8)}))
    assert (table.frame.shape, table.frame.columns) == ((0, 2), ["url", "m"])


def test_damaged_arrow(tmp_path: Path) -> None:
    path = tmp_path / "x.feather"
    path.write_bytes(b"ARROW1\0\0" + b"\xff" * 100)
    with pytest.raises(InputError, match=r"^the Arrow file is damaged"):
        read_table(path, None)
