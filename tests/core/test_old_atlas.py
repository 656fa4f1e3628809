"""An atlas made by the version before options belonged to kinds of plugins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import tagatlas
from tagatlas_parts import ANSWERS

OLD = Path(__file__).parents[1] / "data" / "old_atlas.zip"
SETTINGS = {
    "map.builder": "knn",
    "builder.bipartite.threshold": 0.002,
    "layout.forceatlas2.linlog": True,
    "renderer.poster.width": 400,
    "tagger.imagenet.minimum_score": 0.001,
}


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    shutil.unpack_archive(OLD, tmp_path / "old.atlas")
    return tmp_path / "old.atlas"


def test_its_settings_count(atlas: Path) -> None:
    found = {each.name: each.value for each in tagatlas.info(atlas).settings}
    defaults = {"layout.forceatlas2.linlog"}  # it was given, and is the default
    assert found == {name: value for name, value in SETTINGS.items() if name not in defaults}


def test_its_maps_render(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas) as opened:
        drawn = tagatlas.load_map(opened, "imagenet")
        settings = drawn.provenance.settings
        assert settings["builder.bipartite.threshold"] == 0.002
        assert settings["layout.forceatlas2.linlog"] is True
        assert not [name for name in settings if name.startswith("plugin.")]
        assert settings["builder.bipartite.backbone"] is None
        assert settings["map.clusterer"] == "leiden"
        assert settings["clusterer.leiden.resolution"] == 1.0
        assert "map.resolution" not in settings
        assert "Leiden" in drawn.provenance.clusterer.description.text
        assert drawn.images.height == 12
        assert drawn.placed_by == "the tags they share"
        assert tagatlas.load_map(opened, "second").placed_by == "the likeness of their embeddings"
        report = tagatlas.render(opened, name="imagenet")
    assert report.absent == 0
    methods = (report.folder / "methods.md").read_text("utf-8")
    assert "threshold 0.002" in methods
    assert "(Jacomy et al., 2014)" in methods


def test_its_answers_are_sealed_and_read_as_before(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas) as opened:
        tagging = opened.catalog.tagging
        backends = [each.id for each in tagging.backends()]
        before = [tagging.tags(each).collect() for each in backends]
        assert sum(each.height for each in before)
        tagging.seal(*backends, unsealed=0, images=5)
        assert list((atlas / ANSWERS).iterdir())
    with tagatlas.open_atlas(atlas, write=False) as opened:
        found = [opened.catalog.tagging.tags(each).collect() for each in backends]
        assert all(one.equals(other) for one, other in zip(before, found, strict=True))
        assert opened.catalog.faults() == []


@pytest.mark.slow
def test_its_map_is_made_again_once(atlas: Path) -> None:
    made = [tagatlas.map(atlas, name="imagenet", builder="bipartite") for _ in range(2)]
    assert [report.unchanged for report in made] == [False, True]
    assert made[0].images == 12
    assert "[builder.bipartite]" not in (atlas / "atlas.toml").read_text("utf-8")


@pytest.mark.slow
def test_what_is_chosen_now_counts_more_than_what_was_then(atlas: Path) -> None:
    tagatlas.map(atlas, name="third", builder="bipartite", threshold=0.01)
    with tagatlas.open_atlas(atlas) as opened:
        settings = tagatlas.load_map(opened, "third").provenance.settings
    assert settings["builder.bipartite.threshold"] == 0.01
