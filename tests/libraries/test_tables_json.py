"""JSON of any shape becomes rows, and what cannot be read is counted."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagatlas.errors import InputError
from tagatlas_tables.structured import read_json
from tagatlas_tables.table import Table

A, B, C = (f"https://a.example/{number}.jpg" for number in range(3))
THREE: list[dict[str, object]] = [
    {"url": url, "id": number} for number, url in enumerate((A, B, C))
]
NESTED = {"id": 7, "media": [{"url": A, "w": 1}, None, {"url": B}], "by": {"name": "ada"}}


def read(text: str | bytes) -> Table:
    return read_json(text if isinstance(text, bytes) else text.encode())


def cells(table: Table, column: str = "url") -> list[str]:
    return table.column(column).to_list()


def lines(objects: Sequence[object], between: str = "\n") -> str:
    return between.join(json.dumps(one) for one in objects)


@pytest.mark.parametrize(
    "text",
    [
        lines(THREE),
        lines(THREE, "\r\n"),
        lines(THREE, "\n\n# a remark\n// another\n"),
        lines(THREE, ",\n") + ",",
        lines(THREE, ""),
        lines(THREE, "\n\x1e"),
        "\n".join(json.dumps(one, indent=2) for one in THREE),
        json.dumps(THREE),
        json.dumps(THREE, indent=1),
        "// a remark\nwindow.YTD.some.part0 = " + json.dumps(THREE) + ";\n",
        f"jsonFlickrApi({json.dumps({'photos': {'page': 1, 'photo': THREE}})})",
        lines([THREE[:2], THREE[2:]]),
        "[" + lines(THREE, ",\n")[:-1] + ',"score": NaN,}]',
        "\n".join(json.dumps(one)[:-1] + ', "score": -Infinity}' for one in THREE),
        json.dumps({"data": THREE, "meta": {"n": 3}}),
        json.dumps({"total": 3, "results": THREE}, indent=1),
        json.dumps({"response": {"docs": THREE}}),
        json.dumps({"data": {"search": {"edges": [{"node": one} for one in THREE]}}}),
        json.dumps({"hits": {"hits": [{"_id": 1, "_source": one} for one in THREE]}}),
        json.dumps({"id": 5, "type": "OrderedCollection", "orderedItems": THREE}),
        json.dumps({"query": {"pages": {str(n): one for n, one in enumerate(THREE)}}}),
        json.dumps({"url": [A, B, C], "id": [0, 1, 2]}),
        json.dumps({"url": {"0": A, "1": B, "2": C}, "id": {"0": 0, "1": 1, "2": 2}}),
        json.dumps({"columns": ["url", "id"], "index": [0], "data": [[A, 0], [B, 1], [C, 2]]}),
        json.dumps({f"work {n}": one for n, one in enumerate(THREE)}),
        json.dumps([["url", "id"], [A, 0], [B, 1], [C, 2]]),
    ],
)
def test_shapes(text: str) -> None:
    table = read(text)
    assert cells(table) == [A, B, C]
    assert cells(table, "id") == ["0", "1", "2"]
    assert table.notes == ()


def test_strings_are_addresses() -> None:
    assert cells(read(json.dumps([A, B]))) == [A, B]


@pytest.mark.parametrize(
    ("text", "rows", "said"),
    [
        (lines(THREE[:2]) + '\n{"url": "https://a.ex', [A, B], "1 row, line 3 (cut off)"),
        (lines(THREE[:2]).encode() + '\n{"url": "é'.encode()[:-1], [A, B], "line 3 (cut off)"),
        (json.dumps(THREE)[:-15], [A, B], "1 row, line 1 (cut off)"),
        (json.dumps(THREE, indent=1)[:-15], [A, B], "1 row, line 10 (cut off)"),
        (lines([THREE[0], "x", THREE[2]]).replace('"x"', "{'id': 1}"), [A, C], "1 row, line 2 ("),
        (json.dumps(THREE[0]) + '{"url": nope}' + json.dumps(THREE[2]), [A, C], "1 row, line 1 ("),
        (lines([THREE[0], 5, THREE[2]]), [A, C], "1 number"),
        (
            json.dumps([THREE[0], None, True, [], THREE[2]]),
            [A, C],
            "1 null, 1 truth value, 1 empty",
        ),
        (lines(THREE) + "\n" + "\n".join(['{"a'] * 9), [A, B, C], "9 rows, line 4 ("),
        (
            '[\n {\n  "url": "' + A + '"\n },\n {\n  "url": x,\n  "m": [\n   {\n   }\n  ]\n },\n'
            ' {\n  "url": "' + C + '"\n }\n]',
            [A, C],
            "1 row, line 5 (expecting value)",
        ),
    ],
)
def test_what_is_broken_costs_itself(text: str | bytes, rows: list[str], said: str) -> None:
    table = read(text)
    assert cells(table) == rows
    assert said in table.notes[0]


def test_half_an_emoji_becomes_a_replacement() -> None:
    table = read('{"url": "https://a", "text": "cut \\ud83d", "whole": "\\ud83d\\ude00"}')
    assert table.frame.row(0) == ("https://a", "cut \ufffd", "😀")


def test_paths_name_the_columns() -> None:
    table = read(json.dumps([NESTED, {"by": None, "a.b": 1, "a": {"b": 2}, "none": {}}]))
    assert dict(zip(table.frame.columns, table.frame.rows()[0], strict=True)) == {
        "id": "7",
        "media.url": f"{A}; {B}",
        "media.w": "1",
        "media": "",
        "by.name": "ada",
        "by": "",
        "a.b": "",
        "a.b (2)": "",
        "none": "",
    }
    assert table.frame.row(1)[-3:] == ("1", "2", "")


def test_what_is_said_of_each_list_stays_with_its_records() -> None:
    table = read(
        lines([{"user": "ada", "posts": [{"url": A}, {"url": B}]}, {"posts": [{"url": C}]}])
    )
    assert cells(table) == [A, B, C]
    assert cells(table, "user") == ["ada", "ada", ""]


def test_a_work_with_pictures_is_one_record() -> None:
    work = {"id": 1, "title": "t", "images": [{"url": A}, {"url": B}], "makers": [{"n": 1}] * 9}
    assert cells(read(json.dumps(work)), "images.url") == [f"{A}; {B}"]


def test_paths_from_the_top_mean_columns() -> None:
    table = read(json.dumps({"results": [{"image": [{"url": A}]}]}))
    assert table.kind == "JSON, the list 'results'"
    for name in ("image.url", "results.image.url", "results[].image[].url"):
        assert table.meant(name) == "image.url"
    assert table.meant("other") == "other"
    assert table.meant("results.image.url, x") == "image.url,x"


def test_digits_are_kept() -> None:
    digits = ["1.10", "9007199254740993", "1" * 5_000, "1e400", "-0.0"]
    table = read("\n".join(f'{{"n": {number}}}' for number in digits))
    assert cells(table, "n") == digits


def test_the_last_of_two_alike_keys_counts() -> None:
    assert cells(read(f'{{"url": "{A}", "url": "{B}"}}')) == [B]


@pytest.mark.slow
def test_many_columns_are_bounded_and_said() -> None:
    record: dict[str, object] = {f"c{number}": number for number in range(1_500)}
    table = read(json.dumps([{**record, "url": A}]))
    assert table.frame.width == 1_000
    assert table.frame.columns[:2] == ["c0", "c1"]
    assert cells(table) == [A]
    assert "501 columns with little in them, 'c999', 'c1000'" in table.notes[0]


def test_pictures_written_as_text_are_left_out_and_said() -> None:
    table = read(json.dumps([{"url": A, "image": "iVBOR" * 5_000}]))
    assert table.frame.columns == ["url"]
    assert table.notes[0].endswith("1 column, 'image'")


def test_deep_nesting_costs_its_row() -> None:
    for depth in (150, 5_000):
        table = read(lines(THREE[:2]) + '\n{"a":' + "[" * depth + "]" * depth + "}")
        assert cells(table) == [A, B]
        assert "nested" in table.notes[0]


@pytest.mark.parametrize("text", ["[]", "[[]]", "{", "[{", '{"a" 1}', "[1, 2]"])
def test_nothing_to_read(text: str) -> None:
    with pytest.raises(InputError):
        read(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["url", "data", "id", "pages", "columns"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def outcome(text: str) -> tuple[int, str]:
    """How many rows there are, and what a user is told."""
    try:
        table = read(text)
    except InputError as error:
        return 0, str(error)
    return table.frame.height, " ".join((table.kind, *table.notes))


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(values, st.booleans())
@example({"columns": [], "data": [[]]}, False)
def test_any_value_is_read_or_refused_in_one_line(value: object, indented: bool) -> None:
    _, said = outcome(json.dumps(value, indent=1 if indented else None))
    assert said
    assert said.isprintable()


rows = st.lists(
    st.dictionaries(st.sampled_from(["a", "b"]), values, min_size=1, max_size=3), max_size=6
)


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(rows, st.sampled_from(['{"a": ', '{"b": x}', '{"c": "']), st.integers(0, 6))
def test_rows_are_kept_or_counted(
    objects: list[dict[str, object]], broken: str, place: int
) -> None:
    written = [json.dumps(one) for one in objects]
    written.insert(place, broken)
    table = read("\n".join(['{"first": 1}', *written]))
    assert table.frame.height == len(objects) + 1
    assert "1 row" in table.notes[0]


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet='{}[]",:\n 1a\\#/', max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    assert outcome(text)[1].isprintable()
