"""Clusters that a researcher merges, splits and moves images of, by tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from picture_atlas import picture_atlas

import tagatlas
import tagatlas_testing
from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Tag, TagResult
from tagatlas.contracts.annotation import ClusterMerge, ClusterMove, ClusterReference
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.backends import backend_maps, map_backend
from tagatlas.steps.changes import given_changes
from tagatlas.steps.load import load_map
from tagatlas.steps.render import render_map, write_map
from tagatlas.steps.trust import trust

COUNT = 24
TAGS = ("boat", "cat", "dog", "egg")

BY_TAG = """
from tagatlas import Clusterer, ClustererSpec, Clusters, hookimpl


class ByTag(Clusterer):
    def __init__(self, options): ...

    def cluster(self, images, *, seed, progress):
        import numpy as np

        labels = images.scores.toarray().argmax(axis=1)
        labels = np.random.default_rng(seed).permutation(len(images.tags))[labels]
        return Clusters(labels=labels, stability=np.ones(labels.max() + 1))


@hookimpl
def tagatlas_clusterers():
    return [ClustererSpec(name="by-tag", summary="By the strongest tag.", factory=ByTag)]
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas of pictures."""
    return picture_atlas(tmp_path_factory.mktemp("pictures"), COUNT)


@pytest.fixture
def atlas(pictures: Path, tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of pictures in four clusters, each of one tag."""
    own = shutil.copytree(pictures, tmp_path / "x.atlas")
    stranger = ModuleType("stranger")
    exec(compile(BY_TAG, "stranger.py", "exec", dont_inherit=True), vars(stranger))  # noqa: S102 - our own
    with open_atlas(own, load_plugins(modules=[stranger]), write=True) as opened:
        tag_all(opened)
        yield opened


def tag_all(atlas: Atlas) -> None:
    ids = atlas.catalog.addresses.images()["id"].to_list()
    backend = atlas.catalog.tagging.use("seer", "1")
    answers = [TagResult.ok([Tag(TAGS[row % 4], 0.9)]) for row in range(len(ids))]
    atlas.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))


def made(atlas: Atlas, *tables: Path, force: bool = False, seed: int = 0) -> tagatlas.MapReport:
    return tagatlas.map(
        atlas, name="m", clusterer="by-tag", cluster_changes=tables, seed=seed, force=force
    )


def sizes(atlas: Atlas) -> dict[str, int]:
    return dict(load_map(atlas, "m").clusters.select("name", "images").iter_rows())


def cluster_of(atlas: Atlas) -> dict[str, str]:
    drawn = load_map(atlas, "m")
    named = drawn.images.join(drawn.clusters.select("cluster", "name"), on="cluster")
    return dict(named.select("id", "name").iter_rows())


def render_note(atlas: Atlas) -> list[str]:
    out = atlas.folder / "out"
    out.mkdir(exist_ok=True)
    methods = atlas.plugins.choose(RENDERERS, "methods", {})
    return list(write_map(load_map(atlas, "m"), [methods], out).notes)


def partition(of: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(image for image in of if of[image] == name) for name in of.values()}


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_merges_moves_and_splits_together(atlas: Atlas, tmp_path: Path) -> None:
    made(atlas)
    assert sizes(atlas) == dict.fromkeys(TAGS, 6)
    before = cluster_of(atlas)
    cats = [image for image, name in before.items() if name == "cat"]
    table = write(
        tmp_path / "changes.csv",
        f"image,cluster,into\n{cats[0]},tabby,\n{cats[1]},tabby,\n{cats[2]},dog,\n,egg,boat\n",
    )
    report = made(atlas, table)
    assert report.notes == []
    now = cluster_of(atlas)
    assert (now[cats[0]], now[cats[1]]) == ("tabby", "tabby")
    by_name = sizes(atlas)
    assert sorted(by_name.values()) == [2, 3, 7, 12]
    assert by_name["tabby"] == 2
    drawn = load_map(atlas, "m")
    assert drawn.clusters.filter(pl.col("name") == "tabby")["stability"].to_list() == [None]
    render_map(drawn, [atlas.plugins.choose(RENDERERS, "methods", {})], tmp_path)
    assert (
        "Then a researcher changed them by hand: 3 images were moved to another cluster,"
        " 1 cluster was merged into another and 1 cluster was made of images that were moved."
        " Clusters that were merged or made have no stability."
    ) in (tmp_path / "methods.md").read_text("utf-8")


