"""Backends judged by one's own coding, against values worked out by hand and other libraries."""

from __future__ import annotations

import math
import warnings
from itertools import product

import krippendorff
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import binom, norm
from sklearn.metrics import (
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
)

from tagatlas_compare.benching.coding.coders import agreement_of_coders
from tagatlas_compare.benching.coding.codes import (
    ANY,
    FEWEST_OF_INTERVAL,
    FOLDS,
    THRESHOLD,
    JudgedCodes,
    best_threshold,
    f1_interval,
    folds_of,
    given_on_other_folds,
    judge_codes,
)
from tagatlas_compare.benching.coding.confusion import (
    FALSE,
    MISSED,
    NO_CODE,
    RIGHT,
    SEVERAL,
    calibration,
    confused_images,
    confusion,
    pictures_of_codes,
    tag_finder,
    tags_of_codes,
)
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.statistics.intervals import share_interval

Floats = NDArray[np.float64]


def coded(has: object, coded: object = None) -> Truth:
    table = np.array(has, dtype=np.bool_)
    mask = np.ones(len(table), dtype=np.bool_) if coded is None else np.array(coded, dtype=np.bool_)
    return Truth("x.csv", [f"code {number}" for number in range(table.shape[1])], table, mask)


def of_code(image: int, code: int) -> str:
    """The tag that each code has."""
    return f"tag {code}"


def judged(truth: Truth, scores: Floats, **coders: Truth) -> JudgedCodes:
    """A backend with a tag for each code."""
    labels = [f"tag {number}" for number in range(scores.shape[1])]
    matches = np.eye(len(truth.codes), scores.shape[1], dtype=np.bool_)
    return judge_codes("x", truth, coders, csr_array(scores), labels, matches, seed=0)


@pytest.mark.parametrize("seed", range(100))
def test_equal_to_other_libraries_on_any_table(seed: int) -> None:
    dice = np.random.default_rng(seed)
    images, codes = dice.integers([2, 1], [80, 5])
    truth = coded(dice.random((images, codes)) < dice.random(), dice.random(images) < 0.9)
    scores = np.round(dice.random((images, codes)), 1) * (dice.random((images, codes)) < 0.7)
    found = judged(truth, scores)
    for column, code in enumerate(truth.codes):
        has = truth.has[truth.coded, column]
        for rule, every in ((ANY, scores[:, column] > 0), (THRESHOLD, found.given[:, column])):
            said = every[truth.coded]
            [row] = found.codes.filter(code=code, rule=rule).to_dicts()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what does not exist
                kappa = cohen_kappa_score(has, said) if len(has) else math.nan
            wanted = {
                "precision": precision_score(has, said, zero_division=np.nan),
                "recall": recall_score(has, said, zero_division=np.nan),
                "f1": f1_score(has, said, zero_division=np.nan),
                "kappa": kappa,
            }
            if len(set(has) | set(said)) == 2:
                wanted["alpha"] = krippendorff.alpha(
                    np.array([has, said], dtype=float), level_of_measurement="nominal"
                )
            for name, value in wanted.items():
                own = math.nan if row[name] is None else row[name]
                assert own == pytest.approx(value, nan_ok=True), name
            for name in ("precision", "recall", "f1"):
                if row[f"{name}_low"] is not None:
                    assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    if truth.is_single:
        return
    assert confusion(found.best, truth) is None


def test_worked_out_by_hand() -> None:
    """Ten images; four have the code. The backend gives it to five, three of them right."""
    has = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    scores = np.array([[0.9, 0.8, 0.7, 0, 0.6, 0.5, 0, 0, 0, 0]]).T
    found = judged(coded(np.array([has]).T), scores)
    [row] = found.codes.filter(rule=ANY).to_dicts()
    assert (row["images"], row["having"], row["given"], row["right"]) == (10, 4, 5, 3)
    assert (row["precision"], row["recall"], row["f1"]) == (0.6, 0.75, pytest.approx(2 / 3))
    assert (row["precision_chance"], row["recall_chance"]) == (0.4, 0.5)
    assert row["f1_chance"] == pytest.approx(2 * 2 / 9)
    # Agreement 0.7, expected 0.4 * 0.5 + 0.6 * 0.5.
    assert row["kappa"] == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    # Of 20 answers nine are yes; observed disagreement 6 of 20, expected 2 * 9 * 11 of 20 * 19.
    assert row["alpha"] == pytest.approx(1 - (6 / 20) / (198 / 380))
    assert row["precision_low"] is None  # five images are too few for an interval
    assert row["tags"] == ["tag 0"]
    assert found.sayable == ["code 0"]


