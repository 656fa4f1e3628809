"""Changes of clusters: tables of them, and what becomes of the clusters."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unicodedata import normalize

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import Clusters
from tagatlas.contracts.annotation import (
    ClusterChange,
    ClusterMerge,
    ClusterMove,
    ClusterReference,
)
from tagatlas.errors import UsageError
from tagatlas.testing import sample_map
from tagatlas_mapping.maps.changes import change_clusters
from tagatlas_mapping.maps.changes_copy import ChangesCopy
from tagatlas_mapping.maps.changes_table import Known, read_changes

SAMPLE = sample_map(12, ("cat", "dog", "tree", "car"), clusters=4)
NAMES = ["cat", "dog", "tree", "car"]
MAP = replace(SAMPLE, clusters=SAMPLE.clusters.with_columns(pl.Series("name", NAMES)))
IMAGES = MAP.images["id"].to_list()
KNOWN = Known(
    MAP,
    pl.DataFrame({"location": [f"/p/{row:02}.jpg" for row in range(12)], "image": IMAGES}),
)
IDS = sorted(sha256(bytes([row])).hexdigest() for row in range(14))


def read(folder: Path, text: str, before: ChangesCopy | None = None) -> ChangesCopy:
    table = folder / "changes.csv"
    table.write_text(text, "utf-8")
    return read_changes(table, KNOWN, before)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["0" * 64 + ",dog,"], "row 2: the image '000"),
        ([",cow,dog"], "row 2: the map has no cluster 'cow'"),
        ([",cat,cow"], "row 2: the map has no cluster 'cow'"),
        ([",cat,cat"], "row 2: 'cat' goes into 'cat' already, or is the same"),
        ([",cat,dog", ",dog,cat"], "row 3: 'cat' goes into 'dog' already, or is the same"),
        ([",cat,dog", ",cat,car"], "row 3: the cluster 'cat' goes into 'car', and row 2 says"),
        (["00.jpg,cat,", "00.jpg,dog,"], "row 3: the image '00.jpg' goes to 'dog', and row 2 says"),
        (["00.jpg," + "x" * 81 + ","], "row 2: a name is at most 80 characters"),
        (
            ["00.jpg,\u200b\u2066,"],
            r"row 2: a name is at most 80 characters of text, this is '\u200b",
        ),
    ],
)
def test_rows_that_do_not_fit_are_told_with_their_number(
    tmp_path: Path, rows: list[str], said: str
) -> None:
    notes = read(tmp_path, "\n".join(["image,cluster,into", *rows])).notes
    assert len(notes) == 1
    assert said in notes[0]


@pytest.mark.parametrize("row", ["cat,cat", "cat,tree"])
def test_a_row_that_makes_a_circle_leaves_an_earlier_one_as_it_is(tmp_path: Path, row: str) -> None:
    copy = read(tmp_path, f"cluster,into\ntree,cat\ncat,dog\n{row}\n")
    pairs = [
        (change.cluster.name, change.into.name)
        for change in copy.changes
        if isinstance(change, ClusterMerge)
    ]
    assert pairs == [("tree", "cat"), ("cat", "dog")]
    assert len(copy.notes) == 1
    assert "row 4" in copy.notes[0]


def test_of_many_such_rows_the_number_is_told(tmp_path: Path) -> None:
    rows = [f"no{row}.jpg,dog" for row in range(30)]
    notes = read(tmp_path, "\n".join(["image,cluster", *rows])).notes
    assert len(notes) == 21
    assert notes[-1].endswith("10 further rows do not fit")


@pytest.mark.parametrize("text", ["", "image\nx\n", "name,new_name\na,b\n", "image,tag\n00.jpg,a"])
def test_a_table_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"changes\.csv"):
        read(tmp_path, text)


@pytest.mark.parametrize("column", ["image", "url", "location", "address", "label", "file"])
@pytest.mark.parametrize("name", [IMAGES[3], "/p/03.jpg", "03.jpg", f"ab/{IMAGES[3]}.jpg"])
def test_images_are_named_in_many_ways(tmp_path: Path, column: str, name: str) -> None:
    copy = read(tmp_path, f"{column},cluster\n{name},new\n")
    assert copy.changes == (ClusterMove((IMAGES[3],), ClusterReference("new")),)
    assert copy.notes == ()


def test_composed_and_decomposed_letters_are_the_same(tmp_path: Path) -> None:
    named = pl.DataFrame({"location": [normalize("NFD", "/p/é 1.jpg")], "image": IMAGES[:1]})
    table = tmp_path / "changes.csv"
    for name in ("é 1.jpg", "/p/é 1.jpg", normalize("NFD", "é 1.jpg")):
        table.write_text(f"image,cluster\n{name},new\n", "utf-8")
        copy = read_changes(table, Known(MAP, named), None)
        assert copy.changes == (ClusterMove((IMAGES[0],), ClusterReference("new")),)


@pytest.mark.parametrize("name", ["dog", "DOG", "dog 1", "1"])
def test_clusters_are_named_by_name_or_number(tmp_path: Path, name: str) -> None:
    [change] = read(tmp_path, f"cluster,into\ncat,{name}\n").changes
    assert isinstance(change, ClusterMerge)
    of_dog = MAP.images.filter(cluster=1)["id"].to_list()
    assert set(change.into.typical) <= set(of_dog)
    assert change.into.typical


def test_a_table_of_nodes_counts_where_it_was_changed(tmp_path: Path) -> None:
    names = dict(MAP.clusters.select("cluster", "name").iter_rows())
    rows = [
        [node, kind, f"{node}.jpg", cluster, names[cluster]]
        for node, kind, cluster in MAP.nodes.select("id", "kind", "cluster").iter_rows()
    ]
    changed = next(row for row in rows if row[1] == "image" and row[4] == "cat")
    changed[4] = "dog"
    lines = ["id,kind,image,cluster,cluster_name", *(",".join(map(str, row)) for row in rows)]
    copy = read(tmp_path, "\n".join(lines))
    [change] = copy.changes
    assert isinstance(change, ClusterMove)
    assert change.images == (changed[0],)
    assert change.into.name == "dog"
    assert read(tmp_path, "\n".join(lines), copy) == copy
    lines.append(f"{IMAGES[5]},image,x,{MAP.images['cluster'][5]},extra")
    again = read(tmp_path, "\n".join(lines), copy)
    kept = {
        (each.images, each.into.name) for each in again.changes if isinstance(each, ClusterMove)
    }
    assert kept == {(change.images, "dog"), ((IMAGES[5],), "extra")}


def references() -> st.SearchStrategy[ClusterReference]:
    return st.builds(
        ClusterReference,
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.sampled_from(IDS), max_size=4, unique=True).map(tuple),
    )


CHANGES = st.lists(
    st.one_of(
        st.builds(
            ClusterMove,
            st.lists(st.sampled_from(IDS), max_size=5, unique=True).map(tuple),
            references(),
        ),
        st.builds(ClusterMerge, references(), references()),
    ),
    max_size=8,
)
LABELS = st.lists(st.integers(-1, 3), min_size=12, max_size=12)


@given(CHANGES, LABELS)
def test_every_image_is_in_one_cluster_and_sub_clusters_are_within(
    changes: list[ClusterChange], labels: list[int]
) -> None:
    of = np.array(labels)
    subs = np.where(of < 0, -1, 2 * of + np.arange(12) % 2)
    found = Clusters(labels=of, sub_labels=subs, stability=np.full(int(of.max()) + 1, 0.5))
    ids = pl.Series("id", IDS[:12])
    changed = change_clusters(found, ids, changes)
    now, below = changed.clusters.labels, np.asarray(changed.clusters.sub_labels)
    assert now.shape == (12,)
    assert now.min() >= -1
    assert changed.clusters.stability is not None
    assert len(changed.clusters.stability) == now.max() + 1
    assert set(changed.clusters.names) <= set(now.tolist())
    for sub in set(below[below >= 0].tolist()):
        assert len(set(now[below == sub].tolist())) == 1
    again = change_clusters(found, ids, changes)
    assert again.clusters.labels.tolist() == now.tolist()
    last = {
        image: change.into
        for change in changes
        if isinstance(change, ClusterMove)
        for image in change.images
    }
    if not any(isinstance(change, ClusterMerge) for change in changes):
        untouched = [row for row in range(12) if IDS[row] not in last]
        assert now[untouched].tolist() == of[untouched].tolist()
        assert changed.moved <= len(last)


@given(CHANGES, LABELS)
def test_what_is_done_again_changes_nothing(
    changes: list[ClusterChange], labels: list[int]
) -> None:
    """The last change of all holds, and repeating it is no other change."""
    if not changes:
        return
    ids = pl.Series("id", IDS[:12])
    once = change_clusters(Clusters(labels=np.array(labels)), ids, changes)
    twice = change_clusters(Clusters(labels=np.array(labels)), ids, [*changes, changes[-1]])
    if isinstance(changes[-1], ClusterMerge) or changes[-1].into.typical:
        return
    assert twice.clusters.labels.tolist() == once.clusters.labels.tolist()


def test_clusters_that_are_merged_or_made_have_no_stability() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    subs = np.array([0, 1, -1, -1, 2, 3])
    found = Clusters(labels=labels, stability=np.array([0.9, 0.8, 0.7]), sub_labels=subs)
    ids = pl.Series("id", IDS[:6])
    changes: list[ClusterChange] = [
        ClusterMove((IDS[0],), ClusterReference("new")),
        ClusterMerge(ClusterReference("x", (IDS[2],)), ClusterReference("y", (IDS[4], IDS[5]))),
        ClusterMerge(ClusterReference("nowhere", ("f" * 64,)), ClusterReference("new")),
    ]
    changed = change_clusters(found, ids, changes)
    assert changed.clusters.labels.tolist() == [3, 0, 2, 2, 2, 2]
    assert changed.clusters.names == {3: "new"}
    assert changed.clusters.stability is not None
    assert changed.clusters.stability.tolist()[0] == 0.9
    assert np.isnan(changed.clusters.stability[2:]).all()
    assert np.asarray(changed.clusters.sub_labels).tolist() == [-1, -1, -1, -1, 2, 3]
    assert (changed.moved, changed.merged, changed.made) == (1, 1, 1)
    assert replace(changed, merged=0, made=0).text == (
        "Then a researcher changed them by hand: 1 image was moved to another cluster."
    )
    assert replace(changed, moved=0, merged=0, made=0).text == ""
    assert changed.unfit == ("no image of the cluster nowhere is on the map",)


def test_changes_of_images_elsewhere_are_told_once_and_of_many_the_number() -> None:
    found = Clusters(labels=np.zeros(2, np.intp))
    elsewhere = [
        ClusterMove((IDS[row],), ClusterReference(f"part {row // 2}")) for row in range(2, 14)
    ]
    far = [ClusterMove((IDS[2],), ClusterReference(f"place {number}")) for number in range(18)]
    unfit = change_clusters(found, pl.Series("id", IDS[:2]), [*elsewhere, *far]).unfit
    assert len(unfit) == 21
    assert unfit[0] == "no image that was moved to part 1 is on the map"
    assert unfit[-1] == "4 further changes fit nothing on the map"
