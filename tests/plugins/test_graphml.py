from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from programs import FindProgram, node_modules
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas_exports.graphml import tagatlas_renderers
from tagatlas_rendering import cluster_colours


def render(map_: Map, folder: Path) -> Path:
    (spec,) = tagatlas_renderers()
    (path,) = loaded(spec.factory)(spec.options()).render(map_, folder)
    return path


def xml_text(text: str) -> str:
    """Without the characters that XML cannot hold."""
    kept = (c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    return "".join(kept)


def test_networkx_reads_the_network(tmp_path: Path) -> None:
    map_ = themed_map(40)
    graph = nx.read_graphml(render(map_, tmp_path))
    assert graph.is_directed()
    assert list(graph) == map_.nodes["id"].to_list()
    first = map_.nodes.row(0, named=True)
    node = graph.nodes[first["id"]]
    assert node["label"] == "picture 0.jpg"
    assert node["url"] == "https://example.org/0.jpg?a=1&b=2"
    assert node["cluster_name"] == "parrot · macaw"
    assert (node["x"], node["y"]) == (first["x"], first["y"])
    assert node["size"] == first["width"] / 2
    assert (node["r"], node["g"], node["b"]) == cluster_colours(map_.clusters)[first["cluster"]]
    assert node["out_degree"] == 3
    weights = [weight for _, _, weight in graph.edges(data="weight")]
    assert np.array(weights, dtype=np.float32).tolist() == map_.weights.tolist()
    ids = map_.nodes["id"]
    assert list(graph.edges) == list(
        zip(ids.gather(map_.sources), ids.gather(map_.targets), strict=True)
    )


def test_networkx_reads_odd_labels(tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    graph = nx.read_graphml(render(map_, tmp_path))
    labels = [graph.nodes[node]["label"] for node in graph]
    assert labels == [xml_text(label) for label in map_.nodes["label"]]


def test_an_undirected_network_says_so(tmp_path: Path) -> None:
    graph = nx.read_graphml(render(dataclasses.replace(sample_map(), directed=False), tmp_path))
    assert not graph.is_directed()


def test_graphology_reads_the_network(find_program: FindProgram, tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    path = render(map_, tmp_path)
    node, npm = (find_program([name], ["nodejs", "npm"]) for name in ("node", "npm"))
    script = Path(__file__).parents[1] / "node" / "read_graphml.cjs"
    environment = {**os.environ, "NODE_PATH": str(node_modules(npm))}
    done = subprocess.run(
        [node, script, path], env=environment, capture_output=True, text=True, check=True
    )
    graph = json.loads(done.stdout)
    assert len(graph["edges"]) == len(map_.weights)
    nodes = {node["key"]: node["attributes"] for node in graph["nodes"]}
    for row in map_.nodes.iter_rows(named=True):
        attributes = nodes[xml_text(row["id"])]
        assert attributes["label"] == xml_text(row["label"])
        assert attributes["cluster"] == row["cluster"]
        assert attributes["x"] == pytest.approx(row["x"])
    assert {edge["attributes"]["weight"] for edge in graph["edges"]} == {0.9, 0.8, 0.7}


class TestGraphml(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
