from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from planted import planted_collection
from sklearn.metrics import adjusted_mutual_info_score

from tagatlas import load_plugins
from tagatlas.plugins import CLUSTERERS
from tagatlas.toolkit import cluster_images, image_vectors, score_matrix
from tagatlas_clusterers.vectors import dense

EMBEDDINGS = np.random.default_rng(0).normal(size=(120, 16)).astype(np.float16)

CLUSTERERS_OF_VECTORS = ["hdbscan", pytest.param("evoc", marks=pytest.mark.extras("evoc"))]


def planted() -> tuple[pl.DataFrame, pl.DataFrame, NDArray[np.int64]]:
    images, tags, topics = planted_collection(120, 4)
    return images, tags, np.asarray(topics)


def test_products_of_dense_vectors_are_the_similarity_of_images() -> None:
    images, tags, _ = planted()
    vectors = image_vectors(score_matrix(images, tags.lazy())[0], EMBEDDINGS)
    made = dense(vectors)
    rows = vectors.tags.toarray() - vectors.common * vectors.has_tags[:, None]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    wanted = (rows @ rows.T + vectors.embeddings @ vectors.embeddings.T) / 2
    assert np.allclose(made @ made.T, wanted, atol=1e-3)


@pytest.mark.parametrize("embeddings", [None, EMBEDDINGS], ids=["tags", "both"])
@pytest.mark.parametrize("name", CLUSTERERS_OF_VECTORS)
def test_planted_topics_are_found_again_the_same_each_time(
    name: str,
    embeddings: NDArray[np.float16] | None,
) -> None:
    images, tags, topics = planted()
    scores, labels = score_matrix(images, tags.lazy())
    clusterer = load_plugins().choose(CLUSTERERS, name, {}).product
    found, again = (
        [cluster_images(clusterer, scores, labels, embeddings, seed=seed) for seed in range(5)]
        for _ in range(2)
    )
    assert np.array_equal(found, again)
    # One seed of EVoC may give 0.5 to 0.8, by the processor's rounding too.
    assert np.mean([adjusted_mutual_info_score(topics, each) for each in found]) > 0.6


@pytest.mark.parametrize("name", CLUSTERERS_OF_VECTORS)
def test_a_handful_of_images_is_in_no_cluster(name: str) -> None:
    images, tags, _ = planted_collection(6, 2)
    scores, labels = score_matrix(images, tags.lazy())
    clusterer = load_plugins().choose(CLUSTERERS, name, {}).product
    assert set(cluster_images(clusterer, scores, labels, None, seed=0)) == {0}


def test_many_tags_are_reduced_to_their_principal_components() -> None:
    images, tags, _ = planted_collection(200, 20)
    scores, labels = score_matrix(images, tags.lazy())
    made = dense(image_vectors(scores, None))
    assert len(labels) > made.shape[1] == 64
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
