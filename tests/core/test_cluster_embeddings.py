from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted import planted_collection
from sklearn.metrics import adjusted_rand_score

from tagatlas.cluster import Themes, cluster_images


def themes_of(
    images: pl.DataFrame,
    tags: pl.DataFrame,
    *,
    embeddings: NDArray[np.float16] | None = None,
    resolution: float = 1.0,
    sample: int = 50_000,
    seed: int = 0,
) -> Themes:
    """Clusters of a collection, by the default settings of a map."""
    return cluster_images(
        images,
        tags,
        embeddings=embeddings,
        neighbours=10,
        resolution=resolution,
        sub_resolution=1.0,
        sample=sample,
        seed=seed,
    )


def test_embeddings_part_what_tags_do_not() -> None:
    dice = np.random.default_rng(0)
    collection, tags, topic_of = planted_collection(300, 6)
    truth = 2 * topic_of + dice.integers(0, 2, 300)
    directions = dice.normal(size=(12, 60))[truth]
    embeddings = (directions + 0.3 * dice.normal(size=(300, 60))).astype(np.float16)
    alone, both = (
        themes_of(collection, tags, embeddings=seen).of_image for seen in (None, embeddings)
    )
    assert adjusted_rand_score(truth, both) > 0.95 > adjusted_rand_score(truth, alone)


def test_images_without_an_embedding_and_without_tags_are_clustered_by_the_other() -> None:
    dice = np.random.default_rng(1)
    collection, tags, topic_of = planted_collection(300, 10)
    directions = dice.normal(size=(10, 60))[topic_of]
    embeddings = (directions + 0.3 * dice.normal(size=(300, 60))).astype(np.float16)
    embeddings[:30] = 0
    untagged = collection["id"][30:60].implode()
    kept = tags.filter(~pl.col("image").is_in(untagged))
    found = themes_of(collection, kept, embeddings=embeddings).of_image
    assert adjusted_rand_score(topic_of, found) > 0.95


def test_embeddings_of_zeros_are_none() -> None:
    collection, tags, _ = planted_collection(120, 3)
    plain, zeros = (
        themes_of(collection, tags, embeddings=embeddings)
        for embeddings in (None, np.zeros((120, 8), dtype=np.float16))
    )
    assert plain.of_image.tobytes() == zeros.of_image.tobytes()
    assert plain.typicality.tobytes() == zeros.typicality.tobytes()
