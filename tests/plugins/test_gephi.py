from __future__ import annotations

import csv
import dataclasses
import itertools
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import FindProgram, node_modules
from themed_map import themed_map

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.errors import OptionError
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas.toolkit import escape_xml
from tagatlas_exports.gephi import GephiOptions, tagatlas_renderers
from tagatlas_exports.gephi.renderer import GephiRenderer
from tagatlas_exports.gephi.times import read_spells

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def render(map_: Map, folder: Path, options: GephiOptions | None = None) -> Path:
    (spec,) = tagatlas_renderers()
    first, *_ = loaded(spec.factory)(options or GephiOptions()).render(map_, folder)
    assert first.name == "network.gexf"
    return first


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@given(st.text())
def test_escaped_text_comes_back_from_a_parser(text: str) -> None:
    element = ET.fromstring(f'<a b="{escape_xml(text)}"/>')  # noqa: S314 - made here
    assert element.attrib["b"] == NOT_IN_XML.sub("", text)


@pytest.mark.slow
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


def read_with_graphology(path: Path, find_program: FindProgram) -> Any:
    node, npm = (find_program([name], ["nodejs", "npm"]) for name in ("node", "npm"))
    script = Path(__file__).parents[1] / "node" / "read_gexf.cjs"
    environment = {**os.environ, "NODE_PATH": str(node_modules(npm))}
    done = subprocess.run(
        [node, script, path], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_graphology_reads_the_network(find_program: FindProgram, tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    graph = read_with_graphology(render(map_, tmp_path), find_program)
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


def with_records(map_: Map, *records: tuple[int, Mapping[str, str | None]]) -> Map:
    """The map with other records: the number of an image, and kept columns."""
    images = map_.images["id"]
    table = pl.DataFrame(
        {
            "image": [images[number] for number, _ in records],
            "location": ["https://example.org/a.jpg"] * len(records),
            "frequency": [1] * len(records),
            "columns": [json.dumps(columns) for _, columns in records],
        }
    )
    return dataclasses.replace(map_, records=table)


def test_attributes_are_the_different_values_of_all_records_of_an_image(tmp_path: Path) -> None:
    map_ = with_records(
        sample_map(2),
        (0, {"user": "=ann", "URL": "u"}),
        (1, {"user": None, "URL": ""}),
        (0, {"user": "ben|b", "URL": None}),
        (0, {"user": "=ann", "URL": "w"}),
    )
    path = render(map_, tmp_path, GephiOptions(attributes=("URL", "user", "user")))
    graph = nx.read_gexf(path)
    one, two = map_.images["id"]
    assert graph.nodes[one]["user"] == "=ann | ben|b"
    assert graph.nodes[one]["URL (kept)"] == "u | w"
    assert graph.nodes[one]["url"] == "https://example.org/a.jpg"
    assert not {"user", "URL (kept)"} & set(graph.nodes[two])
    rows = read_csv(tmp_path / "nodes.csv")
    assert list(rows[0])[-2:] == ["URL (kept)", "user"]
    assert [row["user"] for row in rows[:3]] == ["'=ann | ben|b", "", ""]


def test_a_column_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for options in (GephiOptions(attributes=("when",)), GephiOptions(time_column="when")):
        with pytest.raises(OptionError, match="no column 'when' was kept; there are: user, id"):
            render(sample_map(), tmp_path, options)


def spells(path: Path) -> tuple[dict[str, list[tuple[str, str]]], list[list[tuple[str, str]]]]:
    """Start and end of the spells of each node by id, and of each edge."""
    root = ET.parse(path).getroot()  # noqa: S314 - made here
    name = "{http://gexf.net/1.3}"

    def of(element: ET.Element) -> list[tuple[str, str]]:
        found = element.findall(f"{name}spells/{name}spell")
        return [(spell.attrib["start"], spell.attrib["end"]) for spell in found]

    nodes = {node.attrib["id"]: of(node) for node in root.iter(f"{name}node")}
    return nodes, [of(edge) for edge in root.iter(f"{name}edge")]


def timed(*records: tuple[int, str | None]) -> Map:
    """Three images with the tags cat, dog, tree, and their times."""
    map_ = sample_map(3, ("cat", "dog", "tree"))
    return with_records(map_, *((number, {"when": time}) for number, time in records))


def test_a_year_lasts_until_the_next(tmp_path: Path) -> None:
    map_ = timed((0, "2016"), (0, " 2014"), (0, "2014"), (1, "2015"), (1, "soon"), (2, None))
    path = render(map_, tmp_path, GephiOptions(time_column="when"))
    text = path.read_text("utf-8")
    assert ' mode="dynamic" timeformat="integer">' in text
    assert "<description>5 records with a value in the column when: without a spell" in text
    nodes, edges = spells(path)
    ids = map_.images["id"]
    assert nodes[ids[0]] == [("2014", "2015"), ("2016", "2017")]
    assert nodes[ids[1]] == [("2015", "2016")]
    assert nodes[ids[2]] == []
    assert nodes["tag:cat"] == nodes["tag:dog"] == [("2014", "2017")]
    assert edges == [nodes[map_.nodes["id"][row]] for row in map_.sources.tolist()]
    graph = nx.read_gexf(path)
    assert graph.graph["mode"] == "dynamic"
    assert graph.nodes[ids[0]]["spells"] == [(2014, 2015), (2016, 2017)]


def test_a_date_is_that_day_and_days_that_follow_are_one_spell_of_a_tag(tmp_path: Path) -> None:
    map_ = timed(
        (0, "2020-02-28"), (1, "2020-02-29"), (2, "0987-01-02"), (0, "2020-03-05"), (1, "")
    )
    path = render(map_, tmp_path, GephiOptions(time_column="when"))
    text = path.read_text("utf-8")
    assert ' timeformat="date">' in text
    assert "<description>" not in text
    nodes, _ = spells(path)
    assert nodes[map_.images["id"][0]] == [("2020-02-28",) * 2, ("2020-03-05",) * 2]
    assert nodes["tag:tree"] == [
        ("0987-01-02", "0987-01-02"),
        ("2020-02-28", "2020-02-29"),
        ("2020-03-05", "2020-03-05"),
    ]
    graph = nx.read_gexf(path)
    assert graph.nodes["tag:tree"]["spells"] == nodes["tag:tree"]


def test_a_moment_is_itself_in_utc(tmp_path: Path) -> None:
    map_ = timed(
        (0, "2020-01-01 12:00:00"),
        (0, "2020-01-01T13:00:00+01:00"),
        (0, "2020-01-01T12:00:00.250Z"),
        (1, "2020-01-02"),
        (1, "2020"),
        (2, "0001-01-01T00:00:00+05:00"),
    )
    path = render(map_, tmp_path, GephiOptions(time_column="when"))
    text = path.read_text("utf-8")
    assert ' timeformat="dateTime">' in text
    assert "6 records with a value in the column when: without a spell" in text
    nodes, _ = spells(path)
    ids = map_.images["id"]
    assert nodes[ids[0]] == [("2020-01-01T12:00:00Z",) * 2, ("2020-01-01T12:00:00.250Z",) * 2]
    assert nodes[ids[1]] == [("2020-01-02T00:00:00Z",) * 2]
    assert nodes[ids[2]] == []


def test_no_readable_time_makes_no_dynamic_graph(tmp_path: Path) -> None:
    path = render(timed((0, "soon"), (1, "<b>")), tmp_path, GephiOptions(time_column="when"))
    text = path.read_text("utf-8")
    assert "dynamic" not in text
    assert "<spell" not in text
    assert "2 records with a value in the column when: without a spell" in text


def test_edges_between_tags_have_no_spell(tmp_path: Path) -> None:
    map_ = timed((0, "2014"), (1, "2015"), (2, "2016"))
    rows = np.array([3, 0], dtype=np.int32), np.array([4, 3], dtype=np.int32)
    map_ = dataclasses.replace(map_, sources=rows[0], targets=rows[1], weights=map_.weights[:2])
    nodes, edges = spells(render(map_, tmp_path, GephiOptions(time_column="when")))
    assert edges == [[], [("2014", "2015")]]
    assert list(nodes.values())[3:] == [[("2014", "2015")], [], []]


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1990, 2005)), min_size=1))
def test_spells_of_tags_cover_those_of_their_images(times: list[tuple[int, int]]) -> None:
    map_ = with_records(sample_map(6), *((image, {"when": str(year)}) for image, year in times))
    table = read_spells(map_, "when").table
    rows = {image: row for row, image in enumerate(map_.nodes["id"])}
    years = {rows[map_.images["id"][image]]: set[int]() for image, _ in times}
    for image, year in times:
        years[rows[map_.images["id"][image]]].add(year)
    for source, target in zip(map_.sources.tolist(), map_.targets.tolist(), strict=True):
        if source in years:
            years.setdefault(target, set()).update(years[source])
    for row, expected in years.items():
        own = table.filter(node=row).select("start", "end").rows()
        covered = {year for start, end in own for year in range(start, end)}
        assert covered == expected
        gaps = [after - before for (_, before), (after, _) in itertools.pairwise(own)]
        assert all(gap > 0 for gap in gaps) or map_.nodes["kind"][row] == "image"
    assert set(table["node"]) == set(years)


