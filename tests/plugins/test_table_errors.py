"""Every input that cannot be read ends in one line that says what to do."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import A, P

from tagatlas.errors import InputError
from tagatlas_sources.table import TableOptions
from tagatlas_sources.table.source import TableSource

DEFAULTS = TableOptions()


def failure(path: Path, data: bytes | str, options: TableOptions = DEFAULTS) -> str:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(InputError) as caught:
        TableSource(options).read(str(path))
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 2_000
    return message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.csv"


def test_missing_file(path: Path) -> None:
    with pytest.raises(InputError, match=r"^'posts\.csv': there is no such file: check the path$"):
        TableSource(TableOptions()).read(str(path))


def test_folder(path: Path) -> None:
    path.mkdir()
    with pytest.raises(InputError, match="there is no JSON file in the folder"):
        TableSource(TableOptions()).read(str(path))


@pytest.mark.parametrize("data", ["", "\n \r\n", "\ufeff"])
def test_empty_file(path: Path, data: str) -> None:
    assert failure(path, data) == "'posts.csv': the file is empty"


def test_header_without_rows(path: Path) -> None:
    assert failure(path, "id,url\n") == "'posts.csv': no rows under the columns 'id', 'url'"


def test_named_column_that_is_not_there(path: Path) -> None:
    assert failure(
        path, "Image_URL,id\nhttps://a/1,2\n", TableOptions(url_column=("image url",))
    ) == (
        "'posts.csv': there is no column 'image url' (did you mean 'Image_URL'?); "
        "columns found: 'Image_URL', 'id'"
    )


@pytest.mark.parametrize(
    "options", [TableOptions(frequency_column="n"), TableOptions(columns_to_keep=("id", "n"))]
)
def test_other_named_columns_that_are_not_there(path: Path, options: TableOptions) -> None:
    assert failure(path, "url,id\nhttps://a/1,2\n", options).startswith(
        "'posts.csv': there is no column 'n'"
    )


def test_no_column_with_urls_lists_the_first_twenty(path: Path) -> None:
    names = [f"c{number}" for number in range(25)]
    message = failure(path, ",".join(names) + "\n" + ",".join("1" * 25) + "\n")
    assert message.startswith("'posts.csv': no column has URLs; columns found: 'c0', 'c1', ")
    assert "'c19' and 5 more; name the right one with --url-column" in message
    assert "'c20'" not in message


def test_addresses_that_are_behind_the_cells_of_an_ods_are_said(tmp_path: Path) -> None:
    book, sheet = OpenDocumentSpreadsheet(), OdfTable(name="S")
    for text in ("image", "here"):
        cell, paragraph = TableCell(valuetype="string"), P()
        paragraph.addElement(A(href="https://a.example/1.jpg", text=text))
        cell.addElement(paragraph)
        line = TableRow()
        line.addElement(cell)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(tmp_path / "book.ods")
    message = failure(tmp_path / "book.ods", (tmp_path / "book.ods").read_bytes())
    assert "no column has URLs" in message
    assert message.endswith("(links or formulas) are not read: save it as .xlsx")


def test_named_column_without_a_usable_url(path: Path) -> None:
    message = failure(path, "id,url\n1,ftp://a/b\n", TableOptions(url_column=("url",)))
    assert message.startswith("'posts.csv': the column 'url' has no http or https URL")
    assert "columns found: 'id', 'url'" in message


def test_names_are_escaped_and_cut(path: Path) -> None:
    message = failure(path, "\x1b[31mred,\u202eevil," + "x" * 5_000 + "\n1,2,3\n")
    assert r"'\x1b[31mred', '\u202eevil', 'xxx" in message
    assert "xxx…'" in message


def test_file_names_are_escaped(tmp_path: Path) -> None:
    assert failure(tmp_path / "a\x1b[2J\n.csv", "").startswith(r"'a\x1b[2J\n.csv': ")


@pytest.mark.parametrize("cell", ["many", "0", "", "1,5"])
def test_bad_frequency_says_the_row(path: Path, cell: str) -> None:
    message = failure(
        path,
        f'interval,"media url",frequency\nd,https://a/1,2\n\nd,,x\nd,https://a/2,"{cell}"\n',
    )
    assert message.startswith(f"'posts.csv': row 5: the frequency {cell!r} in the column 'freq")


def test_bad_frequency_in_a_named_column(path: Path) -> None:
    message = failure(path, "url,n\nhttps://a/1,x\n", TableOptions(frequency_column="n"))
    assert message.startswith("'posts.csv': row 2: the frequency 'x' in the column 'n' is not a")


@pytest.mark.parametrize("rows_before", [0, 50_000])
def test_named_encoding_that_is_wrong_says_where(path: Path, rows_before: int) -> None:
    before = "url,name\n" + "https://a/1,x\n" * rows_before
    message = failure(
        path,
        before.encode() + "https://a/2,café\n".encode("latin-1"),
        TableOptions(encoding="utf8"),
    )
    assert message == (
        f"'posts.csv': not UTF-8 text: byte 0xe9 in line {rows_before + 2:,}, "
        f"{len(before) + 15:,} bytes in; name its encoding with --encoding (cp1252 for many files "
        "from Windows) or save it as UTF-8"
    )


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", ""])
def test_encoding_that_is_none(path: Path, encoding: str) -> None:
    data = "url\nhttps://a/é\n".encode("cp1252")
    assert "'posts.csv': " in failure(path, data, TableOptions(encoding=encoding))


def test_named_encoding_that_does_not_fit(path: Path) -> None:
    message = failure(path, b"url\nhttps://a/\x81\n", TableOptions(encoding="cp1252"))
    assert "not CP1252 text: byte 0x81 in line 2" in message


def test_quotation_mark_that_is_never_closed(path: Path) -> None:
    message = failure(path, 'id,text,url\n1,"a\n2,b,https://a/2\n3,c,https://a/3\n')
    assert "the quotation mark that row 2 opens is never closed" in message


def test_rows_to_skip_that_are_not_there(path: Path) -> None:
    assert "there are only 3 lines: skip fewer" in failure(
        path, "id,url\n1,https://a\n", TableOptions(skip_rows=5)
    )


def test_sheet_that_is_not_there(path: Path) -> None:
    assert "--sheet is for workbooks" in failure(path, "url\nhttps://a\n", TableOptions(sheet="a"))


@pytest.mark.slow
def test_too_many_columns(path: Path) -> None:
    assert "more than 10,000 columns" in failure(path, "url" + ",x" * 10_001 + "\nhttps://a\n")


def test_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "posts.parquet"
    pl.DataFrame({"url": ["https://a/1"] * 1_000}).write_parquet(path)
    whole = path.read_bytes()
    for data in (whole[:-10], whole[:50] + b"\xff" * 40 + whole[90:], b"PAR1", b"PAR1PAR1PAR1"):
        assert failure(path, data) == (
            "'posts.parquet': the Parquet file is damaged: write it again"
        )


def test_parquet_without_text(tmp_path: Path) -> None:
    path = tmp_path / "posts.parquet"
    pl.DataFrame({"image": [b"\xff\xd8"]}).write_parquet(path)
    assert "no column of text" in failure(path, path.read_bytes())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"url": "https', "line 1 is not a JSON object: cut off"),
        ('{"url": ' + "[" * 100_000, "line 1 is not a JSON object: cut off"),
        ("[[]]", "there is no object in the JSON, only 1 empty list"),
        ("[]", "there is nothing in the JSON"),
    ],
)
def test_damaged_json(path: Path, data: str, said: str) -> None:
    assert said in failure(path, data)


def test_damaged_gzip(path: Path) -> None:
    packed = gzip.compress(b"url\n" + b"https://a/1\n" * 100)
    for data in (packed[:-9], packed[:12] + b"\xff" * 10 + packed[22:], b"\x1f\x8bxx"):
        assert "the gzip file is damaged" in failure(path, data)


def test_archive(tmp_path: Path) -> None:
    assert "a ZIP archive that is no workbook" in failure(
        tmp_path / "posts.xlsx", b"PK\x03\x04rest"
    )


def test_picture(tmp_path: Path) -> None:
    assert "this is an image" in failure(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n")
