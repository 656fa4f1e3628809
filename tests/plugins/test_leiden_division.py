from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.metrics import adjusted_rand_score

from tagatlas_clusterers.leiden.communities import find_communities
from tagatlas_clusterers.leiden.division import divide, subdivide


def random_links(
    blocks: NDArray[np.int64], inside: float, across: float, seed: int = 0
) -> csr_array:
    """Links by chance: more often within a block than across."""
    dice = np.random.default_rng(seed)
    chance = np.where(blocks[:, None] == blocks, inside, across)
    upper = np.triu(dice.random(chance.shape) < chance, 1).astype(np.float32)
    return csr_array(upper + upper.T)


def ones(count: int) -> NDArray[np.int64]:
    return np.ones(count, dtype=np.int64)


def test_links_are_left_as_they_were() -> None:
    links = random_links(np.repeat(np.arange(4), 20), 0.5, 0.1)
    before = links.toarray()
    find_communities(links, 1.0, 0, 5)
    assert np.array_equal(links.toarray(), before)


def test_what_runs_agree_on_agrees_better_than_the_runs() -> None:
    links = random_links(np.repeat(np.arange(12), 25), 0.35, 0.06)
    agreed, alone = [], []
    for seed in range(4):
        found = find_communities(links, 1.0, seed, 5)
        agreed.append(found.labels)
        alone.append(found.runs[0])
    scores = [
        np.mean([adjusted_rand_score(some[0], other) for other in some[1:]])
        for some in (agreed, alone)
    ]
    assert scores[0] > scores[1]


def test_clusters_have_their_stability_and_the_runs_their_agreement() -> None:
    blocks = np.repeat(np.arange(3), 30)
    found = divide(random_links(blocks, 0.5, 0.01), ones(90), 1.0, 0)
    assert adjusted_rand_score(blocks, found.labels) == 1.0
    assert found.agreement == 1.0
    assert found.stability == pytest.approx([1.0, 1.0, 1.0])
    vague = divide(random_links(np.zeros(90, dtype=np.int64), 0.1, 0.1), ones(90), 1.0, 0)
    assert vague.agreement < 0.6
    assert vague.stability.max() < 0.9


def test_a_cluster_that_comes_apart_is_divided_and_one_that_does_not_is_not() -> None:
    clusters = np.repeat([0, 1], 60)
    parts = np.concatenate([np.repeat([0, 1, 2], 20), np.full(60, 3)])
    found = subdivide(clusters, random_links(parts, 0.4, 0.02), ones(120), 1.0, 0)
    assert adjusted_rand_score(parts[:60], found.labels[:60]) == 1.0
    assert set(found.labels[60:]) == {-1}
    assert found.stability == pytest.approx([1.0, 1.0, 1.0])


def test_resolution_0_divides_nothing() -> None:
    parts = np.repeat([0, 1, 2], 20)
    links = random_links(parts, 0.4, 0.02)
    found = subdivide(np.zeros(60, dtype=np.int64), links, ones(60), 0, 0)
    assert set(found.labels) == {-1}
    assert len(found.stability) == 0


def test_sub_clusters_have_five_images_each() -> None:
    parts = np.concatenate([np.repeat([0, 1], 30), np.full(4, 2)])
    links = random_links(parts, 0.5, 0.02)
    found = subdivide(np.zeros(64, dtype=np.int64), links, ones(64), 1.0, 0)
    assert np.bincount(found.labels[found.labels >= 0]).min() >= 5
