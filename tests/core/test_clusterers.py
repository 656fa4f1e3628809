"""Strangers' clusterers, from the command's options to what is written of their maps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from picture_atlas import picture_atlas

import tagatlas
from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Tag, TagResult
from tagatlas.errors import OptionError, PluginError, UsageError
from tagatlas.plugins import RENDERERS, Plugins, load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.render import render_map

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
COUNT = 24

COMPONENTS = """
from tagatlas import Clusterer, ClustererSpec, Clusters, hookimpl


class Components(Clusterer):
    def __init__(self, options): ...

    def cluster(self, images, *, seed, progress):
        from scipy.sparse.csgraph import connected_components

        _, of_node = connected_components(images.network.adjacency(), directed=False)
        progress(1, 1)
        return Clusters(labels=of_node[images.nodes])


@hookimpl
def tagatlas_clusterers():
    return [ClustererSpec(name="components", summary="What hangs together.", factory=Components)]
"""


def module_of(source: str) -> ModuleType:
    module = ModuleType("stranger")
    exec(compile(source, "stranger.py", "exec", dont_inherit=True), vars(module))  # noqa: S102 - our own
    return module


def with_stranger(source: str) -> Plugins:
    return load_plugins(modules=[module_of(source)])


@pytest.fixture(scope="module")
def kmeans() -> str:
    """The example of the guide."""
    [source] = re.findall(r"```python\n(# kmeans\.py\n.*?)```", GUIDE, flags=re.DOTALL)
    return str(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An atlas of pictures of three kinds by their embeddings, and of two by their tags.

    Its backend ``blind`` stores no embeddings.
    """
    made = picture_atlas(tmp_path, COUNT)
    dice = np.random.default_rng(0)
    with open_atlas(made, load_plugins()) as atlas:
        ids = atlas.catalog.addresses.images()["id"].to_list()
        for name in ("blind", "seer"):
            backend = atlas.catalog.tagging.use(name, "1")
            answers = [
                TagResult.ok(
                    [Tag(f"half {row % 2}", 0.9)],
                    embedding=(np.eye(3)[row % 3] + dice.normal(scale=0.01, size=3)).tolist()
                    if name == "seer"
                    else None,
                )
                for row in range(len(ids))
            ]
            atlas.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))
    return made


@pytest.fixture
def atlas(folder: Path, kmeans: str) -> Iterator[Atlas]:
    with open_atlas(folder, with_stranger(kmeans)) as opened:
        yield opened


def groups(images: pl.DataFrame) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in images.group_by("cluster").agg("id")["id"].to_list()}


def planted(atlas: Atlas, kinds: int) -> set[frozenset[str]]:
    ids = atlas.catalog.addresses.images()["id"].to_list()
    return {frozenset(ids[kind::kinds]) for kind in range(kinds)}


def test_embeddings_are_clustered_by_a_stranger_and_all_is_written(
    atlas: Atlas, tmp_path: Path
) -> None:
    made = tagatlas.map(atlas, name="m", clusterer="kmeans", kmeans_clusters=3)
    assert len(made.clusters) == 3
    drawn = load_map(atlas, "m")
    assert groups(drawn.images) == planted(atlas, 3)
    assert drawn.stability is None
    assert drawn.clusters["stability"].null_count() == 3
    assert drawn.subclusters.height == 0
    assert drawn.provenance.clusterer.name == "kmeans"
    assert drawn.provenance.settings["clusterer.kmeans.clusters"] == 3
    names = [
        *("tables", "methods", "page", "web", "gephi", "svg", "vikus", "parquet", "lists"),
        *("graphml", "embedding-atlas"),
    ]
    renderers = [atlas.plugins.choose(RENDERERS, name, {}) for name in names]
    (tmp_path / "out").mkdir()
    render_map(drawn, renderers, tmp_path / "out")
    methods = (tmp_path / "out" / "methods.md").read_text("utf-8").replace("\\", "")
    assert "form 3 clusters, found by the clusterer *kmeans*. Images were put into" in methods
    assert "by k-means of their embeddings (Lloyd, 1982). Its settings: clusters 3." in methods
    assert "Least squares quantization in PCM" in methods
    assert "Rand index" not in methods
    assert "Traag" not in methods
    page = (tmp_path / "out" / "map.html").read_text("utf-8")
    assert "found by the clusterer <b><bdi>kmeans</bdi></b> (<bdi>Lloyd, 1982</bdi>)" in page
    assert "stability" not in page.partition("<body")[2]
    assert "nan" not in (tmp_path / "out" / "clusters.csv").read_text("utf-8").lower()


def test_a_choice_is_remembered_and_a_map_of_it_is_not_made_again(atlas: Atlas) -> None:
    tagatlas.map(atlas, name="m", clusterer="kmeans", kmeans_clusters=2)
    text = atlas.settings.path.read_text("utf-8")
    assert '[map]\nclusterer = "kmeans"' in text
    assert "[clusterer.kmeans]\nclusters = 2" in text
    assert tagatlas.map(atlas, name="m").unchanged
    assert not tagatlas.map(atlas, name="m", clusterer="leiden").unchanged


