from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import find_program, node_modules
from themed_map import themed_map

from tagatlas.contracts import RendererSpec
from tagatlas.maps import Map
from tagatlas.render import escape_xml
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas_gephi import tagatlas_renderers

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def render(map_: Map, folder: Path) -> Path:
    (spec,) = tagatlas_renderers()
    first, *_ = spec.factory(spec.options()).render(map_, folder)
    assert first.name == "network.gexf"
    return first


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@given(st.text())
def test_escaped_text_comes_back_from_a_parser(text: str) -> None:
    element = ET.fromstring(f'<a b="{escape_xml(text)}"/>')  # noqa: S314 - made here
    assert element.attrib["b"] == NOT_IN_XML.sub("", text)


def test_networkx_reads_the_network(tmp_path: Path) -> None:
    map_ = themed_map(40)
    graph = nx.read_gexf(render(map_, tmp_path))
    assert graph.is_directed()
    assert list(graph) == map_.nodes["id"].to_list()
    first = map_.nodes.row(0, named=True)
    node = graph.nodes[first["id"]]
    assert node["label"] == "picture 0.jpg"
    assert node["image"] == f"{first['id'][:2]}/{first['id']}.image.jpg"
    assert node["url"] == "https://example.org/0.jpg?a=1&b=2"
    assert node["cluster_name"] == "parrot · macaw"
    assert node["out_degree"] == 3
    assert node["viz"]["size"] == pytest.approx(first["width"] / 2)
    assert node["viz"]["position"]["x"] == pytest.approx(first["x"], rel=1e-6)
    weights = [weight for _, _, weight in graph.edges(data="weight")]
    assert np.array(weights, dtype=np.float32).tolist() == map_.weights.tolist()


def test_graphology_reads_the_network(tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    path = render(map_, tmp_path)
    node = find_program(["node"], ["nodejs", "npm"])
    script = Path(__file__).parents[1] / "node" / "read_gexf.cjs"
    environment = {**os.environ, "NODE_PATH": str(node_modules())}
    done = subprocess.run(
        [node, script, path], env=environment, capture_output=True, text=True, check=True
    )
    graph = json.loads(done.stdout)
    assert len(graph["edges"]) == len(map_.weights)
    nodes = {node["key"]: node["attributes"] for node in graph["nodes"]}
    for row in map_.nodes.iter_rows(named=True):
        attributes = nodes[NOT_IN_XML.sub("", row["id"])]
        assert attributes["label"] == NOT_IN_XML.sub("", row["label"])
        assert attributes["kind"] == row["kind"]
        assert attributes["cluster"] == row["cluster"]
        assert ("image" in attributes) == (row["kind"] == "image")
    assert {edge["attributes"]["weight"] for edge in graph["edges"]} == {0.9, 0.8, 0.7}


def test_gephi_finds_columns_by_id_and_gephi_lite_keeps_colours(tmp_path: Path) -> None:
    text = render(sample_map(), tmp_path).read_text("utf-8")
    assert '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz"' in text
    assert '<attribute id="image" title="image" type="string"/>' in text
    assert '<attribute id="url" title="url" type="string"/>' in text
    colours = re.findall(r"<viz:color [^>]*>", text)
    assert len(colours) == sample_map().nodes.height
    assert not [colour for colour in colours if " a=" in colour]


def test_pictures_from_the_web_and_from_a_folder(tmp_path: Path) -> None:
    map_ = sample_map(2)
    (one, two) = map_.images["id"]
    records = pl.DataFrame(
        {
            "image": [one, two],
            "location": ["/home/me/one.jpg", "https://example.org/two.jpg"],
            "frequency": [1, 1],
            "columns": ["{}", "{}"],
        }
    )
    path = render(dataclasses.replace(map_, records=records), tmp_path)
    text = path.read_text("utf-8")
    assert f'<viz:shape value="image" uri="images/{one[:2]}/{one}.image.jpg"/>' in text
    assert '<viz:shape value="image" uri="https://example.org/two.jpg"/>' in text
    assert "/home/me" not in text
    rows = read_csv(tmp_path / "nodes.csv")
    assert [row["url"] for row in rows[:2]] == ["", "https://example.org/two.jpg"]


def test_tables_are_as_gephi_wants_them(tmp_path: Path) -> None:
    map_ = dataclasses.replace(sample_map(labels=("a\\b", "c", "d\\")), directed=False)
    render(map_, tmp_path)
    nodes, edges = read_csv(tmp_path / "nodes.csv"), read_csv(tmp_path / "edges.csv")
    assert list(nodes[0])[:5] == ["Id", "Label", "kind", "image", "url"]
    assert {row["Label"] for row in nodes if row["kind"] == "tag"} == {"a\\\\b", "c", "d\\\\"}
    assert list(edges[0]) == ["Source", "Target", "Type", "Weight"]
    assert {row["Type"] for row in edges} == {"Undirected"}
    assert {row["Source"] for row in edges} | {row["Target"] for row in edges} == {
        row["Id"] for row in nodes
    }
    assert [float(row["Weight"]) for row in edges[:3]] == [0.9, 0.8, 0.7]


def test_an_undirected_network_says_so(tmp_path: Path) -> None:
    graph = nx.read_gexf(render(dataclasses.replace(sample_map(), directed=False), tmp_path))
    assert not graph.is_directed()


class TestGephi(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
