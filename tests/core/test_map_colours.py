"""Colours of clusters are the same on the maps of an atlas, whichever was made first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from map_plugins import map_plugins
from picture_atlas import picture_atlas

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Map, MapData, Tag, TagResult
from tagatlas.plugins import load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.map import map_collection
from tagatlas.steps.remove import remove
from tagatlas.toolkit import cluster_colours
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_rendering.palette import COLOURS

GROUPS = ((1,) * 14, (2,) * 10, (3,) * 6)
"""Group of each image, as the backend ``one`` sees it."""


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas with two backends: ``other`` finds the same groups but for nine images.

    The largest group of the one is the smallest of the other.
    """
    folder = tmp_path_factory.mktemp("colours")
    picture_atlas(folder, 30)
    with open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        groups = [group for some in GROUPS for group in some]
        moved = [
            3 if row in range(5) else 2 if row in range(5, 9) else group
            for row, group in enumerate(groups)
        ]
        for name, seen in (("one", groups), ("other", moved)):
            store(atlas, name, seen)
    return folder


def store(atlas: Atlas, name: str, groups: list[int]) -> None:
    ids = atlas.catalog.addresses.images()["id"].to_list()
    backend = atlas.catalog.tagging.use(name, "1")
    answers = [
        (image, TagResult.ok([Tag(f"{name} {group}{letter}", 0.9) for letter in "abc"], b"{}"))
        for image, group in zip(ids, groups, strict=True)
    ]
    atlas.catalog.tagging.store(backend, answers)


@pytest.fixture
def atlas(tagged: Path, tmp_path: Path) -> Iterator[Atlas]:
    shutil.copytree(tagged / "x.atlas", tmp_path / "x.atlas")
    with open_atlas(tmp_path / "x.atlas", load_plugins()) as opened:
        yield opened


def drawn(atlas: Atlas, name: str, *, force: bool = False) -> Map:
    plugins = map_plugins(atlas.plugins, placing={"iterations": 5})
    map_collection(atlas, name, name, plugins, MapOptions(), force=force)
    return load_map(atlas, name)


def colours(data: MapData) -> dict[str, tuple[int, int, int]]:
    """The colour of each image's cluster."""
    of_cluster = cluster_colours(data.clusters)
    images = data.images
    return {
        image: of_cluster[row] for image, row in zip(images["id"], images["cluster"], strict=True)
    }


@pytest.mark.parametrize(("first", "second"), [("one", "other"), ("other", "one")])
def test_maps_of_two_backends_share_their_colours(atlas: Atlas, first: str, second: str) -> None:
    made, matched = colours(drawn(atlas, first)), colours(drawn(atlas, second))
    assert len(set(made.values())) == len(set(matched.values())) == 3
    assert sum(made[image] == matched[image] for image in made) == 21
    assert set(made.values()) == set(matched.values())


def test_a_map_keeps_its_colours_when_it_is_made_again(atlas: Atlas) -> None:
    made = drawn(atlas, "one")
    # As if another palette had been chosen, so that chance cannot give the same.
    stored = atlas.catalog.maps.load("one")
    assert stored is not None
    shifted = made.clusters.with_columns(colour=(pl.col("colour") + 5) % 12).drop("plain_name")
    data = replace(stored.data, clusters=shifted)
    atlas.catalog.maps.save(replace(stored, data=data))
    before = colours(data)
    assert before != colours(made)
    assert colours(drawn(atlas, "one", force=True)) == before
    address = atlas.catalog.addresses.images()["location"][0]
    remove(atlas, [str(address)])
    after = colours(drawn(atlas, "one"))
    assert len(after) == 29
    assert after == {image: before[image] for image in after}


def test_colours_are_those_of_the_whole_collection_not_of_a_part(atlas: Atlas) -> None:
    made = colours(drawn(atlas, "one"))
    stored = atlas.catalog.maps.load("one")
    assert stored is not None
    shifted = stored.data.clusters.with_columns(colour=(pl.col("colour") + 5) % 12)
    data = replace(stored.data, clusters=shifted)
    settings = {**stored.settings, "map.part": '{"with_tag":["one 1a"]}'}
    atlas.catalog.maps.save(replace(stored, name="part", data=data, settings=settings))
    found = atlas.catalog.maps.colours("a new one")
    known = dict(found.iter_rows())
    assert [COLOURS[known[image]] for image in made] == list(made.values())


def test_maps_of_an_older_tagatlas_have_colours_in_turn(atlas: Atlas) -> None:
    drawn(atlas, "one")
    stored = atlas.catalog.maps.load("one")
    assert stored is not None
    old = replace(stored.data, clusters=stored.data.clusters.drop("colour"))
    atlas.catalog.maps.save(replace(stored, data=old))
    loaded = load_map(atlas, "one")
    assert "colour" not in loaded.clusters.columns
    assert len(set(cluster_colours(loaded.clusters))) == 3
    assert atlas.catalog.maps.colours("one").is_empty()
    assert "colour" in drawn(atlas, "one", force=True).clusters.columns
