"""Every sort of file comes back cell by cell as it was written, or ends in an InputError."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagatlas.contracts import Records
from tagatlas.errors import InputError
from tagatlas_sources.table import TableOptions
from tagatlas_sources.table.source import TableSource

TABLES = Path(__file__).parent.parent / "data" / "tables"
HEADER = ["image_url", "id", "text"]
NASTY = [
    'a "quoted" word',
    "comma, semicolon; bar| tab\t end",
    "two\nlines\r\nand\rmore",
    "=cmd|' /C calc'!A0",
    "🐈‍⬛ emoji",
    "قطة من اليمين إلى اليسار",
    "x" * 300,
    "  outer white space  ",
    "zero\x00byte",
    "007",
    "9007199254740993",
    "null",
    "\\",
    'ends in a backslash \\"',
    "#comment",
]

texts = st.sampled_from(NASTY) | st.text(max_size=20)
rows_of_texts = st.lists(st.tuples(texts, texts), min_size=1, max_size=8)


def read_bytes(data: bytes, *, options: TableOptions, name: str = "table.csv") -> Records:
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return TableSource(options).read(str(path))


def outcome(data: bytes, name: str) -> str:
    """What a user is told: what was recognised, or what was wrong."""
    try:
        return read_bytes(data, options=TableOptions(), name=name).recognised
    except InputError as error:
        return str(error)


def kept(records: Records) -> list[tuple[str, ...]]:
    return records.table.select("id", "text").rows()


def as_csv(rows: Sequence[Sequence[str]], delimiter: str, *, quote_all: bool) -> str:
    out = io.StringIO(newline="")
    # With line feeds alone, the csv module leaves a carriage return at a row's end unquoted.
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        lineterminator="\n" if quote_all else "\r\n",
    )
    writer.writerows(rows)
    return out.getvalue()


def with_urls(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[f"https://a/{number}.jpg", *row] for number, row in enumerate(rows)]


@pytest.mark.slow
@settings(deadline=None)
@given(
    rows=rows_of_texts,
    delimiter=st.sampled_from(",;\t|"),
    quote_all=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    zipped=st.booleans(),
)
def test_csv_round_trip(
    rows: list[tuple[str, str]], delimiter: str, quote_all: bool, encoding: str, zipped: bool
) -> None:
    data = as_csv([HEADER, *with_urls(rows)], delimiter, quote_all=quote_all).encode(encoding)
    records = read_bytes(gzip.compress(data) if zipped else data, options=TableOptions())
    assert kept(records) == rows
    assert records.table["location"].to_list() == [row[0] for row in with_urls(rows)]


@pytest.mark.slow
@settings(deadline=None)
@given(rows=rows_of_texts)
def test_a_stray_quotation_mark_changes_no_other_cell(rows: list[tuple[str, str]]) -> None:
    text = as_csv([HEADER, *with_urls(rows)], ",", quote_all=False)
    stray = 'https://a/stray,1,5" screen\r\n'
    records = read_bytes((text + stray).encode(), options=TableOptions())
    assert kept(records) == [*rows, ("1", '5" screen')]


@pytest.mark.slow
@settings(deadline=None)
@given(rows=rows_of_texts)
def test_json_lines_round_trip(rows: list[tuple[str, str]]) -> None:
    objects = [dict(zip(HEADER, row, strict=True)) for row in with_urls(rows)]
    for data in (msgspec.json.Encoder().encode_lines(objects), msgspec.json.encode(objects)):
        assert kept(read_bytes(data, options=TableOptions(), name="x.ndjson")) == rows


@pytest.mark.slow
@settings(deadline=None)
@given(rows=rows_of_texts)
def test_parquet_round_trip(rows: list[tuple[str, str]]) -> None:
    out = io.BytesIO()
    pl.DataFrame(with_urls(rows), schema=HEADER, orient="row").write_parquet(out)
    assert kept(read_bytes(out.getvalue(), options=TableOptions(), name="x.parquet")) == rows


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in TABLES.iterdir()))
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_damaged_file_gives_records_or_one_line(name: str, data: st.DataObject) -> None:
    whole = (TABLES / name).read_bytes()
    start, end = sorted(data.draw(st.lists(st.integers(0, len(whole)), min_size=2, max_size=2)))
    inserted = data.draw(st.binary(max_size=5) | st.sampled_from([b'"', b"\n", b"\r", b"\0", b"{"]))
    assert outcome(whole[:start] + inserted + whole[end:], name).isprintable()


@pytest.mark.slow
@settings(deadline=None)
@given(text=st.text(alphabet='ab",;\t|\n\r{}[]:#/\0\x1f', max_size=60))
@example('"')
@example("[")
@example("\0")
def test_any_text_gives_records_or_one_line(text: str) -> None:
    for data in (text.encode(), b"image_url,x\nhttp://a,b\n" + text.encode()):
        assert outcome(data, "table.csv").isprintable()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(line_end: str, last: bool) -> None:
    text = line_end.join(["image_url,id,text", "http://a,1,x", 'http://b,2,"y z"'])
    data = (text + line_end * last).encode()
    assert kept(read_bytes(data, options=TableOptions())) == [("1", "x"), ("2", "y z")]


def test_rows_of_other_lengths() -> None:
    text = "image_url,id,text\nhttp://a\nhttp://b,2,y,too,many\n\nhttp://c,3\n"
    assert kept(read_bytes(text.encode(), options=TableOptions())) == [
        ("", ""),
        ("2", "y"),
        ("3", ""),
    ]


def test_rows_of_other_lengths_beside_a_stray_quotation_mark() -> None:
    text = 'image_url,id,text\nhttp://a\nhttp://b,2,y"y,too,many\n\nhttp://c,3\n'
    records = read_bytes(text.encode(), options=TableOptions())
    assert kept(records) == [("", ""), ("2", 'y"y'), ("3", "")]
    assert records.recognised == "CSV: 3 URLs in the column 'image_url'"


def test_blank_lines_before_the_header_count_as_rows() -> None:
    with pytest.raises(InputError, match="row 4: the frequency 'x'"):
        read_bytes(b"\n\nurl,n\nhttp://a,x\n", options=TableOptions(frequency_column="n"))


def test_what_was_odd_is_noted() -> None:
    data = "image_url,id,text\nhttp://a/1.jpg,1,Fuß\nhttp://b/2.jpg\n".encode("cp1252")
    records = read_bytes(data, options=TableOptions())
    assert len(records.notes) == 2
    assert "read as cp1252 ('Fuß')" in records.notes[0]
    assert "1 row with fewer cells than the table has columns (row 3)" in records.notes[1]


def test_json_in_an_old_encoding() -> None:
    records = read_bytes(
        '{"Größe": "https://a/1.jpg"}'.encode("latin-1"), options=TableOptions(), name="x.json"
    )
    assert records.table["location"].to_list() == ["https://a/1.jpg"]
    assert "read as cp1252 ('Größe')" in records.notes[0]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac-roman", "utf-16-le", "utf-8"])
def test_named_encodings(encoding: str) -> None:
    data = "image_url,id,text\nhttp://a/é,1,Ø\n".encode(encoding)
    records = read_bytes(data, options=TableOptions(encoding=encoding))
    assert records.table.row(0) == ("http://a/é", 1, "1", "Ø")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark(encoding: str) -> None:
    data = "image_url,id,text\nhttp://a,1,ß\n".encode(encoding)
    assert kept(read_bytes(data, options=TableOptions())) == [("1", "ß")]


def test_a_list_may_have_any_name_but_that_of_a_table() -> None:
    data = b"\xef\xbb\xbfhttp://a/1,2.jpg\r\n#no\r\nhttp://a/3.jpg"
    for name in ("list.txt", "list", "list.urls"):
        records = read_bytes(data, options=TableOptions(), name=name)
        assert records.table["location"].to_list() == ["http://a/1,2.jpg", "http://a/3.jpg"]


@pytest.mark.parametrize("name", ["x.csv", "X.CSV", "x.tsv.gz"])
def test_a_table_without_a_header_is_no_list(name: str) -> None:
    records = read_bytes(b"http://a/1.jpg,3\nhttp://a/2.jpg,4\n", options=TableOptions(), name=name)
    assert records.table.rows() == [("http://a/1.jpg", 1, "3"), ("http://a/2.jpg", 1, "4")]


def test_types_of_parquet_become_text() -> None:
    out = io.BytesIO()
    pl.DataFrame(
        {
            "images": [["http://a/1", None, "http://a/2"], None],
            "id": [2**53 + 1, None],
            "when": [datetime.date(2024, 2, 29), None],
            "yes": [True, False],
            "numbers": [[1, 2], []],
            "bytes": [b"\xff", b""],
            "nested": [{"a": 1}, {"a": 2}],
        }
    ).write_parquet(out)
    records = read_bytes(out.getvalue(), options=TableOptions(), name="x.parquet")
    assert records.recognised == (
        "Parquet: 2 URLs in the column 'images'; 1 row without a usable URL left out"
    )
    assert records.table.drop("location", "frequency").row(0, named=True) == {
        "id": "9007199254740993",
        "when": "2024-02-29",
        "yes": "true",
        "numbers": "1; 2",
        "nested.a": "1",
    }


def test_names_that_polars_takes_for_patterns() -> None:
    names = ["*", "^.*$", "images"]
    out = io.BytesIO()
    pl.DataFrame({name: ["http://a"] for name in names}).write_parquet(out)
    for name in names:
        records = read_bytes(
            out.getvalue(), options=TableOptions(url_column=(name,)), name="x.parquet"
        )
        assert records.table.columns[2:] == [other for other in names if other != name]
