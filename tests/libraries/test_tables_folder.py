"""A folder of tables, each named by its content."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from tagatlas.errors import StorageError
from tagatlas_tables.table_folder import TableFolder

TABLE = pl.DataFrame({"id": ["a", "b", None], "x": [0.5, float("nan"), 2.0]})
EMPTY = TABLE.clear()


@pytest.fixture
def folder(tmp_path: Path) -> TableFolder:
    return TableFolder(tmp_path / "catalog" / "maps")


@pytest.mark.parametrize("table", [TABLE, EMPTY])
def test_a_table_comes_back_as_it_went_whole_or_in_columns(
    folder: TableFolder, table: pl.DataFrame
) -> None:
    name = folder.keep(table)
    assert folder.read(name).equals(table, null_equal=True)
    assert folder.read(name, ["x"]).equals(table.select("x"))
    assert folder.keep(table) == name
    assert [each.name for each in folder.path.iterdir()] == [name]


def test_only_named_tables_outlive_a_sweep(folder: TableFolder) -> None:
    folder.sweep([])  # before there is a folder
    kept, gone = folder.keep(TABLE), folder.keep(EMPTY)
    (folder.path / ".writing-0123").write_bytes(b"of a killed process")
    (folder.path / "notes.txt").write_text("of a user")
    folder.sweep([kept])
    assert sorted(each.name for each in folder.path.iterdir()) == sorted([kept, "notes.txt"])
    with pytest.raises(FileNotFoundError):
        folder.read(gone)


@pytest.mark.parametrize(
    "name", ["../x.arrow", "", "x", "A" * 64 + ".arrow", "a" * 64 + ".arrow\n"]
)
def test_what_is_no_name_is_not_opened(folder: TableFolder, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        folder.read(name)


def test_a_changed_file_is_not_read(folder: TableFolder) -> None:
    name = folder.keep(TABLE)
    data = bytearray((folder.path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder.path / name).write_bytes(data)
    with pytest.raises(ValueError, match="not as it was written"):
        folder.read(name)


def test_a_lack_of_a_column_and_what_is_no_file(folder: TableFolder) -> None:
    name = folder.keep(TABLE)
    with pytest.raises(ValueError, match="no readable table"):
        folder.read(name, ["y"])
    pipe = "1" * 64 + ".arrow"
    os.mkfifo(folder.path / pipe)
    with pytest.raises(FileNotFoundError):
        folder.read(pipe)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "catalog").write_text("a file")
    with pytest.raises(StorageError, match="cannot write in"):
        TableFolder(tmp_path / "catalog" / "maps").keep(TABLE)
