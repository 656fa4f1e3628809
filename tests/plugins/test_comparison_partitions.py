from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    v_measure_score,
)

from tagatlas_compare.comparison.flows import flows, relations, theme_overlap
from tagatlas_compare.comparison.partitions import agreement, contingency, without_each

Labels = NDArray[np.int32]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Labels, Labels]:
    count = draw(st.integers(1, 60))
    labels = arrays(np.int32, count, elements=st.integers(0, draw(st.integers(0, 12))))
    return draw(labels), draw(labels)


@given(pairs())
def test_the_figures_are_those_of_scikit_learn(pair: tuple[Labels, Labels]) -> None:
    found = agreement(contingency(*pair))
    assert found.mutual_information == pytest.approx(adjusted_mutual_info_score(*pair), abs=1e-9)
    assert found.rand == pytest.approx(adjusted_rand_score(*pair), abs=1e-9)
    assert found.v_measure == pytest.approx(v_measure_score(*pair), abs=1e-9)


def test_the_figures_are_those_of_scikit_learn_on_a_large_collection() -> None:
    dice = np.random.default_rng(1)
    one = dice.integers(0, 40, 30_000).astype(np.int32)
    other = np.where(dice.random(30_000) < 0.3, one, dice.integers(0, 25, 30_000)).astype(np.int32)
    found = agreement(contingency(one, other))
    assert found.mutual_information == pytest.approx(
        adjusted_mutual_info_score(one, other), rel=1e-9
    )
    assert found.rand == pytest.approx(adjusted_rand_score(one, other), rel=1e-9)


@given(pairs(), st.integers(0, 2**32 - 1))
def test_an_image_that_counts_twice_is_two_images(pair: tuple[Labels, Labels], seed: int) -> None:
    weights = np.random.default_rng(seed).integers(0, 3, len(pair[0]))
    repeated = contingency(*(np.repeat(labels, weights) for labels in pair))
    weighted = contingency(*pair, weights)
    rows, columns = repeated.shape
    assert weighted.sum() == repeated.sum()
    assert (weighted[:rows, :columns] == repeated).all()


@given(pairs())
def test_what_is_left_without_an_image_is_the_figure_of_the_others(
    pair: tuple[Labels, Labels],
) -> None:
    one, other = pair
    if len(one) < 3:
        return
    found = without_each(contingency(one, other))
    row = len(one) // 2
    rest = agreement(contingency(np.delete(one, row), np.delete(other, row)))
    for name, values in found.items():
        if rest.mutual_information < 1 and rest.rand < 1:
            assert values[one[row], other[row]] == pytest.approx(getattr(rest, name), abs=1e-9)


def test_nothing_to_compare_is_no_figure() -> None:
    assert np.isnan(agreement(np.zeros((2, 2))).rand)


def test_merged_clusters_are_seen_as_merged_and_split_ones_as_split() -> None:
    one = np.repeat([0, 1, 2, 3], [30, 20, 25, 40]).astype(np.int32)
    other = np.repeat([0, 0, 1, 2, 3], [30, 20, 25, 25, 15]).astype(np.int32)
    table = contingency(one, other)
    assert relations(table).rows() == [
        ("same", [2], [1], 25),
        ("merged", [0, 1], [0], 50),
        ("split", [3], [2, 3], 40),
    ]
    turned = relations(table.T)
    assert turned["kind"].to_list() == ["same", "merged", "split"]
    assert turned.row(1) == ("merged", [2, 3], [3], 40)


def test_a_cluster_that_goes_nowhere_is_spread() -> None:
    found = relations(np.array([[20.0, 0, 0], [5, 5, 5], [0, 30, 0], [0, 0, 40]]))
    assert found.filter(kind="spread").rows() == [("spread", [1], [], 15)]
    assert found["kind"].to_list() == ["same", "same", "same", "spread"]


