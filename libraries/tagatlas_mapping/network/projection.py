"""Projections: links between images that share tags, or between tags that share images."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.errors import EmptyMap
from tagatlas.network.network import Network
from tagatlas_mapping.cluster.neighbours import nearest_neighbours

__all__ = ["Likeness", "link_neighbours", "neighbour_pairs", "project"]

Likeness = Literal["cosine", "shared"]
"""Similarity of two rows of weights: their cosine, in [0, 1], or their dot product."""


def project(
    nodes: pl.DataFrame,
    weights: csr_array[np.float32, tuple[int, int]],
    *,
    likeness: Likeness,
    links_per_node: int,
) -> Network:
    """Link each node with the nodes most like it.

    The links are the largest entries in each row of the product of the matrix with its transpose,
    computed row by row: memory holds the links that are kept and one row, never the whole
    product. Time grows with the square of the number of nodes.

    Args:
        nodes: of the network, n rows: ``id``, ``kind``, ``label``.
        weights: of each node's features, not below 0; shape (n, d).
        likeness: the weight of a link. The dot product sums the products of weights of shared
            features, so nodes with many features have strong links to many; the cosine divides
            it by the lengths of both rows.
        links_per_node: how many links a node makes, at least 1. It may have more, if others
            link to it. Ties are resolved in favour of earlier nodes.

    Returns:
        An undirected network of the nodes with at least one link, in their order. Links go from
        the earlier node to the later and are ordered by these ends.

    Raises:
        EmptyMap: no two nodes share anything.
    """
    vectors = _unit_rows(weights) if likeness == "cosine" else weights
    count = nodes.height
    found, similarities = nearest_neighbours(vectors, min(links_per_node, count))
    made = found >= 0
    if not made.any():
        raise EmptyMap(
            f"no two nodes (of {count:,}) share anything: loosen the threshold and the shares,"
            " or choose another graph builder"
        )
    return link_neighbours(nodes, found, similarities, made)


def link_neighbours(
    nodes: pl.DataFrame,
    found: NDArray[np.int32],
    similarities: NDArray[np.float32],
    made: NDArray[np.bool_],
    *,
    mutual: bool = False,
) -> Network:
    """Link nodes with their neighbours.

    Args:
        nodes: of the network, n rows: ``id``, ``kind``, ``label``.
        found: rows of the neighbours of each node, shape (n, k).
        similarities: to them, the weights of the links; the same shape.
        made: which of these links to make, bool; the same shape.
        mutual: keep only those that both ends make.

    Returns:
        An undirected network of the nodes with at least one link, in their order. Links go from
        the earlier node to the later and are ordered by these ends.
    """
    pairs = neighbour_pairs(found, made)
    weights = similarities[made][pairs.first]
    whole = Network(nodes, pairs.sources, pairs.targets, weights, directed=False)
    return whole.edge_subgraph(pairs.ends == 2 if mutual else pairs.ends > 0)


class Pairs(NamedTuple):
    """Pairs of neighbours, each once, ordered by their ends; arrays of shape (pairs,).

    Attributes:
        sources, targets: rows of the ends, int32, the earlier row first.
        first: where each pair is first among the links made.
        ends: number of its ends that make the link, 1 or 2.
    """

    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    first: NDArray[np.intp]
    ends: NDArray[np.intp]


def neighbour_pairs(found: NDArray[np.int32], made: NDArray[np.bool_]) -> Pairs:
    """The pairs of rows that neighbours link.

    Args:
        found: rows of the neighbours of each of n rows, shape (n, k).
        made: which of these links to make, bool; the same shape.
    """
    rows, others = np.nonzero(made)[0], found[made].astype(np.int64)
    # A pair as one number, so that a link which both ends make is found and kept once.
    pairs = np.minimum(rows, others) * len(found) + np.maximum(rows, others)
    links, first, ends = np.unique(pairs, return_index=True, return_counts=True)
    sources, targets = (end.astype(np.int32) for end in np.divmod(links, len(found)))
    return Pairs(sources, targets, first, ends)


def _unit_rows(
    weights: csr_array[np.float32, tuple[int, int]],
) -> csr_array[np.float32, tuple[int, int]]:
    """Rows scaled to length 1; a row of zeros is unchanged."""
    row_of_entry = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    squares: NDArray[np.float64] = weights.data.astype(np.float64) ** 2
    lengths = np.sqrt(np.bincount(row_of_entry, squares, weights.shape[0]))
    values = (weights.data / lengths[row_of_entry]).astype(np.float32)
    return csr_array((values, weights.indices, weights.indptr), shape=weights.shape)
