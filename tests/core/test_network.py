from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.network import IMAGE, TAG, Network

Edges = list[tuple[int, int, float]]


def network(edges: Edges, nodes: int = 4, directed: bool = True) -> Network:
    names = [f"n{row}" for row in range(nodes)]
    kinds = [IMAGE, TAG] * nodes
    return Network(
        nodes=pl.DataFrame(
            {"id": names, "kind": kinds[:nodes], "label": [name.upper() for name in names]}
        ),
        sources=np.array([source for source, _, _ in edges], dtype=np.int32),
        targets=np.array([target for _, target, _ in edges], dtype=np.int32),
        weights=np.array([weight for _, _, weight in edges], dtype=np.float32),
        directed=directed,
    )


weights = st.sampled_from([0.25, 0.5, 1.0, 3.0])
edge_lists = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda ends: ends[0] < ends[1]), weights
).map(lambda edges: [(*ends, weight) for ends, weight in edges.items()])


@given(edge_lists, st.booleans())
def test_a_networks_way_through_networkx_and_back_changes_nothing(
    edges: Edges, directed: bool
) -> None:
    there = network(edges, nodes=5, directed=directed)
    back = Network.from_networkx(there.to_networkx())
    assert back.nodes.equals(there.nodes)
    assert back.directed is directed
    assert edges_of(back) == edges_of(there)


def edges_of(each: Network) -> set[tuple[int, int, float]]:
    columns = (each.sources.tolist(), each.targets.tolist(), each.weights.tolist())
    return set(zip(*columns, strict=True))


@given(edge_lists)
def test_degrees_of_an_undirected_network_count_all_edges(edges: Edges) -> None:
    ours = network(edges, nodes=5, directed=False)
    expected = [degree for _, degree in ours.to_networkx().degree()]
    assert ours.out_degrees().tolist() == ours.in_degrees().tolist() == expected


@given(edge_lists, st.lists(st.booleans(), min_size=10, max_size=10), st.booleans())
def test_an_edge_subgraph_is_that_of_networkx(
    edges: Edges, kept: list[bool], directed: bool
) -> None:
    ours = network(edges, nodes=5, directed=directed)
    ids = ours.nodes["id"].to_list()
    some = [
        (ids[source], ids[target])
        for (source, target, _), keep in zip(edges, kept, strict=False)
        if keep
    ]
    found = ours.edge_subgraph(np.array(kept[: len(edges)], dtype=np.bool_))
    expected = ours.to_networkx().edge_subgraph(some)
    assert nx.utils.graphs_equal(found.to_networkx(), expected)
    assert found.nodes["id"].to_list() == [name for name in ids if name in expected]


@given(edge_lists)
def test_degrees_and_adjacency_are_those_of_networkx(edges: Edges) -> None:
    ours = network(edges, nodes=5)
    graph = ours.to_networkx()
    assert ours.out_degrees().tolist() == [degree for _, degree in graph.out_degree()]
    assert ours.in_degrees().tolist() == [degree for _, degree in graph.in_degree()]
    expected = nx.to_numpy_array(graph.to_undirected(), dtype=np.float32)
    assert np.array_equal(ours.adjacency().toarray(), expected)


def test_counts_and_kinds() -> None:
    ours = network([(0, 1, 1.0), (2, 3, 0.5)])
    assert (ours.node_count, ours.edge_count) == (4, 2)
    assert ours.is_kind(TAG).tolist() == [False, True, False, True]


def test_networkx_graphs_need_to_say_nothing_but_their_edges() -> None:
    ours = Network.from_networkx(nx.Graph([(7, "cat")]))
    assert ours.nodes.rows() == [("7", IMAGE, "7"), ("cat", IMAGE, "cat")]
    assert ours.weights.tolist() == [1.0]
    assert ours.directed is False


def test_a_graph_without_edges_is_a_network() -> None:
    graph: nx.Graph = nx.Graph()
    graph.add_node("a")
    assert Network.from_networkx(graph).edge_count == 0


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 4, 1.0)], "not a row of nodes"),
        ([(-1, 0, 1.0)], "not a row of nodes"),
        ([(1, 1, 1.0)], "itself"),
        ([(0, 1, 0.0)], "above 0"),
        ([(0, 1, -1.0)], "above 0"),
        ([(0, 1, float("nan"))], "finite"),
        ([(0, 1, float("inf"))], "finite"),
    ],
)
def test_edges_that_do_not_fit_are_refused(edges: Edges, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network(edges)


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        Network(
            nodes=network([]).nodes,
            sources=np.array([0], dtype=np.int32),
            targets=np.array([1, 2], dtype=np.int32),
            weights=np.array([1.0], dtype=np.float32),
        )


def test_nodes_without_the_agreed_columns_are_refused() -> None:
    empty = network([])
    with pytest.raises(ValueError, match="id, kind, label"):
        Network(empty.nodes.drop("kind"), empty.sources, empty.targets, empty.weights)


def test_parallel_edges_and_loops_of_networkx_are_refused() -> None:
    with pytest.raises(ValueError, match="parallel"):
        Network.from_networkx(nx.MultiGraph([(0, 1), (0, 1)]))
    with pytest.raises(ValueError, match="itself"):
        Network.from_networkx(nx.Graph([(0, 0)]))