def test_graphology_reads_a_dynamic_network(find_program: FindProgram, tmp_path: Path) -> None:
    map_ = timed((0, "2020-01-01 12:00:00"), (1, "2020-01-02 12:00:00"))
    path = render(map_, tmp_path, GephiOptions(attributes=("when",), time_column="when"))
    graph = read_with_graphology(path, find_program)
    assert len(graph["edges"]) == len(map_.weights)
    first = graph["nodes"][0]["attributes"]
    assert first["when"] == "2020-01-01 12:00:00"


class TestGephi(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec


class TestGephiWithAttributesAndTime(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec

    @pytest.fixture
    def options(self) -> object:
        return GephiOptions(attributes=("user",), time_column="id")


def test_a_large_network_is_two_parquet_tables(tmp_path: Path) -> None:
    map_ = themed_map(40)
    few, many = GephiRenderer(GephiOptions()), GephiRenderer(GephiOptions(), many=10)
    few.render(map_, tmp_path)
    ids = [row["Id"] for row in read_csv(tmp_path / "nodes.csv")]
    edges = [(row["Source"], row["Target"]) for row in read_csv(tmp_path / "edges.csv")]
    written = [path.name for path in many.render(map_, tmp_path)]
    assert written == ["network-nodes.parquet", "network-edges.parquet"]
    assert {path.name for path in tmp_path.iterdir()} == set(written)
    assert pl.read_parquet(tmp_path / written[0])["id"].to_list() == ids
    assert pl.read_parquet(tmp_path / written[1]).select("source", "target").rows() == edges
    assert len(many.notes) == 1
    few.render(map_, tmp_path)
    assert not few.notes
    assert not list(tmp_path.glob("*.parquet"))