def test_changes_survive_more_images_another_seed_and_force(atlas: Atlas, tmp_path: Path) -> None:
    made(atlas)
    before = cluster_of(atlas)
    cats = sorted(image for image, name in before.items() if name == "cat")
    table = write(
        tmp_path / "changes.csv",
        f"image,cluster,into\n{cats[0]},tabby,\n{cats[1]},dog,\n,egg,boat\n",
    )
    made(atlas, table)
    first = cluster_of(atlas)
    assert made(atlas, table).unchanged
    made(atlas, table, force=True)
    assert cluster_of(atlas) == first
    new = tmp_path / "more"
    new.mkdir()
    for number, image in enumerate(tagatlas_testing.sample_images(COUNT + 4, (64, 48))[COUNT:]):
        (new / f"new{number}.jpg").write_bytes(image.data)
    tagatlas.add(atlas, new)
    tagatlas.fetch(atlas)
    ids = [each for each in atlas.catalog.addresses.images()["id"] if each not in before]
    backend = atlas.catalog.tagging.use("seer", "1")
    answers = [TagResult.ok([Tag("egg", 0.9)]) for _ in ids]
    atlas.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))
    made(atlas, table, seed=5)
    now = cluster_of(atlas)
    assert len(now) == COUNT + 4
    assert now[cats[0]] == "tabby"
    groups = pl.DataFrame({"id": list(now), "name": list(now.values())})
    of_dog = groups.filter(pl.col("name") == now[cats[1]])["id"].to_list()
    assert {before[each] for each in of_dog if each in before} == {"cat", "dog"}
    of_egg = groups.filter(pl.col("name") == now[ids[0]])["id"].to_list()
    assert len(of_egg) == 16
    assert {before[each] for each in of_egg if each in before} == {"boat", "egg"}


def test_edited_tables_of_images_and_clusters_are_understood(atlas: Atlas, tmp_path: Path) -> None:
    made(atlas)
    before = cluster_of(atlas)
    render_map(load_map(atlas, "m"), [atlas.plugins.choose(RENDERERS, "tables", {})], tmp_path)
    images = pl.read_csv(tmp_path / "images.csv")
    dogs = [image for image, name in before.items() if name == "dog"]
    number_of_cat = int(images.filter(cluster_name="cat")["cluster"][0])
    is_first, is_second = pl.col("image") == dogs[0], pl.col("image") == dogs[1]
    is_third = pl.col("image") == dogs[2]
    name = pl.when(is_first).then(pl.lit("egg")).when(is_third).then(pl.lit("pup"))
    images.with_columns(
        name.otherwise("cluster_name").alias("cluster_name"),
        pl.when(is_second).then(number_of_cat).otherwise("cluster").alias("cluster"),
    ).write_csv(tmp_path / "edited.csv")
    into = pl.when(pl.col("name") == "boat").then(pl.lit("egg")).alias("into")
    clusters = pl.read_csv(tmp_path / "clusters.csv").with_columns(into)
    clusters.write_csv(tmp_path / "merged.csv")
    report = made(atlas, tmp_path / "edited.csv", tmp_path / "merged.csv")
    assert report.notes == []
    now = cluster_of(atlas)
    assert now[dogs[2]] == "pup"
    moved = {dogs[0]: "egg", dogs[1]: "cat", dogs[2]: "pup"}
    for image, name_ in before.items():
        wanted = moved.get(image, name_)
        fellows = {before[other] for other in now if now[other] == now[image]}
        assert {"boat": "egg"}.get(wanted, wanted) in fellows | {now[image]}, image
    assert sorted(sizes(atlas).values()) == [1, 3, 7, 13]
    again = cluster_of(atlas)
    made(atlas, tmp_path / "edited.csv", tmp_path / "merged.csv", seed=3)
    assert partition(cluster_of(atlas)) == partition(again)


