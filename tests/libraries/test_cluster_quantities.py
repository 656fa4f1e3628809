from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tagatlas.network import IMAGE, TAG, Network
from tagatlas_mapping.cluster import cluster_of_tags, cluster_quantities


def test_quantities_add_up_by_cluster() -> None:
    images = pl.DataFrame({"frequency": [5, 1, 2, 7], "records": [2, 1, 1, 3]})
    found = cluster_quantities(images, np.array([1, 0, 0, 0], dtype=np.int32))
    assert found.to_dicts() == [
        {"cluster": 0, "images": 3, "records": 5, "frequency": 10, "share": 0.75},
        {"cluster": 1, "images": 1, "records": 2, "frequency": 5, "share": 0.25},
    ]
    assert found.dtypes == [pl.Int32, pl.Int64, pl.Int64, pl.Int64, pl.Float64]


def test_images_in_no_cluster_count_for_the_share_only() -> None:
    images = pl.DataFrame({"frequency": [5, 1], "records": [2, 1]})
    found = cluster_quantities(images, np.array([-1, 0], dtype=np.int32))
    assert found.select("cluster", "images", "share").rows() == [(0, 1, 0.5)]


def network(edges: list[tuple[int, int, float]], images: int, tags: int) -> Network:
    kinds = [IMAGE] * images + [TAG] * tags
    names = [f"{kind} {row}" for row, kind in enumerate(kinds)]
    sources, targets, weights = zip(*edges, strict=True)
    return Network(
        nodes=pl.DataFrame({"id": names, "kind": kinds, "label": names}),
        sources=np.array(sources, dtype=np.int32),
        targets=np.array(targets, dtype=np.int32),
        weights=np.array(weights, dtype=np.float32),
    )


@pytest.mark.parametrize("turned", [False, True])
def test_a_tag_goes_where_most_of_its_weight_comes_from(turned: bool) -> None:
    edges = [(0, 3, 0.5), (1, 3, 0.4), (2, 3, 0.8), (2, 4, 0.1), (0, 5, 0.5), (2, 5, 0.5)]
    if turned:
        edges = [(target, source, weight) for source, target, weight in edges]
    found = cluster_of_tags(network(edges, 3, 4), np.array([1, 1, 0], dtype=np.int32))
    # 0.9 from cluster 1 beats 0.8 from 0; then 0 alone; then a tie; then no link at all.
    assert found.tolist() == [1, 0, 0, 0]
    assert found.dtype == np.int32


def test_links_between_tags_do_not_count() -> None:
    found = cluster_of_tags(
        network([(0, 2, 0.1), (1, 3, 0.9), (3, 2, 5.0)], 2, 2), np.array([0, 1], dtype=np.int32)
    )
    assert found.tolist() == [0, 1]


def test_a_network_without_tags_has_none_to_place() -> None:
    found = cluster_of_tags(network([(0, 1, 1.0)], 2, 0), np.array([0, 1], dtype=np.int32))
    assert found.shape == (0,)


def test_many_links_are_added_up_as_few_are() -> None:
    random = np.random.default_rng(3)
    images, tags, clusters = 70_000, 20, 6
    drawn = random.random((images, tags)) < 0.8
    sources, targets = (ends.astype(np.int32) for ends in np.nonzero(drawn))
    weights = (random.integers(1, 5, len(sources)) / 4).astype(np.float32)
    of_image = random.integers(0, clusters, images).astype(np.int32)
    names = [str(row) for row in range(images + tags)]
    found = cluster_of_tags(
        Network(
            pl.DataFrame({"id": names, "kind": [IMAGE] * images + [TAG] * tags, "label": names}),
            sources,
            targets + np.int32(images),
            weights,
        ),
        of_image,
    )
    sums = np.zeros((tags, clusters))
    np.add.at(sums, (targets, of_image[sources]), weights)
    assert len(weights) > 1_048_576
    assert found.tolist() == sums.argmax(axis=1).tolist()
