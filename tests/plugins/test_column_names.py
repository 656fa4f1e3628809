"""Columns of the user's that are called as columns of ours, in every renderer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tagatlas.contracts import Map, Renderer
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.testing import sample_map

OURS = [
    "Class",
    "automatic_name",
    "cluster",
    "cluster_name",
    "colour",
    "columns",
    "confidence",
    "concept",
    "copy",
    "file",
    "frequency",
    "height",
    "id",
    "image",
    "images",
    "in_degree",
    "is_shown",
    "kind",
    "label",
    "level",
    "location",
    "name",
    "out_degree",
    "path",
    "plain_name",
    "priority",
    "records",
    "remainder",
    "row",
    "score",
    "share",
    "shown",
    "size",
    "source",
    "stability",
    "sub_typicality",
    "subcluster",
    "subcluster_name",
    "tag",
    "tags",
    "target",
    "text",
    "timeset",
    "typical",
    "typicality",
    "typicality_right",
    "url",
    "weight",
    "width",
    "x",
    "y",
    "year",
    "keywords",
    "_label",
    "_cluster",
    "image_right",
    "*",
]
NAMES = [*OURS, "^.*$", *(name.upper() for name in OURS if name.upper() != name)]
WITH_KEPT_COLUMNS = ("embedding-atlas", "gephi", "lists", "parquet", "vikus")
EVERY = sorted(load_plugins().of_kind(RENDERERS))


def with_columns(map_: Map, names: list[str]) -> Map:
    """The map with these columns kept; each value tells its column."""
    values = json.dumps({name: f"value of {name}" for name in names})
    return replace(map_, records=map_.records.with_columns(columns=pl.lit(values)))


def renderer(name: str, columns: list[str]) -> Renderer:
    options = {"attributes": tuple(columns)} if name == "gephi" else {}
    return load_plugins().choose(RENDERERS, name, options).make()


def tables_of(paths: list[Path], folder: Path) -> dict[str, pl.DataFrame]:
    """Those of the files that are tables, by path in the folder."""
    found = {}
    for path in paths:
        if path.suffix == ".parquet":
            found[str(path.relative_to(folder))] = pl.read_parquet(path)
        elif path.suffix == ".csv":
            found[str(path.relative_to(folder))] = pl.read_csv(path, infer_schema=False)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_columns_named_like_ours_hide_nothing_and_are_not_hidden(name: str, tmp_path: Path) -> None:
    map_ = sample_map()
    plain, full = tmp_path / "plain", tmp_path / "full"
    plain.mkdir()
    full.mkdir()
    without = list(renderer(name, []).render(with_columns(map_, []), plain))
    written = list(renderer(name, NAMES).render(with_columns(map_, NAMES), full))
    assert [path.relative_to(full) for path in written if path.suffix != ".js"] == [
        path.relative_to(plain) for path in without if path.suffix != ".js"
    ]
    values = {f"value of {column}" for column in NAMES}
    tables = tables_of(written, full)
    for path, ours in tables_of(without, plain).items():
        assert tables[path].select(pl.col(ours.columns)).equals(ours), path
        kept = tables[path].drop(ours.columns)
        for column in kept:
            (value,) = column.drop_nulls().unique()
            said = value.removeprefix("value of ")
            called = column.name.removeprefix("_" if name == "vikus" else "")
            assert called.replace(" (kept)", "") == said
        if kept.width:
            assert {column.drop_nulls()[0] for column in kept} == values, path
    for graph in (path for path in written if path.suffix == ".gexf"):
        text = graph.read_text("utf-8")
        assert [value for value in values if f'value="{value}"' not in text] == []
    kept_in = [path for path, table in tables.items() if set(table.columns) & {"^.*$", "_^.*$"}]
    assert bool(kept_in) is (name in WITH_KEPT_COLUMNS)


def test_all_renderers_are_tried() -> None:
    assert set(WITH_KEPT_COLUMNS) < set(EVERY)
    assert np.unique(NAMES).size == len(NAMES)
