"""Spreadsheets as programs write them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import A, P

from tagatlas.errors import InputError
from tagatlas_tables.files import read_table
from tagatlas_tables.table import Table

URLS = [f"https://a.example/{number}.jpg" for number in range(5)]
ROWS = [["id", "image"], ["1", URLS[1]], ["2", URLS[2]]]
Rows = Sequence[Sequence[object]]


def xlsx(path: Path, sheets: dict[str, Rows]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)


def ods(path: Path, sheets: dict[str, Rows]) -> None:
    book = OpenDocumentSpreadsheet()
    for name, rows in sheets.items():
        table = OdfTable(name=name)
        for row in rows:
            line = TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def columns(table: Table) -> dict[str, list[str]]:
    return table.frame.to_dict(as_series=False)


@pytest.mark.parametrize(
    ("write", "kind"), [(xlsx, "Excel workbook"), (ods, "OpenDocument spreadsheet")]
)
def test_a_workbook(path: Path, write: Callable[[Path, dict[str, Rows]], None], kind: str) -> None:
    write(path, {"Sheet1": ROWS})
    table = read_table(path)
    assert columns(table) == {"id": ["1", "2"], "image": URLS[1:3]}
    assert (table.kind, table.first_row, table.notes) == (kind, 2, ())


def test_the_sheet_with_addresses_is_read_and_the_others_named(path: Path) -> None:
    xlsx(path, {"About": [["what", "why"]], "Data": ROWS, "More": ROWS[:2]})
    table = read_table(path)
    assert table.frame.height == 2
    assert table.notes == ("read the sheet 'Data', not 'About', 'More': choose with --sheet",)
    assert read_table(path, sheet="More").frame.height == 1
    with pytest.raises(InputError, match=r"there is no sheet 'Dta' \(did you mean 'Data'\?\)"):
        read_table(path, sheet="Dta")


def test_values_become_text_as_they_were_meant(path: Path) -> None:
    day, time = datetime.date(2020, 2, 29), datetime.datetime(2020, 2, 29, 13, 4, 5)  # noqa: DTZ001
    xlsx(
        path,
        {
            "S": [
                ["image", "whole", "part", "day", "time", "yes", "id", "none"],
                [URLS[0], 3, 0.25, day, time, True, "796000000000000001", None],
            ]
        },
    )
    assert read_table(path).frame.row(0) == (
        *(URLS[0], "3", "0.25", "2020-02-29", "2020-02-29 13:04:05", "true"),
        *("796000000000000001", ""),
    )


def test_numbers_that_lost_digits_are_said(path: Path) -> None:
    xlsx(path, {"S": [["id", "image"], [796000000000000001, URLS[0]]]})
    table = read_table(path)
    assert table.frame.row(0)[0] == "796000000000000000"
    assert table.notes[0].startswith("1 number of more than 15 digits")


def test_titles_and_empty_rows_and_columns_before_the_names(path: Path) -> None:
    rows = [[], ["", "My report"], [], *(["", *row] for row in ROWS)]
    xlsx(path, {"S": rows})
    table = read_table(path)
    assert columns(table) == {"id": ["1", "2"], "image": URLS[1:3]}
    assert table.first_row == 5
    assert table.notes == ("1 line before the names of the columns left out: 'My report'",)
    assert read_table(path, skip_rows=4).frame.columns == ["column 1", "column 2"]


def test_addresses_behind_cells_get_columns(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("S & T")
        sheet.write_row(0, 0, ["id", "picture", "page"])
        sheet.write_row(1, 0, ["1"])
        sheet.write_formula(1, 1, f'=HYPERLINK("{URLS[1]}?a=1&b=2","here")', None, "here")
        sheet.write_url(1, 2, URLS[2], string="there")
        sheet.write_formula(2, 1, f'=_xlfn.IMAGE("{URLS[3]}")')
    table = read_table(path)
    assert columns(table)["picture (link)"] == [f"{URLS[1]}?a=1&b=2", URLS[3]]
    assert columns(table)["page (link)"] == [URLS[2], ""]
    assert columns(table)["page"] == ["there", ""]
    assert table.notes == (
        "3 addresses behind cells (links or formulas) put into columns of their own, called (link)",
    )


def test_merged_cells_are_said(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["group", "image"])
        sheet.merge_range(1, 0, 2, 0, "cats")
        sheet.write_column(1, 1, URLS[1:3])
    table = read_table(path)
    assert columns(table) == {"group": ["cats", ""], "image": URLS[1:3]}
    assert table.notes == ("1 merged range: the value counts for its first cell",)


def test_links_that_are_not_read_are_said(path: Path) -> None:
    book = OpenDocumentSpreadsheet()
    table = OdfTable(name="S")
    for text, link in (("image", ""), (URLS[0], ""), ("here", URLS[1])):
        line, cell, paragraph = TableRow(), TableCell(valuetype="string"), P()
        paragraph.addElement(A(href=link, text=text)) if link else paragraph.addText(text)
        cell.addElement(paragraph)
        line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(path)
    assert read_table(path).notes == (
        "addresses behind cells (links or formulas) are not read: save it as .xlsx",
    )


def test_merged_titles_are_not_said(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "My report")
        sheet.write_row(1, 0, ["id", "image"])
        sheet.write_row(2, 0, ["1", URLS[1]])
    assert "merged" not in " ".join(read_table(path).notes)


def test_hidden_sheets_come_last(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        hidden, shown = book.add_worksheet("Old"), book.add_worksheet("New")
        hidden.hide()
        hidden.write_column(0, 0, ["image", URLS[0]])
        shown.write_column(0, 0, ["image", URLS[1]])
        shown.activate()
    assert read_table(path).frame.row(0) == (URLS[1],)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_damaged_workbook(path: Path, part: float) -> None:
    xlsx(path, {"S": ROWS})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(InputError, match=r"damaged|no workbook"):
        read_table(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_with_a_damaged_part(path: Path, part: str) -> None:
    xlsx(path, {"S": ROWS})
    data = path.read_bytes()
    start = data.index(part.encode()) + len(part)
    path.write_bytes(data[:start] + b"\xff" * 40 + data[start + 40 :])
    with pytest.raises(InputError, match="the workbook is damaged"):
        read_table(path)


def test_a_workbook_with_a_password(path: Path) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    path.write_bytes(container + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(InputError, match="the workbook has a password"):
        read_table(path)


def test_an_empty_workbook_and_an_archive_that_is_none(path: Path) -> None:
    xlsx(path, {"S": []})
    with pytest.raises(InputError, match="the workbook is empty"):
        read_table(path)
    out = io.BytesIO(b"PK\x03\x04rest")
    path.write_bytes(out.getvalue())
    with pytest.raises(InputError, match="no workbook"):
        read_table(path)
