"""Rows of cells: none vanishes, none takes another's address, and what is odd is said."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quoting import HABITS, mixtures

from tagatlas.errors import InputError
from tagatlas_tables.delimited import read_delimited
from tagatlas_tables.files import read_table
from tagatlas_tables.table import Table


def read(text: str | bytes, *, skip_rows: int = 0) -> Table:
    return read_delimited(text.encode() if isinstance(text, str) else text, skip_rows=skip_rows)


def rows(table: Table) -> list[tuple[str, ...]]:
    return table.frame.rows()


LEFT_OUT = "lines before the names of the columns left out"
URLS = [f"https://a/{number}.jpg" for number in range(10)]


@pytest.mark.slow
def test_mixtures_of_programs_keep_every_row_beside_its_address(tmp_path: Path) -> None:
    for mixture in mixtures(60):
        expected = mixture.rows(30)
        path = tmp_path / "table.csv"
        path.write_bytes(mixture.written(expected))
        table = read_table(path)
        found = table.frame.select("id", "image_url").rows()
        assert found == [(row[0], row[2]) for row in expected[1:]], mixture


@pytest.mark.slow
@settings(deadline=None, max_examples=150)
@given(
    texts=st.lists(st.text(alphabet='ab",\\\t ;', max_size=8), min_size=1, max_size=12),
    habit=st.sampled_from(["rfc", "all quoted", "fputcsv", "escaped", "bare", "naive"]),
    delimiter=st.sampled_from(["\t", ","]),
)
def test_a_row_per_line_is_read_or_said(texts: list[str], habit: str, delimiter: str) -> None:
    """Every habit of quotation marks: as many rows as lines, and no address in another's row."""
    texts = ["plain", *texts, "and", "these", "are"]
    written = [
        ["id", "text", "url"],
        *([str(number), text, f"https://a/{number}.jpg"] for number, text in enumerate(texts)),
    ]
    try:
        table = read(HABITS[habit](written, delimiter, "\n"))
    except InputError as error:
        assert "row" in str(error)  # noqa: PT017
        return
    assert table.frame.height == len(texts)
    for number, row in enumerate(rows(table)):
        if row[2] != f"https://a/{number}.jpg":
            assert not row[2].startswith("https://a/")
            assert table.notes


def test_backslashes_before_quotation_marks_as_php_writes_them() -> None:
    table = read(
        'id\ttext\turl\n1\t"with i\\"s this"\tu1\n2\t"a ""b"" c"\tu2\n3\t"ends \\""\tu3\n4\tx\tu4\n'
    )
    assert rows(table) == [
        ("1", 'with i\\"s this', "u1"),
        ("2", 'a "b" c', "u2"),
        ("3", 'ends \\"', "u3"),
        ("4", "x", "u4"),
    ]
    assert table.notes == ()


def test_backslashes_before_quotation_marks_as_r_and_pandas_write_them() -> None:
    table = read('"","text","url"\n"1","a \\"b\\", c",u1\n"2","two\nlines \\"x",u2\n')
    assert rows(table) == [("1", 'a "b", c', "u1"), ("2", 'two\nlines "x', "u2")]
    assert table.frame.columns == ["column 1", "text", "url"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ('5" screen', '5" screen'),
        ('He said "hi" there', 'He said "hi" there'),
        ('"a, "b", c"', 'a, "b", c'),
        ('"abc"def', '"abc"def'),
        (' "a, b" ', "a, b"),
        ('"C:\\dir\\"', "C:\\dir\\"),
        ('""', ""),
        ('""""', '"'),
        ('"two\n""lines"", three"', 'two\n"lines", three'),
        ('"a\rb"', "a\rb"),
        ("zero\0byte", "zero\0byte"),
    ],
)
def test_quotation_marks_in_a_cell(written: str, read_as: str) -> None:
    table = read(f"id,text,url\n1,x,{URLS[0]}\n2,{written},{URLS[1]}\n3,y,{URLS[2]}\n")
    assert rows(table) == [
        ("1", "x", URLS[0]),
        ("2", read_as, URLS[1]),
        ("3", "y", URLS[2]),
    ]


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_quotation_marks_that_pair_across_rows_by_chance(delimiter: str) -> None:
    """Proper CSV to any reader, in which three rows are one."""
    text = (
        f'id,text,url\n0,x,{URLS[0]}\n1,"This is a quote,{URLS[1]}\n2,plain,{URLS[2]}\n'
        f'3,ends with",{URLS[3]}\n'
    )
    table = read(text.replace(",", delimiter))
    assert [row[0] for row in rows(table)] == ["0", "1", "2", "3"]
    assert [row[2] for row in rows(table)] == URLS[:4]
    assert table.notes == (
        "1 row with a quotation mark that is never closed (row 3): it is read as text",
    )


