"""Reads JSON as a table: Lines, arrays, answers of services, captures of posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tagatlas.errors import InputError
from tagatlas_tables.captures import Captures
from tagatlas_tables.json_answers import records_in
from tagatlas_tables.json_text import Fault, Number, begins_with_bracket, read_values
from tagatlas_tables.nested import NestedRows
from tagatlas_tables.table import Table
from tagatlas_tables.urls import begins_with_url
from tagatlas_tables.wording import count, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_FAULTS_SHOWN = 3


def read_json(data: bytes) -> Table:
    """Read JSON Lines, an array, or one object; each record is a row.

    Nested values become columns named by their path (``image.url``); the values of a list share a
    cell, joined by ``"; "``. Numbers keep their digits as written; ``null`` and missing keys are
    empty. Posts captured by Zeeschuimer and others become rows with their pictures in the column
    ``image_urls``. Unreadable records are left out and reported in the table's notes.

    Args:
        data: UTF-8 without a byte order mark.

    Raises:
        InputError: it is not UTF-8, or has nothing readable.
    """
    reading = JsonReading()
    reading.add(data)
    return reading.table("JSON array" if begins_with_bracket(data) else "JSON Lines")


class JsonReading:
    """Collects the records of one or several texts."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._captures = Captures()
        self._rows = NestedRows()
        self._places: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._header: list[str] = []
        self._values = 0

    def add(self, data: bytes, file: str = "") -> None:
        """Add the records of one text in UTF-8; those of a named file get the column ``file``.

        Raises:
            InputError: it is not UTF-8.
        """
        more = {"file": file} if file else {}
        is_array = begins_with_bracket(data)
        before = len(self._faults)
        for value in read_values(data, self._faults):
            self._values += 1
            alone = isinstance(value, msgspec.Raw) and not is_array
            for place, record in records_in(value, self._faults, alone=alone):
                self._places[place] += 1
                self._take(record, more)
        self._faults[before:] = [replace(fault, file=file) for fault in self._faults[before:]]

    def table(self, kind: str, notes: tuple[str, ...] = ()) -> Table:
        """The table of the collected records.

        Args:
            kind: format of the input.
            notes: further notes for the user.

        Raises:
            InputError: it has no records.
        """
        if self._captures.posts:
            return self._captures.table((*self._not_posts(), *self._left_out(), *notes))
        if not self._rows.height:
            raise self._nothing()
        frame, columns_left_out = self._rows.finish()
        if not frame.width:
            raise InputError("there is nothing in the JSON: its objects are empty")
        if self._values == 1 and kind == "JSON Lines":
            kind = "JSON"
        if place := self._place():
            kind += f", the list {shown(place)}"
        notes = (*self._left_out(), *columns_left_out, *notes)
        return Table(frame, kind, notes=notes, within=self._place())

    def _take(self, record: object, more: Mapping[str, object]) -> None:
        if isinstance(record, dict):
            if not self._captures.take(record):
                self._add({**more, **record})
        elif isinstance(record, str) and not isinstance(record, Number):
            self._add({"url": record, **more})
        elif isinstance(record, list) and any(isinstance(cell, dict) for cell in record):
            for member in record:  # a page of records
                self._take(member, more)
        elif isinstance(record, list) and record:
            self._take_cells(record, more)
        else:
            self._others[_kind_of(record)] += 1

    def _take_cells(self, cells: list[object], more: Mapping[str, object]) -> None:
        """Add a row given as a list; the first row has the names unless it has a URL."""
        if not self._header and not self._rows.height:
            names = [cell for cell in cells if isinstance(cell, str)]
            if len(set(names)) == len(cells) and not any(map(begins_with_url, names)):
                self._header = names
                return
        names = self._header + [
            f"column {number + 1}" for number in range(len(self._header), len(cells))
        ]
        self._add({**dict(zip(names, cells, strict=False)), **more})

    def _add(self, record: dict[str, object]) -> None:
        try:
            self._rows.add(record)
        except ValueError as error:
            self._faults.append(Fault(0, str(error)))

    def _place(self) -> str:
        """Path of the records, if all were at one path within a larger object."""
        return next(iter(self._places)) if len(self._places) == 1 else ""

    def _left_out(self) -> tuple[str, ...]:
        notes = []
        if self._faults:
            shown_faults = [_place_of(fault) for fault in self._faults[:_MOST_FAULTS_SHOWN]]
            further = len(self._faults) - len(shown_faults)
            notes.append(
                f"left out, because they are not sound JSON: {count(len(self._faults), 'row')}, "
                + ", ".join(shown_faults)
                + (f" and {further:,} more" if further else "")
            )
        if self._others:
            kinds = ", ".join(count(number, kind) for kind, number in self._others.items())
            notes.append(f"left out, because they are no records: {kinds}")
        return tuple(notes)

    def _not_posts(self) -> tuple[str, ...]:
        if not self._rows.height:
            return ()
        return (f"left out, because they are no captured posts: {count(self._rows.height, 'row')}",)

    def _nothing(self) -> InputError:
        if self._faults:
            first = self._faults[0]
            where = f"line {first.line:,}" if first.line else "the first value"
            where += f" of {shown(first.file)}" if first.file else ""
            return InputError(f"{where} is not a JSON object: {first.why}")
        if self._others:
            kinds = ", ".join(count(number, kind) for kind, number in self._others.items())
            return InputError(f"there is no object in the JSON, only {kinds}")
        return InputError("there is nothing in the JSON: no rows")


def _kind_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "truth value"
    return "empty list" if isinstance(value, list) else "number"


def _place_of(fault: Fault) -> str:
    where = f"{shown(fault.file)} " if fault.file else ""
    return where + (f"line {fault.line:,} ({fault.why})" if fault.line else fault.why)
