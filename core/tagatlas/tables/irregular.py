"""Records of delimited text whose quotation marks or rows are not regular, one record at a time.

Programs disagree on how a quotation mark within a cell is written: doubled (RFC 4180), behind a
backslash (R with ``qmethod="escape"``, MySQL, Postgres), behind a backslash that stays (PHP's
``fputcsv``), or as it is. What decides is the width of the table: of the readings of a record, the
first counts that gives as many cells as the table has columns.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tagatlas.errors import InputError
from tagatlas.tables.shapes import Shapes
from tagatlas.tables.wording import count, row_list

_MOST_LINES = 10_000
"""No cell has more lines. What goes on longer is a quotation mark that is never closed."""

_TRY = "close it, or write it twice where it is part of the text"


@dataclass
class Account:
    """What a user should know of the rows: numbers of those that were not as the header says."""

    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    unpaired: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)

    def notes(self) -> tuple[str, ...]:
        """A sentence for each sort of irregular row."""
        sorts = (
            (self.short, "with fewer cells than the table has columns", "the others are empty"),
            (self.long, "with more cells than the table has columns", "what is beyond is left out"),
            (self.unpaired, "with a quotation mark that is never closed", "it is read as text"),
            (self.cut, "at the end of the file cut off", "was it copied whole?"),
        )
        return tuple(
            f"{count(len(rows), 'row')} {what} ({row_list(rows)}): {then}"
            for rows, what, then in sorts
            if rows
        )


class Grammar:
    """The ways to write a cell, for one delimiter and one habit of writing quotation marks."""

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
        if way == "escaped" and not self.keeps_backslash:
            text = text.replace('\\"', '"')
        return text if way in ("bare", "backslashed") else text.replace('""', '"')

    def line(self, line: str, pattern: re.Pattern[str]) -> tuple[list[str], bool]:
        """The cells of a line by a pattern that fits any text, and whether one stays open."""
        cells, position, stays_open = [], 0, False
        while found := pattern.match(line, position):
            cells.append(self.text(found))
            stays_open |= found.lastgroup == "bare" and found["bare"].startswith('"')
            position = found.end()
            if not found.group().endswith(self.delimiter):
                break
        return cells, stays_open


class IrregularReader:
    """Reads a table's rows, and keeps account of them."""

    def __init__(
        self, lines: Iterator[str], grammar: Grammar, width: int, shapes: Shapes, first_row: int
    ) -> None:
        self.account = Account()
        self._lines = lines
        self._ahead: deque[str] = deque()
        self._grammar = grammar
        self._width = width
        self._shapes = shapes
        self._row = first_row - 1

    def rows(self) -> Iterator[list[str]]:
        """All rows, each as wide as the table; a blank line is a row of empty cells.

        Raises:
            InputError: a row can be read in more than one way, or in none.
        """
        width = self._width
        while (line := self._next()) is not None:
            for cells in self._records(line):
                self._row += 1
                if any(cell.strip() for cell in cells) or len(cells) > 1:
                    self._count(cells)
                yield (cells + [""] * width)[:width]

    def _count(self, cells: list[str]) -> None:
        if self._row in self.account.cut:
            return
        if len(cells) < self._width:
            self.account.short.append(self._row)
        elif any(cells[self._width :]):
            self.account.long.append(self._row)

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
        """The records that begin on a line: one, or several where it has other line ends inside."""
        inside = line.rstrip("\r")
        if '"' not in line and "\r" not in inside:
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
            found and not found[1] and len(found[0]) == self._width
            for found in (self._strictly(line, habit) for habit in range(2))
        )

    def _record(self, line: str) -> list[str]:
        """The record that begins on a line, with as many further lines as it goes over."""
        strict = [self._strictly(line, habit) for habit in range(2)]
        for cells, used in filter(None, strict):
            if not used and len(cells) == self._width:
                return cells
        alone, stays_open = self._alone(line)
        over_lines = [found for found in strict if found and found[1]]
        fitting = [found for found in over_lines if len(found[0]) == self._width]
        if len(alone) == self._width:
            if fitting and not self._are_rows(line, fitting[0][1]):
                return self._take(fitting[0])
            return self._as_text(alone, stays_open)
        if line.rstrip("\r").endswith("\\") and (more := self._peek(0)) is not None:
            joined = self._grammar.line(f"{line}\n{more}", self._grammar.backslashes)[0]
            if len(joined) == self._width:
                return self._take((joined, 1))
        ragged = sorted(filter(None, strict), key=lambda found: found[1])
        for cells, used in [*fitting, *ragged]:
            if used and self._are_rows(line, used):
                raise InputError(
                    f"row {self._row + 1:,} can be read in two ways: its quotation marks make "
                    f"one record of {count(used + 1, 'line')} that look like rows; correct them"
                )
            return self._take((cells, used))
        if stays_open and line.count('"') % 2:
            if (cut := self._to_the_end(line)) is not None:
                return cut
            raise InputError(
                f"the quotation mark that row {self._row + 1:,} opens is never closed: {_TRY}"
            )
        return self._as_text(alone, stays_open)

    def _to_the_end(self, line: str) -> list[str] | None:
        """The last record of a file that ends within it; None if what follows looks like rows."""
        rest = []
        while (more := self._peek(len(rest))) is not None and len(rest) < _MOST_LINES:
            rest.append(more)
        if more is not None or any(self._is_row(each) for each in rest):
            return None
        self._ahead.clear()
        self.account.cut.append(self._row + 1)
        whole = "\n".join([line, *rest]).rstrip("\r\n")
        return self._grammar.line(f'{whole}"', self._grammar.lenient)[0]

    def _take(self, found: tuple[list[str], int]) -> list[str]:
        cells, used = found
        for _ in range(used):
            self._ahead.popleft()
        return cells

    def _as_text(self, cells: list[str], stays_open: bool) -> list[str]:
        if stays_open:
            self.account.unpaired.append(self._row + 1)
        return cells

    def _strictly(self, line: str, habit: int) -> tuple[list[str], int] | None:
        """The cells by a habit and how many further lines they take; None where it does not fit."""
        cell, still_open, closes = self._grammar.strict[habit]
        cells: list[str] = []
        text, position, used = line, 0, 0
        while True:
            if found := cell.match(text, position):
                cells.append(self._grammar.text(found))
                position = found.end()
                if not found.group().endswith(self._grammar.delimiter):
                    return cells, used
                continue
            if not still_open.match(text, position):
                return None
            parts = [text[position:]]
            while (more := self._peek(used)) is not None and len(parts) <= _MOST_LINES:
                parts.append(more)
                used += 1
                if closes.match(more):
                    break
            else:
                return None
            text, position = "\n".join(parts), 0

    def _alone(self, line: str) -> tuple[list[str], bool]:
        """The cells of a line whatever its quotation marks, and whether one stays open."""
        strict = (self._strictly(line, habit) for habit in range(2))
        readings = [(found[0], False) for found in strict if found and not found[1]]
        grammar = self._grammar
        patterns = [grammar.lenient, grammar.split, grammar.greedy]
        if "\\" in line:
            patterns.append(grammar.backslashes)
        for pattern in patterns:
            if any(len(cells) == self._width for cells, _ in readings):
                break
            readings.append(grammar.line(line, pattern))
        return next((each for each in readings if len(each[0]) == self._width), readings[0])

    def _are_rows(self, line: str, used: int) -> bool:
        """Whether lines that quotation marks make one record look like rows."""
        lines = [line, *(self._ahead[number] for number in range(used))]
        return self._shapes.hold([self._alone(each)[0] for each in lines])
