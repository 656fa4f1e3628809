"""Finds the head of a table in a text: its delimiter, its row of names, and lines before it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagatlas.errors import InputError
from tagatlas_tables.endings import PICTURE_ENDING
from tagatlas_tables.urls import begins_with_url, holds_address
from tagatlas_tables.wording import count, shown

if TYPE_CHECKING:
    import _csv

_KINDS = {b"\t": "TSV", b",": "CSV", b";": "CSV with semicolons", b"|": "CSV with bars"}
_SPACE = b" "
_NO_DELIMITER = b"\x1f"  # a byte that text does not have: the whole line is one cell
_SAMPLE = 1 << 14
_MOST_ROWS = 50
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_RECORD = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+"?[^\r\n]*+')
_QUOTED = re.compile(rb'"[^"]*"')
_SEPARATOR_LINE = re.compile(rb'"?sep=([^\r\n])"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_ANY_DELIMITER = re.compile(r"[\t,;|]")
_MOST_OF = 0.9
_NO_NAME = re.compile(rf"\d+|.*{PICTURE_ENDING}", re.IGNORECASE | re.DOTALL)
_URL_WORD = re.compile(r"(?i)url|uri|link|href|image|img|media|photo|pic|thumb|src|bild|foto")


@dataclass(frozen=True)
class Head:
    """The head of a table.

    Attributes:
        names: as written, one per column; all empty without a row of names.
        delimiter: between two cells.
        line_end: of the row of names; a line feed for carriage return and line feed.
        body_start: start of the rows, in bytes.
        first_row: the number of the first row.
        notes: on lines left out before the names, and on guesses.
    """

    names: list[str]
    delimiter: bytes
    line_end: bytes
    body_start: int
    first_row: int
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.names)

    @property
    def kind(self) -> str:
        """Name of the format."""
        if self.delimiter == _NO_DELIMITER:
            return "one column"
        if self.delimiter == _SPACE:
            return "text with spaces between cells"
        return _KINDS.get(self.delimiter, f"CSV with {shown(self.delimiter.decode())}")


@dataclass(frozen=True)
class _Record:
    start: int  # in characters of the sample
    line: int  # counted from 0
    cells: list[str]


@dataclass(frozen=True)
class _Reading:
    """A sample read with one delimiter: its non-blank records."""

    delimiter: bytes
    records: Sequence[_Record]
    header: int  # the index of the row of names among the records
    names: int
    width: int
    share: float  # of the records below the names, those of the usual width


def find_head(data: bytes, skip_rows: int = 0) -> Head:
    """Find the head of a table.

    Args:
        data: UTF-8.
        skip_rows: number of lines to skip before the row of names; 0 to detect it.

    Raises:
        InputError: there are fewer lines.
    """
    start, notes = _skip(data, skip_rows)
    delimiter = None
    if (given := _SEPARATOR_LINE.match(data, start)) is not None:
        start, delimiter = given.end(), given[1]
    while data[start : start + 1] in (b"\r", b"\n"):
        start += 1
    sample = _sample(data, start)
    reading = _read_sample(sample, delimiter, look_further=not skip_rows)
    if reading is None:
        return _plain_head(data, start, delimiter, notes)
    header = reading.records[reading.header]
    if header.start:
        start += len(sample[: header.start].encode())
        notes += (left_out([record.cells for record in reading.records[: reading.header]]),)
    return _plain_head(data, start, reading.delimiter, notes, reading.width)


def header_among(rows: Sequence[Sequence[str]]) -> int:
    """Index of the row of names among a table's first rows, which may begin with titles.

    It is the last row before the URLs whose cell above them has a word for URLs, if the first row
    has none or is one cell; else the first. A row with a number or a picture's name is data.
    """
    width = max(map(len, rows), default=0)
    for column in range(width):
        cells = [row[column].strip() if column < len(row) else "" for row in rows]
        first = next((row for row, cell in enumerate(cells) if begins_with_url(cell)), 0)
        above = [row for row in range(first) if cells[row]]
        if not above:
            continue
        header, top = above[-1], " ".join(rows[0])
        if any(_NO_NAME.fullmatch(cell.strip()) for cell in rows[header]):
            continue
        is_title = not cells[0] and sum(map(bool, rows[0])) == 1
        if _URL_WORD.search(cells[header]) and (is_title or not _URL_WORD.search(top)):
            return header
    return 0


def _skip(data: bytes, rows: int) -> tuple[int, tuple[str, ...]]:
    start = 0
    for number in range(rows):
        end = _LINE_END.search(data, start)
        if end is None:
            raise InputError(f"there are only {count(number + 1, 'line')}: skip fewer")
        start = end.end()
    return start, (f"the first {count(rows, 'line')} left out, as asked for",) if rows else ()


def _sample(data: bytes, start: int) -> str:
    """The first complete lines of the text."""
    sample = data[start : start + _SAMPLE]
    if len(data) > start + _SAMPLE:
        last = max(sample.rfind(b"\n"), sample.rfind(b"\r")) + 1
        sample = sample[:last] or sample
    return sample.decode(errors="replace")


def _read_sample(text: str, delimiter: bytes | None, *, look_further: bool) -> _Reading | None:
    """The reading in which most records have the same width; None if there is no such delimiter."""
    lines = [(found.start(), found.group()) for found in _LINES.finditer(text) if found.group()]
    found: list[_Reading] = []
    candidates = [delimiter] if delimiter else [each for each in _KINDS if each.decode() in text]
    for each in candidates:
        for records in _readings(lines, each):
            reading = _judge(each, records, look_further=look_further)
            if reading is not None:
                found.append(reading)
                if reading.share == 1:
                    break
    if not found and text.startswith('"'):  # as write.table of R does by default
        for records in (
            _apart(lines, _SPACE, "\\"),
            _joined(lines, _SPACE, "\\"),
            _joined(lines, _SPACE),
        ):
            spaced = _judge(_SPACE, records, look_further=False)
            if spaced and spaced.share > _MOST_OF:
                return spaced
    return max(found, key=_likelihood, default=None)


def _likelihood(reading: _Reading) -> tuple[float, int]:
    """Sort key of the likelihood of a reading; otherwise equal, more columns are likelier."""
    names = reading.records[reading.header].cells
    speaking = (
        reading.header == 0,  # nothing is before the names
        reading.names == reading.width,  # no column lacks one
        any(map(_URL_WORD.search, names)),
    )
    return round(reading.share + 0.3 * sum(speaking), 2), reading.width


def _readings(lines: Sequence[tuple[int, str]], delimiter: bytes) -> Iterator[list[_Record]]:
    yield _joined(lines, delimiter)
    yield _apart(lines, delimiter)
    yield _apart(lines, delimiter, "\\")


def _joined(
    lines: Sequence[tuple[int, str]], delimiter: bytes, escape: str | None = None
) -> list[_Record]:
    """The records if quoted cells may span lines."""
    reader = _cells((line for _, line in lines), delimiter, escape)
    records, line = [], 0
    try:
        for cells in reader:
            if any(cells):
                records.append(_Record(lines[line][0], line, cells))
            line = reader.line_num
    except csv.Error:
        return []
    return records


def _apart(
    lines: Sequence[tuple[int, str]], delimiter: bytes, escape: str | None = None
) -> list[_Record]:
    """The records if each is one line, perhaps with backslash-escaped quotation marks."""
    records = []
    for number, (start, line) in enumerate(lines):
        try:
            cells = next(_cells([line.rstrip("\r\n")], delimiter, escape), [])
        except csv.Error:
            return []
        if any(cells):
            records.append(_Record(start, number, cells))
    return records


def _cells(lines: Iterable[str], delimiter: bytes, escape: str | None = None) -> _csv.Reader:
    return csv.reader(lines, delimiter=delimiter.decode(), escapechar=escape, skipinitialspace=True)


def _judge(delimiter: bytes, records: Sequence[_Record], *, look_further: bool) -> _Reading | None:
    if not records:
        return None
    widths = [len(record.cells) for record in records]
    usual = Counter(widths[1:] or widths).most_common(1)[0][0]
    if usual < 2:
        return None
    header = _header(records, usual) if look_further else 0
    has_few_rows = len(widths) - header < 2 + any(map(begins_with_url, records[header].cells))
    if header and _looks_like_names(records[0].cells):
        header = 0
    if header and (_share(widths[header:], usual) < _MOST_OF or has_few_rows):
        header = 0
    names = widths[header]
    if names == 1 and not _lacks_a_name([record.cells for record in records[header:]], delimiter):
        return None
    share = _share(widths[header:], usual)
    return _Reading(delimiter, records, header, names, max(names, usual), share)


def _looks_like_names(cells: Sequence[str]) -> bool:
    """Whether a line has a name for addresses among its cells, with any delimiter."""
    cells = _ANY_DELIMITER.split(",".join(cells))
    return len(cells) > 1 and any(
        _URL_WORD.search(cell) and cell.isidentifier() for cell in map(str.strip, cells)
    )


def _share(widths: Sequence[int], usual: int) -> float:
    """Share of the rows below the names that have the usual width, in [0, 1]."""
    below = widths[1:] or widths
    return below.count(usual) / len(below)


def _header(records: Sequence[_Record], usual: int) -> int:
    rows = [record.cells for record in records]
    first = next(number for number, row in enumerate(rows) if len(row) == usual)
    if first and len(rows[0]) >= usual:
        return 0  # more names than cells
    if first and len(rows[0]) > 1 and _is_data(rows[first], rows[first + 1 :]):
        return first - 1  # a name fewer than cells, as R writes them
    return first + header_among(rows[first : first + _MOST_ROWS])


def _is_data(row: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether a row looks like the rows below it rather than like names."""
    below = {
        column
        for other in others[:20]
        for column, cell in enumerate(other)
        if begins_with_url(cell) or cell.strip().isdigit()
    }
    own = [cell for column, cell in enumerate(row) if column in below]
    return any(begins_with_url(cell) or cell.strip().isdigit() for cell in own) or not below


