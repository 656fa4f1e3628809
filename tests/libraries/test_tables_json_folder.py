"""A folder of JSON files is one table; pictures beside them come first."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tagatlas.errors import InputError
from tagatlas_sources.folder import FolderOptions, may_have_pictures
from tagatlas_sources.folder.source import FolderSource
from tagatlas_sources.table import TableOptions, is_table
from tagatlas_sources.table.source import TableSource

WORK = '{{\n "id": {0},\n "thumbnailUrl": {1},\n "makers": [{{"name": "N. N."}}]\n}}'


@pytest.fixture
def works(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "b2.json").write_text(WORK.format(2, '"https://a/2.jpg"'))
    (tmp_path / "a" / "b1.JSON").write_text(WORK.format(1, '"https://a/1.jpg"'))
    (tmp_path / "b3.json.gz").write_bytes(gzip.compress(WORK.format(3, "null").encode()))
    (tmp_path / "README").write_text("words")
    return tmp_path


def test_one_object_a_file(works: Path) -> None:
    assert is_table(str(works))
    assert not may_have_pictures(str(works))
    records = TableSource(TableOptions()).read(str(works))
    assert records.table.select("location", "file", "id", "makers.name").rows() == [
        ("https://a/1.jpg", "a/b1.JSON", "1", "N. N."),
        ("https://a/2.jpg", "b2.json", "2", "N. N."),
    ]
    assert records.recognised == (
        "3 JSON files: 2 URLs in the column 'thumbnailUrl'; 1 row without a usable URL left out"
    )
    assert records.local is False
    assert records.notes == ("left out, because they are not JSON: 1 file",)


def test_files_that_are_no_json_are_named(tmp_path: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n"
    (tmp_path / "a.json").write_text(pointer)
    (tmp_path / "b.json").write_text(" \n")
    with pytest.raises(InputError, match=r"none of 2 JSON files .* 'a.json' .*git lfs pull"):
        TableSource(TableOptions()).read(str(tmp_path))
    (tmp_path / "c.json").write_text('{"url": "https://a/1.jpg"}')
    records = TableSource(TableOptions()).read(str(tmp_path))
    assert records.recognised == "1 JSON file: 1 URL in the column 'url'"
    assert "2 files, 'a.json' (this is a Git LFS pointer" in records.notes[0]
    assert "'b.json' (the file is empty)" in records.notes[0]


def test_a_damaged_file_costs_itself(works: Path) -> None:
    (works / "b2.json").write_text("{")
    (works / "c.json").write_bytes(b'{"id": "\xe9"}')
    (works / "d.json").write_bytes(b"\x1f\x8bcut")
    records = TableSource(TableOptions()).read(str(works))
    assert records.table["location"].to_list() == ["https://a/1.jpg"]
    assert records.notes[0].endswith("1 row, 'b2.json' line 1 (cut off)")
    assert "1 file, 'd.json' (" in records.notes[1]
    assert records.notes[-1].startswith("1 file: the file is not UTF-8: read as cp1252 ('é')")


def test_pictures_come_first(works: Path) -> None:
    (works / "a" / "picture.PNG").touch()
    assert not is_table(str(works))
    assert may_have_pictures(str(works))
    records = FolderSource(FolderOptions()).read(str(works))
    assert records.table["file"].to_list() == ["a/picture.PNG"]
    assert records.notes[-1].endswith("2 JSON files, which --source table would read instead")


def test_a_folder_without_json_is_for_pictures(tmp_path: Path) -> None:
    assert may_have_pictures(str(tmp_path))
    assert not is_table(str(tmp_path))
    with pytest.raises(InputError, match="there is no JSON file in the folder"):
        TableSource(TableOptions()).read(str(tmp_path))
