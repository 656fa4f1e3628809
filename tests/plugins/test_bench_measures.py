"""Planted taggers, whose figures are worked out by hand, and measures against scikit-learn's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from map_plugins import LEIDEN
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import (
    adjusted_mutual_info_score,
    average_precision_score,
    balanced_accuracy_score,
)

from tagatlas.errors import UsageError
from tagatlas.toolkit import image_vectors, similar_images
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures import Measured, measure
from tagatlas_compare.benching.measures.alike import Alike, likeness_of
from tagatlas_compare.benching.measures.matching import LabelMap
from tagatlas_compare.benching.measures.probe import Probe, folds_of, kernel_of, shares_right
from tagatlas_compare.benching.measures.words import (
    average_precision,
    average_precisions,
    precision_at,
)
from tagatlas_compare.benching.results.document import Origin
from tagatlas_compare.benching.standing import Standing, stand

LABELS = ["bird", "boat", "cat", "chair", "dog", "tree"]
KINDS = {
    "bird": ["duck", "parrot"],
    "boat": ["canoe", "gondola"],
    "cat": ["siamese cat", "tabby"],
    "chair": ["armchair", "rocking chair"],
    "dog": ["poodle", "beagle"],
    "tree": ["oak", "willow"],
}
EACH = 10
IMAGES = len(LABELS) * EACH

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


def truth_of(labels: Sequence[str]) -> Truth:
    codes, numbers = np.unique(np.asarray(labels), return_inverse=True)
    has = np.eye(len(codes), dtype=np.bool_)[numbers]
    return Truth("folder", codes.tolist(), has, np.ones(len(labels), dtype=np.bool_))


def seen(label: str, tags: Sequence[Sequence[str]]) -> Seen:
    """An entrant that gives these tags to images, each with score 1."""
    labels = sorted({tag for own in tags for tag in own})
    rows = [row for row, own in enumerate(tags) for _ in own]
    columns = [labels.index(tag) for own in tags for tag in own]
    scores = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(tags), len(labels)))
    statuses = ["ok" if own else "empty" for own in tags]
    return Seen(label, label, "", Origin.IMPORTED, statuses, scores, labels, None)


TRUTH = truth_of([label for label in LABELS for _ in range(EACH)])
RIGHT = [[label] for label in LABELS for _ in range(EACH)]


def planted() -> dict[str, list[list[str]]]:
    """By name, what taggers of known quality say of ten images of each label."""
    dice = np.random.default_rng(7)
    half, below = [], []
    for number, label in enumerate(LABELS):
        others = [LABELS[(number + step) % len(LABELS)] for step in range(1, 6)]
        half += [[label]] * 5 + [[other] for other in others]
        below += [[KINDS[label][place % 2]] for place in range(EACH)]
    words = [dice.choice(LABELS, 2, replace=False).tolist() for _ in range(IMAGES)]
    return {
        "right": RIGHT,
        "right again": RIGHT,
        "below": below,
        "half": half,
        "silent on half": [own if row % 2 else [] for row, own in enumerate(RIGHT)],
        "mute": [[] for _ in range(IMAGES)],
        "by id": [[f"picture {row}"] for row in range(IMAGES)],
        "words": words,
    }


@pytest.fixture(scope="module")
def found() -> dict[str, Measured]:
    entrants = [seen(name, tags) for name, tags in planted().items()]
    tags = sorted({tag for each in entrants for tag in each.labels})
    label_map = LabelMap.make(TRUTH.codes, tags)
    measured = measure(TRUTH, entrants, label_map, clusterer=LEIDEN, top=10, seed=0)
    return dict(zip(planted(), measured, strict=True))


@pytest.fixture(scope="module")
def standing(found: dict[str, Measured]) -> Standing:
    return stand(TRUTH, list(found.values()), list(found), seed=0)


SILENT = [LABELS.index(own[0]) if row % 2 else 6 + row for row, own in enumerate(RIGHT)]
AMI_SILENT = adjusted_mutual_info_score([LABELS.index(own[0]) for own in RIGHT], SILENT)

BY_HAND = {
    # name: probe, neighbours, clusters, average precision, precision at 10, recall
    "right": (1, 1, 1, 1, 1, 1),
    "below": (1, (4 + 0) / 9, None, 1, 1, 1),
    "half": (0.5, (4 / 9) / 2, None, 1 / 4 + 1 / 12, 0.5, 0.5),
    "silent on half": (0.5, (4 / 9) / 2, AMI_SILENT, 1 / 2 + 1 / 12, 0.5 + 0.5 * 5 / 55, 0.5),
    "mute": (0, 0, 0, 1 / 6, 1 / 6, 0),
    "by id": (1 / 6, 0, None, 1 / 6, 1 / 6, 0),
}
MEASURES = ("probe", "neighbours", "clusters", "average_precision", "precision_at_10", "recall")


@pytest.mark.parametrize("name", BY_HAND)
def test_figures_are_those_worked_out_by_hand(found: dict[str, Measured], name: str) -> None:
    figures = found[name].figures
    for measure_name, expected in zip(MEASURES, BY_HAND[name], strict=True):
        if expected is not None:
            assert figures[measure_name].value == pytest.approx(expected, abs=1e-9), measure_name


def test_random_words_are_at_the_level_of_chance(found: dict[str, Measured]) -> None:
    for name, figure in found["words"].figures.items():
        assert figure.chance_low - 0.1 < figure.value < figure.chance_high + 0.1, name
        assert abs(figure.adjusted) < 0.2, name


def test_the_parts_of_images_make_the_figures(found: dict[str, Measured]) -> None:
    for each in found.values():
        for name in each.images.columns:
            if name in each.figures and name != "clusters":
                mean = each.images[name].mean()
                assert mean == pytest.approx(each.figures[name].value, abs=1e-9), name


def test_labels_without_a_word_are_named(found: dict[str, Measured]) -> None:
    assert found["right"].labels["sayable"].all()
    assert found["right"].labels["matched_by"].unique().to_list() == ["identity"]
    assert found["below"].labels["matched_by"].unique().to_list() == ["kind"]
    assert found["below"].labels["tags"].to_list() == [sorted(KINDS[label]) for label in LABELS]
    assert not found["by id"].labels["sayable"].any()
    assert np.isnan(found["by id"].figures["recall_sayable"].value)


def test_the_same_weights_under_two_names_tie_in_every_column(standing: Standing) -> None:
    same = standing.differences.filter(a="right", b="right again")
    assert same["difference"].to_list() == [0.0] * same.height
    assert not same["differs"].any()
    assert same["a_leads"].drop_nulls().unique().to_list() == [0.5]
    ranks = standing.ranks.filter(pl.col("backend").str.starts_with("right"))
    assert ranks["rank"].to_list() == [1, 1]
    assert ranks["leads"].n_unique() == 1


def test_ranks_are_those_of_what_is_known(standing: Standing) -> None:
    rows = {row["backend"]: row for row in standing.ranks.iter_rows(named=True)}
    for name in ("right", "right again", "below"):
        assert (rows[name]["rank"], rows[name]["rank_low"], rows[name]["rank_high"]) == (1, 1, 3)
        assert rows[name]["leads"] == pytest.approx(1 / 3)
    for name in ("half", "silent on half"):
        assert (rows[name]["rank"], rows[name]["rank_low"], rows[name]["rank_high"]) == (4, 4, 5)
    assert rows["mute"]["rank"] == rows["mute"]["rank_high"] == 8
    ahead = standing.differences.filter(a="right", measure="probe")
    assert dict(ahead.select("b", "differs").iter_rows()) == {
        "right again": False,
        "below": False,
        "half": True,
        "silent on half": True,
        "mute": True,
        "by id": True,
        "words": True,
    }


scores_and_labels = (
    arrays(np.float64, 12, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])),
    arrays(np.bool_, 12, elements=st.booleans()),
)


@given(*scores_and_labels)
def test_average_precision_is_that_of_scikit_learn(scores: Scores, is_right: Mask) -> None:
    if is_right.any():
        expected = average_precision_score(is_right, scores)
        assert average_precision(scores, is_right) == pytest.approx(expected)


@given(*scores_and_labels)
def test_what_an_image_adds_is_the_value_less_that_without_it(
    scores: Scores, is_right: Mask
) -> None:
    if is_right.sum() < 2:
        return
    found = average_precisions(scores[:, None], is_right[:, None])
    for row in range(len(scores)):
        rest = np.arange(len(scores)) != row
        without = average_precision_score(is_right[rest], scores[rest])
        assert found.moves[row, 0] == pytest.approx(found.values[0] - without)


def test_precision_counts_ties_in_part() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    is_right = np.array([True, True, False, False, False])
    assert precision_at(scores, is_right) == pytest.approx((1 + 1 / 3) / 2)


@given(st.integers(0, 1000), st.sampled_from([2, 3, 5, 1000]))
def test_neighbours_without_an_image_are_counted_as_if_it_had_not_been_there(
    seed: int, levels: int
) -> None:
    dice = np.random.default_rng(seed)
    images = 14
    near = dice.integers(0, levels, (images, images)).astype(np.float64)
    near[dice.random((images, images)) < 0.2] = -np.inf
    np.fill_diagonal(near, -np.inf)
    has = np.eye(2, dtype=np.bool_)[np.arange(images) % 2]

    def of(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        return Alike(near[np.ix_(rows, rows)]).shares(has[rows])[0]

    whole = np.arange(images)
    found = Alike(near).of_codes(has)
    # Of a label with one image fewer, as many fewer neighbours are looked at: only the others'
    # labels are compared.
    for row in range(images):
        other = 1 - row % 2
        without = of(np.delete(whole, row))
        assert found.moves[row, other] == pytest.approx(found.values[other] - without[other])


def test_equally_alike_images_count_in_part() -> None:
    labels = ["cat", "dog", "tree"] * 20
    tags = [["animal"] if label != "tree" else ["plant"] for label in labels]
    figure = measured_alone(labels, tags).figures["neighbours"]
    assert figure.value == pytest.approx((1 + 2 * 19 / 39) / 3)
    assert not figure.has_interval


@given(st.integers(0, 100), st.booleans())
def test_likeness_is_that_of_the_neighbours_of_images(seed: int, is_embedded: bool) -> None:
    dice = np.random.default_rng(seed)
    scores = csr_array(dice.random((20, 6)) * (dice.random((20, 6)) < 0.4))
    embeddings = dice.normal(size=(20, 4)).astype(np.float16) if is_embedded else None
    found = likeness_of(scores, embeddings)
    rows, expected = similar_images(image_vectors(scores, embeddings), 19)
    for row, others in enumerate(rows):
        there = others >= 0
        assert there.sum() == np.isfinite(found[row]).sum()
        assert found[row, others[there]] == pytest.approx(expected[row, there], abs=1e-5)


@given(st.integers(0, 100))
def test_the_probe_is_the_ridge_regression_of_scikit_learn(seed: int) -> None:
    dice = np.random.default_rng(seed)
    scores = csr_array(dice.random((40, 8)) * (dice.random((40, 8)) < 0.6))
    labels = np.repeat(np.arange(4, dtype=np.int32), 10)
    has = np.eye(4, dtype=np.bool_)[labels]
    kernel, folds = kernel_of(scores, None), folds_of(labels, seed)
    silent = np.diff(scores.indptr) == 0
    found = Probe(kernel, silent, folds).scores(has)
    for fold in range(10):
        trained, scored = (folds != fold) & ~silent, (folds == fold) & ~silent
        if not scored.any():
            continue
        model = KernelRidge(alpha=1, kernel="precomputed")
        model.fit(kernel[np.ix_(trained, trained)] + 1, has[trained].astype(float))
        expected = model.predict(kernel[np.ix_(scored, trained)] + 1)
        expected /= np.sqrt(np.maximum(has[trained].sum(axis=0), 1))
        assert found[scored] == pytest.approx(expected)
    shares = shares_right(found, has)
    expected = balanced_accuracy_score(labels, np.where(silent, -1, found.argmax(axis=1)))
    mean = np.mean([shares[labels == label].mean() for label in range(4)])
    assert mean == pytest.approx(expected)


def test_folds_hold_each_label_alike() -> None:
    labels = np.repeat(np.arange(3, dtype=np.int32), [20, 30, 50])
    folds = folds_of(labels, 5)
    for label, size in enumerate((2, 3, 5)):
        assert (np.bincount(folds[labels == label], minlength=10) == size).all()


@pytest.mark.parametrize(
    ("labels", "coded", "told"),
    [
        (["a", "b"], 0, "none of the images has a label"),
        (["a", "b"], 1, "only one of the images has a label"),
        (["a", "a", "a"], 3, "all 3 images are labelled alike"),
    ],
)
def test_what_cannot_be_measured_with_is_refused(labels: list[str], coded: int, told: str) -> None:
    whole = truth_of(labels)
    truth = Truth("folder", whole.codes, whole.has, np.arange(len(labels)) < coded)
    with pytest.raises(UsageError, match=told):
        measure(truth, [], LabelMap.make([], []), clusterer=LEIDEN, top=10, seed=0)


def test_silent_images_are_tied_at_the_end_of_a_ranking() -> None:
    scores = np.array([0.5, -np.inf, -np.inf, -np.inf])
    for place in (1, 2, 3):
        is_right = np.isin(np.arange(4), [0, place])
        assert average_precision(scores, is_right) == pytest.approx((1 + 2 / 4) / 2)


def test_labels_of_one_image_each_are_measured_by_words_alone() -> None:
    truth = truth_of(LABELS)
    entrants = [seen("right", [[label] for label in LABELS]), seen("mute", [[] for _ in LABELS])]
    label_map = LabelMap.make(truth.codes, LABELS)
    measured = measure(truth, entrants, label_map, clusterer=LEIDEN, top=10, seed=0)
    assert [each.figures["recall"].value for each in measured] == [1, 0]
    assert np.isnan(measured[0].figures["probe"].value)
    found = stand(truth, measured, ["right", "mute"], seed=0)
    assert found.ranks["value"].to_list() == [None, None]
    assert found.ranks["rank"].to_list() == [1, 1]
    assert found.ranks["leads"].null_count() == 2


def two_labels(images: int) -> list[str]:
    return [("cat", "dog")[row % 2] for row in range(images)]


def measured_alone(labels: list[str], tags: Sequence[Sequence[str]]) -> Measured:
    truth, entrant = truth_of(labels), seen("one", tags)
    label_map = LabelMap.make(truth.codes, entrant.labels)
    return measure(truth, [entrant], label_map, clusterer=LEIDEN, top=10, seed=0)[0]


@pytest.mark.parametrize("images", [10, 12, 20])
def test_a_perfect_tagger_of_few_images_is_above_chance(images: int) -> None:
    labels = two_labels(images)
    figure = measured_alone(labels, [[label] for label in labels]).figures["probe"]
    assert figure.value == 1
    assert figure.chance < 0.7
    assert figure.chance_high < 0.95


@pytest.mark.parametrize("images", [10, 13, 60])
def test_what_says_the_same_of_all_images_is_at_chance(images: int) -> None:
    figures = measured_alone(two_labels(images), [["thing"]] * images).figures
    assert figures["probe"].value == pytest.approx(figures["probe"].chance)


def test_silence_does_not_lower_the_level_of_chance() -> None:
    half = [own if row % 2 else [] for row, own in enumerate(RIGHT)]
    figure = measured_alone([own[0] for own in RIGHT], half).figures["probe"]
    assert figure.value == 0.5
    assert figure.chance == pytest.approx(1 / 6, abs=0.02)


def test_ranks_and_differences_are_of_the_figures_above_one_level_of_chance(
    found: dict[str, Measured],
) -> None:
    def with_chance(each: Measured, chance: float) -> Measured:
        probe = replace(each.figures["probe"], chance=chance)
        return replace(each, figures={**each.figures, "probe": probe})

    # By levels of its own, the second would be ahead above chance.
    parts = [found["half"], found["silent on half"]]
    first, second = sorted(parts, key=lambda each: -each.figures["probe"].value)
    entrants = [with_chance(first, 0.4), with_chance(second, 0.1)]
    standing = stand(TRUTH, entrants, ["one", "other"], seed=0)
    value_of = dict(standing.ranks.select("backend", "value").iter_rows())
    assert value_of == {
        "one": pytest.approx((first.figures["probe"].value - 0.4) / 0.6),
        "other": pytest.approx((second.figures["probe"].value - 0.4) / 0.6),
    }
    [difference] = standing.differences.filter(measure="probe")["difference"]
    assert difference == pytest.approx(value_of["one"] - value_of["other"])


def test_random_words_of_equal_images_are_not_told_apart() -> None:
    truth = truth_of(two_labels(60))
    dice = np.random.default_rng(0)
    names = [f"random {number}" for number in range(10)]
    entrants = [seen(name, dice.choice(["red", "blue"], (60, 1)).tolist()) for name in names]
    label_map = LabelMap.make(truth.codes, ["red", "blue"])
    measured = measure(truth, entrants, label_map, clusterer=LEIDEN, top=10, seed=0)
    found = stand(truth, measured, names, seed=0).differences.filter(measure="probe")
    assert not found["differs"].any()
    figures = [each.figures["probe"] for each in measured]
    assert sum(not figure.low <= 0.5 <= figure.high for figure in figures) <= 1
