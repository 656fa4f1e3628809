from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import StorageError
from tagatlas.toolkit import copied_columns, kept_columns
from tagatlas_rendering import (
    cell_text,
    cluster_colours,
    safe_cell,
    safe_cells,
    web_addresses,
    write_atomically,
)
from tagatlas_rendering.palette import COLOURS
from tagatlas_rendering.vision import differences, seen_by_readers

CELLS = st.text(
    alphabet="'=+-@\uff1d\uff0b\uff0d\uff20 \ufeff\u3000\t\r\nab1,;\"", max_size=6
) | st.text(max_size=6)


@given(CELLS)
def test_a_safe_cell_is_no_formula_and_gives_its_text_back(text: str) -> None:
    cell = safe_cell(text)
    seen = unicodedata.normalize("NFKC", cell).lstrip(" \ufeff\u200b")
    assert not seen.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell_text(cell) == text


@given(st.lists(CELLS, min_size=1))
def test_a_column_is_guarded_as_its_cells_are(texts: list[str]) -> None:
    column = pl.DataFrame({"text": texts}).select(safe_cells(pl.col("text")))["text"]
    assert column.to_list() == [safe_cell(text) for text in texts]


def test_plain_text_is_left_alone() -> None:
    assert [safe_cell(text) for text in ("cat", "", "1-2", "it's", "'quoted'")] == [
        "cat",
        "",
        "1-2",
        "it's",
        "'quoted'",
    ]


def test_a_file_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")
    with write_atomically(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")
    with pytest.raises(UnicodeEncodeError), write_atomically(path) as file:
        file.writelines(text.encode("ascii") for text in ("half", "ü"))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_a_storage_error_of_one_line() -> None:
    path = Path("/nowhere/at/all.txt")
    with (
        pytest.raises(StorageError, match=r"^could not write .*No such file") as caught,
        write_atomically(path),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_colours_of_clusters_are_told_apart_by_all_readers() -> None:
    assert differences()[~np.eye(len(COLOURS), dtype=bool)].min() > 0.1


def test_readers_without_cones_for_red_take_red_for_a_dark_yellow() -> None:
    usual, protanope, *_ = seen_by_readers(np.array([(200, 0, 0), (84, 84, 0)]))
    assert np.linalg.norm(usual[0] - usual[1]) > 0.15
    assert np.linalg.norm(protanope[0] - protanope[1]) < 0.05


def test_white_and_black_are_one_apart() -> None:
    for white, black in seen_by_readers(np.array([(255, 255, 255), (0, 0, 0)])):
        assert np.allclose(white, (1, 0, 0), atol=1e-3)
        assert np.allclose(black, 0, atol=1e-3)


def test_clusters_of_older_maps_have_colours_in_turn() -> None:
    clusters = pl.DataFrame({"cluster": range(13)})
    assert cluster_colours(clusters) == [*COLOURS, COLOURS[0]]
    assert cluster_colours(clusters.with_columns(colour=3)) == [COLOURS[3]] * 13


def test_web_addresses_are_the_first_of_each_image_and_no_paths() -> None:
    records = pl.DataFrame(
        {
            "image": ["a", "b", "a", "c", "c"],
            "location": ["/home/me/a.jpg", "HTTPS://x/b", "http://x/a", "http://x/c", "http://x/d"],
        }
    )
    assert web_addresses(records).rows() == [
        ("b", "HTTPS://x/b"),
        ("a", "http://x/a"),
        ("c", "http://x/c"),
    ]


def test_kept_columns_are_those_of_all_records_of_an_image() -> None:
    records = pl.DataFrame(
        {
            "image": ["b", "a", "b", "c"],
            "location": ["1", "2", "3", "4"],
            "frequency": [1, 1, 1, 1],
            "columns": ['{"user":"ann"}', '{"user":null,"day":"May"}', '{"user":"bob"}', "{}"],
        }
    )
    assert kept_columns(records, ()).to_dict(as_series=False) == {
        "image": ["b", "a", "c"],
        "user": ["ann | bob", None, None],
        "day": [None, "May", None],
    }


def test_kept_columns_give_way_to_reserved_names_and_to_each_other() -> None:
    columns = '{"Image":"1","ID":"2","id (kept)":"3","user":"4","User":"5"}'
    records = pl.DataFrame(
        {"image": ["a"], "location": [""], "frequency": [1], "columns": [columns]}
    )
    (row,) = kept_columns(records, ("id",)).rows(named=True)
    assert row == {
        "image": "a",
        "Image (kept)": "1",
        "ID (kept)": "2",
        "id (kept) (kept)": "3",
        "user": "4",
        "User (kept)": "5",
    }


def test_kept_columns_of_records_without_any() -> None:
    records = pl.DataFrame({"image": ["a", "b", "a"], "columns": "{}"})
    assert kept_columns(records, ()).to_dict(as_series=False) == {"image": ["a", "b"]}


def test_kept_columns_of_no_records() -> None:
    records = pl.DataFrame(schema={"image": pl.String, "columns": pl.String})
    assert kept_columns(records, ()).schema == {"image": pl.String}


def test_copied_columns_are_those_of_all_records_of_an_image() -> None:
    columns = ['{"id":"x","b":"1"}', '{"id":""}', '{"id":"y","b":"1"}', '{"id":"x","b":null}']
    records = pl.DataFrame({"image": ["b", "a", "b", "b"], "columns": columns})
    assert copied_columns(records, ["b", "id"], ("id",)).rows(named=True) == [
        {"image": "b", "b": "1", "id (kept)": "x | y"},
        {"image": "a", "b": None, "id (kept)": None},
    ]
