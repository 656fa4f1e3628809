"""Reads spreadsheets with calamine: .xlsx, .xlsm, .xlsb, .xls and .ods. Values become text."""

from __future__ import annotations

import datetime
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tagatlas.errors import InputError
from tagatlas_tables.formula_cells import unresolved_note
from tagatlas_tables.head import header_among, left_out
from tagatlas_tables.sheet_links import Behind, Links, links_in
from tagatlas_tables.table import Table, unique_names
from tagatlas_tables.urls import begins_with_url
from tagatlas_tables.wording import count, shown, shown_columns, suggestion

_Cell = int | float | str | bool | datetime.time | datetime.date | datetime.timedelta
_Row = list[str]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = {
    "xl/workbook.xml": "Excel workbook",
    "xl/workbook.bin": "Excel workbook",
    "content.xml": "OpenDocument spreadsheet",
}
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_LINK_OF_ODS = re.compile(rb'xlink:href="https?:|HYPERLINK\(', re.IGNORECASE)
_LARGEST = 4 << 30
_DAMAGES = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""Zipfile's exceptions for damaged or unsupported archives."""

_LOOKED_AT = 1_000
_HEAD_ROWS = 50
_MOST_CELLS = 50_000_000
_MOST_DIGITS = 10**15
"""Larger numbers may have lost their last digits: a workbook keeps 15."""


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[_Row]  # from the first row of the sheet, all of one length
    links: Links
    unresolved: list[int]  # rows, counted from 0, of formulas whose address cannot be resolved
    merged_until: list[int]  # the last row of each merged range
    long_numbers: int
    hides_links: bool  # whether it has links that are not read

    def has_address(self) -> bool:
        if self.links:
            return True
        return any(begins_with_url(cell) for row in self.rows[:_LOOKED_AT] for cell in row)


def kind_of_workbook(data: bytes) -> str | None:
    """The format of a spreadsheet; None if it is not one."""
    if data.startswith(_OLE):
        return "Excel workbook"
    if not data.startswith(b"PK"):
        return None
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if sum(each.file_size for each in archive.infolist()) > _LARGEST:
                raise InputError("more than 4 GiB when unpacked: save it as CSV")
            if "mimetype" in names and archive.read("mimetype").strip() != _ODS:
                return None
            if "content.xml" in names and "mimetype" not in names:
                return None
    except (*_DAMAGES, OSError):
        return None
    return next((kind for part, kind in _PARTS.items() if part in names), None)


