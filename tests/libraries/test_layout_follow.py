from __future__ import annotations

import numpy as np

from tagatlas_mapping.layout import follow


def test_a_node_goes_as_far_as_those_around_it() -> None:
    before = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    after = before + np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    found = follow(before, after, np.array([[3.0, 3.0], [0.0, 0.0]]))
    np.testing.assert_allclose(found, [[4.0, 3.0], [1.0, 0.0]])


def test_nearer_ones_count_more() -> None:
    before = np.array([[0.0, 0.0], [3.0, 0.0]])
    found = follow(before, before + np.array([[4.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(found, [[1 + 4 * (1 / 1) / (1 / 1 + 1 / 2), 0.0]])


def test_many_nodes_go_where_each_would_go_alone() -> None:
    random = np.random.default_rng(1)
    before, moves, others = (
        random.random((30, 2)),
        random.random((30, 2)),
        random.random((70_001, 2)),
    )
    found = follow(before, before + moves, others)
    for row in (0, 32_767, 32_768, 65_536, 70_000):
        np.testing.assert_array_equal(found[[row]], follow(before, before + moves, others[[row]]))


def test_no_node_goes_nowhere() -> None:
    before = np.zeros((1, 2))
    assert follow(before, before + 1, np.empty((0, 2))).shape == (0, 2)
