"""Maps whose images beyond the sample are placed, and clustered, by other processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from picture_atlas import grouped_atlas
from planted import planted_collection

import tagatlas
from tagatlas.atlas import open_atlas
from tagatlas.contracts import MapData, Tag, TagResult
from tagatlas.plugins import load_plugins
from tagatlas.steps.sharding import SEARCHED
from tagatlas_shards import Place
from tagatlas_trust import read_id

COUNT, SAMPLE = 200, 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An atlas of images with planted tags, without their copies."""
    made = tmp_path / "my.atlas"
    grouped_atlas(made, [1] * COUNT)
    _, tags, _ = planted_collection(COUNT, 4)
    with open_atlas(made, load_plugins()) as atlas:
        ids = sorted(atlas.catalog.addresses.images()["id"])
        answers = [
            (
                ids[number],
                TagResult.ok([Tag(*each) for each in of_image.select("tag", "score").rows()]),
            )
            for number, (_, of_image) in enumerate(tags.group_by("image", maintain_order=True))
        ]
        atlas.catalog.tagging.store(atlas.catalog.tagging.use("planted", "1"), answers)
    return made


def mapped(
    folder: Path, clusterer: str, *, sample: int = 50_000, on: str = ""
) -> tuple[MapData, list[str]]:
    """A new map, and what was said."""
    plugins = load_plugins()
    with open_atlas(folder, plugins) as atlas:
        tagatlas.map(atlas, clusterer=clusterer, force=True, sample=sample, on=on)
        stored = atlas.catalog.maps.load("planted")
    assert stored is not None
    return stored.data, plugins.warnings


def assert_equal(one: MapData, other: MapData) -> None:
    assert one.nodes.equals(other.nodes)
    assert one.clusters.equals(other.clusters)
    assert one.subclusters.equals(other.subclusters)
    assert one.sources.tolist() == other.sources.tolist()
    assert one.targets.tolist() == other.targets.tolist()
    assert {
        number: [ring.tolist() for ring in rings] for number, rings in one.outlines.items()
    } == {number: [ring.tolist() for ring in rings] for number, rings in other.outlines.items()}


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("clusterer", ["leiden", "hdbscan"])
def test_a_map_made_by_processes_is_that_of_one(folder: Path, clusterer: str) -> None:
    alone, _ = mapped(folder, clusterer, sample=SAMPLE)
    together, said = mapped(folder, clusterer, sample=SAMPLE, on="local")
    assert_equal(alone, together)
    assert said == []
    [searched] = folder.glob("shards/*/searched")
    assert [*searched.iterdir()] == [], "removed at the end"


@pytest.mark.slow
def test_without_images_beyond_the_sample_nothing_is_done_or_said(folder: Path) -> None:
    _, said = mapped(folder, "leiden", on="local")
    assert said == []
    assert not (folder / "shards").exists()


@pytest.mark.slow
def test_files_that_a_killed_driver_left_are_removed_by_the_next_map(folder: Path) -> None:
    place = Place(f"{folder}/shards/{read_id(folder)}")
    for name in ("0-000001.parquet", "0-000002.npz"):
        place.put(f"{SEARCHED}/{name}", b"of other images")
    _, said = mapped(folder, "leiden")
    assert said == []
    assert [*Path(place.location, SEARCHED).iterdir()] == []
