r"""Writes ``network.gexf``, ``nodes.csv`` and ``edges.csv``.

**Pictures.** Three conventions are in use, and all three are supported:

- Gephi's *Image Preview* plugin wants a column with the id ``image`` that holds a file name, and
  the folder of the files as its setting *Image Path*: here that is the atlas's folder ``images``.
- Gephi Lite wants a column of web addresses: ``url``, the first one each image was found at.
- Others read ``viz:shape`` of GEXF with ``value="image"`` and a ``uri``: the web address, or, for
  pictures that came from a folder, the path inside the atlas.

**Attributes.** Kept columns can be copied to the images, as in Table 2 Net; if the table has a
column of the same name, the copied one is called ``name (kept)``.

**Time.** With a column of times, the graph is dynamic: nodes and edges have spells
(:mod:`tagatlas_exports.gephi.times`). Those without a known time have none, which Gephi treats as
always. The file's ``description`` has the number of records whose time is unreadable.

**Tables.** Gephi reads ``\`` as an escape in CSV, so it is doubled there. ``edges.csv`` has a
column ``Type`` (otherwise Gephi assumes directed edges) and no column ``Id`` (Gephi merges edges
by it). Text is guarded against formulas: see :mod:`tagatlas.toolkit.cells`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tagatlas import Renderer
from tagatlas.toolkit import copied_columns, node_table, safe_cell, safe_cells, write_atomically
from tagatlas_exports.gephi import GephiOptions
from tagatlas_exports.gephi.gexf import write_gexf
from tagatlas_exports.gephi.times import read_spells
from tagatlas_exports.large import MANY, remove_other_form, write_long_table
from tagatlas_exports.parquet import edges_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from tagatlas import Map

_EDGES_AT_ONCE = 1 << 18
_SAID = (
    "the network is written as Parquet and not for Gephi, since it has more than {:,} nodes: a map "
    "of a part of the collection has fewer"
)
_GEPHI = ("timeset", "interval", "weight")
"""Column names with a meaning in Gephi."""


class GephiRenderer(Renderer):
    """Writes a map's network for Gephi."""

    def __init__(self, options: GephiOptions, *, many: int = MANY) -> None:
        """Use options.

        Args:
            options: of the network.
            many: nodes of a map above which it is written as Parquet files.
        """
        self._options = options
        self._many = many

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``network.gexf``, ``nodes.csv`` and ``edges.csv``.

        Of a map of very many nodes, which Gephi cannot open, the two tables are Parquet files, and
        ``notes`` says so.

        Raises:
            OptionError: no record has a column of such a name.
            StorageError: a file could not be written.
        """
        column = self._options.time_column
        spells = None if column is None else read_spells(map_, column)
        attributes = tuple(dict.fromkeys(self._options.attributes))
        nodes = gephi_nodes(map_, attributes)
        copied = nodes.columns[nodes.width - len(attributes) :]
        text = [folder / name for name in ("network.gexf", "nodes.csv", "edges.csv")]
        parquet = [folder / name for name in ("network-nodes.parquet", "network-edges.parquet")]
        if nodes.height > self._many:
            self.notes = [_SAID.format(self._many)]
            write_long_table(nodes.lazy(), parquet[0])
            write_long_table(edges_table(map_), parquet[1])
            remove_other_form(*text)
            return parquet
        self.notes = []
        with write_atomically(folder / "network.gexf") as file:
            write_gexf(map_, nodes, file, attributes=copied, spells=spells)
        with write_atomically(folder / "nodes.csv") as file:
            _write_nodes(nodes, file)
        with write_atomically(folder / "edges.csv") as file:
            _write_edges(map_, file)
        remove_other_form(*parquet)
        return text


def gephi_nodes(map_: Map, attributes: Sequence[str] = ()) -> pl.DataFrame:
    """:func:`tagatlas.toolkit.node_table` with positions and sizes as Float32, as in Gephi.

    Args:
        map_: with the nodes.
        attributes: kept columns, each once; they come last, as
            :func:`tagatlas.toolkit.copied_columns` makes them, null for tags.

    Raises:
        OptionError: no record has a column of such a name.
    """
    nodes = node_table(map_)
    nodes = nodes.with_columns(pl.col("x", "y", "width", "height").cast(pl.Float32))
    if not attributes:
        return nodes
    copied = copied_columns(map_.records, attributes, (*nodes.columns, *_GEPHI))
    return nodes.join(copied, left_on="id", right_on="image", how="left", maintain_order="left")


def _write_nodes(nodes: pl.DataFrame, file: BinaryIO) -> None:
    text = _gephi_cells(pl.col(pl.String))
    titles = {name: safe_cell(name.replace("\\", "\\\\")) for name in nodes.columns}
    titles |= {"id": "Id", "label": "Label"}
    nodes.with_columns(text).rename(titles).write_csv(file, quote_style="non_numeric")


def _write_edges(map_: Map, file: BinaryIO) -> None:
    ids = map_.nodes.select(_gephi_cells(pl.col("id"))).to_series()
    kind = "Directed" if map_.directed else "Undirected"
    file.write(b"Source,Target,Type,Weight\n")
    for start in range(0, len(map_.weights), _EDGES_AT_ONCE):
        some = slice(start, start + _EDGES_AT_ONCE)
        edges = pl.DataFrame(
            {
                "Source": ids.gather(map_.sources[some]),
                "Target": ids.gather(map_.targets[some]),
                "Type": [kind] * len(map_.weights[some]),
                "Weight": map_.weights[some],
            }
        )
        edges.write_csv(file, include_header=False, quote_style="non_numeric")


def _gephi_cells(column: pl.Expr) -> pl.Expr:
    return safe_cells(column.str.replace_all("\\", "\\\\", literal=True))