def test_an_image_is_named_by_address_path_or_file_name(
    atlas: Atlas, pictures: Path, tmp_path: Path
) -> None:
    made(atlas)
    path = pictures.parent / "pictures" / "00001.jpg"
    table = write(tmp_path / "changes.csv", f"location,cluster\n{path},a\n00002.jpg,a\n")
    assert made(atlas, table).notes == []
    assert sizes(atlas)["a"] == 2


def test_the_copy_counts_where_the_table_is_gone(atlas: Atlas, tmp_path: Path) -> None:
    made(atlas)
    table = write(tmp_path / "changes.csv", "image,cluster\n00001.jpg,alone\n")
    made(atlas, table)
    trust(atlas)
    table.unlink()
    report = made(atlas, table, force=True)
    assert report.notes[0].endswith("they count as last read")
    assert sizes(atlas)["alone"] == 1


def test_a_table_that_somebody_else_named_is_not_read(atlas: Atlas, tmp_path: Path) -> None:
    table = write(tmp_path / "changes.csv", "image,cluster\n00001.jpg,alone\n")
    atlas.settings.update("map", {"cluster_changes": [str(table)]})
    changes, notes = given_changes(atlas, None, [table], None)
    assert changes == []
    assert notes[0].endswith("there is no copy of them")
    trust(atlas)
    changes, notes = given_changes(atlas, None, [table], None)
    [change] = changes
    assert isinstance(change, ClusterMove)
    assert (len(change.images), change.into) == (1, ClusterReference("alone"))
    assert notes == []


def test_images_beyond_the_sample_are_moved_too(atlas: Atlas, tmp_path: Path) -> None:
    ids = atlas.catalog.addresses.images()["id"].to_list()
    rows = "".join(f"{image},late\n" for image in ids[-6:])
    table = write(tmp_path / "changes.csv", f"image,cluster\n{rows}")
    tagatlas.map(atlas, name="m", sample=8, cluster_changes=[table])
    assert sizes(atlas)["late"] == 6
    now = cluster_of(atlas)
    assert [image for image in ids if now[image] == "late"] == ids[-6:]


def test_the_first_map_knows_them_as_well(atlas: Atlas, tmp_path: Path) -> None:
    table = write(tmp_path / "changes.csv", "cluster,into\ncat,dog\n")
    assert made(atlas, table).notes == []
    assert sorted(sizes(atlas).values()) == [6, 6, 12]


def test_changes_on_the_map_count_and_comparisons_leave_them(atlas: Atlas) -> None:
    made(atlas)
    before = cluster_of(atlas)
    of = {name: tuple(sorted(i for i in before if before[i] == name)) for name in TAGS}
    put = atlas.catalog.annotations.put
    new = ClusterReference("tabby")
    put("1", "m", ClusterMove(of["cat"][:2], new), base=0)
    there = ClusterReference("tabby", of["cat"][:1])
    put("2", "m", ClusterMerge(ClusterReference("dog", of["dog"]), there), base=0)
    [waiting] = render_note(atlas)
    assert waiting == "the map does not follow 2 changes of clusters yet: run tagatlas map"
    made(atlas)
    assert sizes(atlas)["tabby"] == 8
    assert render_note(atlas) == []
    drawn = load_map(atlas, "m")
    assert drawn.provenance.changed == 2
    [backend] = {each.backend for each in [atlas.catalog.maps.load("m")] if each}
    seer = next(each for each in atlas.catalog.tagging.backends() if each.id == backend)
    assert backend_maps(atlas, seer) == []
    plain = map_backend(atlas, seer)
    assert plain is not None
    assert sorted(plain.data.clusters["images"]) == [6, 6, 6, 6]
    put("1", "m", None, base=1)
    made(atlas)
    assert "tabby" not in sizes(atlas)


def test_removed_images_leave_the_copies(atlas: Atlas, tmp_path: Path) -> None:
    made(atlas)
    before = cluster_of(atlas)
    image = sorted(before)[0]
    table = write(tmp_path / "changes.csv", f"image,cluster\n{image},alone\n")
    made(atlas, table)
    atlas.catalog.annotations.put("1", "m", ClusterMove((image,), ClusterReference("x")), base=0)
    tagatlas.remove(atlas, image)
    copy = atlas.catalog.changes.of(str(table.resolve()))
    assert copy is not None
    assert copy.changes == ()
    assert atlas.catalog.annotations.on("m") == []
