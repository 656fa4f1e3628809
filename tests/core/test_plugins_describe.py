"""What is said of a map is what the plugins that made it say; other code makes another map."""

from __future__ import annotations

import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from map_plugins import map_plugins
from picture_atlas import picture_atlas

import tagatlas
from tagatlas.atlas import open_atlas
from tagatlas.contracts import (
    Clusterer,
    ClustererDescription,
    GraphBuilder,
    Layout,
    LayoutDescription,
    Map,
    NetworkDescription,
    Tag,
    TagResult,
)
from tagatlas.errors import PluginError
from tagatlas.plugins import CLUSTERERS, GRAPH_BUILDERS, LAYOUTS, RENDERERS, load_plugins
from tagatlas.steps.load import load_map
from tagatlas.steps.map import MapReport, map_collection
from tagatlas.steps.render import render_map
from tagatlas_mapping.maps.options import MapOptions

CONTACTS = dedent('''
    """Images of one user after the other, on a line: nobody looks at a tag."""

    import networkx as nx
    import numpy as np

    from tagatlas import (
        Citation, Clusterer, ClustererDescription, ClustererSpec, Clusters, GraphBuilder,
        GraphBuilderSpec, Layout, LayoutDescription, LayoutSpec, NetworkDescription, hookimpl,
    )


    class Contacts(GraphBuilder):
        reads = frozenset({"records"})

        def __init__(self, options): ...

        # DESCRIBED

        def build(self, images, tags):
            network = nx.Graph()
            ids = images["id"].to_list()
            network.add_nodes_from(ids, kind="image")
            network.add_edges_from(zip(ids, ids[1:]))
            return network


    class Line(Layout):
        def __init__(self, options): ...

        # PLACED

        def place(self, network, *, start, seed, progress):
            along = np.arange(network.node_count, dtype=float)
            return np.stack([along, np.zeros_like(along)], axis=1)


    @hookimpl
    def tagatlas_graph_builders():
        return [GraphBuilderSpec(name="contacts", summary="By user.", factory=Contacts)]


    @hookimpl
    def tagatlas_layouts():
        return [LayoutSpec(name="line", summary="A line.", factory=Line)]


    class Halves(Clusterer):
        def __init__(self, options): ...

        # FOUND

        def cluster(self, images, *, seed, progress):
            return Clusters(labels=np.arange(len(images)) // (len(images) / 2).__ceil__())


    @hookimpl
    def tagatlas_clusterers():
        return [ClustererSpec(name="halves", summary="Two halves.", factory=Halves)]
''')
WORDS = """
    def describe(self):
        return NetworkDescription(
            placed_by="the users <i> who posted them", node="user",
            text="Users stand in the order of their posts (Lovelace, 1843).",
            citations=(Citation("Lovelace, 1843", "Lovelace, A. (1843). *Notes*."),),
        )
"""
PLACES = """
    def describe(self):
        return LayoutDescription(citations=(Citation("Snow, 1855", "Snow, J. (1855). *Maps*."),))
"""
FOUND = """
    def describe(self):
        return ClustererDescription(
            text="The first half is one cluster (Noether, 1921).",
            citations=(Citation("Noether, 1921", "Noether, E. (1921). *Idealtheorie*."),),
        )
"""
DESCRIBED = (
    CONTACTS.replace("    # DESCRIBED\n", WORDS)
    .replace("    # PLACED\n", PLACES)
    .replace("    # FOUND\n", FOUND)
)


class Site:
    """A folder of installed plugins, and each look at it as a new process would have it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, text: str, version: str = "1.2.3") -> None:
        """Put the plugin in the place of an earlier one."""
        for old in self.folder.glob("*.dist-info"):
            for file in old.iterdir():
                file.unlink()
            old.rmdir()
        (self.folder / "contacts_plugin.py").write_text(text, "utf-8")
        facts = self.folder / f"tagatlas_contacts-{version}.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: tagatlas-contacts\nVersion: {version}\n", "utf-8"
        )
        (facts / "entry_points.txt").write_text("[tagatlas]\ncontacts = contacts_plugin\n", "utf-8")
        sys.modules.pop("contacts_plugin", None)
        importlib.invalidate_caches()

    def remove(self) -> None:
        """Uninstall the plugin."""
        self.install("")
        (self.folder / "contacts_plugin.py").unlink()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    # Files are rewritten within a second, which compiled files of modules do not notice.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Site(folder)
    sys.modules.pop("contacts_plugin", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An atlas of twelve pictures with tags that nothing here is made of."""
    made = picture_atlas(tmp_path, 12)
    with open_atlas(made, load_plugins()) as atlas:
        ids = atlas.catalog.addresses.images()["id"].to_list()
        backend = atlas.catalog.tagging.use("some", "1")
        answers = [TagResult.ok([Tag(f"tag {number % 3}", 0.9)]) for number in range(12)]
        atlas.catalog.tagging.store(backend, list(zip(ids, answers, strict=True)))
    return made


