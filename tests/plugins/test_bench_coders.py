"""Agreement of people who coded the same images."""

from __future__ import annotations

import math
import warnings

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from tagatlas_compare.benching.coding.coders import (
    ALL_CODES,
    agreement_of_coders,
    cohen_kappa,
    krippendorff_alpha,
    pairwise_agreement,
)
from tagatlas_compare.benching.coding.truth import Truth


@pytest.mark.parametrize("seed", range(100))
def test_equal_to_other_libraries_on_any_table(seed: int) -> None:
    dice = np.random.default_rng(seed)
    coders, images, categories = dice.integers([2, 1, 1], [6, 40, 6])
    votes = dice.integers(0, categories, (coders, images))
    alike = dice.random(votes.shape) < dice.random()
    votes = np.where(alike, votes[0], votes)
    votes[dice.random(votes.shape) < 0.3 * dice.random()] = -1
    there = (votes >= 0).sum(axis=0) >= 2
    if len(np.unique(votes[:, there][votes[:, there] >= 0])) > 1:
        expected = krippendorff.alpha(
            np.where(votes < 0, np.nan, votes.astype(float)), level_of_measurement="nominal"
        )
        assert krippendorff_alpha(votes) == pytest.approx(expected)
    else:
        assert math.isnan(krippendorff_alpha(votes))
    both = (votes[:2] >= 0).all(axis=0)
    if both.any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of kappas that do not exist
            expected = cohen_kappa_score(votes[0, both], votes[1, both])
        assert cohen_kappa(votes[0], votes[1]) == pytest.approx(expected, nan_ok=True)
    else:
        assert math.isnan(cohen_kappa(votes[0], votes[1]))


@pytest.mark.parametrize("seed", range(100))
def test_equal_to_statsmodels_on_any_table(seed: int) -> None:
    """Of complete tables alpha is Fleiss's kappa with a correction for few answers."""
    dice = np.random.default_rng(seed)
    coders, images, categories = dice.integers([2, 2, 2], [6, 40, 6])
    votes = dice.integers(0, categories, (coders, images))
    votes = np.where(dice.random(votes.shape) < dice.random(), votes[0], votes)
    votes[0, :2] = 0, 1
    counts = aggregate_raters(votes.T)[0]
    fleiss, total = float(fleiss_kappa(counts)), votes.size
    assert krippendorff_alpha(votes) == pytest.approx(1 - (1 - fleiss) * (total - 1) / total)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (coders * (coders - 1))
    assert pairwise_agreement(votes) == pytest.approx(agreeing.mean())
    table = np.zeros((categories, categories))
    np.add.at(table, (votes[0], votes[1]), 1)
    assert cohen_kappa(votes[0], votes[1]) == pytest.approx(
        float(cohens_kappa(table, return_results=False)), nan_ok=True
    )


def test_worked_out_by_hand() -> None:
    """Three coders, four images: (1,1,1), (1,1,0), (0,0,.), (1,.,.)."""
    votes = np.array([[1, 1, 0, 1], [1, 1, 0, -1], [1, 0, -1, -1]])
    assert pairwise_agreement(votes) == pytest.approx((1 + 1 / 3 + 1) / 3)
    # Of eight answers that count, five are 1 and three 0; observed 2 * 1 * 2 / 2 of 8, expected
    # 2 * 5 * 3 of 8 * 7.
    assert krippendorff_alpha(votes) == pytest.approx(1 - (2 / 8) / (30 / 56))
    assert cohen_kappa(votes[0], votes[1]) == 1.0
    # Images 1 and 2: agree on one of two; the first says 1 of both, the other of one: as by chance.
    assert cohen_kappa(votes[0], votes[2]) == 0.0


def coder(has: list[list[int]], coded: list[int] | None = None) -> Truth:
    codes = [f"code {number}" for number in range(len(has[0]))]
    mask = np.ones(len(has), dtype=np.bool_) if coded is None else np.array(coded, dtype=np.bool_)
    return Truth("x.csv", codes, np.array(has, dtype=np.bool_), mask)


def test_agreement_of_coders_by_code() -> None:
    found = agreement_of_coders(
        {
            "b": coder([[1, 0], [1, 0], [0, 1], [0, 1]]),
            "a": coder([[1, 0], [0, 1], [0, 1], [0, 1]]),
            "c": coder([[1, 0], [1, 0], [0, 0], [0, 0]], [1, 1, 0, 0]),
        }
    )
    assert (found.coders, found.images) == (["a", "b", "c"], [4, 4, 2])
    assert found.codes["code"].to_list() == ["code 0", "code 1", ALL_CODES]
    assert found.codes["images"].to_list() == [4, 4, 4]
    assert found.codes["agreement"].to_list() == pytest.approx([(1 + 1 / 3 + 2) / 4] * 3)
    pairs = {(a, b): rest for a, b, *rest in found.pairs.filter(code=ALL_CODES).rows()}
    _, images, agreement, kappa, alpha = pairs["a", "b"]
    assert (images, agreement, kappa) == (4, 0.75, pytest.approx(0.5))
    assert alpha == pytest.approx(1 - (2 / 8) / (2 * 3 * 5 / 56))
    assert pairs["b", "c"][1:] == [2, 1.0, None, None]  # both say the same of both images
    assert found.codes["kappa"][2] == pytest.approx((0.5 + 0) / 2)
    assert found.document()["coders"] == {"a": 4, "b": 4, "c": 2}


def test_without_a_single_code_each_there_is_no_choice_among_codes() -> None:
    found = agreement_of_coders({"a": coder([[1, 1], [0, 1]]), "b": coder([[1, 0], [0, 1]])})
    assert found.codes["code"].to_list() == ["code 0", "code 1"]
