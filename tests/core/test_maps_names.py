from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from tagatlas.errors import UsageError
from tagatlas.maps import Map
from tagatlas.maps.names import read_names, rename_clusters
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas_tables import TablesOptions
from tagatlas_tables.renderer import TablesRenderer


def renamed(map_: Map, *paths: Path) -> tuple[list[str], list[str], list[str]]:
    """Names of clusters and of sub-clusters, and those that fit nothing."""
    found = rename_clusters(map_.clusters, map_.subclusters, map_.nodes, read_names(paths))
    return found.clusters["name"].to_list(), found.subclusters["name"].to_list(), found.unused


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "cluster,name\n0,Songbirds\n",
        "\ufeffname;new_name\ncat 0;Songbirds\n",
        'images\tautomatic_name\tname\n3\tcat 0\t" Songbirds\n"\n',
    ],
)
def test_a_cluster_is_called_what_its_line_says(tmp_path: Path, text: str) -> None:
    names, _, unused = renamed(sample_map(12, clusters=2), written(tmp_path / "n.csv", text))
    assert names == ["Songbirds", "dog 1"]
    assert unused == []


def test_a_name_stays_with_its_typical_images(tmp_path: Path) -> None:
    map_ = sample_map(12, clusters=2)
    typical = "; ".join(map_.clusters["typical"][1])
    text = f"cluster,name,automatic_name,typical\n0,Hounds,what it was called,{typical}\n"
    names, _, _ = renamed(map_, written(tmp_path / "names.csv", text))
    assert names == ["cat 0", "Hounds"]


def test_a_name_for_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "names.csv", "cluster,name\n7,Ships\n")
    names, _, unused = renamed(sample_map(12, clusters=2), path)
    assert names == ["cat 0", "dog 1"]
    assert unused == ["Ships"]


def test_no_two_clusters_have_one_name(tmp_path: Path) -> None:
    path = written(tmp_path / "names.csv", "cluster,name\n0,dog 1\n")
    names, _, _ = renamed(sample_map(12, clusters=2), path)
    assert names[0] == "dog 1"
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,images\nbirds,3\n", "does not say which cluster"),
        (b"", "holds no table of names"),
        (b"cluster,name\n0,\xff\n", "is not in UTF-8"),
        (b"cluster,name\nfirst,Birds\n", "is no number of a cluster"),
        (b"cluster,name\n0," + b"x" * 81 + b"\n", "at most 80 characters"),
    ],
)
def test_a_file_that_is_no_table_of_names_is_refused(
    tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=message):
        read_names([path])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the names"):
        read_names([tmp_path / "names.csv"])


def test_edited_tables_of_clusters_are_tables_of_names(tmp_path: Path) -> None:
    map_ = sample_map(40, ODD_LABELS, clusters=19)
    clusters = map_.clusters.with_columns(name=pl.format("theme {}", "cluster"))
    subclusters = map_.subclusters.with_columns(name=pl.format("part {}", "subcluster"))
    edited = dataclasses.replace(map_, clusters=clusters, subclusters=subclusters)
    TablesRenderer(TablesOptions()).render(edited, tmp_path)
    paths = [tmp_path / "clusters.csv", tmp_path / "subclusters.csv"]
    names, parts, unused = renamed(map_, *paths)
    assert names == clusters["name"].to_list()
    assert parts == subclusters["name"].to_list()
    assert unused == []
