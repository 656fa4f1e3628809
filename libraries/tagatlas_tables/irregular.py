"""Reads delimited text with irregular quotation marks or rows, record by record.

Programs write a quotation mark in a cell in different ways: doubled (RFC 4180), escaped by a
backslash (R with ``qmethod="escape"``, MySQL, Postgres), after a backslash that belongs to the
text (PHP's ``fputcsv``), or unescaped. The width of the table decides: the first reading of a
record that gives as many cells as the table has columns counts.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from tagatlas.errors import InputError
from tagatlas_tables.shapes import Shapes
from tagatlas_tables.wording import count, row_list

_MOST_LINES = 10_000
"""Maximum lines of a cell. Beyond it, a quotation mark was never closed."""

_QUOTE_IN_CELL = re.compile(r'\\"|""')

_TRY = "close it, or double it if it is part of the text"


class Oddity(StrEnum):
    """An irregularity of a row, in words that follow a number of rows."""

    SHORT = "with fewer cells than the table has columns"
    LONG = "with more cells than the table has columns"
    OPEN = "with a quotation mark that is never closed"
    INNER = "with quotation marks in a quoted cell that are not doubled"
    ESCAPED = "with a backslash before a delimiter or line end"
    CUT = "at the end of the file cut off"


_THEN = {
    Oddity.SHORT: "the others are empty",
    Oddity.LONG: "the rest is left out",
    Oddity.OPEN: "it is read as text",
    Oddity.INNER: "they are read as text",
    Oddity.ESCAPED: "it is read as part of the cell, as databases write it",
    Oddity.CUT: "was it copied whole?",
}


_Reading = tuple[list[str], Oddity | None]
"""The cells of a line, and their irregularity."""


class _Record(NamedTuple):
    """A record by one convention for quotation marks."""

    cells: list[str]
    used: int = 0
    """Number of further lines it spans."""
    first: int = 0
    last: int = 0
    """The columns of the first and the last cell that span lines."""


class Grammar:
    """Patterns of cells, for one delimiter and one convention for quotation marks."""

    def __init__(self, delimiter: str, *, keeps_backslash: bool) -> None:
        d = re.escape(delimiter)
        end = rf"(?:{d}|\r*\Z)"
        bare = rf'(?P<bare>(?!")[^"{d}\r]*+)'
        flags = re.DOTALL
        doubled, escaped = r'(?:[^"]|"")*+', r'(?:[^"\\]|\\.|"")*+'
        self.delimiter = delimiter
        self.keeps_backslash = keeps_backslash
        # By habit: a whole cell; a cell that is still open; a line on which an open cell closes.
        self.strict = [
            (
                re.compile(rf'(?:"(?P<{name}>{inner})"|{bare}){end}', flags),
                re.compile(rf'"{inner}\\?\Z', flags),
                re.compile(rf'{inner}"', flags),
            )
            for name, inner in (("doubled", doubled), ("escaped", escaped))
        ]
        naive = rf'"(?P<naive>(?:[^"]|"(?!{end}))*)"'
        self.lenient = re.compile(
            rf'(?: *"(?P<doubled>{doubled})" *(?={end})| *"(?P<escaped>{escaped})" *(?={end})'
            rf"|{naive}(?={end})|(?P<bare>[^{d}]*?)){end}",
            flags,
        )
        self.greedy = re.compile(rf'(?:"(?P<naive>.*)"(?={end})|(?P<bare>[^{d}]*?)){end}', flags)
        self.split = re.compile(
            rf'(?:"(?P<naive>[^{d}]*)"(?={end})|(?P<bare>[^{d}]*?)){end}', flags
        )
        self.backslashes = re.compile(rf"(?P<backslashed>(?:[^{d}\\]|\\.)*+){end}", flags)

    def text(self, found: re.Match[str]) -> str:
        """The text of a cell."""
        way = found.lastgroup or ""
        text: str = found[way]
        if way == "backslashed":
            text = text.replace("\\" + self.delimiter, self.delimiter).replace("\\\n", "\n")
        if way in ("bare", "backslashed"):
            return text
        if way == "escaped" and not self.keeps_backslash:
            return _QUOTE_IN_CELL.sub('"', text)
        return text.replace('""', '"')

    def line(self, line: str, pattern: re.Pattern[str]) -> _Reading:
        """The cells of a line by a pattern that fits any text, and their irregularity."""
        cells, position, oddity = [], 0, None
        while found := pattern.match(line, position):
            cells.append(self.text(found))
            if found.lastgroup == "bare" and found["bare"].startswith('"'):
                oddity = Oddity.OPEN
            elif found.lastgroup == "naive" and '"' in found["naive"]:
                oddity = Oddity.INNER
            elif found.lastgroup == "backslashed" and cells[-1] != found["backslashed"]:
                oddity = Oddity.ESCAPED
            position = found.end()
            if not found.group().endswith(self.delimiter):
                break
        return cells, oddity


class IrregularReader:
    """Reads a table's rows and counts irregular ones."""

    def __init__(
        self, lines: Iterator[str], grammar: Grammar, width: int, shapes: Shapes, first_row: int
    ) -> None:
        self._odd: dict[Oddity, list[int]] = {oddity: [] for oddity in Oddity}
        self._lines = lines
        self._ahead: deque[str] = deque()
        self._grammar = grammar
        self._width = width
        self._shapes = shapes
        self._row = first_row - 1

    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind of irregular row; call after all are read."""
        return tuple(
            f"{count(len(rows), 'row')} {oddity} ({row_list(rows)}): {_THEN[oddity]}"
            for oddity, rows in self._odd.items()
            if rows
        )

    def rows(self) -> Iterator[list[str]]:
        """All rows, with the table's width; a blank line is a row of empty cells.

        Raises:
            InputError: a row is ambiguous or unreadable.
        """
        width = self._width
        while (line := self._next()) is not None:
            for cells in self._records(line):
                self._row += 1
                if any(cell.strip() for cell in cells) or len(cells) > 1:
                    self._count(cells)
                yield (cells + [""] * width)[:width]

    def _count(self, cells: list[str]) -> None:
        if self._row in self._odd[Oddity.CUT]:
            return
        if len(cells) < self._width:
            self._odd[Oddity.SHORT].append(self._row)
        elif any(cells[self._width :]):
            self._odd[Oddity.LONG].append(self._row)

    def _next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _peek(self, number: int) -> str | None:
        while len(self._ahead) <= number:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[number]

    def _records(self, line: str) -> list[list[str]]:
        """The records that begin on a line: one, or several if it has other line ends inside."""
        inside = line.rstrip("\r")
        if '"' not in line and "\r" not in inside and "\n" not in inside:
            cells = inside.split(self._grammar.delimiter)
            if len(cells) == self._width or "\\" not in inside:
                return [cells]
        pieces = re.split(r"[\r\n]+", inside)
        if len(pieces) > 1 and not self._fits_alone(line):
            each = [self._alone(piece)[0] for piece in pieces]
            if all(len(cells) == self._width for cells in each):
                return each
        return [self._record(line)]

    def _fits_alone(self, line: str) -> bool:
        """Whether a line with other line ends inside has them in quoted cells."""
        return any(
            found and not found.used and len(found.cells) == self._width
            for found in (self._strictly(line, habit) for habit in range(2))
        )

    def _record(self, line: str) -> list[str]:
        """The record that begins on a line, with all further lines it spans."""
        strict: list[_Record] = []
        for habit in range(2):
            if found := self._strictly(line, habit):
                strict.append(found)
                if len(found.cells) == self._width:
                    break
        ragged = sorted(strict, key=lambda found: found.used)
        fitting = [found for found in ragged if len(found.cells) == self._width]
        if fitting and not fitting[0].used:
            return fitting[0].cells
        alone, oddity = self._alone(line)
        if len(alone) == self._width:
            if fitting and not self._are_rows(fitting[0], alone):
                return self._take(fitting[0])
            return self._noted(alone, oddity)
        if line.rstrip("\r").endswith("\\") and (more := self._peek(0)) is not None:
            joined = self._grammar.line(f"{line}\n{more}", self._grammar.backslashes)[0]
            if len(joined) == self._width:
                return self._noted(self._take(_Record(joined, 1)), Oddity.ESCAPED)
        for found in [*fitting, *ragged]:
            fits = len(found.cells) == self._width
            further = [self._ahead[number] for number in range(found.used)]
            if further and (self._are_rows(found, alone) or not (fits or self._is_text(further))):
                raise InputError(
                    f"row {self._row + 1:,} can be read in two ways: its quotation marks make "
                    f"one record of {count(found.used + 1, 'line')} that look like rows; "
                    "correct them"
                )
            return self._take(found)
        if oddity == Oddity.OPEN and line.count('"') % 2:
            if (cut := self._to_the_end(line)) is not None:
                return cut
            raise InputError(
                f"the quotation mark that row {self._row + 1:,} opens is never closed: {_TRY}"
            )
        return self._noted(alone, oddity)

    def _to_the_end(self, line: str) -> list[str] | None:
        """The last record of a truncated file; None if the rest looks like rows."""
        rest: list[str] = []
        while (more := self._peek(len(rest))) is not None and len(rest) < _MOST_LINES:
            rest.append(more)
        if more is not None or not self._is_text(rest):
            return None
        self._ahead.clear()
        self._odd[Oddity.CUT].append(self._row + 1)
        whole = "\n".join([line, *rest]).rstrip("\r\n")
        return self._grammar.line(f'{whole}"', self._grammar.lenient)[0]

    def _take(self, found: _Record) -> list[str]:
        for _ in range(found.used):
            self._ahead.popleft()
        return found.cells

    def _noted(self, cells: list[str], oddity: Oddity | None) -> list[str]:
        if oddity is not None:
            self._odd[oddity].append(self._row + 1)
        return cells

    def _strictly(self, line: str, habit: int) -> _Record | None:
        """The record that begins on a line, by one convention; None if that does not fit."""
        cell, still_open, closes = self._grammar.strict[habit]
        cells: list[str] = []
        text, position, used = line, 0, 0
        over_lines: list[int] = []
        while True:
            if found := cell.match(text, position):
                cells.append(self._grammar.text(found))
                position = found.end()
                if not found.group().endswith(self._grammar.delimiter):
                    return _Record(cells, used, *over_lines[:1], *over_lines[-1:])
                continue
            if not still_open.match(text, position):
                return None
            over_lines.append(len(cells))
            parts = [text[position:]]
            while (more := self._peek(used)) is not None and len(parts) <= _MOST_LINES:
                parts.append(more)
                used += 1
                if closes.match(more):
                    break
            else:
                return None
            text, position = "\n".join(parts), 0

    def _alone(self, line: str) -> _Reading:
        """The cells of a line alone, regardless of its quotation marks, and their irregularity."""
        readings: list[_Reading] = []
        for reading in self._readings(line):
            if len(reading[0]) == self._width:
                return reading
            readings.append(reading)
        return readings[0]

    def _readings(self, line: str) -> Iterator[_Reading]:
        """The readings of one line, the likeliest first."""
        grammar = self._grammar
        # With an odd number of quotation marks, a cell stays open unless one is escaped.
        habits = (0, 1) if line.count('"') % 2 == 0 else (1,) if "\\" in line else ()
        for habit in habits:
            if (found := self._strictly(line, habit)) and not found.used:
                yield found.cells, None
        yield grammar.line(line, grammar.lenient)
        yield grammar.line(line, grammar.split)
        yield grammar.line(line, grammar.greedy)
        if "\\" in line:
            yield grammar.line(line, grammar.backslashes)

    def _is_text(self, lines: Sequence[str]) -> bool:
        """Whether lines in a cell cannot be rows because they have no delimiters."""
        return not any(map(self._may_be_row, lines))

    def _may_be_row(self, line: str) -> bool:
        return line.count(self._grammar.delimiter) >= self._width - 1

    def _are_rows(self, found: _Record, alone: list[str]) -> bool:
        """Whether lines that quotation marks make one record look like rows."""
        further = [self._ahead[number] for number in range(found.used)]
        cells = [self._alone(each)[0] if self._may_be_row(each) else [] for each in further]
        return self._shapes.hold([alone, *cells], found.first, found.last)
