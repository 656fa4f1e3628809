from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import UsageError
from tagatlas.maps import Map
from tagatlas.maps.names import Renamed, read_names, rename_clusters
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas_tables import TablesOptions
from tagatlas_tables.renderer import TablesRenderer


def renamed(map_: Map, *files: Path) -> Renamed:
    return rename_clusters(map_.clusters, map_.subclusters, map_.nodes, read_names(files))


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
    found = rename_clusters(clusters, map_.subclusters, turned, read_names([path]))
    assert found.clusters["name"].to_list() == ["Woods", "another 1", "another 2"]


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
        (b"", "holds no table of names"),
        (b"one,two\n1,2\n", "does not say which cluster"),
        (b"name\nBirds\n", "does not say which cluster"),
        (b"cluster,name\nfirst,Birds\n", "row 2: 'first' is no number"),
        (b"cluster,name\n\xb2,Birds\n", "is not in UTF-8"),
        (b"cluster,name\n0," + b"x" * 81 + b"\n", "at most 80 characters"),
        (b"cluster,name\n0,B\x07\n", "at most 80 characters of text"),
        (b'cluster,name\n0,"' + b"x" * 200_000 + b'"\n', "holds no table of names"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=reason) as caught:
        read_names([path])
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"cannot read the names in nowhere\.csv: No such file"):
        read_names([Path("nowhere.csv")])


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
        names = read_names([path])
    except UsageError:
        return
    assert all(0 < len(given.name) <= 80 for given in names)
