"""The network as the engine reads it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Network
from tagatlas_layouts.forceatlas2.embeddedness import embeddedness

_STEEPEST = 40.0
"""Largest logarithm of an edge's strength: beyond it single precision could overflow."""


class Graph(NamedTuple):
    """Masses, and each node's edges, in compressed rows.

    Attributes:
        masses: degree plus one of each node, shape (n,).
        row_starts: start of each node's edges, shape (n + 1,).
        neighbours: the node at the other end, each edge from both of its ends, shape (2m,).
        strengths: strength of the pull of each of these, shape (2m,).
    """

    masses: NDArray[np.float64]
    row_starts: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    strengths: NDArray[np.float32]


def graph_of(
    network: Network,
    *,
    edge_weight_influence: float,
    dissuade_hubs: bool,
    embeddedness_influence: float = 0.0,
) -> Graph:
    """The network's graph.

    An edge pulls with its weight to the power ``edge_weight_influence``, times its embeddedness
    to the power ``embeddedness_influence``. With ``dissuade_hubs`` this is divided by the mass
    of the edge's source, and multiplied by the mean mass, as Gephi does it, so that the map
    keeps its size.
    """
    ends = np.concatenate([network.sources, network.targets])
    masses = 1 + np.bincount(ends, minlength=network.node_count).astype(np.float64)
    powers = edge_weight_influence * np.log(network.weights.astype(np.float64))
    if embeddedness_influence > 0:
        powers += embeddedness_influence * np.log(embeddedness(network))
    strengths = np.exp(np.clip(powers, -_STEEPEST, _STEEPEST))
    if dissuade_hubs:
        strengths *= masses.mean() / masses[network.sources]
    others = np.concatenate([network.targets, network.sources])
    rows = csr_array(
        (np.tile(strengths, 2).astype(np.float32), (ends, others)),
        shape=(network.node_count, network.node_count),
    )
    rows.sort_indices()
    return _graph(masses, rows)


def reordered(graph: Graph, order: NDArray[np.int64]) -> Graph:
    """The same graph with its nodes in another order: first ``order[0]``, and so on."""
    count = len(graph.masses)
    rows = csr_array((graph.strengths, graph.neighbours, graph.row_starts), shape=(count, count))
    moved = csr_array(rows[order][:, order])
    moved.sort_indices()
    return _graph(graph.masses[order], moved)


def _graph(masses: NDArray[np.float64], rows: csr_array[np.float32, tuple[int, int]]) -> Graph:
    return Graph(
        masses,
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        rows.data,
    )
