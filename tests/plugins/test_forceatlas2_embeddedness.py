from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagatlas.contracts import no_progress
from tagatlas.network import IMAGE, TAG, Network
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.embeddedness import embeddedness
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout


def network_of(nodes: int, edges: list[tuple[int, int]], *, directed: bool) -> Network:
    names = [f"n{row}" for row in range(nodes)]
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return Network(
        pl.DataFrame({"id": names, "kind": [IMAGE] * nodes, "label": names}),
        ends[:, 0],
        ends[:, 1],
        np.ones(len(ends), np.float32),
        directed=directed,
    )


def by_definition(network: Network) -> NDArray[np.float64]:
    """Set by set, edge by edge."""
    graph = network.to_networkx().to_directed()
    names = network.nodes["id"].to_list()

    def cosine(one: str, other: str) -> float:
        ours, theirs = set(graph.predecessors(one)), set(graph.predecessors(other))
        return float(len(ours & theirs) / np.sqrt(len(ours) * len(theirs)))

    def one_way(source: str, target: str) -> list[float]:
        others = [other for other in graph.successors(source) if other != target]
        return [float(np.mean([cosine(other, target) for other in others]))] if others else []

    found = []
    for row, column in zip(network.sources.tolist(), network.targets.tolist(), strict=True):
        source, target = names[row], names[column]
        ways = one_way(source, target)
        if not network.directed:
            ways += one_way(target, source)
        found.append(float(np.mean(ways)) if ways else np.nan)
    values = np.array(found)
    if np.isnan(values).all():
        return np.ones(len(values))
    return np.where(np.isnan(values), 1.0, values / np.nanmean(values))


@given(
    st.sets(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda edge: edge[0] < edge[1])
    ),
    st.booleans(),
)
@settings(deadline=None)
def test_embeddedness_is_what_it_says(edges: set[tuple[int, int]], directed: bool) -> None:
    network = network_of(12, sorted(edges), directed=directed)
    assert embeddedness(network) == pytest.approx(by_definition(network))
    assert (embeddedness(network) > 0).all()


def test_a_stray_edge_is_embedded_worst() -> None:
    """Two groups of images with three tags each, and one image with a tag of the other group."""
    edges = [(image, 20 + 3 * (image // 10) + tag) for image in range(20) for tag in range(3)]
    found = embeddedness(network_of(26, [*edges, (0, 25)], directed=True))
    assert found[-1] < 0.5 * found[:-1].min()


def test_no_edges() -> None:
    assert len(embeddedness(network_of(3, [], directed=True))) == 0
    assert len(embeddedness(network_of(3, [], directed=False))) == 0


def test_influence_keeps_groups_together_among_stray_edges() -> None:
    """Each image has three tags of its group's ten, and five of all."""
    random = np.random.default_rng(0)
    group = np.repeat(np.arange(6), 40)
    edges = set()
    for image in range(240):
        own = 10 * group[image] + random.choice(10, 3, replace=False)
        stray = random.choice(60, 5, replace=False)
        edges |= {(image, 240 + int(tag)) for tag in [*own, *stray]}
    network = network_of(300, sorted(edges), directed=True)
    start = random.normal(size=(300, 2))

    def agreement(influence: float) -> float:
        layout = ForceAtlas2Layout(ForceAtlas2Options(embeddedness_influence=influence))
        placed = layout.place(network, start=start, seed=0, progress=no_progress)[:240]
        nearest = np.linalg.norm(placed[:, None] - placed, axis=2).argsort(axis=1)[:, 1:11]
        return float((group[nearest] == group[:, None]).mean())

    assert agreement(0.5) > agreement(0.0) + 0.03


def test_an_undirected_network_may_be_written_either_way_round() -> None:
    edges = list(nx.gnm_random_graph(20, 50, seed=1).edges)
    turned = [(target, source) for source, target in edges]
    one = embeddedness(network_of(20, edges, directed=False))
    assert embeddedness(network_of(20, turned, directed=False)) == pytest.approx(one)


def test_links_between_images_leave_those_to_tags_as_they_are() -> None:
    """And have 1: in a network that also links images alike."""
    tags = [(0, 4), (0, 5), (1, 4), (1, 5), (2, 5), (2, 6), (3, 6)]
    alike = [(0, 1), (2, 3)]
    kinds = [IMAGE] * 4 + [TAG] * 3
    alone, joint = (
        replace(each, nodes=each.nodes.with_columns(kind=pl.Series(kinds)))
        for each in (
            network_of(7, tags, directed=True),
            network_of(7, tags + alike, directed=True),
        )
    )
    found = embeddedness(joint)
    assert found[: len(tags)].tolist() == embeddedness(alone).tolist()
    assert found[len(tags) :].tolist() == [1.0, 1.0]
