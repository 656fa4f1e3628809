"""CSV and its relatives: one row of names, then rows of cells.

Polars reads unambiguous files: with quotation marks as in RFC 4180, and as many cells in every row
as the table has columns, which is checked. All others are read row by row
(:mod:`tagatlas_tables.irregular`), and irregularities are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tagatlas_tables.formula_cells import resolve_formulas
from tagatlas_tables.head import Head, find_head
from tagatlas_tables.irregular import Grammar, IrregularReader
from tagatlas_tables.shapes import Shapes
from tagatlas_tables.table import Table, unique_names
from tagatlas_tables.wording import count, row_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_CHUNK = 1 << 24
_BATCH = 20_000
_SAMPLE_LINES = 2_000
_QUOTE, _BREAKS = ord('"'), b"\r\n"
_MISSING = "\\N"
"""A cell without a value in the exports of MySQL and Postgres."""

_DOUBLED = re.compile(rb'[^"\\,;|\t\r\n]""[^",;|\t\r\n]')
_DOUBLED_AMID_SPACES = re.compile(rb'[^"\\ \r\n]""[^" \r\n]')
_MARK = "\ufeff"


def read_delimited(data: bytes, *, skip_rows: int = 0) -> Table:
    """Read text whose first row has the names of the columns.

    A first row with a URL is data: the columns are then called ``column 1``, ``column 2``…

    Args:
        data: UTF-8.
        skip_rows: number of lines to skip before the row of names; 0 to detect it.

    Raises:
        InputError: there is no such row, or a row is ambiguous or unreadable.
    """
    if not data.isascii() and (mark := f"\n{_MARK}".encode()) in data:  # files that were joined
        data = data.replace(mark, b"\n")
    head = find_head(data, skip_rows)
    body = data[head.body_start :]
    columns = [str(number) for number in range(head.width)]
    frame, notes = _read_strictly(body, columns, head), head.notes
    if frame is None:
        frame, further = _read_row_by_row(body, columns, head)
        notes += further
    if b"\\" in body and _MISSING.encode() in body:
        frame = frame.with_columns(pl.all().replace(_MISSING, ""))
    frame, further = _without_further_heads(frame, head)
    notes += further
    if b"=" in body:
        frame, further = resolve_formulas(frame, head.first_row)
        notes += further
    frame.columns = unique_names(head.names)
    return Table(frame, head.kind, head.first_row, notes)


def _without_further_heads(frame: pl.DataFrame, head: Head) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Blank rows that repeat the names of the columns, as in concatenated files."""
    if not any(head.names):
        return frame, ()
    name = next(number for number, name in enumerate(head.names) if name)
    again = (frame.to_series(name) == head.names[name]).arg_true().to_list()
    again = [row for row in again if list(frame.row(row)) == head.names]
    if not again:
        return frame, ()
    is_kept = ~pl.int_range(frame.height, eager=True).is_in(again)
    frame = frame.with_columns(pl.when(is_kept).then(pl.all()).otherwise(pl.lit("")))
    rows = row_list([head.first_row + row for row in again])
    return frame, (f"{count(len(again), 'row')} that repeats the header left out ({rows})",)