def read_workbook(data: bytes, kind: str, *, sheet: str | None = None, skip_rows: int = 0) -> Table:
    """Read one sheet of a spreadsheet.

    Args:
        data: of the file.
        kind: name of its format.
        sheet: its name; None for the first with an address, else the first non-empty one.
        skip_rows: number of rows to skip before the row of names; 0 to detect it.

    Raises:
        InputError: it is protected or damaged, or the sheet is missing or empty.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            chosen, note = _choose(workbook, data, sheet)
    except PasswordError as error:
        raise InputError("the workbook has a password: save it without one") from error
    except (CalamineError, *_DAMAGES) as error:
        if _ENCRYPTED in data:
            raise InputError("the workbook has a password: save it without one") from error
        raise InputError(f"the workbook is damaged, or none ({error}): save it again") from error
    table = _as_table(chosen, kind, skip_rows)
    return Table(table.frame, kind, table.first_row, note + _notes(chosen, table) + table.notes)


def _choose(
    workbook: CalamineWorkbook, data: bytes, wanted: str | None
) -> tuple[_Sheet, tuple[str, ...]]:
    described = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    names = [each.name for each in described]
    if wanted is not None:
        if wanted not in names:
            raise InputError(
                f"there is no sheet {shown(wanted)}{suggestion(wanted, names)}; "
                f"sheets found: {shown_columns(names)}"
            )
        return _read_sheet(workbook, data, wanted), ()
    visible = [each.name for each in described if each.visible == SheetVisibleEnum.Visible]
    chosen = None
    for name in dict.fromkeys([*visible, *names]):
        each = _read_sheet(workbook, data, name)
        if each.has_address():
            chosen = each
            break
        if chosen is None and each.rows:
            chosen = each
    if chosen is None:
        raise InputError("the workbook is empty")
    others = [name for name in names if name != chosen.name]
    if not others:
        return chosen, ()
    note = f"read the sheet {shown(chosen.name)}, not {shown_columns(others)}: choose with --sheet"
    return chosen, (note,)


def _read_sheet(workbook: CalamineWorkbook, data: bytes, name: str) -> _Sheet:
    sheet = workbook.get_sheet_by_name(name)
    cells = sheet.to_python(skip_empty_area=False)
    long_numbers = sum(
        isinstance(cell, float) and abs(cell) >= _MOST_DIGITS for row in cells for cell in row
    )
    rows = [[_text(cell) for cell in row] for row in cells]
    behind = Behind({}, [])
    hides_links = False
    if data.startswith(b"PK"):
        with ZipFile(io.BytesIO(data)) as archive:
            behind = links_in(archive, name, rows)
            if "content.xml" in archive.namelist():
                hides_links = _LINK_OF_ODS.search(archive.read("content.xml")) is not None
    rows = _with_room(rows, behind.links)
    links = {place: link for place, link in behind.links.items() if not _shows(rows, place)}
    merged_until = [end[0] for _, end in sheet.merged_cell_ranges or ()]
    return _Sheet(name, rows, links, behind.unresolved, merged_until, long_numbers, hides_links)


def _with_room(rows: list[_Row], links: Links) -> list[_Row]:
    """Extend the rows with empty cells to the last link.

    Raises:
        InputError: that would need more than 50 million cells.
    """
    height = max([len(rows), *(row + 1 for row, _ in links)])
    width = max([*map(len, rows), *(column + 1 for _, column in links)], default=0)
    if height * width > max(_MOST_CELLS, sum(map(len, rows))):
        raise InputError("addresses in cells that are very far apart: save it as CSV")
    longer = [[*row, *[""] * (width - len(row))] for row in rows]
    return longer + [[""] * width for _ in range(height - len(rows))]


def _shows(rows: Sequence[_Row], place: tuple[int, int]) -> bool:
    """Whether the cell shows an address itself, or does not exist."""
    row, column = place
    return row < 0 or begins_with_url(rows[row][column])


def _text(cell: _Cell) -> str:
    """A value as text: whole numbers without a decimal point, dates in ISO 8601."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _as_table(sheet: _Sheet, kind: str, skip_rows: int) -> Table:
    rows = sheet.rows
    if skip_rows >= len(rows):
        raise InputError(f"the sheet {shown(sheet.name)} has only {count(len(rows), 'row')}")
    header = skip_rows or _header(rows)
    names = rows[header]
    notes: tuple[str, ...] = ()
    before = [row for row in rows[:header] if any(row)]
    if skip_rows:
        notes = (f"the first {count(skip_rows, 'row')} left out, as asked for",)
    elif before:
        notes = (left_out(before),)
    if any(begins_with_url(name) for name in names):
        names, header = [""] * len(names), header - 1
    body = rows[header + 1 :]
    used = [number for number, name in enumerate(names) if name or any(row[number] for row in body)]
    unique = unique_names(names[number] for number in used)
    columns = {
        name: [row[number] for row in body] for name, number in zip(unique, used, strict=True)
    }
    for number, cells in _link_columns(sheet.links, header + 1, len(body)).items():
        name = f"{names[number] or f'column {number + 1}'} (link)"
        columns[unique_names([name], taken=columns)[0]] = cells
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Table(frame, kind, header + 2, notes)


def _header(rows: Sequence[_Row]) -> int:
    """The row of names: the first that is about as full as any, below any titles."""
    filled = [sum(map(bool, row)) for row in rows[:_HEAD_ROWS]]
    most = max(filled)
    first = next(number for number, cells in enumerate(filled) if cells >= 0.75 * most)
    return first + header_among(rows[first : first + _HEAD_ROWS])


def _link_columns(links: Links, first_row: int, height: int) -> dict[int, list[str]]:
    """By column, the addresses behind its cells."""
    columns: dict[int, list[str]] = {}
    for (row, column), link in sorted(links.items(), key=lambda item: item[0][1]):
        if row >= first_row:
            columns.setdefault(column, [""] * height)[row - first_row] = link
    return columns


def _notes(sheet: _Sheet, table: Table) -> tuple[str, ...]:
    notes: list[str] = []
    if sheet.long_numbers:
        notes.append(
            f"{count(sheet.long_numbers, 'number')} of more than 15 digits, of which a workbook "
            "keeps 15: long ids are right only if they were stored as text"
        )
    if merged := sum(row >= table.first_row - 1 for row in sheet.merged_until):
        notes.append(f"{count(merged, 'merged range')}: the value counts for its first cell")
    notes += unresolved_note([row + 1 for row in sheet.unresolved if row + 1 >= table.first_row])
    if sheet.hides_links:
        notes.append("addresses behind cells (links or formulas) are not read: save it as .xlsx")
    if sheet.links:
        notes.append(
            f"{count(len(sheet.links), 'address')} behind cells (links or formulas) put into "
            "columns of their own, called (link)"
        )
    return tuple(notes)
