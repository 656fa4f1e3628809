"""Images that a clusterer puts into no cluster, from the map to what is written of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from picture_atlas import picture_atlas

import tagatlas
from tagatlas.atlas import Atlas, open_atlas
from tagatlas.cli.outcomes import outcome_of_mapping
from tagatlas.contracts import Tag, TagResult
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.render import render_map
from tagatlas.testing import sample_map

COUNT = 24

SHY = """
from tagatlas import Clusterer, ClustererSpec, Clusters, hookimpl


class Shy(Clusterer):
    def __init__(self, options): ...

    def cluster(self, images, *, seed, progress):
        import numpy as np

        labels = np.arange(len(images)) % 3
        labels[:10] = -1
        return Clusters(labels=labels)


@hookimpl
def tagatlas_clusterers():
    return [ClustererSpec(name="shy", summary="Leaves ten out.", factory=Shy)]
"""
WORDS = "3 clusters (10 images are in none)"


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of pictures with one of two tags each, and a clusterer that leaves ten out."""
    stranger = ModuleType("stranger")
    exec(compile(SHY, "stranger.py", "exec", dont_inherit=True), vars(stranger))  # noqa: S102 - our own
    with open_atlas(
        picture_atlas(tmp_path, COUNT), load_plugins(modules=[stranger]), write=True
    ) as opened:
        ids = opened.catalog.addresses.images()["id"].to_list()
        backend = opened.catalog.tagging.use("seer", "1")
        answers = [TagResult.ok([Tag(f"half {row % 2}", 0.9)]) for row in range(len(ids))]
        opened.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))
        yield opened


def test_they_are_named_as_such_and_are_no_cluster(atlas: Atlas) -> None:
    made = tagatlas.map(atlas, name="m", clusterer="shy")
    assert len(made.clusters) == 3
    assert made.in_none == 10
    assert "in no cluster" not in made.clusters
    assert WORDS in outcome_of_mapping(made).lines[0]
    drawn = load_map(atlas, "m")
    assert (drawn.cluster_count, drawn.in_none, drawn.remainder) == (3, 10, 0)
    assert drawn.clusters.filter("remainder").select("name", "images").rows() == [
        ("in no cluster", 10)
    ]
    assert tagatlas.info(atlas).maps[0].clusters == 3


@pytest.mark.slow
def test_all_that_is_written_says_so(atlas: Atlas, tmp_path: Path) -> None:
    tagatlas.map(atlas, name="m", clusterer="shy")
    names = ["tables", "methods", "page", "web", "svg", "vikus"]
    renderers = [atlas.plugins.choose(RENDERERS, name, {}) for name in names]
    out = tmp_path / "out"
    out.mkdir()
    render_map(load_map(atlas, "m"), renderers, out)
    methods = (out / "methods.md").read_text("utf-8")
    assert "form 3 clusters, found by the clusterer *shy*. 10 images are in none. " in methods
    assert f"24 images in {WORDS}, placed by" in (out / "map.html").read_text("utf-8")
    assert f"24 images in {WORDS}" in (out / "map.svg").read_text("utf-8")
    assert WORDS in (out / "viewer" / "data" / "atlas.js").read_text("utf-8")
    assert any(WORDS in path.read_text("utf-8") for path in out.rglob("*.md"))
    assert pl.read_csv(out / "clusters.csv")["name"][0] == "in no cluster"


def test_a_researcher_can_name_them_and_they_stay_no_cluster(atlas: Atlas, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,new_name\nin no cluster,the rest\n", "utf-8")
    made = tagatlas.map(atlas, name="m", clusterer="shy", cluster_names=names)
    assert not made.unused_names
    drawn = load_map(atlas, "m")
    assert drawn.clusters["name"][0] == "the rest"
    assert drawn.cluster_count == 3


def test_a_map_of_an_older_tagatlas_has_none(atlas: Atlas) -> None:
    tagatlas.map(atlas, name="m", clusterer="shy")
    drawn = load_map(atlas, "m")
    older = replace(drawn, clusters=drawn.clusters.drop("remainder"))
    assert (older.remainder, older.cluster_count, older.in_none) == (None, 4, 0)
    assert sample_map().clusters_in_words == "2 clusters"
