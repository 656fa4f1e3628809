"""Conditions on the cells of records."""

from __future__ import annotations

from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import OptionError
from tagatlas_mapping.maps.conditions import read_condition

_Form = Literal["NFC", "NFD"]
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(NUMBERS, NUMBERS)
def test_numbers_compare_as_numbers(cell: float, value: float) -> None:
    held = {
        sign: read_condition(f"x{sign}{value}").holds(f" {cell} ")
        for sign in ("=", "!=", "<", "<=", ">", ">=")
    }
    assert held == {
        "=": cell == value,
        "!=": cell != value,
        "<": cell < value,
        "<=": cell <= value,
        ">": cell > value,
        ">=": cell >= value,
    }


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]))
def test_dates_compare_as_far_as_the_value_says(cell: object, value: object, length: int) -> None:
    begin, end = str(cell)[:length], str(value)[:length]
    assert read_condition(f"day<={end}").holds(f"{cell}T10:30:00") == (begin <= end)
    assert read_condition(f"day={end}").holds(str(cell)) == (begin == end)


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_texts_contain_each_other_in_whatever_case(cell: str, value: str) -> None:
    found = read_condition(f"text~{value}").holds(f"{cell}{value}".upper())
    assert found or value.strip().casefold() not in f"{cell}{value}".upper().casefold()


@pytest.mark.parametrize(("form", "other"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_composed_and_decomposed_letters_are_the_same(form: _Form, other: _Form) -> None:
    cell, value = normalize(form, "Übersicht Café.png"), normalize(other, "übersicht café.PNG")
    assert read_condition(f"file={value}").holds(cell)
    assert not read_condition(f"file!={value}").holds(cell)
    assert read_condition(f"file~{value[-9:]}").holds(cell)
    assert not read_condition("file~cafe").holds("café")


def test_what_is_missing_fits_nothing() -> None:
    for text in ("a=", "a!=x", "a~", "a<5"):
        assert not read_condition(text).holds(None)
    assert read_condition("a=").holds("")
    assert not read_condition("year>1980").holds("unknown")
    assert read_condition("year!=1980").holds("unknown")


def test_forms() -> None:
    condition = read_condition(" my column >= 2.5 ")
    assert (condition.column, condition.sign, condition.value) == ("my column", ">=", "2.5")
    assert str(condition) == "my column >= 2.5"
    assert read_condition("q=a=b").value == "a=b"
    for wrong in ("", "year", "=5", "x" * 2000 + "=1", "day<soon", "n>nan"):
        with pytest.raises(OptionError):
            read_condition(wrong)
