"""Kept columns of records."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.columns import column_names, read_columns
from tagatlas.errors import OptionError

records = st.lists(
    st.dictionaries(st.sampled_from(["a", 'b"\\', "", "=c\n"]), st.none() | st.text(), max_size=4)
)


def objects(given: list[dict[str, str | None]]) -> pl.Series:
    return pl.Series([json.dumps(record) for record in given], dtype=pl.String)


@given(records)
def test_columns_come_back_and_others_are_named(given: list[dict[str, str | None]]) -> None:
    there = list(dict.fromkeys(name for record in given for name in record))
    found = read_columns(objects(given), there)
    assert found.schema == dict.fromkeys(there, pl.String)
    assert found.rows(named=True) == [
        {name: record.get(name) for name in there} for record in given if there
    ]
    with pytest.raises(OptionError) as caught:
        read_columns(objects(given), ["x"])
    names = ", ".join(" ".join(name.split()) for name in there) or "none"
    assert str(caught.value) == f"no column 'x' was kept; there are: {names}"
    assert column_names(objects(given)) == names
