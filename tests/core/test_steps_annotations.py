from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from map_plugins import map_plugins
from picture_atlas import picture_atlas

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.catalog import Backend
from tagatlas.contracts import Tag, TagResult
from tagatlas.contracts.annotation import Arrow, ClusterName, Content
from tagatlas.plugins import load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.map import map_collection
from tagatlas_mapping.maps.options import MapOptions

IMAGES = 24


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    """With a map of two clusters."""
    with open_atlas(picture_atlas(tmp_path, IMAGES), load_plugins()) as opened:
        tag(opened, "first", ("cat", "dog"))
        map_as(opened, "one", "first")
        yield opened


def tag(atlas: Atlas, backend: str, labels: tuple[str, str], fingerprint: str = "1") -> Backend:
    """Half of the images have the one label, half the other."""
    number = atlas.catalog.tagging.use(backend, f"{backend} {fingerprint}")
    images = atlas.catalog.addresses.images()["id"].to_list()
    atlas.catalog.tagging.store(
        number,
        [
            (image, TagResult.ok([Tag(labels[place % 2], 0.9)]))
            for place, image in enumerate(images)
        ],
    )
    found = atlas.catalog.tagging.last_used(backend)
    assert found is not None
    return found


def map_as(atlas: Atlas, name: str, backend: str, seed: int = 0) -> None:
    map_collection(atlas, name, backend, map_plugins(atlas.plugins), MapOptions(seed=seed))


def annotate(atlas: Atlas, content: Content) -> None:
    atlas.catalog.annotations.put("a", "one", content, base=0)


def naming(atlas: Atlas, name: str) -> ClusterName:
    """A name for the first cluster, as a window that shows the map gives it."""
    first = load_map(atlas, "one").clusters.row(0, named=True)
    return ClusterName("cluster", 0, name, tuple(first["typical"]), first["automatic_name"])


def test_annotations_are_on_the_map(atlas: Atlas) -> None:
    arrow = Arrow((0.0, 0.0), (1.0, 1.0), "#aa0000")
    annotate(atlas, arrow)
    assert [each.content for each in load_map(atlas, "one").annotations] == [arrow]


def test_a_name_is_on_the_map_and_in_its_table(atlas: Atlas) -> None:
    before = load_map(atlas, "one").clusters
    annotate(atlas, naming(atlas, "Pets of mine"))
    after = load_map(atlas, "one").clusters
    assert after["name"].to_list() == ["Pets of mine", before["name"][1]]
    assert after["plain_name"].to_list() == before["name"].to_list()


def test_a_name_follows_its_images_when_clusters_change_places(atlas: Atlas) -> None:
    name = naming(atlas, "Pets of mine")
    annotate(atlas, ClusterName("cluster", 1, name.name, name.typical, name.automatic_name))
    [placed] = load_map(atlas, "one").annotations
    assert placed.content == name
    assert load_map(atlas, "one").clusters["name"][0] == "Pets of mine"


def test_annotations_stay_when_the_map_is_made_anew(atlas: Atlas) -> None:
    annotate(atlas, naming(atlas, "Pets of mine"))
    map_as(atlas, "one", "first", seed=1)
    assert "Pets of mine" in load_map(atlas, "one").clusters["name"]


def test_a_map_knows_what_other_backends_say_and_the_other_maps(atlas: Atlas) -> None:
    tag(atlas, "second", ("animal", "beast"))
    tag(atlas, "second", ("creature", "being"), fingerprint="2")
    map_as(atlas, "two", "second")
    loaded = load_map(atlas, "one")
    assert sorted(loaded.other_tags) == ["second", "second:1"]
    assert "beast" in loaded.other_tags["second:1"].collect()["tag"]
    assert "being" in loaded.other_tags["second"].collect()["tag"]
    assert list(loaded.other_maps) == ["two"]
    assert loaded.other_maps["two"]().name == "two"
    assert loaded.tagged_by == "first"
    assert load_map(atlas, "two").tagged_by == "second"


def test_a_map_that_is_no_longer_the_taggers_last_says_whose_tags_it_has(atlas: Atlas) -> None:
    map_as(atlas, "two", "first")
    tag(atlas, "first", ("creature", "being"), fingerprint="2")
    loaded = load_map(atlas, "two")
    assert loaded.tagged_by == "first:1"
    assert list(loaded.other_tags) == ["first"]


def test_a_map_that_is_to_be_made_anew_is_not_among_the_others(atlas: Atlas) -> None:
    map_as(atlas, "two", "first")
    with closing(sqlite3.connect(atlas.folder / "catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE maps SET digest = '' WHERE name = 'two'")
    assert list(load_map(atlas, "one").other_maps) == []
