from __future__ import annotations

import numpy as np
import pytest
from compared import planted_collection, with_errors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from map_plugins import LEIDEN
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.metrics import average_precision_score

from tagatlas_compare.benching.quality import (
    average_precision,
    best_matching,
    matching_labels,
    precision_at,
    quality,
)
from tagatlas_mapping.cluster.scores import score_matrix

Scores = NDArray[np.float64]


@given(
    arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
    arrays(np.bool_, 12, elements=st.booleans()),
)
def test_average_precision_is_that_of_scikit_learn(
    scores: Scores, is_right: NDArray[np.bool_]
) -> None:
    if not is_right.any():
        return
    expected = average_precision_score(is_right, scores)
    assert average_precision(scores, is_right) == pytest.approx(expected)


def test_precision_counts_ties_in_part() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    is_right = np.array([True, True, False, False, False])
    assert precision_at(scores, is_right) == pytest.approx((1 + 1 / 3) / 2)


def test_a_label_is_matched_by_itself_its_plural_and_its_synonyms() -> None:
    found = matching_labels(["Cars", "xyzzy"], ["automobile", "car", "dog", "XYZZY"])
    assert found.tolist() == [[True, True, False, False], [False, False, False, True]]


def test_the_best_matching_tag_counts() -> None:
    scores = csr_array(np.array([[0.2, 0.7, 0.0], [0.0, 0.0, 0.9]]))
    matches = np.array([[True, True, False], [False, False, False]])
    assert best_matching(scores, matches).tolist() == [[0.7, 0.0], [0.0, 0.0]]


def planted(
    errors: float, seed: int, images: int = 120, backend: int = 0
) -> tuple[list[str], csr_array, list[str]]:
    """What is known of a collection, and what a backend with so many errors says of it."""
    collection, tags, topics = planted_collection(images, 5, seed)
    said = with_errors(tags, errors, 1000 * backend + seed)
    scores, labels = score_matrix(collection, said.lazy())
    return [f"all/topic {topic}" for topic in topics], scores, labels


def test_a_perfect_backend_has_perfect_quality() -> None:
    truth, scores, labels = planted(0.0, 3)
    found = quality(truth, scores, labels, None, clusterer=LEIDEN, top=10, seed=0)
    for name in ("mean_average_precision", "precision_at_10", "recall"):
        assert found[name].value == pytest.approx(1)
    assert found["mutual_information"].value > 0.95
    assert found["neighbours"].value > 0.95
    for figure in found.values():
        assert figure.chance_low - 1e-9 <= figure.chance <= figure.chance_high + 1e-9 < 0.5


def test_a_backend_that_knows_nothing_is_at_the_level_of_chance() -> None:
    truth, scores, labels = planted(0.0, 4, images=300)
    shuffled = csr_array(scores[np.random.default_rng(99).permutation(300)])
    found = quality(truth, shuffled, labels, None, clusterer=LEIDEN, top=10, seed=0)
    assert abs(found["mutual_information"].value) < 0.03
    assert found["neighbours"].value == pytest.approx(found["neighbours"].chance, abs=0.05)
    figure = found["mean_average_precision"]
    assert figure.value == pytest.approx(figure.chance, abs=0.05)


def test_a_backend_without_the_labels_has_the_precision_of_a_random_order() -> None:
    truth, scores, labels = planted(0.0, 5)
    others = [f"name {number}" for number in range(len(labels))]
    found = quality(truth, scores, others, None, clusterer=LEIDEN, top=10, seed=0)
    shares = np.unique(truth, return_counts=True)[1] / len(truth)
    assert found["mean_average_precision"].value == pytest.approx(shares.mean())
    assert found["recall"].value == 0
    assert found["mutual_information"].value > 0.95


def mean_average_precision(errors: float, seed: int, images: int = 120, backend: int = 0) -> float:
    """As :func:`quality` gives it, without the rest."""
    truth, scores, labels = planted(errors, seed, images, backend)
    words = sorted(set(truth))
    matches = np.array([[word == f"all/{label}" for label in labels] for word in words])
    ranked = best_matching(scores, matches)
    known = np.array(truth)
    return float(
        np.mean(
            [average_precision(ranked[:, row], known == word) for row, word in enumerate(words)]
        )
    )


def test_the_mean_average_precision_is_that_of_the_whole() -> None:
    found = quality(*planted(0.3, 1), None, clusterer=LEIDEN, top=10, seed=0)[
        "mean_average_precision"
    ]
    assert found.value == pytest.approx(mean_average_precision(0.3, 1))


@pytest.mark.slow
@pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.thorough)])
def test_backends_are_ranked_by_their_error_rates(times: int) -> None:
    right = 0
    for run in range(times):
        values = [
            mean_average_precision(rate, run, 300, backend)
            for backend, rate in enumerate((0.1, 0.2, 0.3))
        ]
        right += values == sorted(values, reverse=True)
    assert right >= 0.95 * times