def test_one_that_goes_into_a_larger_one_is_a_part_of_it() -> None:
    found = relations(np.array([[20.0, 1, 0, 0], [15, 5, 9, 8], [9, 6, 9, 9], [9, 7, 9, 9]]))
    assert found.row(0) == ("part", [0], [0], 20)


def test_clusters_are_merged_or_split_only_if_two_or_more_go_whole() -> None:
    two_of_three = np.array([[30.0, 0, 0], [30, 0, 0], [0, 0, 40], [8, 0, 9]])
    assert relations(two_of_three).filter(kind="merged")["clusters_a"].to_list() == [[0, 1]]
    assert relations(two_of_three.T).filter(kind="split")["clusters_b"].to_list() == [[0, 1]]
    # Most of the first column is in the second row, of which less than half is in it.
    chain = np.array([[190.0, 0, 0], [210, 120, 110], [0, 200, 0], [0, 0, 200]])
    assert relations(chain).filter(kind="regrouped").rows() == [("regrouped", [0, 1], [0], 400)]


@pytest.mark.parametrize(
    ("shared", "kind"), [(43, "same"), (29, "same"), (28, "overlap"), (23, "overlap")]
)
def test_the_same_theme_is_one_of_which_two_thirds_are_the_same(shared: int, kind: str) -> None:
    rest = 43.0 - shared
    table = np.array([[shared, rest, 0], [0, 60, 0], [rest, 0, 60]])
    assert relations(table).filter(pl.col("clusters_a").list.contains(0))["kind"].to_list() == [
        kind
    ]


def test_going_into_a_cluster_that_has_nearly_all_is_no_relation() -> None:
    assert relations(np.array([[20.0, 9], [14, 1]]))["kind"].to_list() == ["spread"] * 4
    assert relations(np.array([[60.0, 3], [800, 50]]))["kind"].unique().to_list() == ["spread"]


def test_what_is_in_no_cluster_is_no_theme() -> None:
    table = np.array([[30.0, 0, 0], [0, 30, 0], [0, 0, 30]])
    assert relations(table)["kind"].to_list() == ["same"] * 3
    without = relations(table, (2, 2))
    assert without.select("clusters_a", "clusters_b").rows() == [([0], [0]), ([1], [1])]
    assert relations(table, (2, None)).filter(kind="spread").rows() == [("spread", [], [2], 30)]


@given(pairs())
def test_every_cluster_is_in_one_relation(pair: tuple[Labels, Labels]) -> None:
    found = relations(contingency(*pair))
    for side, labels in zip(("clusters_a", "clusters_b"), pair, strict=True):
        assert sorted(found[side].explode().drop_nulls()) == np.unique(labels).tolist()


def test_flows_have_intervals_around_their_shares_and_the_level_of_chance() -> None:
    table = np.array([[30.0, 10.0], [0.0, 60.0]])
    found = flows(table)
    assert found["images"].to_list() == [30, 10, 60]
    assert found["share_of_a"].to_list() == pytest.approx([0.75, 0.25, 1.0])
    assert found["chance"].to_list() == pytest.approx([0.3, 0.7, 0.7])
    assert found["share_of_b"].to_list() == pytest.approx([1.0, 1 / 7, 6 / 7])
    assert found["jaccard"].to_list() == pytest.approx([0.75, 1 / 10, 6 / 7])
    assert (found["low"] <= found["share_of_a"]).all()
    assert (found["high"] >= found["share_of_a"]).all()


@given(pairs())
def test_the_overlap_of_themes_is_the_jaccard_similarity_of_an_images_clusters(
    pair: tuple[Labels, Labels],
) -> None:
    found = theme_overlap(*pair, contingency(*pair))
    for image, (one, other) in enumerate(zip(*pair, strict=True)):
        own, others = (
            set(np.flatnonzero(labels == label).tolist())
            for labels, label in ((pair[0], one), (pair[1], other))
        )
        assert found[image] == pytest.approx(len(own & others) / len(own | others))