def test_lines_in_a_cell_are_no_rows_though_they_have_as_many_delimiters() -> None:
    text = f'text,url\nx,{URLS[0]}\n"hello\nbye, you",{URLS[1]}\n"a,\n\nb",{URLS[2]}\n'
    table = read(text)
    assert rows(table) == [
        ("x", URLS[0]),
        ("hello\nbye, you", URLS[1]),
        ("a,\n\nb", URLS[2]),
    ]


def test_a_row_without_its_last_cell_takes_not_that_of_the_next() -> None:
    text = f'id,text,url\n0,x,{URLS[0]}\n1,"\n2,",{URLS[2]}\n3,y,{URLS[3]}\n'
    with pytest.raises(InputError, match="row 3 can be read in two ways"):
        read(text)


def test_rows_within_quotation_marks_that_cannot_be_told_are_refused() -> None:
    text = f'id,text,url\n0,x,{URLS[0]}\n1,x,y,"open\n2,plain,{URLS[2]}\n3,x",{URLS[3]}\n'
    with pytest.raises(InputError, match="row 3 can be read in two ways"):
        read(text)


def test_rows_of_other_lengths_are_said() -> None:
    table = read(f"id,url\n1,{URLS[1]}\n2\n\n3,{URLS[3]},4\n4,{URLS[4]},\n5,{URLS[5]}\n")
    assert [row[0] for row in rows(table)] == ["1", "2", "", "3", "4", "5"]
    assert table.notes == (
        "1 row with fewer cells than the table has columns (row 3): the others are empty",
        "1 row with more cells than the table has columns (row 5): the rest is left out",
    )


def test_a_file_that_ends_within_a_row() -> None:
    table = read(f'id,text,url\n1,a,{URLS[1]}\n2,"cut off he')
    assert rows(table)[1] == ("2", "cut off he", "")
    assert table.notes == ("1 row at the end of the file cut off (row 3): was it copied whole?",)


def test_a_quotation_mark_that_is_never_closed_is_refused_where_the_row_does_not_fit() -> None:
    with pytest.raises(InputError, match=r"the quotation mark that row 2 opens is never closed"):
        read(f'id,text,url\n1,"open\n2,a,{URLS[1]}\n3,b,{URLS[2]}\n')


@pytest.mark.parametrize(
    "text",
    [
        "id,url\r\n1,A\r2,B\n3,C\r\r\n4,D",
        "id,url\r1,A\r2,B\n3,C\r4,D\r",
        "id,url\n1,A\r2,B\r\n3,C\n4,D\n",
    ],
)
def test_line_ends_of_all_sorts(text: str) -> None:
    assert rows(read(text)) == [("1", "A"), ("2", "B"), ("3", "C"), ("4", "D")]


def test_dumps_of_databases() -> None:
    table = read(f"id\ttext\turl\n1\ta\\\tb\t{URLS[1]}\n2\ta\\\nb\t{URLS[2]}\n3\t\\N\t{URLS[3]}\n")
    assert [row[1] for row in rows(table)] == ["a\tb", "a\nb", ""]
    assert [row[2] for row in rows(table)] == URLS[1:4]