def draw(
    folder: Path,
    builder: str = "contacts",
    layout: str = "line",
    clusterer: str = "halves",
    *,
    force: bool = False,
) -> MapReport:
    """Make the map as a new process would."""
    with open_atlas(folder, load_plugins()) as atlas:
        plugins = map_plugins(atlas.plugins, builder, layout, clusterer)
        options = MapOptions(builder=builder, layout=layout, clusterer=clusterer)
        return map_collection(atlas, "some", "some", plugins, options, force=force)


def written(folder: Path, out: Path) -> dict[str, str]:
    """What is written of the map, by format."""
    out.mkdir()
    with open_atlas(folder, load_plugins()) as atlas:
        options = {"svg": {"width": 3000}}
        renderers = [
            atlas.plugins.choose(RENDERERS, name, options.get(name, {}))
            for name in ("svg", "methods", "web", "vikus", "page")
        ]
        render_map(load_map(atlas), renderers, out)
    files = {
        "svg": "map.svg",
        "methods": "methods.md",
        "web": "viewer/data/atlas.js",
        "vikus": "vikus/data/info.md",
        "page": "map.html",
    }
    return {name: (out / path).read_text("utf-8") for name, path in files.items()}


@pytest.mark.slow
def test_a_strangers_map_is_described_by_its_makers(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    site.install(DESCRIBED)
    draw(folder)
    texts = written(folder, tmp_path / "out")
    escaped = "placed by the users &lt;i&gt; who posted them"
    assert "12 images placed by the users" in texts["svg"]
    assert escaped in texts["page"]
    assert escaped in texts["vikus"]
    assert '"placedBy":"the users' in texts["web"].replace('": "', '":"')
    methods = texts["methods"]
    assert "by the graph builder *contacts* (tagatlas-contacts 1.2.3) has 12 of" in methods
    assert "0 users and 11 weighted links" in methods
    assert "Users stand in the order of their posts (Lovelace, 1843)." in methods
    assert "by the layout *line* (tagatlas-contacts 1.2.3; Snow, 1855)" in methods
    assert "- Lovelace, A. (1843). *Notes*.\n" in methods
    assert "- Snow, J. (1855). *Maps*." in methods
    assert "found by the clusterer *halves* (tagatlas-contacts 1.2.3). The first half is" in methods
    assert "- Noether, E. (1921). *Idealtheorie*." in methods
    assert "(<bdi>tagatlas-contacts 1.2.3; Noether, 1921</bdi>)." in texts["page"]
    software = next(line for line in methods.splitlines() if line.startswith("Software: "))
    assert software.endswith("and tagatlas-contacts 1.2.3.")
    assert "numpy" in software
    assert not [name for name in ("graspologic", "onnxruntime") if name in software]
    assert not [name for name, text in texts.items() if "the tags they share" in text]


def test_of_one_that_says_nothing_nothing_is_made_up(
    site: Site, folder: Path, tmp_path: Path
) -> None:
    site.install(CONTACTS)
    draw(folder)
    texts = written(folder, tmp_path / "out")
    assert "placed by the graph builder contacts:" in texts["page"]
    assert "12 images placed by the graph builder contacts." in texts["svg"]
    assert "by the layout *line* (tagatlas-contacts 1.2.3), with" in texts["methods"]
    found = "form 2 clusters, found by the clusterer *halves* (tagatlas-contacts 1.2.3). Clusters"
    assert found in texts["methods"]


@pytest.mark.slow
def test_what_is_said_stays_with_the_map(site: Site, folder: Path, tmp_path: Path) -> None:
    site.install(DESCRIBED)
    draw(folder)
    before = written(folder, tmp_path / "before")
    site.remove()
    assert written(folder, tmp_path / "after")["methods"] == before["methods"]


def forget_making(folder: Path) -> None:
    """Leave of the maps what an older tagatlas kept."""
    with sqlite3.connect(folder / "catalog.sqlite") as connection:
        assert connection.execute("UPDATE maps SET making = NULL").rowcount == 1
    connection.close()


def of_map(folder: Path) -> Map:
    with open_atlas(folder, load_plugins(), write=False) as atlas:
        return load_map(atlas)


@pytest.mark.slow
def test_an_older_map_is_described_by_the_plugins_there_are(site: Site, folder: Path) -> None:
    draw(folder, "images", "forceatlas2", "leiden")
    made = of_map(folder).provenance
    forget_making(folder)
    recalled = of_map(folder).provenance
    assert recalled.builder.description == made.builder.description
    assert recalled.builder.description.placed_by == "the tags they share"
    assert recalled.layout.description == made.layout.description
    assert recalled.clusterer.description == made.clusterer.description
    assert "Leiden" in recalled.clusterer.description.text
    assert recalled.builder.version == ""  # that made it, nobody knows
    site.install(DESCRIBED)
    draw(folder)
    forget_making(folder)
    assert of_map(folder).placed_by == "the users <i> who posted them"
    site.remove()
    assert of_map(folder).placed_by == "the graph builder contacts"


@pytest.mark.slow
def test_a_map_of_other_code_is_made_again(site: Site, folder: Path) -> None:
    site.install(DESCRIBED)
    assert not draw(folder).unchanged
    assert draw(folder).unchanged
    site.install(DESCRIBED.replace("zip(ids, ids[1:])", "zip(ids, ids[2:])"))
    edited = draw(folder)
    assert (edited.unchanged, edited.edges) == (False, 10)
    site.install(DESCRIBED.replace("along = np.arange", "along = 2 * np.arange"))
    assert not draw(folder).unchanged
    site.install(DESCRIBED)
    assert not draw(folder).unchanged
    site.install(DESCRIBED.replace("np.arange(len(images)) //", "np.arange(len(images)) * 0 //"))
    assert len(draw(folder).clusters) == 1
    site.install(DESCRIBED, version="2.0")
    assert not draw(folder).unchanged
    assert draw(folder).unchanged


def test_of_an_older_map_that_names_no_clusterer_the_default_is_said(
    site: Site, folder: Path
) -> None:
    """Maps of before clusterers were plugins keep what is said of builder and layout alone."""
    draw(folder, "images", "forceatlas2", "leiden")
    made = of_map(folder).provenance
    with sqlite3.connect(folder / "catalog.sqlite") as connection:
        connection.execute("UPDATE maps SET making = json_remove(making, '$.clusterer')")
    connection.close()
    recalled = of_map(folder).provenance
    assert (recalled.builder, recalled.layout) == (made.builder, made.layout)
    assert recalled.clusterer.name == "leiden"
    assert recalled.clusterer.description == made.clusterer.description


def test_a_builder_that_fails_now_is_called(site: Site, folder: Path) -> None:
    site.install(DESCRIBED)
    draw(folder)
    site.install(DESCRIBED.replace("network = nx.Graph()", "raise ValueError('not yet')"))
    with pytest.raises(PluginError, match="not yet"):
        draw(folder)


def test_a_process_keeps_to_the_code_it_has_loaded(site: Site, folder: Path) -> None:
    """Were an edit seen that is not loaded, the old code's map would pass for the new one's."""
    site.install(DESCRIBED)
    draw(folder)
    edited = DESCRIBED.replace("zip(ids, ids[1:])", "zip(ids, ids[2:])")
    (site.folder / "contacts_plugin.py").write_text(edited, "utf-8")
    assert draw(folder).unchanged
    site.install(edited)  # and a new process
    assert draw(folder).edges == 10


def test_a_clusterer_that_cannot_describe_itself_is_named(site: Site, folder: Path) -> None:
    says = "    def describe(self):\n            return 1 / 0\n"
    site.install(CONTACTS.replace("    # FOUND\n", says))
    with pytest.raises(PluginError, match=r"clusterer halves .*failed in describe \(ZeroDivision"):
        draw(folder)


@pytest.mark.slow
def test_force_makes_it_again_from_the_start(site: Site, folder: Path) -> None:
    site.install(DESCRIBED)
    draw(folder, layout="forceatlas2")
    first = of_map(folder).nodes
    forced = draw(folder, layout="forceatlas2", force=True)
    assert not forced.unchanged
    assert of_map(folder).nodes.equals(first)
    assert not tagatlas.map(folder, builder="contacts", layout="line").unchanged
    assert tagatlas.map(folder, builder="contacts", layout="line").unchanged
    assert not tagatlas.map(folder, force=True).unchanged  # with the same: they are remembered


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        ("return 'the users'", "describe gave a str ('the users'), not a NetworkDescription"),
        ("return NetworkDescription(citations=('Lovelace',))", "Expected `object`, got `str`"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_one_that_cannot_describe_itself_is_named(
    site: Site, folder: Path, says: str, fault: str
) -> None:
    said = f"    def describe(self):\n            {says}\n"
    site.install(CONTACTS.replace("    # DESCRIBED\n", said))
    with pytest.raises(PluginError, match=r"^graph builder contacts \(.*describe") as caught:
        draw(folder)
    assert fault in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_contracts_describe_nothing_by_default() -> None:
    describe_network: Callable[[GraphBuilder], NetworkDescription] = GraphBuilder.describe
    describe_layout: Callable[[Layout], LayoutDescription] = Layout.describe
    plugins = load_plugins()
    builder = plugins.choose(GRAPH_BUILDERS, "images", {}).product
    layout = plugins.choose(LAYOUTS, "forceatlas2", {}).product
    assert describe_network(builder) == NetworkDescription()
    assert describe_layout(layout) == LayoutDescription()
    describe_clusterer: Callable[[Clusterer], ClustererDescription] = Clusterer.describe
    clusterer = plugins.choose(CLUSTERERS, "leiden", {}).product
    assert describe_clusterer(clusterer) == ClustererDescription()
