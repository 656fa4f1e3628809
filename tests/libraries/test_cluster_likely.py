"""Approximate neighbours against exact ones, on planted images."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_mapping.cluster.likely import (
    describe_likely,
    likely_nearest_rows,
    likely_similar_images,
    nearest_images,
)
from tagatlas_mapping.cluster.neighbours import Neighbours, similar_images
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors

IMAGES, COUNT = 4000, 10


def embeddings(values: int, images: int = IMAGES) -> NDArray[np.float32]:
    """Themes of about 100 images in 24 dimensions; features after a ReLU."""
    dice = np.random.default_rng(1)
    themes = dice.normal(size=(images // 100, 24))
    rows = themes[dice.integers(len(themes), size=images)] + 0.6 * dice.normal(size=(images, 24))
    features = np.maximum(rows @ dice.normal(size=(24, values)), 0)
    return features.astype(np.float16).astype(np.float32)


def vectors(*, with_embeddings: bool, with_tags: bool = True) -> Vectors:
    """Images with some of the tags of their theme; every fiftieth has none."""
    dice = np.random.default_rng(2)
    themes = dice.integers(40, size=IMAGES)
    favours = dice.random((40, 120)) ** 8
    chosen = dice.random((IMAGES, 120)) < favours[themes] + 0.01
    chosen[::50] = False
    scores = csr_array((chosen * dice.uniform(0.2, 1, chosen.shape) * with_tags).astype(np.float32))
    dense = embeddings(64).astype(np.float16) if with_embeddings else None
    return image_vectors(scores, dense)


def recall(found: NDArray[np.int32], exact: NDArray[np.int32]) -> float:
    """Share of the exact neighbours that were found."""
    both = [
        len(set(a) & set(b) - {-1}) for a, b in zip(found.tolist(), exact.tolist(), strict=True)
    ]
    return sum(both) / int((exact >= 0).sum())


def exact_rows(rows: NDArray[np.float32], count: int) -> NDArray[np.int32]:
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :count].astype(np.int32)


def check_shape(found: Neighbours, size: int, count: int) -> None:
    """Rules of neighbours, exact or not."""
    rows, similarities = found
    assert rows.shape == similarities.shape == (size, count)
    assert rows.dtype == np.int32
    assert similarities.dtype == np.float32
    assert (rows != np.arange(size)[:, None]).all()
    assert (similarities[rows < 0] == 0).all()
    for row in rows[:: max(1, size // 50)]:
        there = row[row >= 0]
        assert len(set(there.tolist())) == len(there)
        assert (row[len(there) :] == -1).all()


@pytest.mark.parametrize("values", [256, 64])
def test_nearest_rows_are_nearly_all_found(values: int) -> None:
    rows = embeddings(values)
    found, cosines = likely_nearest_rows(rows, COUNT)
    check_shape((found, cosines), IMAGES, COUNT)
    assert recall(found, exact_rows(rows, COUNT)) >= 0.95
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert np.einsum("nd,nkd->nk", units, units[found]) == pytest.approx(cosines, abs=1e-5)
    assert (np.diff(cosines, axis=1) <= 0).all()


@pytest.mark.parametrize(
    ("with_embeddings", "with_tags"), [(False, True), (True, True), (True, False)]
)
def test_similar_images_are_nearly_all_found(with_embeddings: bool, with_tags: bool) -> None:
    compared = vectors(with_embeddings=with_embeddings, with_tags=with_tags)
    exact, similarities = similar_images(compared, COUNT)
    found, likely = likely_similar_images(compared, COUNT)
    check_shape((found, likely), IMAGES, COUNT)
    assert recall(found, exact) >= 0.95
    same = (found == exact) & (exact >= 0)
    assert likely[same] == pytest.approx(similarities[same], abs=1e-5)
    assert (likely <= similarities + 1e-5).all()


def test_the_same_comes_out_again_also_in_threads() -> None:
    compared = vectors(with_embeddings=True)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: likely_similar_images(compared, COUNT), range(2))
    third = likely_similar_images(compared, COUNT)
    for other in (second, third):
        assert (first[0] == other[0]).all()
        assert (first[1] == other[1]).all()


def test_few_images_are_compared_exactly() -> None:
    compared = vectors(with_embeddings=True)
    for one, other in zip(
        nearest_images(compared, COUNT), similar_images(compared, COUNT), strict=True
    ):
        assert (one == other).all()


@pytest.mark.parametrize("size", [1, 2, 5])
def test_of_a_few_rows_all_are_found(size: int) -> None:
    rows = embeddings(16, 100)[:size]
    found, cosines = likely_nearest_rows(rows, 6)
    check_shape((found, cosines), size, 6)
    assert found[:, : size - 1].tolist() == exact_rows(rows, size - 1).tolist()


def test_equal_rows_are_neighbours_the_lower_first() -> None:
    rows = np.ones((300, 8), dtype=np.float32)
    found, cosines = likely_nearest_rows(rows, 3)
    check_shape((found, cosines), 300, 3)
    assert (found >= 0).all()
    assert cosines == pytest.approx(1.0)
    assert (np.diff(found, axis=1) > 0).all()


def test_the_text_says_the_figures_and_the_sources() -> None:
    text = describe_likely()
    assert "128 principal components" in text
    assert "32 nearest cells" in text
    assert "2 rounds" in text
    assert "Dong et al., 2011" in text