class TestHeads:
    @pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
    def test_a_line_that_names_the_delimiter(self, line: str) -> None:
        table = read(f"{line}id;image, url\n1;a,b\n")
        assert table.frame.columns == ["id", "image, url"]
        assert table.first_row == 3

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            ("My report\n\n", "1 line before the names of the columns left out: 'My report'"),
            (
                "Report:,My query\nFrom:,2020\n\n",
                f"2 {LEFT_OUT}: 'Report: My query', 'From: 2020'",
            ),
            (
                "Report:,My query,\nFrom:,2020,\n",
                f"2 {LEFT_OUT}: 'Report: My query', 'From: 2020'",
            ),
            (
                "# made by x\n# on 2020, by me\n",
                f"2 {LEFT_OUT}: '# made by x', '# on 2020 by me'",
            ),
        ],
    )
    def test_lines_before_the_names(self, before: str, said: str) -> None:
        table = read(f"{before}id,title,image_url\n1,A,{URLS[1]}\n2,B,{URLS[2]}\n")
        assert table.frame.columns == ["id", "title", "image_url"]
        assert table.notes == (said,)
        assert table.first_row == before.count("\n") + 2

    def test_lines_as_wide_as_the_table(self) -> None:
        table = read(f"Report:,Mine\nFrom:,2020\nimage_url,likes\n{URLS[1]},3\n{URLS[2]},4\n")
        assert table.frame.columns == ["image_url", "likes"]

    def test_a_title_with_a_word_for_pictures(self) -> None:
        table = read(f"Images of cats,,\n\nid,name,image\n1,x,{URLS[1]}\n2,y,{URLS[2]}\n")
        assert table.frame["image"].to_list() == URLS[1:3]

    @pytest.mark.parametrize("cell", ["my picture.jpg", "no image"])
    def test_a_row_above_the_first_address_is_no_row_of_names(self, cell: str) -> None:
        table = read(f"id,file\n1,a/1.jpg\n2,{cell}\n3,{URLS[3]}\n")
        assert table.frame["file"].to_list() == ["a/1.jpg", cell, URLS[3]]

    @pytest.mark.parametrize(
        "rows",
        [
            ["- {}", "* {}"],
            ["one: {}", "two: {}"],
            ["ftp://a/0.jpg", "{}"],
            ["1,![cat]({})", "2,![cat]({})"],
            ['1,"=IMAGE(""{}"")"', '2,"=IMAGE(""{}"")"'],
        ],
    )
    def test_a_first_row_with_an_address_in_it_is_no_row_of_names(self, rows: list[str]) -> None:
        text = "\n".join(row.format(url) for row, url in zip(rows, URLS, strict=False))
        assert read(text).frame.height == 2

    def test_a_name_with_an_example_is_a_name(self) -> None:
        table = read(f"id,url (such as {URLS[0]})\n1,{URLS[1]}\n2,{URLS[2]}\n")
        assert table.frame.height == 2

    def test_a_cell_without_an_address_in_the_first_row_is_no_name(self) -> None:
        assert read(f"name,url\nx,n/a\ny,{URLS[1]}\nz,{URLS[2]}\n").frame.columns == ["name", "url"]

    def test_rows_to_skip(self) -> None:
        table = read(f"id,url\n9,{URLS[9]}\nnr,address\n1,{URLS[1]}\n", skip_rows=2)
        assert table.frame.columns == ["nr", "address"]
        assert table.notes == ("the first 2 lines left out, as asked for",)
        assert table.first_row == 4

    def test_more_rows_to_skip_than_there_are(self) -> None:
        with pytest.raises(InputError, match="there are only 2 lines: skip fewer"):
            read("id,url\n1,x", skip_rows=7)

    @pytest.mark.parametrize("delimiter", ["\t", ",", " "])
    def test_row_names_without_a_name_as_r_writes_them(self, delimiter: str) -> None:
        table = read(f'"url" "n"\n"a" "{URLS[1]}" 3\n"b" "{URLS[2]}" 4\n'.replace(" ", delimiter))
        assert rows(table) == [("a", URLS[1], "3"), ("b", URLS[2], "4")]
        assert table.frame.columns == ["column 1", "url", "n"]
        assert "a name fewer" in table.notes[0]

    def test_delimiters_at_the_ends_of_rows(self) -> None:
        table = read(f"id,url\n1,{URLS[1]},\n2,{URLS[2]},\n")
        assert table.frame.columns[:2] == ["id", "url"]
        assert [row[:2] for row in rows(table)] == [("1", URLS[1]), ("2", URLS[2])]
        assert table.notes == ()

    def test_names_with_line_ends_and_twice(self) -> None:
        table = read(f'"id","the\nurl, of",id,\n1,{URLS[1]},2,3\n4,{URLS[2]},5,6\n')
        assert table.frame.columns == ["id", "the\nurl, of", "id (2)", "column 4"]

    @pytest.mark.parametrize(
        ("text", "kind", "width"),
        [
            ("id;preis\n1;3,50\n2;4,50\n", "CSV with semicolons", 2),
            ("id, the\tname, given\turl\n1\tA, B\tC\n2\tC\tD\n", "TSV", 3),
            ("id|a, b, c\n1|x\n2|y, z\n", "CSV with bars", 2),
            ("url\nhttps://a/w_2,h_3\nhttps://a/w_4,h_5\n", "one column", 1),
        ],
    )
    def test_delimiters(self, text: str, kind: str, width: int) -> None:
        table = read(text)
        assert (table.kind, table.frame.width) == (kind, width)

    def test_files_that_were_joined(self) -> None:
        table = read(f"id,url\n1,{URLS[1]}\n\ufeffid,url\n2,{URLS[2]}\n\ufeff3,{URLS[3]}\n")
        assert rows(table) == [("1", URLS[1]), ("", ""), ("2", URLS[2]), ("3", URLS[3])]
        assert table.notes == ("1 row that repeats the header left out (row 3)",)

    def test_names_only(self) -> None:
        table = read("id,url\n")
        assert (table.frame.columns, table.frame.height) == (["id", "url"], 0)


def test_cells_larger_than_the_csv_module_allows() -> None:
    large = "x" * (csv.field_size_limit() + 1)
    table = read(f'id,text,url\n1,"{large}",{URLS[1]}\n2,5" screen,{URLS[2]}\n')
    assert [len(row[1]) for row in rows(table)] == [len(large), len('5" screen')]
