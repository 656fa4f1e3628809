from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import Map
from tagatlas.errors import UsageError
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas_exports.tables import TablesOptions
from tagatlas_exports.tables.renderer import TablesRenderer
from tagatlas_mapping.maps.given_name import GivenName
from tagatlas_mapping.maps.names import Renamed, read_names, rename_clusters, with_images


def names_in(*files: Path) -> list[GivenName]:
    return [given for path in files for given in read_names(path).names]


def renamed(map_: Map, *files: Path) -> Renamed:
    return rename_clusters(map_.clusters, map_.subclusters, map_.nodes, names_in(*files))


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "names.csv"
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def edited(path: Path, row: int, **cells: str) -> Path:
    """A table that tagatlas wrote, with other text in some cells of a row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row] |= cells
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    "lines",
    [
        ("cluster,name", "1,Hounds"),
        ("name,new_name", "dog 1,Hounds"),
        ("name;new_name", "dog 1;Hounds"),
        ("cluster\tname", "1\t Hounds "),
        ("Cluster,Name", "", "0,", '1,"Hounds"'),
        ("cluster,name,new_name,remark", "1,dog 1,Hounds,mine"),
    ],
)
def test_a_cluster_gets_the_name_that_a_file_gives_it(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    found = renamed(sample_map(12, clusters=3), write(tmp_path, *lines, encoding="utf-8-sig"))
    assert found.clusters["name"].to_list() == ["cat 0", "Hounds", "tree 2"]
    assert found.clusters["automatic_name"].to_list() == ["cat 0", "dog 1", "tree 2"]
    assert found.unused == []


def test_edited_tables_are_files_of_names(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=3)
    TablesRenderer(TablesOptions()).render(map_, tmp_path)
    clusters = edited(tmp_path / "clusters.csv", 2, name="Woods")
    subclusters = edited(tmp_path / "subclusters.csv", 0, name="Kittens")
    found = renamed(map_, clusters, subclusters)
    assert found.clusters["name"].to_list() == ["cat 0", "dog 1", "Woods"]
    assert found.subclusters["name"].to_list() == ["Kittens", "dog part 1"]
    assert renamed(map_).clusters.equals(map_.clusters)


def test_a_name_stays_with_the_images_when_clusters_are_numbered_anew(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=3)
    TablesRenderer(TablesOptions()).render(map_, tmp_path)
    path = edited(tmp_path / "clusters.csv", 2, name="Woods")
    turned = map_.nodes.with_columns((2 - pl.col("cluster")).alias("cluster"))
    others = [f"another {row}" for row in range(3)]
    clusters = map_.clusters.with_columns(pl.Series("automatic_name", others))
    found = rename_clusters(clusters, map_.subclusters, turned, names_in(path))
    assert found.clusters["name"].to_list() == ["Woods", "another 1", "another 2"]


def test_a_number_is_that_of_the_map_that_the_table_was_made_for(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=3)
    names = names_in(write(tmp_path, "cluster,name", "2,Woods"))
    first = with_images(names, [], map_)
    turned = map_.nodes.with_columns((2 - pl.col("cluster")).alias("cluster"))
    found = rename_clusters(map_.clusters, map_.subclusters, turned, first)
    assert found.clusters["name"][0] == "Woods"
    again = replace(map_, clusters=map_.clusters.reverse())
    assert with_images(names, first, again) == first
    assert with_images(names, [], None) == names


def test_names_that_fit_nothing_are_told(tmp_path: Path) -> None:
    lines = ("name,new_name", "bird 7,Birds", "cat 0,Cats")
    found = renamed(sample_map(12, clusters=3), write(tmp_path, *lines))
    assert found.clusters["name"][0] == "Cats"
    assert found.unused == ["Birds"]
    assert renamed(sample_map(), write(tmp_path, "cluster,name", "9,Nine")).unused == ["Nine"]


def test_no_two_clusters_have_the_same_name(tmp_path: Path) -> None:
    lines = ("name,new_name", "dog 1,tree 2", "cat 0,tree 2", "cat part 0,tree 2")
    found = renamed(sample_map(12, clusters=3), write(tmp_path, *lines))
    assert found.clusters["name"].to_list() == ["tree 2", "tree 2 (2)", "tree 2 (3)"]
    assert found.subclusters["name"][0] == "tree 2 (4)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"one,two\n1,2\n", "does not say which cluster"),
        (b"name\nBirds\n", "does not say which cluster"),
        (b"cluster,name\nfirst,Birds\n", "row 2: 'first' is no number"),
        (b"cluster,name\n\xb2,Birds\n", "row 2: '.' is no number of a cluster"),
        (b"%PDF-1.7\n", "this is a PDF"),
        (b"cluster,name\n0," + b"x" * 81 + b"\n", "at most 80 characters"),
        (b"cluster,name\n0,B\x07\n", "at most 80 characters of text"),
        (b'cluster,name\n0,"' + b"x" * 200_000 + b'"\n', "at most 80 characters"),
        (b"cluster,name\n\n0," + b"x" * 81 + b"\n", "row 3: a name is at most 80 characters"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=reason) as caught:
        read_names(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_of_names_has_any_encoding(tmp_path: Path, encoding: str) -> None:
    rows = ("cluster;name", "0;Grüße aus Köln", "1;Straßen, Plätze", "2;Bäume")
    path = write(tmp_path, *rows, encoding=encoding)
    found = renamed(sample_map(12, clusters=3), path)
    assert found.clusters["name"].to_list() == ["Grüße aus Köln", "Straßen, Plätze", "Bäume"]
    notes = read_names(path).notes
    assert [note[:35] for note in notes] == ["the file is not UTF-8: read as cp12"] * (
        encoding == "cp1252"
    )


def test_a_workbook_has_names_as_well(tmp_path: Path) -> None:
    path = tmp_path / "names.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["name", "new_name"], ["dog 1", "Hounds"]):
        book.active.append(row)
    book.save(path)
    assert renamed(sample_map(12, clusters=3), path).clusters["name"][1] == "Hounds"


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(
        UsageError, match=r"cannot read the names in nowhere\.csv: there is no such file"
    ):
        read_names(Path("nowhere.csv"))


@pytest.mark.parametrize("label", ODD_LABELS, ids=ascii)
def test_odd_automatic_names_survive_the_way_through_a_table(tmp_path: Path, label: str) -> None:
    map_ = sample_map(12, (label, "dog", "tree"), clusters=3)
    TablesRenderer(TablesOptions()).render(map_, tmp_path)
    found = renamed(map_, edited(tmp_path / "clusters.csv", 1, name="Hounds"))
    assert found.clusters["name"][1] == "Hounds"
    assert found.unused == []


@given(st.binary(max_size=200))
def test_any_bytes_are_names_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("names") / "names.csv"
    path.write_bytes(b"cluster,name,typical\n" + content)
    try:
        names = names_in(path)
    except UsageError:
        return
    assert all(0 < len(given.name) <= 80 for given in names)
