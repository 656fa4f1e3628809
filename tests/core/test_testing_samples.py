"""The sample data of the conformance suites is what the contracts promise to plugins."""

from __future__ import annotations

import hashlib

import networkx as nx
import numpy as np
import polars as pl
import pytest

from tagatlas.contracts import Variant
from tagatlas.errors import ImageNotStored
from tagatlas.testing import (
    ODD_LABELS,
    MemoryStore,
    sample_images,
    sample_map,
    sample_network,
    sample_tables,
)

NODE_COLUMNS = {
    "id": pl.String,
    "kind": pl.String,
    "label": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "width": pl.Float64,
    "height": pl.Float64,
    "cluster": pl.Int32,
    "subcluster": pl.Int32,
    "typicality": pl.Float64,
    "frequency": pl.Int64,
    "records": pl.Int64,
    "out_degree": pl.Int64,
    "in_degree": pl.Int64,
    "shown": pl.Boolean,
}
CLUSTER_COLUMNS = {
    "cluster": pl.Int32,
    "name": pl.String,
    "automatic_name": pl.String,
    "plain_name": pl.String,
    "tags": pl.List(pl.String),
    "images": pl.Int64,
    "records": pl.Int64,
    "frequency": pl.Int64,
    "share": pl.Float64,
    "stability": pl.Float64,
    "typical": pl.List(pl.String),
    "x": pl.Float64,
    "y": pl.Float64,
    "colour": pl.Int32,
    "remainder": pl.Boolean,
}


def test_images_are_distinct_jpegs_and_always_the_same() -> None:
    images = sample_images(30, (40, 30))
    assert images == sample_images(30, (40, 30))
    assert len({image.id for image in images}) == 30
    for image in images:
        assert image.id == hashlib.sha256(image.data).hexdigest()
        assert image.open().size == (40, 30)


def test_tables_are_ordered_and_complete() -> None:
    images, tags = sample_tables(12)
    assert images.equals(images.sort("id"))
    assert tags.equals(tags.sort("image", "score", "tag", descending=[False, True, False]))
    assert set(tags["image"]) == set(images["id"])
    assert tags.group_by("tag").len()["len"].to_list() == [6] * 6


def test_network_links_images_to_tags() -> None:
    network = sample_network()
    assert (network.node_count, network.edge_count) == (18, 36)
    assert nx.is_bipartite(network.to_networkx().to_undirected())
    assert network.in_degrees()[network.is_kind("image")].sum() == 0


@pytest.mark.parametrize(
    ("images", "clusters", "labels"),
    [(1, 1, ("cat", "dog", "tree")), (12, 2, ("cat", "dog", "tree")), (40, 19, ODD_LABELS)],
)
def test_map_is_as_its_docstring_says(images: int, clusters: int, labels: tuple[str, ...]) -> None:
    map_ = sample_map(images, labels, clusters=clusters)
    assert dict(map_.nodes.schema) == NODE_COLUMNS
    assert dict(map_.clusters.schema) == CLUSTER_COLUMNS
    assert map_.nodes["kind"].to_list()[:images] == ["image"] * images
    assert map_.nodes["kind"].to_list()[images:] == ["tag"] * (map_.nodes.height - images)
    assert map_.clusters["cluster"].to_list() == list(range(clusters))
    assert map_.clusters["images"].to_list() == sorted(map_.clusters["images"], reverse=True)
    assert map_.clusters["share"].sum() == pytest.approx(1.0)
    assert map_.clusters["name"].is_unique().all()
    parts = map_.images.drop_nulls("subcluster").group_by("subcluster").len().sort("subcluster")
    assert parts["len"].to_list() == map_.subclusters["images"].to_list()
    for quantity in ("images", "records", "frequency"):
        whole = images if quantity == "images" else map_.images[quantity].sum()
        assert map_.clusters[quantity].sum() == whole
    sums = map_.records.group_by("image").agg(pl.len(), pl.col("frequency").sum()).sort("image")
    assert sums.rows() == map_.images.select("id", "records", "frequency").sort("id").rows()
    assert set(map_.outlines) == set(range(clusters))
    assert np.isfinite(map_.nodes.select("x", "y", "width", "height").to_numpy()).all()
    for image in map_.images["id"]:
        assert all(map_.store.has(image, variant) for variant in Variant)


def test_memory_store_says_what_it_lacks() -> None:
    store = MemoryStore()
    store.put("0" * 64, Variant.IMAGE, b"bytes")
    assert store.get("0" * 64, Variant.IMAGE) == b"bytes"
    with pytest.raises(ImageNotStored, match="thumbnail"):
        store.get("0" * 64, Variant.THUMBNAIL)
