"""Pictures inside Parquet files, from the table to the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas.plugins import SOURCES, load_plugins
from tagatlas.steps.add import add_source
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions
from tagatlas_sources.table import TableOptions
from tagatlas_sources.table.source import TableSource
from tagatlas_tables import read_table
from tagatlas_tables.embedded import read_embedded

if TYPE_CHECKING:
    from tests.conftest import MakePicture

ROWS = 150


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("is_struct", [True, False])
def test_pictures_in_a_parquet_file_are_images(
    atlas: Atlas, tmp_path: Path, picture: MakePicture, *, is_struct: bool
) -> None:
    data: list[bytes | None] = [picture(seed=seed, size=(40, 30)) for seed in range(ROWS)]
    data[7] = None
    data[8] = b"no picture"
    structs = [{"bytes": each, "path": f"x/Grüße {row}.jpg"} for row, each in enumerate(data)]
    frame = pl.DataFrame({"image": structs if is_struct else data, "label": range(ROWS)})
    path = tmp_path / "train.parquet"
    frame.write_parquet(path, row_group_size=50)
    records = TableSource(TableOptions()).read(str(path))
    assert records.local
    assert records.table["label"].to_list() == [str(n) for n in range(ROWS) if n != 7]
    end = "/Grüße 149.jpg" if is_struct else ""
    assert records.table["location"][-1] == f"{path}!/image/149{end}"
    atlas.catalog.records.add(str(path), "table", records)
    trust(atlas)
    report = fetch_collection(atlas, FetchOptions(recover=()))
    assert (report.counts["ok"], report.counts["unreadable"]) == (ROWS - 2, 1)
    assert report.images == ROWS - 2
    for row in (0, 63, 64, 149):
        assert read_embedded(str(path), f"image/{row}{end and '/x.jpg'}", 10**6) == data[row]


def test_columns_of_other_bytes_are_left_out_and_named(
    tmp_path: Path, picture: MakePicture
) -> None:
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"mask": [b"\0\1"], "a/b": [picture()], "second": [picture(seed=2)]})
    frame.write_parquet(path)
    table = read_table(path)
    assert table.pictures == ("a/b", "second")
    assert table.frame["a/b"].to_list() == [f"{path}!/a%2Fb/0"]
    assert table.notes == ("left out, because they hold bytes: 1 column, 'mask'",)
    records = TableSource(TableOptions()).read(str(path))
    assert "further pictures in 'second': choose with --url-column" in records.notes


@pytest.mark.parametrize(
    ("name", "most", "status"),
    [
        ("image/1", 10**6, ImageStatus.MISSING),
        ("image/x", 10**6, ImageStatus.MISSING),
        ("image/" + "9" * 5000, 10**6, ImageStatus.MISSING),
        ("other/0", 10**6, ImageStatus.MISSING),
        ("image/0", 10, ImageStatus.REFUSED),
    ],
)
def test_what_is_not_there_or_too_large(
    tmp_path: Path, picture: MakePicture, name: str, most: int, status: ImageStatus
) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"image": [picture()]}).write_parquet(path)
    with pytest.raises(ImageRejected) as caught:
        read_embedded(str(path), name, most)
    assert caught.value.status == status


def test_a_damaged_file_is_unreadable(tmp_path: Path, picture: MakePicture) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"image": [picture()]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ImageRejected, match="damaged"):
        read_embedded(str(path), "image/0", 10**6)


@pytest.mark.slow
def test_a_file_that_moved_is_the_one_it_was(
    atlas: Atlas, tmp_path: Path, picture: MakePicture
) -> None:
    path = tmp_path / "train.parquet"
    pl.DataFrame({"image": [picture(seed=seed) for seed in range(3)]}).write_parquet(path)
    source = atlas.plugins.choose(SOURCES, "table", {})
    add_source(atlas, str(path), source)
    fetch_collection(atlas, FetchOptions(recover=()))
    moved = path.rename(tmp_path / "moved.parquet")
    report = add_source(atlas, str(moved), source)
    assert report.moved_from == str(path)
    assert fetch_collection(atlas, FetchOptions(recover=())).counts["ok"] == 3
