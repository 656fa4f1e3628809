"""Reads a table from a path; the format is detected by its first bytes, not its name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas_tables.delimited import read_delimited
from tagatlas_tables.encoding import decode, to_utf8
from tagatlas_tables.json_folder import read_json_folder
from tagatlas_tables.json_text import begins_like_json
from tagatlas_tables.packed import HEAD, read_unpacked, refuse_others
from tagatlas_tables.parquet import read_arrow, read_parquet
from tagatlas_tables.structured import read_json
from tagatlas_tables.table import Table
from tagatlas_tables.urls import begins_with_url
from tagatlas_tables.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PARQUET = b"PAR1"
_ARROW = b"ARROW1"
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
_SOMETHING = re.compile(rb"\S")
_ROWS_OF_CELLS = frozenset({".csv", ".tsv", ".tab"})


def read_table(
    path: Path, encoding: str | None = None, *, sheet: str | None = None, skip_rows: int = 0
) -> Table:
    """Read a table of any supported format, or a folder of JSON files.

    Args:
        path: of the file, compressed or not.
        encoding: of text; None to detect it.
        sheet: the sheet of a workbook; None for the first with addresses.
        skip_rows: number of lines to skip before the row of names; 0 to detect it.

    Raises:
        InputError: the file is missing, unreadable, empty, damaged, or not a table.
    """
    if path.is_dir():
        return _read_folder(path, encoding)
    if _begins(path, _PARQUET):
        return read_parquet(path)
    if _begins(path, _ARROW):
        return read_arrow(path)
    endings = {suffix.lower() for suffix in path.suffixes[-2:]}  # two, for .csv.gz
    may_be_list = _ROWS_OF_CELLS.isdisjoint(endings)
    return read_data(
        read_unpacked(path), encoding, sheet=sheet, skip_rows=skip_rows, may_be_list=may_be_list
    )


def read_data(
    data: bytes,
    encoding: str | None = None,
    *,
    sheet: str | None = None,
    skip_rows: int = 0,
    may_be_list: bool = True,
) -> Table:
    """Read a table from the bytes of a workbook or of text.

    Args:
        data: not compressed.
        encoding: as in :func:`read_table`.
        sheet: likewise.
        skip_rows: likewise.
        may_be_list: whether text that begins with an address may be a list of addresses.

    Raises:
        InputError: empty, damaged, or not a table.
    """
    if is_workbook(data):
        return _read_sheet(data, sheet, skip_rows)
    if sheet is not None:
        raise InputError("--sheet is for workbooks, which this is not")
    text, notes = _text_of(data, encoding)
    del data
    table = _read_text(text, skip_rows, may_be_list=may_be_list)
    return replace(table, notes=(*notes, *table.notes))


def is_workbook(data: bytes) -> bool:
    """Whether these are the bytes of a workbook, or of another ZIP archive or Office file."""
    return data.startswith((_ZIP, _OLE))


def _text_of(data: bytes, encoding: str | None) -> tuple[bytes, tuple[str, ...]]:
    refuse_others(data[:HEAD])
    text, notes = to_utf8(data, encoding)
    if _SOMETHING.search(text) is None:
        raise InputError("the file is empty")
    return text, notes


def _read_folder(path: Path, encoding: str | None) -> Table:
    guesses: Counter[str] = Counter()

    def text_of(file: Path) -> bytes:
        text, notes = _text_of(read_unpacked(file), encoding)
        guesses.update(notes)
        return text

    table = read_json_folder(path, text_of)
    notes = (f"{count(number, 'file')}: {note}" for note, number in guesses.items())
    return replace(table, notes=(*table.notes, *notes))


def _read_sheet(data: bytes, sheet: str | None, skip_rows: int) -> Table:
    # Imported here because few files are workbooks.
    from tagatlas_tables.workbook import kind_of_workbook, read_workbook

    kind = kind_of_workbook(data)
    if kind is None:
        raise InputError("a ZIP archive that is no workbook: unpack it")
    return read_workbook(data, kind, sheet=sheet, skip_rows=skip_rows)


def _read_text(text: bytes, skip_rows: int, *, may_be_list: bool) -> Table:
    if begins_like_json(text):
        return read_json(text)
    if not skip_rows and may_be_list and _is_list_of_urls(text):
        return _read_lines(decode(text))
    return read_delimited(text, skip_rows=skip_rows)


def _begins(path: Path, mark: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(mark)) == mark
    except (OSError, ValueError):
        return False  # the reader reports the error


def _is_list_of_urls(data: bytes) -> bool:
    beginning = data[:65_536].decode(errors="replace")
    return begins_with_url(next(_entries(beginning), ""))


def _read_lines(text: str) -> Table:
    import polars as pl

    frame = pl.DataFrame({"url": list(_entries(text))}, schema={"url": pl.String})
    return Table(frame, "list of URLs")


def _entries(text: str) -> Iterator[str]:
    """The lines that are neither blank nor comments."""
    lines = (line.replace("\ufeff", "").strip() for line in re.split(r"\r\n|\n|\r", text))
    return (line for line in lines if line and not line.startswith("#"))
