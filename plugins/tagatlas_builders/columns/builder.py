"""The builder: values as columns of sparse matrices, networks as their products."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from scipy.sparse import csr_array, diags_array, triu

from tagatlas import GraphBuilder, Network, NetworkDescription
from tagatlas.errors import EmptyMap
from tagatlas.toolkit import TAG, backbone, count, with_backbone
from tagatlas_builders.columns import ColumnsOptions
from tagatlas_builders.columns.values import Table, Values, read_table
from tagatlas_builders.nodes import image_nodes

_NODES = {"id": pl.String, "kind": pl.String, "label": pl.String}


class ColumnsBuilder(GraphBuilder):
    """Builds networks from the input's own columns, as Table 2 Net does.

    A value of a column is a node of kind ``tag``; its label is the value as written, without
    blanks around it. It is linked to

    - ``images``: the images whose records have it; directed, from image to value;
    - ``co-occurrence``: the values that are on a record with it (Table 2 Net's *Normal*, by row
      number), or, where there is a second column, that share a value of that with it (*Normal*);
      undirected;
    - ``columns``: the values of the second column that are on a record with it (*Bipartite*);
      undirected;
    - ``citation``: the values of the second column that are on a record with it, which are nodes
      of the same kind: a value that is in both columns is one node (*Citation*); directed, and no
      value is linked to itself.

    A link's weight counts the records that make it, or adds up their frequencies. Where values of
    the second column are shared, it counts these, or adds up the frequencies of the records that
    have them.

    Nodes are those with at least one link: images in their order in the table, then values by
    label, those of the node column first. If images are no nodes, they are tied to the values
    of their records, by the weight of these records.
    """

    reads = frozenset({"records"})

    def __init__(self, options: ColumnsOptions) -> None:
        self._options = options

    def describe(self) -> NetworkDescription:
        """Describe the network; see :meth:`tagatlas.GraphBuilder.describe`."""
        described = NetworkDescription(
            placed_by="the columns of their records",
            node="value",
            tie_weight="the links to them",
            text="Its values are those of the collection's own columns.",
        )
        return with_backbone(described, self._options.backbone)

    def build(self, images: pl.DataFrame, tags: pl.LazyFrame) -> Network:  # noqa: ARG002
        """Build the network; see :meth:`tagatlas.GraphBuilder.build`."""
        options = self._options
        whole = self._link(read_table(images, options), images)
        network = whole.edge_subgraph(whole.weights >= options.minimum_weight)
        if network.edge_count == 0:
            made = (
                f"{count(whole.edge_count, 'link')}, all too light"
                if whole.edge_count
                else "no link"
            )
            raise EmptyMap(
                f"the column {options.node_column!r} makes {made}: choose another column or"
                " separator, or lower the minimum records or weight"
            )
        if options.weight == "none":
            network = replace(network, weights=np.ones_like(network.weights))
        return backbone(network, options.backbone)

    def ties(
        self,
        network: Network,  # noqa: ARG002
        images: pl.DataFrame,
        tags: pl.LazyFrame,  # noqa: ARG002
    ) -> pl.DataFrame:
        """Tie images to the values of their records in the columns that became nodes."""
        table = read_table(images, self._options)
        tied = [table.first]
        if table.second is not None and self._options.linked != "co-occurrence":
            tied.append(table.second)
        links = [_ties(images["id"], _ids(values), table.by_image(values)) for values in tied]
        return (
            pl.concat(links)
            .group_by("image", "node", maintain_order=True)
            .agg(pl.col("weight").sum())
        )

    def _link(self, table: Table, images: pl.DataFrame) -> Network:
        first, second = table.first, table.second
        if self._options.linked == "images":
            return _network([image_nodes(images), _nodes(first)], table.by_image(first))
        if self._options.linked == "co-occurrence":
            return _network([_nodes(first)], self._together(table), directed=False)
        assert second is not None  # noqa: S101 - read_table saw to it
        links = table.weighed(first).T @ second.on_records
        if self._options.linked == "columns":
            return _network([_nodes(first), _nodes(second)], links, directed=False)
        return _network([_nodes(first)], links)

    def _together(self, table: Table) -> csr_array:
        """Weight of the co-occurrence of two values, above the diagonal, shape (v, v)."""
        values, weights = table.first.on_records, table.weights
        if table.second is not None:
            shares = table.second.on_records.T
            values = csr_array(shares @ values)
            values.data[:] = 1.0
            by_frequency = self._options.weight == "frequency"
            weights = shares @ weights if by_frequency else np.ones(values.shape[0])
        return csr_array(triu(values.T @ diags_array(weights) @ values, k=1))


def _ids(values: Values) -> pl.Series:
    """Ids of the nodes that values become: the column's name, a colon, the value."""
    # Without a colon in the name, the first colon of an id ends it: no two values share an id.
    column = values.column.replace("%", "%25").replace(":", "%3A")
    return pl.select(pl.format("{}:{}", pl.lit(column), values.labels)).to_series()


def _nodes(values: Values) -> pl.DataFrame:
    ids = _ids(values)
    return pl.DataFrame({"id": ids, "kind": [TAG] * len(ids), "label": values.labels}, _NODES)


def _network(parts: list[pl.DataFrame], links: csr_array, *, directed: bool = True) -> Network:
    """Links from the nodes of the first part to those of the last, without loops.

    Args:
        parts: one or two tables of nodes.
        links: weights, shape (nodes of the first part, nodes of the last).
        directed: see :class:`Network`.
    """
    nodes = pl.concat(parts)
    rows = csr_array(links)
    rows.sort_indices()
    found = rows.tocoo()
    sources, targets = found.row, found.col + nodes.height - parts[-1].height
    kept = sources != targets
    return Network(
        nodes=nodes,
        sources=sources[kept].astype(np.int32),
        targets=targets[kept].astype(np.int32),
        weights=found.data[kept].astype(np.float32),
        directed=directed,
    )


def _ties(images: pl.Series, nodes: pl.Series, weights: csr_array) -> pl.DataFrame:
    found = weights.tocoo()
    return pl.DataFrame(
        {
            "image": images.gather(found.row),
            "node": nodes.gather(found.col),
            "weight": found.data,
        }
    )
