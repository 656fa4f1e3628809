from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors


def collection(images: int, *, embedded: bool) -> Vectors:
    """Images of a few topics, one of them without tags."""
    random = np.random.default_rng(0)
    topic = random.integers(0, 5, images)
    scores = random.random((images, 40)) * 0.1 + np.eye(5)[topic].repeat(8, axis=1)
    scores[0] = 0
    embeddings = (np.eye(5, 20)[topic] + 0.1 * random.random((images, 20))).astype(np.float16)
    return image_vectors(csr_array(scores), embeddings if embedded else None)


def similarities(vectors: Vectors) -> np.ndarray:
    """Of all pairs, as they are defined."""
    tags = (vectors.tags.toarray() - vectors.has_tags[:, None] * vectors.common).astype(float)
    tags /= vectors.lengths()[:, None]
    embeddings = vectors.embeddings.astype(float)
    return np.asarray(tags @ tags.T + embeddings @ embeddings.T) / vectors.parts


@pytest.mark.parametrize("embedded", [True, False])
def test_products_are_the_similarity_of_images(embedded: bool) -> None:
    vectors = collection(120, embedded=embedded)
    exact = similarities(vectors)
    found = components(vectors, 60)
    assert found.shape == (120, 60)
    assert found @ found.T == pytest.approx(exact, abs=1e-3)
    few = components(vectors, 8)
    assert np.abs(few @ few.T - exact).mean() < 0.05


def test_of_many_images_a_part_gives_the_axes() -> None:
    vectors = collection(3500, embedded=True)
    found = components(vectors, 16)
    exact = similarities(vectors.take(np.arange(100)))
    assert np.abs(found[:100] @ found[:100].T - exact).mean() < 0.05


@pytest.mark.parametrize("images", [1, 2])
def test_few_images_have_as_many_coordinates(images: int) -> None:
    found = components(collection(images, embedded=False), 32)
    assert found.shape == (images, 32)
    assert np.isfinite(found).all()
