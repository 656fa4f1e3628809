"""A streaming writer of GEXF 1.3 (https://gexf.net), the format of Gephi.

Memory does not grow with the number of edges. An attribute's *id* is its name, because Gephi and
its plugins look columns up by id. Colours have no alpha, which makes Gephi Lite drop them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from tagatlas.contracts import Variant
from tagatlas.render import ROWS_AT_ONCE, cluster_colour, edges_as_xml, escape_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagatlas.maps import Map


# Gephi refuses the type anyURI, so addresses are strings.
_ATTRIBUTES = {
    "kind": "string",
    "image": "string",
    "url": "string",
    "cluster": "integer",
    "cluster_name": "string",
    "subcluster": "integer",
    "subcluster_name": "string",
    "typicality": "double",
    "frequency": "long",
    "records": "long",
    "out_degree": "long",
    "in_degree": "long",
}


def write_gexf(map_: Map, nodes: pl.DataFrame, file: BinaryIO) -> None:
    """Write the map's network.

    Args:
        map_: edges, clusters and where the images are.
        nodes: what :func:`~tagatlas_gephi.nodes.node_table` made of the map.
        file: where to write to.
    """
    for text in _document(map_, nodes):
        file.write(text.encode())


def _document(map_: Map, nodes: pl.DataFrame) -> Iterator[str]:
    direction = "directed" if map_.directed else "undirected"
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n'
        "<meta><creator>tagatlas</creator></meta>\n"
        f'<graph defaultedgetype="{direction}" idtype="string">\n'
        '<attributes class="node">\n'
    )
    for name, kind in _ATTRIBUTES.items():
        yield f'<attribute id="{name}" title="{name}" type="{kind}"/>\n'
    yield f'</attributes>\n<nodes count="{nodes.height}">\n'
    yield from _nodes(map_, nodes)
    yield f'</nodes>\n<edges count="{len(map_.weights)}">\n'
    yield from edges_as_xml(map_, '<edge source="{}" target="{}" weight="{}"/>\n')
    yield "</edges>\n</graph>\n</gexf>\n"


def _nodes(map_: Map, nodes: pl.DataFrame) -> Iterator[str]:
    colours = [cluster_colour(cluster) for cluster in range(map_.clusters.height)]
    # A node's size in Gephi is half the width it is drawn with.
    sized = nodes.with_columns(size=pl.col("width") / 2)
    for some in sized.iter_slices(ROWS_AT_ONCE):
        clusters = some["cluster"].to_list()
        rows = some.with_columns(pl.all().cast(pl.String)).iter_rows(named=True)
        yield "".join(
            _node(row, colours[cluster], _shape(map_, row))
            for row, cluster in zip(rows, clusters, strict=True)
        )


def _node(row: dict[str, str | None], colour: tuple[int, int, int], shape: str) -> str:
    values = "".join(
        f'<attvalue for="{name}" value="{escape_xml(value)}"/>'
        for name in _ATTRIBUTES
        if (value := row[name]) is not None
    )
    red, green, blue = colour
    return (
        f'<node id="{escape_xml(row["id"] or "")}" label="{escape_xml(row["label"] or "")}">'
        f"<attvalues>{values}</attvalues>"
        f'<viz:color r="{red}" g="{green}" b="{blue}"/>'
        f'<viz:position x="{row["x"]}" y="{row["y"]}" z="0"/>'
        f'<viz:size value="{row["size"]}"/>{shape}</node>\n'
    )


def _shape(map_: Map, row: dict[str, str | None]) -> str:
    if row["kind"] != "image":
        return '<viz:shape value="disc"/>'
    uri = row["url"] or map_.store.locate(row["id"] or "", Variant.IMAGE)
    return f'<viz:shape value="image" uri="{escape_xml(uri)}"/>'
