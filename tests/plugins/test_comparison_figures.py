from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import procrustes
from scipy.stats import spearmanr
from sklearn.neighbors import NearestNeighbors

from tagatlas_compare.comparison.alignment import align, explained_without_each
from tagatlas_compare.comparison.labels import normal_label, tag_sets
from tagatlas_compare.comparison.neighbourhoods import likest_images, nearest_on_map, overlap
from tagatlas_compare.comparison.tagging import (
    FEWEST_TAGS,
    calibration,
    prevalence,
    rank_correlation,
)

Points = NDArray[np.float64]
positions = arrays(np.float64, (8, 2), elements=st.floats(-100, 100, width=32))


@given(positions, positions)
def test_maps_are_laid_over_one_another_as_scipy_does(moved: Points, still: Points) -> None:
    if min(np.ptp(each, axis=0).max() for each in (moved, still)) < 1e-3:
        return
    found = align(moved, still)
    unit, laid, disparity = procrustes(still, moved)
    assert 1 - found.explained == pytest.approx(disparity, abs=1e-6)
    centred = still - still.mean(axis=0)
    ours = (found.apply(moved) - still.mean(axis=0)) / np.linalg.norm(centred)
    assert np.linalg.norm(ours - unit) == pytest.approx(np.linalg.norm(laid - unit), abs=1e-4)


def test_a_turned_mirrored_and_scaled_map_is_the_same_map() -> None:
    still = np.random.default_rng(0).normal(size=(50, 2))
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])
    found = align(3 * still @ turn + [5, -2], still)
    assert found.explained == pytest.approx(1)
    assert found.apply(3 * still @ turn + [5, -2]) == pytest.approx(still)


def test_places_without_an_image_are_those_of_the_others() -> None:
    dice = np.random.default_rng(0)
    moved, still = dice.normal(size=(12, 2)), dice.normal(size=(12, 2))
    expected = [
        align(np.delete(moved, row, axis=0), np.delete(still, row, axis=0)).explained
        for row in range(12)
    ]
    assert explained_without_each(moved, still) == pytest.approx(expected)


def test_nearest_on_a_map_are_those_of_scikit_learn() -> None:
    points = np.random.default_rng(4).normal(size=(200, 2))
    asked = np.arange(0, 200, 7)
    found = nearest_on_map(points, asked, 10)
    expected = NearestNeighbors(n_neighbors=11).fit(points).kneighbors(points[asked])[1][:, 1:]
    assert (found == expected).all()


def test_likest_images_are_those_of_the_highest_cosine() -> None:
    dice = np.random.default_rng(5)
    scores = dice.random((60, 12)) * (dice.random((60, 12)) < 0.5)
    scores[:, 0] += 0.1
    asked = np.array([0, 5, 59])
    found = likest_images(csr_array(scores), None, asked, 6)
    roots = np.sqrt(scores / scores.sum(axis=1, keepdims=True))
    centred = roots - roots.sum(axis=0) / (60 + 10)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    cosines = unit[asked] @ unit.T
    cosines[np.arange(3), asked] = -np.inf
    assert (found == np.argsort(-cosines, axis=1)[:, :6]).all()


@given(arrays(np.int64, (2, 4, 5), elements=st.integers(0, 3)))
def test_overlap_is_the_share_of_common_neighbours(places: NDArray[np.int64]) -> None:
    lists = np.argsort(places, axis=2)  # permutations of 0 to 4
    lists[0, 0, 3:] = -1
    found = overlap(lists[0], lists[1], 3)
    for row in range(4):
        one, other = (set(lists[side, row, :3].tolist()) - {-1} for side in (0, 1))
        assert found[row] == pytest.approx(len(one & other) / max(len(one), len(other)))