def test_the_software_of_a_map_is_that_of_its_makers(atlas: Atlas) -> None:
    tagatlas.map(atlas, name="m", clusterer="kmeans", kmeans_clusters=2)
    drawn = load_map(atlas, "m").provenance.versions
    assert {"python", "tagatlas", "numpy", "shapely"} <= drawn.keys()
    assert not {"graspologic-native", "onnxruntime"} & drawn.keys()
    tagatlas.map(atlas, name="m", clusterer="leiden")
    assert "graspologic-native" in load_map(atlas, "m").provenance.versions


def test_a_variable_chooses_it(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGATLAS_CLUSTERER", "kmeans")
    monkeypatch.setenv("TAGATLAS_KMEANS_CLUSTERS", "3")
    assert len(tagatlas.map(atlas, name="m").clusters) == 3


def test_one_that_lacks_what_it_needs_is_refused_and_not_kept(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="choose another --clusterer"):
        tagatlas.map(atlas, backend="blind", clusterer="kmeans")
    assert not atlas.settings.values("map")
    assert len(tagatlas.map(atlas, backend="blind").clusters) == 2


def test_an_option_of_one_that_is_not_in_use_is_refused(atlas: Atlas) -> None:
    with pytest.raises(OptionError, match=r"of leiden \(clusterer\), which is not in use here"):
        tagatlas.map(atlas, clusterer="kmeans", resolution=2.0)


@pytest.mark.parametrize("builder", ["bipartite", "images", "tags"])
def test_communities_of_the_network_are_told_by_its_nodes(folder: Path, builder: str) -> None:
    """Of a network of tags alone as well: there, images are tied to it by their tags."""
    with open_atlas(folder, with_stranger(COMPONENTS)) as atlas:
        options = {"maximum_share": 1.0} if builder == "images" else {}
        if builder == "tags":
            backend = atlas.catalog.tagging.use("pairs", "1")
            ids = atlas.catalog.addresses.images()["id"].to_list()
            pair = [[Tag(f"{row % 2} {end}", 0.9) for end in "ab"] for row in range(len(ids))]
            answers = [TagResult.ok(tags) for tags in pair]
            atlas.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))
        tagatlas.map(atlas, name="m", builder=builder, clusterer="components", **options)  # type: ignore[arg-type] # options by name
        assert groups(load_map(atlas, "m").images) == planted(atlas, 2)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("labels=of_node[images.nodes]", "labels=of_node", "no cluster for each image"),
        ("return Clusters(labels=of_node[images.nodes])", "return of_node", "not Clusters"),
        ('hangs together.", factory=Components', 'hangs.", factory=dict', "cannot be made"),
    ],
)
def test_a_broken_one_is_named_and_the_map_stays(
    folder: Path, right: str, wrong: str, said: str
) -> None:
    assert right in COMPONENTS
    tagatlas.map(folder, name="m")
    with open_atlas(folder, with_stranger(COMPONENTS.replace(right, wrong))) as atlas:
        before = load_map(atlas, "m")
        with pytest.raises(PluginError, match=said) as caught:
            tagatlas.map(atlas, name="m", clusterer="components")
        assert re.search("[Cc]omponents", str(caught.value))
        assert len(str(caught.value).splitlines()) == 1
        assert load_map(atlas, "m").images.equals(before.images)


OLD = "# ours\n[map]\nseed = 5\nresolution = 0.01  # few\nneighbours = 4\n"


def test_settings_of_before_it_was_a_plugin_count(folder: Path) -> None:
    (folder / "atlas.toml").write_text(OLD, "utf-8")
    found = {each.name: each.value for each in tagatlas.info(folder).settings}
    assert found == {
        "map.seed": 5,
        "clusterer.leiden.resolution": 0.01,
        "clusterer.leiden.neighbours": 4,
    }
    assert (folder / "atlas.toml").read_text("utf-8") == OLD
    tagatlas.map(folder, name="m", fill=0.5)
    written = (folder / "atlas.toml").read_text("utf-8")
    assert "# ours\n[map]\nseed = 5\nfill = 0.5\n" in written
    assert "[clusterer.leiden]\nneighbours = 4\nresolution = 0.01  # few\n" in written
    with open_atlas(folder, load_plugins(), write=False) as atlas:
        settings = load_map(atlas, "m").provenance.settings
    assert settings["clusterer.leiden.resolution"] == 0.01
    assert not {"map.resolution", "map.neighbours"} & settings.keys()


def test_what_its_own_table_says_counts_before_what_the_maps_said(folder: Path) -> None:
    (folder / "atlas.toml").write_text(
        "[map]\nresolution = 0.01\n[clusterer.leiden]\nresolution = 3.0\n", "utf-8"
    )
    [found] = tagatlas.info(folder).settings
    assert (found.name, found.value) == ("clusterer.leiden.resolution", 3.0)


@pytest.mark.parametrize(
    "name", ["resolution", "map_resolution", "leiden_resolution", "clusterer_leiden_resolution"]
)
def test_its_options_go_by_the_names_they_had(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolution() -> object:
        with open_atlas(folder, load_plugins(), write=False) as atlas:
            return load_map(atlas, "m").provenance.settings["clusterer.leiden.resolution"]

    tagatlas.map(folder, name="m", **{name: 1.5})  # type: ignore[arg-type] # an option by its name
    assert resolution() == 1.5
    assert "[clusterer.leiden]\nresolution = 1.5" in (folder / "atlas.toml").read_text("utf-8")
    monkeypatch.setenv(f"TAGATLAS_{name}".upper(), "2.5")
    tagatlas.map(folder, name="m")
    assert resolution() == 2.5
