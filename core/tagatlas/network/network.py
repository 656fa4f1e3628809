"""The network: a table of nodes, and edges as three parallel arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    import networkx as nx
    from scipy.sparse import csr_array

IMAGE = "image"
TAG = "tag"


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes and weighted edges.

    Attributes:
        nodes: one row per node, with columns ``id`` (String, unique; an image's is its SHA-256),
            ``kind`` (String: ``image`` or ``tag``) and ``label`` (String).
        sources: row in ``nodes`` of each edge's source, int32, shape (m,).
        targets: row in ``nodes`` of each edge's target, int32, shape (m,).
        weights: weight of each edge, float32, shape (m,), finite and above 0.
        directed: whether an edge's direction has a meaning (image to tag).

    No self-loops and no parallel edges; a directed network may have one edge each way between two
    nodes.
    Treat the arrays as read-only.
    """

    nodes: pl.DataFrame
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    directed: bool = True

    def __post_init__(self) -> None:
        """Check shapes and ranges.

        Raises:
            ValueError: an array does not match its description above.
        """
        if self.nodes.columns[:3] != ["id", "kind", "label"]:
            raise ValueError("nodes need the columns id, kind, label, in this order")
        if not len(self.sources) == len(self.targets) == len(self.weights):
            raise ValueError("sources, targets and weights differ in length")
        if len(self.sources) == 0:
            return
        low = min(self.sources.min(), self.targets.min())
        high = max(self.sources.max(), self.targets.max())
        if low < 0 or high >= self.nodes.height:
            raise ValueError("an edge's end is not a row of nodes")
        if not np.all(np.isfinite(self.weights)) or self.weights.min() <= 0:
            raise ValueError("weights must be finite and above 0")
        if np.any(self.sources == self.targets):
            raise ValueError("an edge joins a node to itself")

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return self.nodes.height

    @property
    def edge_count(self) -> int:
        """Number of edges."""
        return len(self.sources)

    def is_kind(self, kind: str) -> NDArray[np.bool_]:
        """Mask of the nodes of this kind, shape (n,)."""
        return (self.nodes["kind"] == kind).to_numpy()

    def out_degrees(self) -> NDArray[np.int64]:
        """Number of edges from each node; if undirected, of all its edges. Shape (n,)."""
        return self._times_at_end(self.sources if self.directed else self._ends())

    def in_degrees(self) -> NDArray[np.int64]:
        """Number of edges to each node; if undirected, of all its edges. Shape (n,)."""
        return self._times_at_end(self.targets if self.directed else self._ends())

    def edge_subgraph(self, kept: NDArray[np.bool_]) -> Self:
        """The network of some edges and the nodes at their ends, in the same order.

        Args:
            kept: mask of the edges, shape (m,).
        """
        sources, targets = self.sources[kept], self.targets[kept]
        used = np.zeros(self.node_count, dtype=np.bool_)
        used[sources] = used[targets] = True
        new_row = (np.cumsum(used) - 1).astype(np.int32)
        return type(self)(
            nodes=self.nodes.filter(pl.Series(used)),
            sources=new_row[sources],
            targets=new_row[targets],
            weights=self.weights[kept],
            directed=self.directed,
        )

    def adjacency(self) -> csr_array:
        """Symmetric weight matrix, float32, shape (n, n), rows sorted, each edge in both halves."""
        from scipy.sparse import csr_array

        rows = np.concatenate([self.sources, self.targets])
        columns = np.concatenate([self.targets, self.sources])
        values = np.concatenate([self.weights, self.weights])
        matrix = csr_array((values, (rows, columns)), shape=(self.node_count, self.node_count))
        matrix.sort_indices()
        return matrix

    def to_networkx(self) -> nx.Graph:
        """The same network as a ``networkx`` graph: ``DiGraph`` where directed, else ``Graph``.

        Nodes are named by ``id`` and carry the other columns; edges carry ``weight``.
        """
        import networkx as nx

        graph: nx.Graph = nx.DiGraph() if self.directed else nx.Graph()
        for row in self.nodes.iter_rows(named=True):
            graph.add_node(row.pop("id"), **row)
        ids = self.nodes["id"].to_list()
        graph.add_weighted_edges_from(
            (ids[source], ids[target], float(weight))
            for source, target, weight in zip(
                self.sources.tolist(), self.targets.tolist(), self.weights.tolist(), strict=True
            )
        )
        return graph

    def _ends(self) -> NDArray[np.int32]:
        return np.concatenate([self.sources, self.targets])

    def _times_at_end(self, ends: NDArray[np.int32]) -> NDArray[np.int64]:
        return np.bincount(ends, minlength=self.node_count).astype(np.int64)

    @classmethod
    def from_networkx(cls, graph: nx.Graph) -> Self:
        """A network from a ``networkx`` graph.

        Args:
            graph: node names become ids (as text); by default a node's ``kind`` is ``image``,
                its ``label`` its id, and an edge's ``weight`` 1.

        Raises:
            ValueError: a self-loop, parallel edges, or a weight that is not above 0.
        """
        if graph.is_multigraph():
            raise ValueError("parallel edges: merge them first, for instance by summing weights")
        names = list(graph.nodes)
        row_of = {name: row for row, name in enumerate(names)}
        nodes = pl.DataFrame(
            {
                "id": [str(name) for name in names],
                "kind": [str(graph.nodes[name].get("kind", IMAGE)) for name in names],
                "label": [str(graph.nodes[name].get("label", name)) for name in names],
            },
            schema={"id": pl.String, "kind": pl.String, "label": pl.String},
        )
        edges = list(graph.edges(data="weight", default=1.0))
        with np.errstate(over="ignore"):  # a weight that is infinite then is refused
            weights = np.array([weight for _, _, weight in edges], dtype=np.float32)
        return cls(
            nodes=nodes,
            sources=np.array([row_of[source] for source, _, _ in edges], dtype=np.int32),
            targets=np.array([row_of[target] for _, target, _ in edges], dtype=np.int32),
            weights=weights,
            directed=graph.is_directed(),
        )