def test_scores_are_correlated_by_rank_as_scipy_does() -> None:
    dice = np.random.default_rng(1)
    one, other = (dice.random((40, 6)) * (dice.random((40, 6)) < 0.6) for _ in range(2))
    found = rank_correlation(csr_array(one), csr_array(other), 20, dice)
    both = (one > 0) & (other > 0)
    assert found.value == pytest.approx(spearmanr(one[both], other[both]).statistic)
    assert found.low < found.value < found.high
    assert abs(found.chance) < 0.1


def test_only_the_order_of_scores_counts() -> None:
    dice = np.random.default_rng(2)
    one, other = dice.random((30, 5)) + 0.01, dice.random((30, 5)) + 0.01
    plain = rank_correlation(csr_array(one), csr_array(other), 5, np.random.default_rng(0))
    bent = rank_correlation(csr_array(one**9 / 50), csr_array(other), 5, np.random.default_rng(0))
    assert plain == bent


def test_prevalence_counts_images_and_orders_by_one_sidedness() -> None:
    one = csr_array(np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]], dtype=np.float32))
    other = csr_array(np.array([[0, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=np.float32))
    found = prevalence(one, other, ["only one", "both", "none"])
    assert found["tag"].to_list() == ["only one", "both"]
    assert found["images_a"].to_list() == [4, 2]
    assert found["images_b"].to_list() == [0, 2]
    assert found["both"].to_list() == [0, 1]
    assert found["both_by_chance"].to_list() == [0, 1]
    assert found["z"].to_list() == pytest.approx([2.0, 0.0])
    assert found["share_a_low"][1] < 0.5 < found["share_a_high"][1]


def test_calibration_rises_where_scores_say_something() -> None:
    dice = np.random.default_rng(3)
    scores = dice.random((400, 5)) * (dice.random((400, 5)) < 0.5)
    agreed = (dice.random((400, 5)) < scores).astype(np.float32)
    found = calibration(csr_array(scores), csr_array(agreed))
    assert found["part"].to_list() == list(range(1, 11))
    assert found["share"][0] < 0.15
    assert found["share"][-1] > 0.85
    assert all(chance < 0.35 for chance in found["chance"])


@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), max_size=120), st.integers(0, 2**32 - 1))
def test_tags_of_one_score_are_in_one_part_of_enough_tags(scores: list[float], seed: int) -> None:
    dice = np.random.default_rng(seed)
    one = csr_array(np.array(scores).reshape(-1, 1))
    other = csr_array((dice.random((len(scores), 1)) < 0.5).astype(np.float32))
    found = calibration(one, other)
    assert found.height != 1
    assert (found["tags"] >= FEWEST_TAGS).all()
    assert found["tags"].sum() in (0, len(scores))
    assert (found["score_low"][1:] > found["score_high"][:-1]).all()


@pytest.mark.parametrize("scores", [np.ones(500), np.arange(1, 2 * FEWEST_TAGS) / 100])
def test_one_score_and_few_tags_calibrate_nothing(scores: Points) -> None:
    one = csr_array(scores.reshape(-1, 1))
    assert calibration(one, csr_array(np.ones_like(one.toarray()))).is_empty()


@pytest.mark.parametrize(
    ("label", "normal"),
    [
        ("Fire_Truck", "fire truck"),
        ("ﬁre-truck ", "fire truck"),
        ("STRASSE", "strasse"),
        (" ", " "),
    ],
)
def test_labels_are_brought_to_one_form(label: str, normal: str) -> None:
    assert normal_label(label) == normal


def test_the_best_tags_are_taken_and_those_that_become_one_are_one() -> None:
    one = csr_array(np.array([[0.2, 0.9, 0.5], [0.4, 0.0, 0.4]]))
    other = csr_array(np.array([[3.0]]).repeat(2, axis=0))
    sets = tag_sets([one, other], [["Cat", "cat", "dog"], ["DOG"]], top=2)
    assert sets.vocabulary == ["cat", "dog"]
    assert sets.scores[0].toarray().tolist() == [[0.9, 0.5], [0.4, 0.4]]
    assert sets.has(1).toarray().tolist() == [[0, 1], [0, 1]]
