from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas.toolkit import backbone

NODES = 6
Edges = dict[tuple[int, int], float]


def network(edges: Edges, *, directed: bool) -> Network:
    names = [f"n{row}" for row in range(NODES)]
    return Network(
        nodes=pl.DataFrame({"id": names, "kind": ["image"] * NODES, "label": names}),
        sources=np.array([source for source, _ in edges], dtype=np.int32),
        targets=np.array([target for _, target in edges], dtype=np.int32),
        weights=np.array(list(edges.values()), dtype=np.float32),
        directed=directed,
    )


def reference(graph: nx.Graph, alpha: float) -> set[tuple[str, str]]:
    """The filter as the paper puts it, link by link."""
    kept = set()
    for source, target, weight in graph.edges(data="weight"):
        if graph.is_directed():
            sides = [graph.out_edges(source, "weight"), graph.in_edges(target, "weight")]
        else:
            sides = [graph.edges(source, "weight"), graph.edges(target, "weight")]
        for side in sides:
            at_node = [each for _, _, each in side]
            if len(at_node) > 1 and (1 - weight / sum(at_node)) ** (len(at_node) - 1) < alpha:
                kept.add((source, target))
    return kept


edge_lists = st.dictionaries(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(
        lambda ends: ends[0] < ends[1]
    ),
    st.sampled_from([0.25, 0.5, 1.0, 3.0, 16.0]),
    min_size=1,
)


# No chance of weights like these is that close to one of these bounds.
@given(edge_lists, st.booleans(), st.sampled_from([0.0123, 0.1234, 0.4321, 0.98765]))
def test_links_are_those_of_the_reference(edges: Edges, directed: bool, alpha: float) -> None:
    whole = network(edges, directed=directed)
    expected = reference(whole.to_networkx(), alpha)
    if not expected:
        with pytest.raises(EmptyMap, match="is in the backbone"):
            backbone(whole, alpha)
        return
    found = backbone(whole, alpha).to_networkx()
    assert nx.utils.graphs_equal(found, whole.to_networkx().edge_subgraph(expected))


def test_without_a_bound_the_network_stays_as_it_is() -> None:
    whole = network({(0, 1): 1.0, (1, 2): 3.0}, directed=True)
    assert backbone(whole, None) is whole


def test_even_shares_never_stand_out() -> None:
    ring = {(0, 1): 1.0, (1, 2): 1.0, (2, 3): 1.0, (0, 3): 1.0}
    with pytest.raises(EmptyMap):
        backbone(network(ring, directed=False), 0.5)
    assert backbone(network(ring, directed=False), 0.51).edge_count == 4


def test_the_only_link_of_a_node_is_kept_for_its_other_ends_sake() -> None:
    star = {(0, 1): 100.0, (0, 2): 1.0, (0, 3): 1.0}
    found = backbone(network(star, directed=False), 0.01)
    assert found.nodes["id"].to_list() == ["n0", "n1"]
    assert found.weights.tolist() == [100.0]
