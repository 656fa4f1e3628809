from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster import typical_images
from tagatlas_mapping.cluster.typicality import typicality
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors


def whole(vectors: Vectors) -> NDArray[np.float64]:
    """Tags and embedding of each image as one row."""
    tags = (vectors.tags.toarray() - vectors.common) / vectors.lengths()[:, None]
    tags *= vectors.has_tags[:, None]
    return np.hstack([tags, vectors.embeddings]).astype(np.float64)


@settings(deadline=None)
@given(
    arrays(np.float64, (8, 4), elements=st.sampled_from([0.0, 0.2, 1.0])),
    arrays(np.float16, (8, 3), elements=st.sampled_from([-1.0, 0.0, 2.0])),
    arrays(np.int64, 8, elements=st.integers(1, 4)),
)
def test_it_is_the_cosine_with_the_mean_of_the_cluster(
    scores: NDArray[np.float64], embeddings: NDArray[np.float16], weights: NDArray[np.int64]
) -> None:
    vectors = image_vectors(csr_array(scores), embeddings)
    clusters = np.array([0, 0, 0, 1, 1, 1, 1, -1], dtype=np.int32)
    found = typicality(vectors, clusters, weights)
    rows = whole(vectors)
    assert found[7] == 0
    for cluster in (0, 1):
        own = clusters == cluster
        mean = np.average(rows[own], axis=0, weights=weights[own])
        lengths = np.linalg.norm(rows[own], axis=1) * np.linalg.norm(mean)
        clear = lengths > 1e-2  # the direction of next to nothing is noise
        cosines = (rows[own] @ mean)[clear] / lengths[clear]
        assert found[own][clear] == pytest.approx((1 + cosines) / 2, abs=5e-3)
        assert np.all((found >= 0) & (found <= 1))


def test_typical_images_are_the_most_typical_and_not_one_picture_again_and_again() -> None:
    images = pl.DataFrame(
        [
            ("a", 0, 0.9, 1),
            ("b", 0, 0.9, 5),
            ("c", 0, 0.8, 1),
            ("d", 0, 0.7, 1),
            ("e", 1, 0.1, 1),
            ("f", 1, 0.2, 1),
        ],
        schema=["id", "cluster", "typicality", "frequency"],
        orient="row",
    )
    assert typical_images(images, 3).rows() == [(0, ["b", "c", "d"]), (1, ["f", "e"])]
    assert typical_images(images, 4)["typical"][0].to_list() == ["b", "c", "d", "a"]


def test_typical_images_of_a_cluster_are_found_among_many() -> None:
    random = np.random.default_rng(4)
    count = 500
    images = pl.DataFrame(
        {
            "id": [f"{row:03}" for row in random.permutation(count)],
            "cluster": pl.Series(random.integers(0, 9, count), dtype=pl.Int32),
            "typicality": random.integers(0, 12, count) / 12,
            "frequency": random.integers(1, 4, count),
        }
    )
    found = typical_images(images, 6)
    for cluster, typical in found.iter_rows():
        ordered = sorted(
            images.filter(pl.col("cluster") == cluster).iter_rows(named=True),
            key=lambda row: (-row["typicality"], -row["frequency"], row["id"]),
        )
        values = [row["typicality"] for row in ordered]
        again = [values[:place].count(value) for place, value in enumerate(values)]
        best = sorted(range(len(ordered)), key=again.__getitem__)
        assert typical == [ordered[place]["id"] for place in best[:6]]
    assert found["cluster"].to_list() == list(range(9))


def test_of_many_images_each_is_as_typical_as_of_few() -> None:
    dice = np.random.default_rng(3)
    scores = csr_array(dice.random((20, 5)) * (dice.random((20, 5)) < 0.7))
    clusters = np.repeat([0, 1, 2, -1], 5).astype(np.int32)
    few = image_vectors(scores, dice.normal(size=(20, 40)).astype(np.float16))
    rows = np.tile(np.arange(20), 500)
    many = few.take(rows.astype(np.intp))
    found = typicality(many, clusters[rows], np.ones(len(rows), dtype=np.int64))
    alone = typicality(few, clusters, np.full(20, 500))
    np.testing.assert_allclose(found, alone[rows], rtol=1e-6)
