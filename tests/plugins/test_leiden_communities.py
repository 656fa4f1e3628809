from __future__ import annotations

import ctypes
import sys
from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_clusterers.leiden.communities import find_communities, modularity

EDGES = st.dictionaries(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda ends: ends[0] < ends[1]),
    st.sampled_from([0.1, 0.3, 1.0, 2.0, 1e-6, 1e6]),
)


def network(edges: dict[tuple[int, int], float], nodes: int = 12) -> csr_array:
    weights = np.zeros((nodes, nodes), dtype=np.float64)
    for (one, other), weight in edges.items():
        weights[one, other] = weights[other, one] = weight
    return csr_array(weights)


def cliques(sizes: list[int], alone: int = 0) -> csr_array:
    """Groups of which each is linked within, in a ring of single links; then nodes without any."""
    graph = nx.disjoint_union_all([nx.complete_graph(size) for size in sizes])
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    graph.add_edges_from(zip(firsts, np.roll(firsts, 1) + 1, strict=True))
    graph.add_nodes_from(range(sum(sizes), sum(sizes) + alone))
    return csr_array(nx.to_scipy_sparse_array(graph, dtype=np.float32))


def random_network(seed: int) -> csr_array:
    upper = np.triu(np.random.default_rng(seed).random((300, 300)) < 0.03, 1).astype(np.float32)
    return csr_array(upper + upper.T)


def partition(labels: NDArray[np.int64]) -> list[frozenset[int]]:
    return [frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)]


@settings(max_examples=40, deadline=None)
@given(edges=EDGES, resolution=st.sampled_from([0.1, 1.0, 10.0]), seed=st.integers(0, 2**40))
def test_any_network_has_communities_of_linked_nodes(
    edges: dict[tuple[int, int], float], resolution: float, seed: int
) -> None:
    links = network(edges)
    found = find_communities(links, resolution, seed, 2)
    assert found.runs.shape == (2, 12)
    graph = nx.from_scipy_sparse_array(links)
    for labels in (found.labels, *found.runs):
        for members in partition(labels):
            assert nx.is_connected(graph.subgraph(members))


@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_without_links_each_node_is_its_own(nodes: int) -> None:
    found = find_communities(network({}, nodes), 1.0, 0, 2)
    assert found.labels.tolist() == list(range(nodes))


def test_cliques_are_found_and_nodes_without_links_stay_alone() -> None:
    found = find_communities(cliques([6, 7, 8], alone=2), 1.0, 0, 3)
    assert sorted(map(len, partition(found.labels))) == [1, 1, 6, 7, 8]


def test_a_higher_resolution_gives_more_communities() -> None:
    links = cliques([6] * 12)
    counts = [
        len(partition(find_communities(links, resolution, 0, 3).labels))
        for resolution in (0.2, 1.0, 50.0)
    ]
    assert counts[0] < counts[1] == 12 < counts[2]


def test_a_scale_of_weights_plays_no_part() -> None:
    links = random_network(1)
    wanted = find_communities(links, 1.0, 0, 2).labels
    assert np.array_equal(find_communities(links * 1024, 1.0, 0, 2).labels, wanted)


def test_seeds_differ_and_threads_give_what_one_alone_gives() -> None:
    links = random_network(0)
    alone = [find_communities(links, 1.0, seed, 3).labels for seed in range(4)]
    assert any(partition(alone[0]) != partition(labels) for labels in alone[1:])
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda seed: find_communities(links, 1.0, seed, 3), range(4))
        for labels, communities in zip(alone, found, strict=True):
            assert np.array_equal(communities.labels, labels)


def test_random_numbers_of_the_process_are_left_as_they_were() -> None:
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    library.srand(7)
    wanted = library.rand()
    library.srand(7)
    find_communities(random_network(0), 1.0, 0, 2)
    assert library.rand() == wanted


@settings(max_examples=40, deadline=None)
@given(
    edges=EDGES.filter(bool),
    labels=st.lists(st.integers(-1, 4), min_size=12, max_size=12),
)
def test_modularity_is_that_of_networkx(
    edges: dict[tuple[int, int], float], labels: list[int]
) -> None:
    links, of_node = network(edges), np.array(labels)
    wanted = nx.community.modularity(nx.from_scipy_sparse_array(links), partition(of_node))
    assert modularity(of_node, links) == pytest.approx(wanted, abs=1e-9)
