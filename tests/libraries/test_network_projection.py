from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from taggings import Tagging, assert_best_links, likenesses

from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas.toolkit import project
from tagatlas.toolkit.projection import Likeness

Rows = list[list[float]]


def projected(rows: Rows, likeness: Likeness = "cosine", links_per_node: int = 2) -> Network:
    names = [f"n{row}" for row in range(len(rows))]
    return project(
        pl.DataFrame({"id": names, "kind": ["tag"] * len(rows), "label": names}),
        csr_array(np.array(rows, dtype=np.float32)),
        likeness=likeness,
        links_per_node=links_per_node,
    )


matrices = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.just(0.0) | st.floats(0.01, 4.0), min_size=width, max_size=width),
        min_size=1,
        max_size=9,
    )
)


@settings(deadline=None)  # the first call compiles
@given(matrices, st.sampled_from(["cosine", "shared"]), st.integers(1, 12))
def test_links_are_those_of_the_reference(rows: Rows, likeness: Likeness, most: int) -> None:
    weights: Tagging = {
        (f"n{row}", str(column)): value
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
        if value
    }
    expected = likenesses(weights, likeness)
    if not expected:
        with pytest.raises(EmptyMap, match="share anything"):
            projected(rows, likeness, most)
        return
    network = projected(rows, likeness, most)
    assert not network.directed
    assert_best_links(network, expected, most)
    ends = list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    assert ends == sorted(ends)
    assert all(source < target for source, target in ends)


def test_a_node_may_have_more_links_than_it_makes() -> None:
    network = projected([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], links_per_node=1)
    assert network.out_degrees().tolist() == [3, 1, 1, 1]


def test_earlier_nodes_win_among_equals() -> None:
    network = projected([[1], [1], [1], [1]], links_per_node=1)
    assert network.sources.tolist() == [0, 0, 0]
    assert network.targets.tolist() == [1, 2, 3]


def test_the_cosine_makes_up_for_length_and_the_dot_product_does_not() -> None:
    rows: Rows = [[1, 0, 0], [1, 0.1, 0], [4, 4, 0]]
    assert projected(rows, "cosine", 1).nodes["id"].to_list() == ["n0", "n1", "n2"]
    by_length = projected(rows, "shared", 1)
    assert by_length.weights.tolist() == pytest.approx([4, 4.4])
