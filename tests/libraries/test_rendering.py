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
    cluster_colour,
    safe_cell,
    safe_cells,
    web_addresses,
    write_atomically,
)

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


_DEFICIENCIES = {
    "none": np.eye(3).tolist(),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What readers see, in linear RGB (G. Machado, M. Oliveira, L. Fernandes, 2009, severity 1)."""
_TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
_TO_OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


@pytest.mark.parametrize("deficiency", _DEFICIENCIES)
def test_colours_of_clusters_are_told_apart_by_all_readers(deficiency: str) -> None:
    parts = np.array([cluster_colour(cluster) for cluster in range(12)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = (linear @ np.array(_DEFICIENCIES[deficiency]).T).clip(0, 1)
    places = np.cbrt(seen @ np.array(_TO_CONES).T) @ np.array(_TO_OKLAB).T
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    assert distances[~np.eye(12, dtype=bool)].min() > 0.1


def test_the_first_twelve_clusters_have_their_own_colours() -> None:
    assert len({cluster_colour(cluster) for cluster in range(12)}) == 12
    assert cluster_colour(12) == cluster_colour(0)


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


def test_kept_columns_are_those_of_each_images_first_record() -> None:
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
        "user": ["ann", None, None],
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