def _lacks_a_name(rows: Sequence[Sequence[str]], delimiter: bytes) -> bool:
    """Whether rows of two cells under one name are rows of a table, not URLs cut at commas."""
    header, *below = rows
    return (
        len(header) == 1
        and len(below) > 1
        and all(len(row) == len(below[0]) for row in below)
        and (delimiter == b"\t" or not any(begins_with_url(row[0]) for row in below))
        and (len(below[0]) == 2)
    )


def left_out(rows: Sequence[Sequence[str]]) -> str:
    """A note on the lines before the row of names."""
    said = ", ".join(shown(" ".join(filter(None, row))) for row in rows[:3])
    more = ", …" if len(rows) > 3 else ""
    return f"{count(len(rows), 'line')} before the names of the columns left out: {said}{more}"


def _plain_head(
    data: bytes,
    start: int,
    delimiter: bytes | None,
    notes: tuple[str, ...],
    width: int = 0,
) -> Head:
    """The head whose row of names begins at ``start``."""
    record = _RECORD.match(data, start)
    end = record.end() if record else start
    line_end = _LINE_END.match(data, end)
    if delimiter is None:
        bare = _QUOTED.sub(b"", data[start:end])
        most = max(_KINDS, key=bare.count)
        delimiter = most if most in bare else _NO_DELIMITER
    text = data[start:end].decode(errors="replace")
    try:
        names = next(_cells(text.splitlines(keepends=True), delimiter), [""])
    except csv.Error:  # a name of more than 131,072 characters
        names = text.split(delimiter.decode())
    body_start = line_end.end() if line_end else end
    first_row = 2 + len(_LINE_END.findall(data, 0, start))
    if any(map(_is_address, names)) or (len(names) == 1 and holds_address(names[0])):
        names, body_start, first_row = [""] * len(names), start, first_row - 1
    if len(names) < width:
        names, note = _with_names_that_lack(names, width, data[body_start:], delimiter)
        notes += note
    own_end = b"\r" if line_end and line_end.group() == b"\r" else b"\n"
    return Head(names, delimiter, own_end, body_start, first_row, notes)


def _is_address(cell: str) -> bool:
    """Whether a cell is an address, perhaps wrapped, not a name with an example."""
    text = cell.strip()
    return holds_address(text) and (not text[0].isalnum() or "://" in text.split()[0])


def _with_names_that_lack(
    names: list[str], width: int, body: bytes, delimiter: bytes
) -> tuple[list[str], tuple[str, ...]]:
    """Names for all columns if the header has fewer names than the rows have cells."""
    lacks = width - len(names)
    lines = _lines_at_start(body)
    if all(line.endswith(delimiter) for line in lines):  # delimiters at the end of each row
        return [*names, *[""] * lacks], ()
    if lacks == 1 and any(names):
        note = "the header has a name fewer than the rows have cells: the first column has none"
        return ["", *names], (note,)
    note = f"the header has {count(lacks, 'name')} fewer than the rows have cells"
    return [*names, *[""] * lacks], (note,) if any(names) else ()


def _lines_at_start(body: bytes) -> Iterator[bytes]:
    return (line for line in _LINE_END.split(body[:_SAMPLE])[:20] if line.strip(b" "))
