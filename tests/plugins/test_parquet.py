from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tagatlas.contracts import Map, RendererSpec, loaded
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas_exports.parquet import tagatlas_renderers


def render(map_: Map, folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    (spec,) = tagatlas_renderers()
    nodes, edges = loaded(spec.factory)(spec.options()).render(map_, folder)
    assert (nodes.name, edges.name) == ("nodes.parquet", "edges.parquet")
    return pl.read_parquet(nodes), pl.read_parquet(edges)


def test_nodes_have_places_clusters_and_kept_columns(tmp_path: Path) -> None:
    map_ = sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))
    nodes, _ = render(map_, tmp_path)
    same = ["id", "label", "kind", "cluster", "frequency", "records", "x", "y", "width", "height"]
    assert nodes.select(same).equals(map_.nodes.select(same))
    names = map_.clusters["name"]
    assert nodes["cluster_name"].to_list() == names.gather(map_.nodes["cluster"]).to_list()
    first = nodes.row(0, named=True)
    assert first["url"] == f"https://example.org/0/{ODD_LABELS[0]}"
    assert (first["user"], first["id (kept)"]) == (ODD_LABELS[0], "000")
    tags = nodes.filter(kind="tag")
    assert tags["url"].null_count() == tags["user"].null_count() == tags.height


def test_edges_are_the_networks(tmp_path: Path) -> None:
    map_ = sample_map()
    nodes, edges = render(map_, tmp_path)
    assert edges.schema == {"source": pl.String, "target": pl.String, "weight": pl.Float32}
    assert edges["source"].to_list() == nodes["id"].gather(map_.sources).to_list()
    assert edges["target"].to_list() == nodes["id"].gather(map_.targets).to_list()
    assert edges["weight"].to_numpy().tobytes() == map_.weights.tobytes()


def test_many_edges_keep_their_order(tmp_path: Path) -> None:
    map_ = sample_map()
    times = 20_000
    many = dataclasses.replace(
        map_,
        sources=np.tile(map_.sources, times),
        targets=np.tile(map_.targets, times),
        weights=np.arange(len(map_.weights) * times, dtype=np.float32),
    )
    _, edges = render(many, tmp_path)
    assert edges["weight"].to_numpy().tobytes() == many.weights.tobytes()
    assert edges["source"].equals(map_.nodes["id"].gather(many.sources), check_names=False)


class TestParquet(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec
