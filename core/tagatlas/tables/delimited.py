"""CSV and its relatives: RFC 4180 with any of four delimiters, found in the header row.

Polars does the work. It refuses text whose quotation marks do not pair up (``5" screen``), which
the csv module of the standard library reads; so that is where such text goes.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import polars as pl

from tagatlas.errors import InputError
from tagatlas.tables.encoding import decode
from tagatlas.tables.table import Table, unique_names
from tagatlas.tables.urls import begins_with_url

_KINDS = {b"\t": "TSV", b",": "CSV", b";": "CSV with semicolons", b"|": "CSV with bars"}
_NO_DELIMITER = b"\x1f"  # a byte that text does not have: the whole line is one cell
_RECORD = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+"?[^\r\n]*+')
_LINE_END = re.compile(rb"\r\n|\r|\n")
_QUOTED = re.compile(rb'"[^"]*"')
_END_MARK = "end of the table"


@dataclass(frozen=True)
class _Dialect:
    delimiter: bytes
    line_end: bytes

    @property
    def kind(self) -> str:
        return _KINDS.get(self.delimiter, "one column")


def read_delimited(data: bytes) -> Table:
    """Read UTF-8 text whose first row names the columns.

    A first row with a URL in it is data: the columns are then called ``column 1``, ``column 2``…

    Raises:
        InputError: not UTF-8, or a quotation mark is opened and never closed.
    """
    start = len(data) - len(data.lstrip(b"\r\n"))
    header = _RECORD.match(data, start)
    end = header.end() if header else start
    line_end = _LINE_END.match(data, end)
    body_start = line_end.end() if line_end else end
    dialect = _sniff(data[start:end], data[end:body_start])
    first_row = 1 + data.count(dialect.line_end, 0, start)
    decode(data[:end])  # so that an error gives the place in the file, not in the row
    names = _parse(data[start:end], dialect, first_row)[0]
    if any(begins_with_url(name) for name in names):
        names, body_start = [""] * len(names), start
    else:
        first_row += 1
    frame = _read_body(data, body_start, unique_names(names), dialect, first_row)
    return Table(frame, dialect.kind, first_row)


def _sniff(header: bytes, line_end: bytes) -> _Dialect:
    """The delimiter is the one that the header has most of, outside quotation marks."""
    bare = _QUOTED.sub(b"", header)
    delimiter = max(_KINDS, key=bare.count)
    return _Dialect(
        delimiter=delimiter if delimiter in bare else _NO_DELIMITER,
        line_end=b"\r" if line_end == b"\r" else b"\n",
    )


def _read_body(
    data: bytes, start: int, names: list[str], dialect: _Dialect, first_row: int
) -> pl.DataFrame:
    body = data[start:]
    columns = [str(number) for number in range(len(names))]
    frame = _read_strictly(body, columns, dialect)
    if frame is None:
        decode(data)
        width = len(names)
        rows = [(row + [""] * width)[:width] for row in _parse(body, dialect, first_row)]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    frame = frame.fill_null("")
    frame.columns = names
    return frame


def _read_strictly(body: bytes, columns: list[str], dialect: _Dialect) -> pl.DataFrame | None:
    """What Polars reads; None if quotation marks do not pair up, or it is not UTF-8."""
    if body.count(b'"') % 2:
        return None
    # A header of our own: without one, Polars takes the number of columns from the first row.
    header = dialect.delimiter.join(column.encode() for column in columns) + dialect.line_end
    try:
        return pl.read_csv(
            header + body,
            separator=dialect.delimiter.decode(),
            eol_char=dialect.line_end.decode(),
            schema=dict.fromkeys(columns, pl.String),
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        return None


def _parse(data: bytes, dialect: _Dialect, first_row: int) -> list[list[str]]:
    """All records, read by the csv module. A blank line is a record without cells."""
    text = decode(data).removesuffix("\n").removesuffix("\r")
    marked = io.StringIO(f"{text}\n{_END_MARK}", newline="")
    reader = csv.reader(marked, delimiter=dialect.delimiter.decode())
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise InputError(
            f"row {first_row + len(rows):,} cannot be read ({error}): "
            "is there a quotation mark that is never closed?"
        ) from error
    if rows.pop() != [_END_MARK]:
        raise InputError(
            f"the quotation mark that row {first_row + len(rows):,} opens is never closed: "
            "close it, or write it twice where it is part of the text"
        )
    return rows
