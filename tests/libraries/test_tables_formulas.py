"""Addresses that formulas make: whole ones or none."""

import re
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import InputError
from tagatlas_tables import read_table
from tagatlas_tables.cells import addresses_in
from tagatlas_tables.formulas import UnresolvedAddress, address_of

CELLS = {(0, 0): "1.jpg", (1, 0): "2.jpg", (1, 1): "https://b.example/x.png", (2, 0): ""}


def looked_up(row: int, column: int) -> str | None:
    return CELLS.get((row, column))


@pytest.mark.parametrize(
    ("formula", "address"),
    [
        ('=CONCATENATE("https://h.example/",A1)', "https://h.example/1.jpg"),
        ('=VERKETTEN("https://h.example/";$A$2)', "https://h.example/2.jpg"),
        ('="https://h.example/"&A1&"?n="&5', "https://h.example/1.jpg?n=5"),
        ('=HYPERLINK("https://h.example/"&$A2;"here")', "https://h.example/2.jpg"),
        ('=LIEN_HYPERTEXTE(CONCATENER("https://h.example/";A1))', "https://h.example/1.jpg"),
        ("=_xlfn.IMAGE(B2)", "https://b.example/x.png"),
        ("=B2", "https://b.example/x.png"),
        ('=IF(OR(A1="",B1=""),"",HYPERLINK("https://h.example/"&A1))', "https://h.example/1.jpg"),
        ('=HYPERLINK("https://h.example/p",IMAGE(B2,,2))', "https://b.example/x.png"),
        ('=("https://h.example/"&(A1))', "https://h.example/1.jpg"),
        ("=A1+A2", None),
        ("=SUM(A1:A3)", None),
        ("=IMAGE(A1)", None),
        ("=== a title ===", None),
    ],
)
def test_an_address_is_made_of_texts_and_other_cells(formula: str, address: str | None) -> None:
    assert address_of(formula, looked_up) == address


@pytest.mark.parametrize(
    "formula",
    [
        '="https://h.example/"&C9',
        '="https://h.example/"&Sheet2!A1',
        '=HYPERLINK("https://h.example/"&[@id])',
        '=HYPERLINK("https://h.example/"&TEXT(A1,"000"),"x")',
        '=SUBSTITUTE("https://h.example/X","X",A1)',
        '=IF(A1="x","https://a.example","https://b.example")',
        '=IF(A3="","",HYPERLINK("https://h.example/"&A3))',
        '=CONCAT("https://h.example/",A1:A2)',
        '="https://h.example/"&',
        "=" + "(" * 200 + '"https://h.example/"' + ")" * 200,
    ],
)
def test_part_of_an_address_is_none(formula: str) -> None:
    with pytest.raises(UnresolvedAddress):
        address_of(formula, looked_up)
    assert addresses_in(formula) == []


@given(formula=st.text(st.sampled_from('="https://a.b&A1$,;() IF[]!+x"'), max_size=60))
def test_any_text_gives_an_address_or_none(formula: str) -> None:
    try:
        found = address_of(formula, looked_up)
    except UnresolvedAddress:
        return
    assert found is None or "//" in found


@pytest.mark.parametrize("cell", ["=" + "a" * 90_000, '="//' + '"a' * 45_000, "=IF(" * 30_000])
def test_a_hostile_formula_takes_no_long_time(cell: str) -> None:
    assert addresses_in(cell) == []


def test_formulas_in_text_are_worked_out_with_the_other_cells(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "id;name;image\n"
        '1;one.jpg;"=CONCATENATE(""https://h.example/"";B2)"\n'
        '2;two.jpg;"=HYPERLINK(""https://h.example/""&B3;""here"")"\n'
        '3;three.jpg;"=""https://h.example/""&TEXT(A4;""000"")"\n'
        "4;=B2;https://h.example/4.jpg\n"
        '5;five.jpg;"=""https://h.example/""&B5"\n',
        "utf-8",
    )
    table = read_table(path)
    images = table.frame["image"].to_list()
    assert [addresses_in(image) for image in images] == [
        ["https://h.example/one.jpg"],
        ["https://h.example/two.jpg"],
        [],
        ["https://h.example/4.jpg"],
        [],
    ]
    [note] = table.notes
    assert note.startswith(
        "2 rows with a formula whose address cannot be resolved (rows 4, 6): save"
    )


def test_links_of_a_workbook_are_made_of_other_cells(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "image"])
        sheet.write_column(1, 0, ["1.jpg", "2.jpg", "3.jpg"])
        sheet.write_formula(1, 1, '=HYPERLINK("https://h.example/"&A2,"here")', None, "here")
        sheet.write_formula(2, 1, '=HYPERLINK("https://h.example/"&LOWER(A3),"x")', None, "x")
        sheet.write_formula(3, 1, '=CONCATENATE("https://h.example/",A4)', None, "")
    table = read_table(path)
    assert table.frame["image (link)"].to_list() == [
        "https://h.example/1.jpg",
        "",
        "https://h.example/3.jpg",
    ]
    assert table.notes[0].startswith(
        "1 row with a formula whose address cannot be resolved (row 3)"
    )


def test_a_workbook_that_no_program_has_worked_out(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["name", "image"],
        ["1.jpg", '=CONCATENATE("https://h.example/",A2)'],
        ['="2"&".jpg"', '=CONCATENATE("https://h.example/",A3)'],
        [None, '=IMAGE("https://h.example/3.jpg")'],
    ):
        book.active.append(row)
    book.save(path)
    table = read_table(path)
    assert table.frame["image (link)"].to_list() == [
        "https://h.example/1.jpg",
        "",
        "https://h.example/3.jpg",
    ]
    assert table.notes[0].startswith(
        "1 row with a formula whose address cannot be resolved (row 3)"
    )


def test_a_link_at_the_end_of_the_sheet_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "image"
    book.active["XFD1048576"] = '=IMAGE("https://h.example/1.jpg")'
    book.save(path)
    with pytest.raises(InputError, match="very far apart"):
        read_table(path)


def test_a_formula_that_cells_share_is_each_ones_own(tmp_path: Path) -> None:
    """As Excel writes a formula that was filled down."""
    path, plain = tmp_path / "table.xlsx", tmp_path / "plain.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["name", "image"], ["1.jpg", "here"], ["2.jpg", "here"]):
        book.active.append(row)
    book.save(plain)
    with ZipFile(plain) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, _with_shared_formula(old.read(name).decode()))
    assert read_table(path).frame["image (link)"].to_list() == [
        "https://h.example/1.jpg",
        "https://h.example/2.jpg",
    ]


def _with_shared_formula(part: str) -> str:
    formula = "HYPERLINK(&quot;https://h.example/&quot;&amp;A2,&quot;here&quot;)"
    first = f'<f t="shared" ref="B2:B3" si="0">{formula}</f>'
    for place, written in (("B2", first), ("B3", '<f t="shared" si="0"/>')):
        cell = f'<c r="{place}" t="str">{written}<v>here</v></c>'
        part = re.sub(rf'<c r="{place}"[^>]*>.*?</c>', cell, part)
    return part
