"""A streaming writer of GEXF 1.3 (https://gexf.net), the format of Gephi.

Memory does not grow with the number of edges. An attribute's *id* is its name, because Gephi and
its plugins look columns up by id. Colours have no alpha, which makes Gephi Lite drop them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from tagatlas import Variant
from tagatlas.toolkit import ROWS_AT_ONCE, cluster_colours, count, edges_as_xml, escape_xml
from tagatlas_exports.gephi.times import images_at_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tagatlas import Map
    from tagatlas_exports.gephi.times import Spells


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


def write_gexf(
    map_: Map,
    nodes: pl.DataFrame,
    file: BinaryIO,
    *,
    attributes: Sequence[str] = (),
    spells: Spells | None = None,
) -> None:
    """Write the map's network.

    Args:
        map_: edges, clusters and the store.
        nodes: the table of the map's nodes.
        file: to write to.
        attributes: further columns of ``nodes`` (String) to write.
        spells: times of the nodes; None for a graph without time.
    """
    columns = _ATTRIBUTES | dict.fromkeys(attributes, "string")
    timed = spells if spells is not None and spells.format else None
    file.write(_start(map_, columns, spells).encode())
    for text in _document(map_, nodes, {name: escape_xml(name) for name in columns}, timed):
        file.write(text.encode())


def _start(map_: Map, columns: Mapping[str, str], spells: Spells | None) -> str:
    direction = "directed" if map_.directed else "undirected"
    time = f' mode="dynamic" timeformat="{spells.format}"' if spells and spells.format else ""
    titles = {escape_xml(name): kind for name, kind in columns.items()}
    attributes = "".join(
        f'<attribute id="{title}" title="{title}" type="{kind}"/>\n'
        for title, kind in titles.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">\n'
        f"<meta><creator>tagatlas</creator>{_unreadable(spells)}</meta>\n"
        f'<graph defaultedgetype="{direction}" idtype="string"{time}>\n'
        f'<attributes class="node">\n{attributes}</attributes>\n'
    )


def _unreadable(spells: Spells | None) -> str:
    """The note on records with unreadable times."""
    if spells is None or not spells.unreadable:
        return ""
    return (
        f"<description>{count(spells.records, 'record')} with a value in the column"
        f" {escape_xml(spells.column)}: without a spell, as the value is no year, date or time as"
        f" the others are: {spells.unreadable:,}.</description>"
    )


def _document(
    map_: Map, nodes: pl.DataFrame, titles: Mapping[str, str], spells: Spells | None
) -> Iterator[str]:
    """Nodes and edges. ``titles`` maps names of attributes to their written form."""
    yield f'<nodes count="{nodes.height}">\n'
    yield from _nodes(map_, nodes, titles, spells)
    yield f'</nodes>\n<edges count="{len(map_.weights)}">\n'
    yield from _edges(map_, spells)
    yield "</edges>\n</graph>\n</gexf>\n"


def _edges(map_: Map, spells: Spells | None) -> Iterator[str]:
    """The edges; one has the times of its source image or, if it has none, of its target image."""
    start = '<edge source="{}" target="{}" weight="{}"'
    if spells is None:
        yield from edges_as_xml(map_, f"{start}/>\n")
        return

    def content(some: slice) -> pl.Series:
        return spells.as_xml(pl.Series(images_at_ends(map_, some)))

    yield from edges_as_xml(map_, f"{start}>{{}}</edge>\n", content)


def _nodes(
    map_: Map, nodes: pl.DataFrame, titles: Mapping[str, str], spells: Spells | None
) -> Iterator[str]:
    colours = cluster_colours(map_.clusters)
    # Beside the table, not in it: attributes may have any name.
    numbers = pl.int_range(nodes.height, dtype=pl.Int32, eager=True)
    # A node's size in Gephi is half the width it is drawn with.
    sizes = (nodes["width"] / 2).cast(pl.String)
    for start in range(0, nodes.height, ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        clusters = nodes["cluster"][some].to_list()
        times = [""] * len(clusters) if spells is None else spells.as_xml(numbers[some])
        rows = nodes[some].with_columns(pl.all().cast(pl.String)).iter_rows(named=True)
        yield "".join(
            _node(row, titles, time, colours[cluster], size, _shape(map_, row))
            for row, cluster, size, time in zip(rows, clusters, sizes[some], times, strict=True)
        )


def _node(
    row: dict[str, str | None],
    titles: Mapping[str, str],
    time: str,
    colour: tuple[int, int, int],
    size: str,
    shape: str,
) -> str:
    values = "".join(
        f'<attvalue for="{title}" value="{escape_xml(value)}"/>'
        for name, title in titles.items()
        if (value := row[name]) is not None
    )
    red, green, blue = colour
    return (
        f'<node id="{escape_xml(row["id"] or "")}" label="{escape_xml(row["label"] or "")}">'
        f"<attvalues>{values}</attvalues>{time}"
        f'<viz:color r="{red}" g="{green}" b="{blue}"/>'
        f'<viz:position x="{row["x"]}" y="{row["y"]}" z="0"/>'
        f'<viz:size value="{size}"/>{shape}</node>\n'
    )


def _shape(map_: Map, row: dict[str, str | None]) -> str:
    is_image = row["kind"] == "image"
    uri = (row["url"] or map_.store.locate(row["id"] or "", Variant.IMAGE)) if is_image else None
    if uri is None:
        return '<viz:shape value="disc"/>'
    return f'<viz:shape value="image" uri="{escape_xml(uri)}"/>'
