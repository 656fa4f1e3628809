"""The calibration of the tagger ``clip``, on evidence whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagatlas_clip.calibration import Calibration, calibrate, sample_size

Truth = NDArray[np.bool_]


def planted(
    pictures: int, shares: NDArray[np.float64], lift: float, seed: int
) -> tuple[NDArray[np.float32], Truth]:
    """Evidence of labels that each have an offset and a spread of their own, and what is true."""
    dice = np.random.default_rng(seed)
    labels = len(shares)
    means, spreads = dice.normal(-4.0, 3.0, labels), np.exp(dice.normal(0.3, 0.3, labels))
    true = dice.random((pictures, labels)) < shares
    noise = dice.standard_normal((pictures, labels))
    return (means + spreads * (noise + lift * true)).astype(np.float32), true


def rates(tagged: Truth, true: Truth) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By label: how many that show it are tagged, and how many of those that do not."""
    found = (tagged & true).sum(axis=0) / true.sum(axis=0).clip(min=1)
    false = (tagged & ~true).sum(axis=0) / (~true).sum(axis=0).clip(min=1)
    return found, false


def test_a_threshold_means_the_same_from_label_to_label() -> None:
    shares = np.random.default_rng(5).uniform(0.02, 0.3, 60)
    evidence, true = planted(1500, shares, 7.0, seed=1)
    found, false = rates(calibrate(evidence).scores(evidence) >= 0.5, true)
    assert found.min() > 0.9
    assert found.mean() > 0.99
    assert false.max() < 0.01
    raw_found, raw_false = rates(evidence >= 0.0, true)
    assert raw_found.min() < 0.5
    assert raw_false.max() > 0.2


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.4), (0.4, 0.7), (0.7, 0.9), (0.9, 1.01)])
def test_so_many_tags_of_a_score_are_right(low: float, high: float) -> None:
    shares = np.random.default_rng(2).beta(0.5, 10.0, 300)
    evidence, true = planted(1500, shares, 5.0, seed=3)
    scores = calibrate(evidence).scores(evidence)
    chosen = (scores >= low) & (scores < high)
    assert chosen.sum() > 300
    assert true[chosen].mean() == pytest.approx(scores[chosen].mean(), abs=0.12)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7])
def test_rare_and_common_labels_are_told(share: float) -> None:
    shares = np.full(40, 0.03)
    shares[:10] = share
    evidence, true = planted(500, shares, 7.0, seed=4)
    found, false = rates(calibrate(evidence).scores(evidence) >= 0.5, true)
    assert found.mean() > 0.95
    assert false.max() < 0.02


def test_where_nothing_is_shown_next_to_nothing_is_tagged() -> None:
    evidence, _ = planted(1000, np.zeros(300), 5.0, seed=5)
    tagged = calibrate(evidence).scores(evidence) >= 0.5
    assert tagged.sum() / len(evidence) < 0.2  # of 300 labels, per picture


def test_few_pictures_and_labels_do() -> None:
    evidence, true = planted(60, np.array([0.3, 0.3, 0.3, 0.3]), 8.0, seed=6)
    found, false = rates(calibrate(evidence).scores(evidence) >= 0.5, true)
    assert found.min() > 0.9
    assert false.max() < 0.05


def test_one_label_and_equal_pictures_give_finite_parameters() -> None:
    for evidence in (np.zeros((50, 1)), np.zeros((50, 3)), np.ones((1, 2))):
        calibration = calibrate(evidence.astype(np.float32))
        assert np.isfinite(calibration.bias).all()
        assert (calibration.temperature > 0).all()


@given(
    bias=st.floats(-50, 50),
    temperature=st.floats(0.01, 50),
    values=st.lists(st.floats(-200, 200, width=32), min_size=2, max_size=20, unique=True),
)
def test_scores_rise_with_evidence_and_lie_in_0_1(
    bias: float, temperature: float, values: list[float]
) -> None:
    calibration = Calibration(np.array([bias]), np.array([temperature]))
    evidence = np.array(sorted(values), dtype=np.float32)[:, np.newaxis]
    scores = calibration.scores(evidence)[:, 0]
    assert ((scores >= 0.0) & (scores <= 1.0)).all()
    assert (np.diff(scores) >= 0.0).all()
    middle = calibration.scores(np.array([[bias]], dtype=np.float64).astype(np.float32))
    assert middle[0, 0] == pytest.approx(0.5, abs=0.01)


def test_strong_evidence_still_tells_pictures_apart() -> None:
    calibration = Calibration(np.array([0.0]), np.array([0.1]))
    scores = calibration.scores(np.array([[10.0], [11.0], [50.0]], dtype=np.float32))[:, 0]
    assert scores[0] < scores[1] < scores[2] < 1.0


def test_the_formula_is_the_documented_one() -> None:
    calibration = Calibration(np.array([1.0, -2.0]), np.array([0.5, 4.0]))
    scores = calibration.scores(np.array([[1.5, 0.0], [6.0, 30.0]], dtype=np.float32))
    for row, column, evidence, bias, temperature in [
        (0, 0, 1.5, 1.0, 0.5),
        (0, 1, 0.0, -2.0, 4.0),
        (1, 0, 6.0, 1.0, 0.5),
        (1, 1, 30.0, -2.0, 4.0),
    ]:
        x = (evidence - bias) / temperature
        x = x if x <= 4 else 4 + np.log(1 + x - 4)
        assert scores[row, column] == pytest.approx(1 / (1 + np.exp(-x)))


@pytest.mark.parametrize(
    ("labels", "pictures"), [(1, 2000), (2000, 2000), (2927, 1366), (10_000, 500)]
)
def test_the_sample_is_bounded(labels: int, pictures: int) -> None:
    assert sample_size(labels) == pictures
