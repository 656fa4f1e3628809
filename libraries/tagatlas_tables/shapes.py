"""Shapes of the cells of each column, to distinguish rows from lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tagatlas_tables.urls import begins_with_url

_NUMBER = re.compile(r"[-+]?\d[\d.,:/ -]*")


@dataclass(frozen=True)
class Shapes:
    """The shapes of the cells of each column in unambiguous rows.

    Attributes:
        width: number of columns.
        typed: shapes of each column without free text, by its number.
        by_width: whether the width alone identifies a row, as with tabs.
    """

    width: int
    typed: dict[int, frozenset[str]]
    by_width: bool

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]], width: int, *, by_width: bool) -> Shapes:
        """The shapes in some rows; rows of another width do not count."""
        seen: list[set[str]] = [set() for _ in range(width)]
        for row in rows:
            if len(row) == width:
                for shapes, cell in zip(seen, row, strict=True):
                    shapes.add(_shape(cell))
        typed = {
            column: frozenset(shapes)
            for column, shapes in enumerate(seen)
            if shapes - {""} and "text" not in shapes
        }
        return cls(width, typed, by_width)

    def fit(self, cells: Sequence[str]) -> bool:
        """Whether the cells are a row: of the table's width and the columns' shapes."""
        if len(cells) != self.width:
            return False
        if self.by_width:
            return True
        return self._is_typed(cells)

    def hold(self, lines: Sequence[Sequence[str]], first: int, last: int) -> bool:
        """Whether lines that quotation marks join to one record look like rows.

        They do if all lines are rows, or a line completely within a cell is one, or the first or
        last one is by its part within a cell.

        Args:
            lines: the cells of each line, read as a row.
            first: the column of the cell that continues after the first line.
            last: the column of the cell that continues in the last line.
        """
        are_rows = [self.fit(cells) for cells in lines]
        if all(are_rows) or any(are_rows[1:-1]):
            return True
        begins = are_rows[0] and any(lines[0][column] for column in self.typed if column > first)
        ends = are_rows[-1] and any(lines[-1][column] for column in self.typed if column < last)
        return (self._is_typed(lines[0]) and begins) or (self._is_typed(lines[-1]) and ends)

    def _is_typed(self, cells: Sequence[str]) -> bool:
        """Whether the cells of the columns without free text have their shapes."""
        own = {column: _shape(cells[column]) for column in self.typed if column < len(cells)}
        return any(own.values()) and all(own[column] in self.typed[column] for column in own)


def _shape(cell: str) -> str:
    """``url``, ``number`` (also for dates), ``text``, or empty for an empty cell."""
    text = cell.strip().strip('"')
    if not text:
        return ""
    if begins_with_url(text):
        return "url"
    return "number" if _NUMBER.fullmatch(text) else "text"
