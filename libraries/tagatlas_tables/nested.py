"""Flattens nested records to a table: one column per path, named by its keys joined by dots.

The values of a list share a cell, in their order; for a list of objects, each key is a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tagatlas_tables.table import LIST_SEPARATOR, unique_names
from tagatlas_tables.wording import count, shown_columns

_BETWEEN = "\x1f"  # keys may have dots
_ROW = "row"
_ROWS_AT_ONCE = 2_000
_MOST_COLUMNS = 1_000
_FEWEST_COLUMNS = 50
_MOST_CELLS = 50_000_000
_MOST_PATHS = 20_000
_LONG = 20_000
_DEEPEST = 100


@dataclass
class _Path:
    """Statistics of a path's cells; each cell takes 16 bytes even if empty."""

    number: int
    filled: int = 0
    length: int = 0
    has_url: bool = False


class NestedRows:
    """Collects records, some thousands at a time, into one frame."""

    def __init__(self) -> None:
        self._paths: dict[str, _Path] = {}
        self._too_many: set[str] = set()
        self._rows: list[dict[str, str]] = []
        self._batches: list[pl.DataFrame] = []
        self.height = 0

    def add(self, record: dict[str, object]) -> None:
        """Add one record.

        Raises:
            ValueError: it is nested deeper than 100 levels.
        """
        cells: dict[str, list[str]] = {}
        _gather(record, "", cells, 0)
        row = {}
        for path, texts in cells.items():
            known = self._paths.get(path)
            if known is None:
                if len(self._paths) == _MOST_PATHS:
                    self._too_many.add(path if len(self._too_many) < _MOST_PATHS else "")
                    continue
                known = self._paths[path] = _Path(len(self._paths))
            if text := LIST_SEPARATOR.join(texts):
                row[path] = text
                known.filled += 1
                known.length += len(text)
                known.has_url = known.has_url or "//" in text
        self._rows.append(row)
        self.height += 1
        if len(self._rows) == _ROWS_AT_ONCE:
            self._close_batch()

    def finish(self) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """All cells as text, and a note on columns left out, if any."""
        self._close_batch()
        taken = self._most_useful()
        numbers = {str(self._paths[path].number) for path in taken}
        parts = [
            batch.select(name for name in batch.columns if name in numbers or name == _ROW)
            for batch in self._batches
        ]
        self._batches = []
        frame = pl.concat(parts, how="diagonal") if parts else pl.DataFrame({_ROW: []})
        never_filled = numbers.difference(frame.columns)
        frame = frame.with_columns(pl.lit("").alias(name) for name in never_filled)
        frame = frame.select(str(self._paths[path].number) for path in taken).fill_null("")
        frame.columns = unique_names(_name(path) for path in taken)
        return frame, self._left_out(set(taken))

    def _close_batch(self) -> None:
        if not self._rows:
            return
        present = dict.fromkeys(path for row in self._rows for path in row)
        columns = {
            str(self._paths[path].number): [row.get(path, "") for row in self._rows]
            for path in present
        }
        # A column that all rows have, so that rows without any cell count too.
        self._batches.append(pl.DataFrame({_ROW: [True] * len(self._rows), **columns}))
        self._rows = []

    def _most_useful(self) -> list[str]:
        """The paths that become columns: all if not too many, else those with the most cells."""
        usable = [path for path in self._paths if path not in self._long()]
        most = min(_MOST_COLUMNS, max(_FEWEST_COLUMNS, _MOST_CELLS // max(self.height, 1)))
        ranked = sorted(
            usable, key=lambda path: (not self._paths[path].has_url, -self._paths[path].filled)
        )
        best = set(ranked[:most])
        return [path for path in usable if path in best]

    def _long(self) -> set[str]:
        """Paths with pictures or vectors as text, which do not become columns."""
        return {
            path
            for path, known in self._paths.items()
            if not known.has_url and known.length > _LONG * max(known.filled, 1)
        }

    def _left_out(self, taken: set[str]) -> tuple[str, ...]:
        long = [path for path in self._paths if path in self._long()]
        others = [path for path in self._paths if path not in taken and path not in long]
        others += sorted(self._too_many)
        notes = []
        if long:
            notes.append(
                f"left out, because their cells have more than {_LONG:,} characters on average: "
                f"{count(len(long), 'column')}, {shown_columns([_name(path) for path in long])}"
            )
        if others:
            more = "more than " if len(self._too_many) > _MOST_PATHS else ""
            notes.append(
                f"left out, because there are too many: {more}{count(len(others), 'column')} "
                f"with little in them, {shown_columns([_name(path) for path in others])}"
            )
        return tuple(notes)


def _name(path: str) -> str:
    return path.replace(_BETWEEN, ".")


def _gather(value: object, path: str, cells: dict[str, list[str]], depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, dict):
        for key, member in value.items():
            _gather(member, f"{path}{_BETWEEN}{key}" if depth else key, cells, depth + 1)
        if depth and not value:
            cells.setdefault(path, [])
    elif isinstance(value, list):
        for member in value:
            _gather(member, path, cells, depth + 1)
        if not value:
            cells.setdefault(path, [])
    elif value is None:
        cells.setdefault(path, [])
    else:
        cells.setdefault(path, []).append(text_of(value))


def text_of(value: object) -> str:
    """A scalar as text, in the form of JSON, strings without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str.__str__(value) if isinstance(value, str) else str(value)
