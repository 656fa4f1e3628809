"""A streaming writer of GraphML (http://graphml.graphdrawing.org).

Names and types of the attributes are those of Gephi's own GraphML: ``label``, ``x``, ``y``,
``size``, ``r``, ``g``, ``b`` of a node and ``weight`` of an edge. Memory does not grow with the
number of edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Renderer
from tagatlas.toolkit import (
    ROWS_AT_ONCE,
    cluster_colours,
    edges_as_xml,
    escape_xml,
    node_table,
    write_atomically,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tagatlas import Map, NoOptions


_ATTRIBUTES = {
    "label": "string",
    "kind": "string",
    "image": "string",
    "url": "string",
    "cluster": "int",
    "cluster_name": "string",
    "subcluster": "int",
    "subcluster_name": "string",
    "typicality": "double",
    "frequency": "long",
    "records": "long",
    "out_degree": "long",
    "in_degree": "long",
    "x": "double",
    "y": "double",
    "size": "double",
    "r": "int",
    "g": "int",
    "b": "int",
}

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
    ' http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)


class GraphmlRenderer(Renderer):
    """Writes a map's network as GraphML."""

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``network.graphml``."""
        path = folder / "network.graphml"
        with write_atomically(path) as file:
            for text in _document(map_):
                file.write(text.encode())
        return [path]


def _document(map_: Map) -> Iterator[str]:
    nodes = _nodes_with_looks(map_)
    yield _HEAD
    for name, kind in _ATTRIBUTES.items():
        yield f'<key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '<key id="weight" for="edge" attr.name="weight" attr.type="double"/>\n'
    direction = "directed" if map_.directed else "undirected"
    yield f'<graph id="network" edgedefault="{direction}">\n'
    for some in nodes.iter_slices(ROWS_AT_ONCE):
        yield "".join(_node(row) for row in some.iter_rows(named=True))
    yield from edges_as_xml(
        map_, '<edge source="{}" target="{}"><data key="weight">{}</data></edge>\n'
    )
    yield "</graph>\n</graphml>\n"


def _nodes_with_looks(map_: Map) -> pl.DataFrame:
    """All attributes as text."""
    nodes = node_table(map_)
    of_cluster = cluster_colours(map_.clusters)
    colours = [of_cluster[cluster] for cluster in nodes["cluster"]]
    reds, greens, blues = zip(*colours, strict=True)
    return nodes.with_columns(
        # A node's size in Gephi is half the width it is drawn with.
        (pl.col("width") / 2).alias("size"),
        pl.Series("r", reds),
        pl.Series("g", greens),
        pl.Series("b", blues),
    ).select("id", *(pl.col(name).cast(pl.String) for name in _ATTRIBUTES))


def _node(row: dict[str, str | None]) -> str:
    values = "".join(
        f'<data key="{name}">{escape_xml(value)}</data>'
        for name in _ATTRIBUTES
        if (value := row[name])
    )
    return f'<node id="{escape_xml(row["id"] or "")}">{values}</node>\n'