def _read_strictly(body: bytes, columns: Sequence[str], head: Head) -> pl.DataFrame | None:
    """Read with Polars; None if any row is ambiguous or of another width."""
    quotes = _quotes(body, head) if b'"' in body else np.empty(0, np.int64)
    if quotes is None or _has_other_line_ends(body, head.line_end, quotes):
        return None
    # A header of our own: without one, Polars takes the number of columns from the first row.
    header = head.delimiter.join(column.encode() for column in columns) + head.line_end
    try:
        frame = pl.read_csv(
            header + body,
            separator=head.delimiter.decode(),
            eol_char=head.line_end.decode(),
            quote_char='"' if len(quotes) else None,
            schema=dict.fromkeys(columns, pl.String),
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if _adds_up(frame, body, head, quotes) else None


def _quotes(body: bytes, head: Head) -> NDArray[np.int64] | None:
    """Positions of the quotation marks; None unless all are as in RFC 4180."""
    bytes_ = np.frombuffer(body, np.uint8)
    at = np.concatenate(
        [
            np.flatnonzero(bytes_[start : start + _CHUNK] == _QUOTE) + start
            for start in range(0, len(bytes_), _CHUNK)
        ]
    )
    if len(at) % 2:
        return None
    is_end = np.zeros(256, np.bool_)
    is_end[[*head.delimiter, *_BREAKS]] = True
    opening, closing = at[0::2], at[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    opens = is_end[bytes_[opening - 1]]
    opens[1:] |= doubled
    opens[0] |= opening[0] == 0
    closes = is_end[bytes_[np.minimum(closing + 1, len(bytes_) - 1)]]
    closes[:-1] |= doubled
    closes[-1] |= closing[-1] + 1 == len(bytes_)
    return at if opens.all() and closes.all() else None


def _has_other_line_ends(body: bytes, line_end: bytes, quotes: NDArray[np.int64]) -> bool:
    """Whether there are line ends, outside quotation marks, other than the table's."""
    other = b"\n" if line_end == b"\r" else b"\r"
    if other not in body:
        return False
    if line_end == b"\n":
        if body.count(b"\r") == body.count(b"\r\n"):
            return False
        other = rb"\r(?!\n)"
    at = np.fromiter((found.start() for found in re.finditer(other, body)), np.int64)
    return bool((np.searchsorted(quotes, at) % 2 == 0).any())


def _adds_up(frame: pl.DataFrame, body: bytes, head: Head, quotes: NDArray[np.int64]) -> bool:
    """Whether the rows account for all lines and delimiters of the text."""
    line_end, delimiter = head.line_end, head.delimiter
    lines = body.count(line_end) + (len(body) > 0 and not body.endswith(line_end))
    delimiters = body.count(delimiter)
    if len(quotes):
        inner = frame.select(_count(delimiter)).row(0)
        delimiters -= sum(inner)
        if lines != frame.height:
            broken = frame.select(_count(line_end)).row(0)
            lines -= sum(broken)
            several = [column for column in range(frame.width) if broken[column] and inner[column]]
            if frame.width > 1 and any(_may_be_rows(frame, column, head) for column in several):
                return False
    missing = (frame.width - 1) * frame.height - delimiters
    if missing:
        missing -= (frame.width - 1) * _blank_lines(body, quotes)
    return lines == frame.height and missing == 0


def _count(pattern: bytes) -> pl.Expr:
    return pl.all().str.count_matches(pattern.decode(), literal=True).sum()


def _blank_lines(body: bytes, quotes: NDArray[np.int64]) -> int:
    blank = re.finditer(rb"(?:\A|(?<=\n)|(?<=\r)(?!\n))(?:\r?\n|\r)", body)
    at = np.fromiter((found.start() for found in blank), np.int64)
    return int((np.searchsorted(quotes, at) % 2 == 0).sum())


def _may_be_rows(frame: pl.DataFrame, number: int, head: Head) -> bool:
    """Whether some cell of a column looks like rows between two literal quotation marks."""
    delimiter, line_end = head.delimiter.decode(), head.line_end.decode()
    cells = frame.to_series(number)
    rows = pl.DataFrame({"cell": cells, "row": pl.int_range(len(cells), eager=True)})
    times = pl.col("cell").str.count_matches(delimiter, literal=True)
    over_lines = pl.col("cell").str.contains(line_end, literal=True)
    rows = rows.filter(over_lines & (times >= min(frame.width - 1, number or frame.width)))
    end = pl.col("cell").str.split(line_end).list.last()
    at_end = end.str.count_matches(delimiter, literal=True)
    rows = rows.filter((times >= frame.width - 1) | ((at_end == number) & (number > 0)))
    if rows.is_empty():
        return False
    sure = frame.head(_SAMPLE_LINES).filter(
        ~pl.any_horizontal(pl.all().str.contains(line_end, literal=True))
    )
    shapes = Shapes.of(sure.iter_rows(), frame.width, by_width=head.delimiter == b"\t")
    doubtful = frame[rows["row"]].iter_rows()
    lines = (_lines_of(row, number, delimiter, line_end) for row in doubtful)
    return any(shapes.hold(each, number, number) for each in lines)


def _lines_of(row: Sequence[str], number: int, delimiter: str, line_end: str) -> list[list[str]]:
    """The rows that a row would give if its cell of that number were several lines of the file."""
    first, *further = row[number].split(line_end)
    lines = [line.rstrip("\r").split(delimiter) for line in (first, *further)]
    lines[0] = [*row[:number], *lines[0]]
    lines[-1] = [*lines[-1], *row[number + 1 :]]
    return lines


def _read_row_by_row(
    body: bytes, columns: Sequence[str], head: Head
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """All rows, each read as fits the table, and notes about irregularities."""
    delimiter, line_end = head.delimiter.decode(), head.line_end
    sample = islice(_lines(body, line_end), _SAMPLE_LINES)
    whole = (line.rstrip("\r") for line in sample if line.count('"') % 2 == 0)
    doubled = _DOUBLED_AMID_SPACES if delimiter == " " else _DOUBLED
    grammar = Grammar(delimiter, keeps_backslash=doubled.search(body) is not None)
    rows = (grammar.line(line, grammar.lenient)[0] for line in whole)
    shapes = Shapes.of(rows, head.width, by_width=delimiter == "\t")
    reader = IrregularReader(_lines(body, line_end), grammar, head.width, shapes, head.first_row)
    schema = dict.fromkeys(columns, pl.String)
    frames = [pl.DataFrame(batch, schema=schema, orient="row") for batch in _batches(reader.rows())]
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    return frame, reader.notes()


def _batches(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _lines(body: bytes, line_end: bytes) -> Iterator[str]:
    """The lines of UTF-8 text; a carriage return before a line feed is kept."""
    start = 0
    while start < len(body):
        stop = body.find(line_end, start)
        stop = len(body) if stop < 0 else stop
        yield body[start:stop].decode()
        start = stop + 1