def test_silence_counts_as_missed() -> None:
    truth = coded([[1], [1], [0], [0]])
    found = judged(truth, np.zeros((4, 1)))
    for row in found.codes.to_dicts():
        assert (row["given"], row["recall"], row["f1"], row["kappa"]) == (0, 0.0, 0.0, 0.0)
        assert row["precision"] is None
    assert found.mean_f1(ANY) == 0.0


def test_a_code_without_a_tag_is_not_sayable() -> None:
    truth = coded([[1, 0], [0, 1]] * 10)
    labels = ["tag 0"]
    scores = csr_array(truth.has[:, :1].astype(np.float64))
    found = judge_codes("x", truth, {}, scores, labels, np.array([[True], [False]]), seed=0)
    assert found.sayable == ["code 0"]
    assert found.mean_f1(ANY) == 0.5
    assert found.mean_f1(ANY, sayable=True) == 1.0
    assert found.codes["tags"].to_list() == [["tag 0"]] * 2 + [[]] * 2


@given(
    arrays(np.float64, 30, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
    arrays(np.bool_, 30, elements=st.booleans()),
)
def test_the_threshold_has_the_highest_f1(scores: Floats, has: NDArray[np.bool_]) -> None:
    found = best_threshold(scores, has)
    f1 = {
        each: f1_score(has, (scores >= each) & (scores > 0), zero_division=0.0)
        for each in np.unique(scores[scores > 0])
    }
    if not f1 or not max(f1.values()):
        assert found == 0.0
    else:
        best = [each for each, value in f1.items() if value == pytest.approx(max(f1.values()))]
        assert found == min(best)


def test_thresholds_are_not_chosen_on_the_images_that_they_judge() -> None:
    """An image's own label changes neither its threshold nor whether it is given the code."""
    dice = np.random.default_rng(0)
    scores, has = dice.random(60), dice.random(60) < 0.4
    folds = folds_of(has, np.random.default_rng(0))
    given, thresholds = given_on_other_folds(scores, has, folds)
    for fold in range(FOLDS):
        other = np.where(folds == fold, ~has, has)
        again, their = given_on_other_folds(scores, other, folds)
        assert their[fold] == thresholds[fold]
        assert (again == given)[folds == fold].all()
    assert (np.bincount(folds) == 12).all()
    assert np.ptp(np.bincount(folds[has], minlength=FOLDS)) <= 1


def test_scores_by_chance_are_not_better_than_chance() -> None:
    dice = np.random.default_rng(1)
    kappas = [
        judged(coded(dice.random((40, 1)) < 0.3), dice.random((40, 1)))
        .codes.filter(rule=THRESHOLD)["kappa"]
        .item()
        for _ in range(200)
    ]
    assert abs(np.mean(kappas)) < 0.03


def coverage(images: int, counted: float, share: float) -> float:
    """How often an interval holds a share, exactly, where it is printed; NaN if it hardly ever is.

    Args:
        images: number of images.
        counted: the share of images that are in the denominator, in the population.
        share: of these, that are in the numerator.
    """
    wholes = np.arange(FEWEST_OF_INTERVAL, images + 1)
    weights = binom.pmf(wholes, images, counted)
    if weights.sum() < 0.05:
        return math.nan
    held = 0.0
    for whole, weight in zip(wholes[weights > 1e-6], weights[weights > 1e-6], strict=True):
        parts = np.arange(whole + 1)
        low, high = share_interval(parts.astype(np.float64), float(whole))
        held += weight * binom.pmf(parts, whole, share)[(low <= share) & (share <= high)].sum()
    return float(held / weights.sum())


@pytest.mark.parametrize("images", [10, 30, 100, pytest.param(1000, marks=pytest.mark.slow)])
def test_intervals_hold(images: int) -> None:
    """Of 95 % intervals, 90 to 98 of 100 hold the value of the population."""
    shares = product((0.5, 0.2, 0.05), (0.9, 0.6, 0.3), (0.3, 0.1, 0.02))
    for having, hit, alarm in shares:
        right = having * hit
        given = right + (1 - having) * alarm
        either = having + given - right
        for whole, part in ((given, right), (having, right), (either, right)):
            found = coverage(images, whole, part / whole)
            assert math.isnan(found) or 0.9 <= found <= 0.98, (having, hit, alarm, found)


@pytest.mark.parametrize("share", [0.03, 0.1, 0.97, 0.98, 0.985, 0.99])
def test_intervals_hold_less_well_near_the_ends(share: float) -> None:
    for images, counted in product((10, 30, 100), (0.5, 0.2, 0.05)):
        found = coverage(images, counted, share)
        assert math.isnan(found) or (0.9 if 0.03 <= share <= 0.97 else 0.87) <= found <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("images", [100, pytest.param(1000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("distance", [0.5, 1.5, 3.0])
def test_intervals_hold_for_thresholds_that_were_chosen(images: int, distance: float) -> None:
    """Scores of images with the code are higher by so many standard deviations."""
    dice, having = np.random.default_rng(images), 0.2
    held: dict[str, list[bool]] = {"precision": [], "recall": [], "f1": []}
    for _ in range(300):
        has = dice.random(images) < having
        scores = norm.cdf(dice.normal(size=images) + distance * has)
        row = judged(coded(has[:, None]), scores[:, None]).codes.row(1, named=True)
        _, thresholds = given_on_other_folds(
            scores, has, folds_of(has, np.random.default_rng([0, 0]))
        )
        right = having * norm.sf(norm.ppf(thresholds) - distance).mean()
        given = right + (1 - having) * norm.sf(norm.ppf(thresholds)).mean()
        wanted = {
            "precision": right / given,
            "recall": right / having,
            "f1": 2 * right / (given + having),
        }
        for name, value in wanted.items():
            if row[f"{name}_low"] is not None:
                held[name].append(row[f"{name}_low"] <= value <= row[f"{name}_high"])
    for name, own in held.items():
        assert 0.9 <= np.mean(own) <= 0.985, (name, np.mean(own))


def test_f1_interval_is_wilsons_of_a_share() -> None:
    low, high = f1_interval(3, 5, 4)
    assert low < 2 / 3 < high
    # Wilson's interval of 3 of 6 is 0.1876 to 0.8124.
    assert (low, high) == pytest.approx((2 * 0.18761 / 1.18761, 2 * 0.81239 / 1.81239), abs=1e-4)


def test_the_coders_are_the_ceiling() -> None:
    truth = coded([[1], [1], [0], [0]])
    said = np.array([[1.0], [1.0], [0.0], [0.0]])
    other = coded([[1], [0], [0], [0]])
    row = judged(truth, said, a=truth, b=other).codes.row(0, named=True)
    assert row["kappa"] == 1.0
    assert row["kappa_with_coders"] == pytest.approx((1 + 0.5) / 2)
    assert judged(truth, said, a=truth).codes["kappa_with_coders"][0] is None


def test_coders_who_are_divided_count_for_their_own_agreement() -> None:
    """Ten images on which both agree, and ten on which they do not: these are not in the truth."""
    has = np.array([[1], [0]] * 10, dtype=np.bool_)
    everyone, agreed = np.ones(20, dtype=np.bool_), np.arange(20) < 10
    truth = Truth("x", ["code 0"], has & agreed[:, None], agreed)
    other = Truth("x", ["code 0"], has ^ ~agreed[:, None], everyone)
    coders = {"a": Truth("x", ["code 0"], has, everyone), "b": other}
    assert agreement_of_coders(coders).codes["kappa"].item() == pytest.approx(0.0)
    found = judged(truth, has.astype(np.float64), **coders)
    for row in found.codes.to_dicts():
        assert (row["images"], row["kappa"]) == (10, 1.0)
        # The backend says what the first coder says: kappa 1, and 0 with the other.
        assert row["kappa_with_coders"] == pytest.approx(0.5)


def test_calibration_has_ties_in_one_bin() -> None:
    dice = np.random.default_rng(0)
    scores = np.repeat([0.2, 0.4, 0.9], [50, 40, 10])
    has = dice.random(100) < scores
    found = calibration(scores[:, None], coded(has[:, None]))
    assert found is not None
    assert found["given"].to_list() == [10, 40, 50]
    assert found["low"].to_list() == found["high"].to_list() == [0.9, 0.4, 0.2]
    assert found["right"].to_list() == [has[90:].sum(), has[50:90].sum(), has[:50].sum()]
    even = calibration(np.linspace(0.01, 1, 256)[:, None], coded(np.ones((256, 1))))
    assert even is not None
    assert even["given"].to_list() == [4, 4, 8, 16, 32, 64, 128]


def test_one_score_has_no_calibration() -> None:
    assert calibration(np.array([[1.0], [1.0], [0.0]]), coded([[1], [0], [1]])) is None


@pytest.mark.parametrize("seed", range(20))
def test_confusion_is_that_of_scikit_learn(seed: int) -> None:
    dice = np.random.default_rng(seed)
    of_image, best = dice.integers(0, 4, 60), dice.random((60, 4))
    truth = coded(np.eye(4)[of_image])
    found = confusion(best, truth)
    assert found is not None
    expected = confusion_matrix(of_image, best.argmax(axis=1), labels=range(4))
    assert (found.select(truth.codes).to_numpy() == expected).all()
    wrong = confused_images(best, truth, of_code)
    assert sum(map(len, wrong["rows"])) == expected.sum() - np.trace(expected)
    assert wrong["rows"].list.len().is_sorted(descending=True)


def test_confusion_says_what_is_no_code_and_what_is_several() -> None:
    truth = coded([[1, 0], [1, 0], [0, 1]])
    best = np.array([[0.0, 0.0], [0.5, 0.5], [0.7, 0.5]])
    found = confusion(best, truth)
    assert found is not None
    assert found.to_dicts() == [
        {"code": "code 0", "code 0": 0, "code 1": 0, SEVERAL: 1, NO_CODE: 1},
        {"code": "code 1", "code 0": 1, "code 1": 0, SEVERAL: 0, NO_CODE: 0},
    ]
    assert confused_images(best, truth, of_code).rows() == [("code 1", "code 0", [2], ["tag 0"])]


@pytest.mark.parametrize("name", ["code", NO_CODE, SEVERAL])
def test_codes_may_be_called_as_columns_are(name: str) -> None:
    truth = Truth("x", [name, "z"], np.eye(2, dtype=np.bool_), np.ones(2, dtype=np.bool_))
    found = confusion(np.eye(2), truth)
    assert found is not None
    assert found.width == 5


def test_tags_of_codes() -> None:
    truth = coded([[1], [1], [0], [0], [1]], [1, 1, 1, 1, 0])
    scores = csr_array(np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]) / 2)
    assert tags_of_codes(scores, ["a", "b", "c"], truth).rows() == [
        ("code 0", "a", 2, 1.0, 0.0),
    ]


def test_pictures_have_the_false_ones_first() -> None:
    truth = coded([[1], [1], [0], [0], [1], [0]], [1, 1, 1, 1, 1, 0])
    best = np.array([[0.9], [0.0], [0.3], [0.8], [0.1], [0.9]])
    given = np.array([[1], [0], [1], [1], [0], [1]], dtype=np.bool_)
    scores = csr_array(np.hstack([best, np.full((6, 1), 0.5)]))
    tag_of = tag_finder(scores, ["tag", "thing"], np.array([[True, False]]))
    found = pictures_of_codes(given, best, truth, tag_of, scores, ["tag", "thing"])
    assert found.select("kind", "row", "tag", "score").rows() == [
        (FALSE, 3, "tag", 0.8),
        (FALSE, 2, "tag", 0.3),
        (MISSED, 4, "tag", 0.1),
        (MISSED, 1, None, None),
        (RIGHT, 0, "tag", 0.9),
    ]
    assert found["tags"].to_list() == [
        ["tag", "thing"],
        ["thing", "tag"],
        ["thing", "tag"],
        ["thing"],
        ["tag", "thing"],
    ]
    assert isinstance(found, pl.DataFrame)
