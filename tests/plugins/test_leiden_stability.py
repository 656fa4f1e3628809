from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from tagatlas_clusterers.leiden.stability import agreement_of_runs, cluster_stability

Labels = NDArray[np.int64]


@st.composite
def partitions(draw: st.DrawFn) -> tuple[Labels, NDArray[np.int64]]:
    """Several partitions of the same things, and how often each of these counts."""
    count = draw(st.integers(2, 15))
    runs = draw(arrays(np.int64, (draw(st.integers(2, 4)), count), elements=st.integers(0, 4)))
    return runs, draw(arrays(np.int64, count, elements=st.integers(1, 3)))


@given(partitions())
def test_agreement_is_the_mean_adjusted_rand_index_of_all_pairs(
    case: tuple[Labels, NDArray[np.int64]],
) -> None:
    runs, weights = case
    things = np.repeat(runs, weights, axis=1)
    pairs = [adjusted_rand_score(one, other) for one, other in combinations(things, 2)]
    assert agreement_of_runs(runs, weights) == pytest.approx(np.mean(pairs))


@given(partitions())
def test_stability_is_the_mean_jaccard_similarity_with_the_best_match(
    case: tuple[Labels, NDArray[np.int64]],
) -> None:
    runs, weights = case
    clusters = np.unique(runs[0], return_inverse=True)[1]
    things = np.repeat(runs, weights, axis=1)
    members = np.repeat(clusters, weights)
    for cluster, found in enumerate(cluster_stability(clusters, runs, weights)):
        own = set(np.flatnonzero(members == cluster).tolist())
        best = [
            max(
                len(own & other) / len(own | other)
                for label in np.unique(run)
                for other in (set(np.flatnonzero(run == label).tolist()),)
            )
            for run in things
        ]
        assert found == pytest.approx(np.mean(best))


def test_things_in_no_cluster_are_in_the_runs_all_the_same() -> None:
    clusters = np.array([0, 0, -1, -1])
    runs = np.array([[0, 0, 1, 1], [0, 0, 0, 0]])
    assert cluster_stability(clusters, runs, np.ones(4, dtype=np.int64)) == pytest.approx([0.75])
