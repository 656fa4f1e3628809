"""Checks of a stored map: its columns and the ranges of their values, as renderers rely on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tagatlas.contracts import MapData

_NODES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("id", "kind", "label"), pl.String),
    **dict.fromkeys(("x", "y", "width", "height", "typicality"), pl.Float64),
    **dict.fromkeys(("cluster", "subcluster"), pl.Int32),
    **dict.fromkeys(("frequency", "records", "out_degree", "in_degree"), pl.Int64),
    "shown": pl.Boolean,
}
_PARTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "cluster": pl.Int32,
    **dict.fromkeys(("name", "automatic_name"), pl.String),
    **dict.fromkeys(("tags", "typical"), pl.List(pl.String)),
    **dict.fromkeys(("images", "records", "frequency"), pl.Int64),
    **dict.fromkeys(("share", "stability"), pl.Float64),
}
_CLUSTERS = {**_PARTS, **dict.fromkeys(("x", "y"), pl.Float64)}
_LATER = {"colour": pl.Int32, "remainder": pl.Boolean}
"""Columns of clusters that maps of an older tagatlas lack."""
_MAY_BE_NULL = {"subcluster", "stability"}
_NO_FILE_NAME = r"^\.|[/\\]|\p{Cc}|^$"
"""An image's id is part of names of files."""


def check_map(data: MapData) -> None:
    """Check the data of a map that was stored.

    Raises:
        ValueError: with what is wrong.
    """
    nodes, clusters, subclusters = data.nodes, data.clusters, data.subclusters
    _check_columns("nodes", nodes, _NODES)
    later = {name: kind for name, kind in _LATER.items() if name in clusters.columns}
    _check_columns("clusters", clusters, {**_CLUSTERS, **later})
    _check_columns("subclusters", subclusters, {"subcluster": pl.Int32, **_PARTS})
    _check(nodes["kind"].is_in(["image", "tag"]).all(), "a node of no kind")
    _check(nodes["id"].n_unique() == nodes.height, "two nodes of one id")
    images = nodes.filter(pl.col("kind") == "image")["id"]
    _check(not images.str.contains(_NO_FILE_NAME).any(), "an image's id that is none")
    _check_rows("cluster", nodes["cluster"], clusters.height)
    _check_rows("subcluster", nodes["subcluster"].drop_nulls(), subclusters.height)
    _check_rows("cluster", subclusters["cluster"], clusters.height)
    for name, table in (("cluster", clusters), ("subcluster", subclusters)):
        _check(
            (table[name] == pl.int_range(table.height, eager=True)).all(), f"{name}s in disorder"
        )
        typical = table["typical"].explode().drop_nulls()
        _check(typical.is_in(images.implode()).all(), "a typical image that is not on it")
        _check(table["name"].n_unique() == table.height, f"two {name}s of one name")
    _check(data.stability is None or bool(np.isfinite(data.stability)), "a stability of no number")
    _check_edges(data)
    for cluster, rings in data.outlines.items():
        _check(0 <= cluster < clusters.height, "an outline of no cluster")
        for ring in rings:
            is_ring = ring.ndim == 2 and ring.shape[1] == 2
            _check(is_ring and bool(np.isfinite(ring).all()), "an outline that is no polygon")


def _check_edges(data: MapData) -> None:
    ends = (data.sources, data.targets)
    right = (np.integer, np.integer, np.floating)
    for values, kind in zip((*ends, data.weights), right, strict=True):
        _check(bool(np.issubdtype(values.dtype, kind)), "edges of another type")
    for values in ends:
        inside = not len(values) or 0 <= int(values.min()) <= int(values.max()) < data.nodes.height
        _check(inside, "an edge to no node")
    _check(bool(np.isfinite(data.weights).all()), "an edge whose weight is no number")


def _check_columns(
    table: str, frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]
) -> None:
    for name, kind in columns.items():
        if name not in frame.columns or frame.schema[name] != kind:
            raise ValueError(f"the column {name} of its {table} is missing, or of another type")
        column = frame[name]
        if column.null_count() and name not in _MAY_BE_NULL:
            raise ValueError(f"the column {name} of its {table} lacks values")
        if kind == pl.List and not (column.list.drop_nulls().list.len() == column.list.len()).all():
            raise ValueError(f"the column {name} of its {table} has a list that lacks values")
        if kind == pl.Float64 and not column.drop_nulls().is_finite().all():
            raise ValueError(f"the column {name} of its {table} has a value that is no number")
        if kind == pl.Int64 and column.len() and int(str(column.min())) < 0:
            raise ValueError(f"the column {name} of its {table} has a negative value")


def _check_rows(what: str, rows: pl.Series, count: int) -> None:
    _check(bool(rows.is_between(0, count - 1).all()), f"a {what} that is not there")


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
