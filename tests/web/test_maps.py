"""A viewer of several maps: what its files say; ``test_maps_browser.py`` opens it."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from msgspec import structs
from themed_atlas import COLOURS, themed_atlas
from themed_map import themed_map
from viewer_files import boxes_of, postings, read, render, rows, unpack

from tagatlas.contracts import Maker, Map, NetworkDescription
from tagatlas.contracts.annotation import Annotation, ClusterName, Note
from tagatlas.testing import sample_map
from tagatlas_mapping.maps.followed import follow_images, least_move
from tagatlas_web import WebOptions

ON_FIRST, ON_SECOND, ALL = 60, 60, 70


@pytest.fixture(scope="module")
def atlas() -> Map:
    return themed_atlas(60, missing=10)


@pytest.fixture(scope="module")
def viewer(atlas: Map, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render(atlas, tmp_path_factory.mktemp("maps"))


def test_images_of_all_maps_have_one_row_each(atlas: Map, viewer: Path) -> None:
    second = atlas.other_maps["colours"]()
    ids = rows_of_ids(viewer)
    assert len(ids) == len(set(ids)) == ALL
    assert set(ids) == {*atlas.images["id"], *second.images["id"]}
    assert set(ids[:ON_FIRST]) == set(atlas.images["id"])
    facts = read(viewer, "atlas")
    assert facts["images"] == ALL
    assert len(unpack(facts["frequency"], "<u4")) == ALL
    maps = [(each["name"], each["backend"], each["known"]) for each in listed(facts["maps"])]
    assert maps == [("themed", "themes", ON_FIRST), ("colours", "colours", ALL)]
    assert facts["backends"] == ["themes", "colours"]


def test_each_map_places_its_own_images_only(atlas: Map, viewer: Path) -> None:
    ids = rows_of_ids(viewer)
    for number, map_ in enumerate([atlas, atlas.other_maps["colours"]()]):
        file = read(viewer, f"maps/{number}")
        boxes = boxes_of(file)
        clusters = unpack(file["cluster"], "<u2")
        wanted = {row["id"]: row for row in map_.images.iter_rows(named=True)}
        for image, box, cluster in zip(ids, boxes, clusters, strict=False):
            if image in wanted:
                row = wanted[image]
                place = [row[each] for each in ("x", "y", "width", "height")]
                assert box == pytest.approx(place, abs=max(place[2:]) / 256)
                assert cluster == row["cluster"]
            else:
                assert box.tolist() == [0, 0, 0, 0]
                assert cluster == 65535
        placed = {image for image, box in zip(ids, boxes, strict=False) if box[2] > 0}
        assert placed == set(wanted)


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e5])
def test_rounded_places_move_no_drawing(atlas: Map, tmp_path: Path, factor: float) -> None:
    nodes = atlas.nodes.with_columns(pl.col("x", "y", "width", "height") * factor)
    map_ = replace(atlas, nodes=nodes, other_maps={})
    viewer = render(map_, tmp_path)
    xy = boxes_of(read(viewer, "maps/0"))[:, :2].tolist()
    drawn = Note((0.0, 0.0), "note", "#aa0000")
    ids = rows_of_ids(viewer)
    places = {image: (x, y) for image, x, y in map_.images.select("id", "x", "y").iter_rows()}
    anchors = tuple((image, *place) for image, place in zip(ids, xy, strict=True))
    for anchor in anchors:  # the least moves beside the smallest coordinates too
        note = structs.replace(drawn, anchors=(anchor,))
        assert follow_images(note, places, least_move(nodes)) is note


def test_tags_of_every_backend_are_there_for_every_image(atlas: Map, viewer: Path) -> None:
    second = atlas.other_maps["colours"]()
    ids = rows_of_ids(viewer)
    both = (atlas, second)
    for number, of in enumerate(("themes", "colours")):
        tables = [map_.tags if map_.tagged_by == of else map_.other_tags[of] for map_ in both]
        wanted = pl.concat([table.collect() for table in tables]).unique()
        scores = rows(viewer, f"scores/{number}/0")
        found = {(ids[row], tag): score for row, tags in enumerate(scores) for tag, score in tags}
        assert found == {(image, tag): score for image, tag, score in wanted.iter_rows()}
        assert sum(map(len, postings(viewer, number).values())) == wanted.height
    assert set(listed(read(viewer, "tags/1")["labels"])) == set(COLOURS)


def test_near_images_are_those_of_the_map(atlas: Map, viewer: Path) -> None:
    ids = rows_of_ids(viewer)
    first, second = (rows(viewer, f"near/{number}/0") for number in (0, 1))
    assert (len(first), len(second)) == (ON_FIRST, ALL)
    colour_of = dict(atlas.other_maps["colours"]().images.select("id", "cluster").iter_rows())
    assert [ids[row] for row, near in enumerate(second) if near is None] == [
        image for image in ids if image not in colour_of
    ]
    for row, near in enumerate(second):
        if near is not None:
            assert {colour_of[ids[each]] for each in near["nearest"]} == {colour_of[ids[row]]}


@pytest.mark.slow
def test_a_network_of_images_says_which_are_near(tmp_path: Path) -> None:
    map_ = themed_map(40)
    images = np.arange(40, dtype=np.int32)
    builder = Maker(description=NetworkDescription(by_likeness=True))
    linked = replace(
        map_,
        sources=np.concatenate([images[:-1], images[:-2]]),
        targets=np.concatenate([images[1:], images[2:]]),
        weights=np.concatenate([np.full(39, 0.9), np.full(38, 0.5)]).astype(np.float32),
        provenance=replace(map_.provenance, builder=builder),
    )
    viewer = render(linked, tmp_path)
    ids = rows_of_ids(viewer)
    row_of = {image: row for row, image in enumerate(ids)}
    near = rows(viewer, "near/0/0")
    order = [row_of[image] for image in map_.images["id"]]
    assert set(near[order[10]]["nearest"][:2]) == {order[9], order[11]}
    assert set(near[order[10]]["nearest"][2:]) == {order[8], order[12]}
    assert near[order[0]]["joined"] == [order[1], order[2]]


def test_maps_are_loaded_one_after_the_other(atlas: Map, tmp_path: Path) -> None:
    loaded: list[weakref.ref[Map]] = []

    def load() -> Map:
        assert [each() for each in loaded] == [None] * len(loaded)
        map_ = atlas.other_maps["colours"]()
        fresh = replace(map_, name=f"copy {len(loaded)}")
        loaded.append(weakref.ref(fresh))
        return fresh

    many = replace(atlas, other_maps={str(number): load for number in range(3)})
    viewer = render(many, tmp_path)
    names = [each["name"] for each in listed(read(viewer, "atlas")["maps"])]
    assert names == ["themed", "copy 0", "copy 1", "copy 2"]


def test_one_map_alone_if_it_is_asked_for(atlas: Map, tmp_path: Path) -> None:
    viewer = render(atlas, tmp_path, WebOptions(maps="this"))
    assert [each["name"] for each in listed(read(viewer, "atlas")["maps"])] == ["themed"]
    assert len(rows_of_ids(viewer)) == ON_FIRST
    assert not (viewer / "data" / "maps" / "1.js").exists()
    # What other backends say of its images stays.
    assert read(viewer, "atlas")["backends"] == ["themes", "colours"]


def test_names_are_plain_and_annotations_lie_beside(atlas: Map, tmp_path: Path) -> None:
    name = ClusterName("cluster", 1, "Fast cars", automatic_name="sports car")
    note = Note((1.0, 2.0), "</script> odd", "#b3261e")
    named = replace(
        atlas,
        clusters=atlas.clusters.with_columns(name=pl.lit("a given name")),
        annotations=[
            Annotation("one", "themed", name, 3, "2024-01-31T12:00:00+00:00"),
            Annotation("two", "themed", note, 5, "2024-01-31T12:00:00+00:00"),
        ],
    )
    viewer = render(named, tmp_path)
    clusters = listed(read(viewer, "maps/0")["clusters"])
    assert [each["name"] for each in clusters] == atlas.clusters["plain_name"].to_list()
    assert [each["automaticName"] for each in clusters] == atlas.clusters[
        "automatic_name"
    ].to_list()
    ids = rows_of_ids(viewer)
    typical = [[ids[row] for row in each["typical"]] for each in clusters]
    assert typical == atlas.clusters["typical"].to_list()
    told = read(viewer, "annotations")
    assert list(told) == ["themed", "colours"]
    first, second = listed(told["themed"])
    assert (first["id"], first["revision"]) == ("one", 3)
    assert first["content"]["kind"] == "name"
    assert first["content"]["name"] == "Fast cars"
    assert second["content"]["text"] == "</script> odd"
    assert told["colours"] == []


def test_a_map_alone_needs_no_names_of_backends(tmp_path: Path) -> None:
    viewer = render(sample_map(12), tmp_path)
    facts = read(viewer, "atlas")
    assert facts["backends"] == [listed(facts["maps"])[0]["backend"]]


def rows_of_ids(viewer: Path) -> list[str]:
    return [str(image) for image in rows(viewer, "ids")]


def listed(content: object) -> list[Any]:
    assert isinstance(content, list)
    return content
