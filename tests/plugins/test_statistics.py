"""Intervals, differences and ranks, against other packages and cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import ttest_rel
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from tagatlas_compare.statistics.differences import corrected, paired_difference
from tagatlas_compare.statistics.estimates import make_figure, mean_figure, pseudo_values
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import mean_interval, share_interval
from tagatlas_compare.statistics.ranks import rank_intervals, ranks, share_ahead, shares_first
from tagatlas_compare.statistics.samples import Sample, resampled

Values = NDArray[np.float64]


def groups(*sizes: int) -> Sample:
    return Sample(np.repeat(np.arange(len(sizes), dtype=np.int32), sizes))


@given(st.integers(1, 200), st.data())
def test_intervals_of_shares_are_wilsons(total: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, total))
    low, high = share_interval(np.array([float(part)]), float(total))
    assert (low[0], high[0]) == pytest.approx(proportion_confint(part, total, method="wilson"))


def test_of_shares_the_general_interval_is_nearly_wilsons() -> None:
    values = np.repeat([1.0, 0.0], [300, 700])
    found = mean_interval(values, Sample.of(np.ones(1000, dtype=np.bool_)))
    assert found == pytest.approx(proportion_confint(300, 1000, method="wilson"), abs=3e-4)


def test_each_group_weighs_the_same() -> None:
    sample = groups(1, 3)
    assert sample.mean(np.array([1.0, 0, 0, 0])) == pytest.approx(0.5)
    assert sample.weights.tolist() == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])


def test_the_spread_is_that_within_groups() -> None:
    dice = np.random.default_rng(0)
    values, sample = dice.random(60), groups(20, 40)
    moved = sample.influence(values)
    parts = values[:20].var(ddof=1) / 20, values[20:].var(ddof=1) / 40
    assert (moved**2).sum() == pytest.approx(sum(parts) / 4)
    shifted = sample.influence(values + np.repeat([0, 5], [20, 40]))
    assert shifted == pytest.approx(moved)


def test_single_images_of_a_label_are_taken_together() -> None:
    sample = groups(1, 1, 1, 30)
    assert sample.degrees == 33 - 2
    values = np.concatenate([[0.0, 0.5, 1.0], np.zeros(30)])
    assert (sample.influence(values) ** 2).sum() == pytest.approx(3 / 2 * (2 * 0.25) / 16)
    assert groups(1, 30).degrees == 30


def test_samples_are_drawn_within_groups() -> None:
    sample = groups(10, 30)
    counts = sample.draw(3, 50)
    assert (counts[:, :10].sum(axis=1, dtype=int) == 10).all()
    assert (counts[:, 10:].sum(axis=1, dtype=int) == 30).all()
    assert (counts == sample.draw(3, 50)).all()


def test_resampled_figures_spread_as_the_variance_says() -> None:
    values, sample = np.random.default_rng(1).random(50), groups(20, 30)
    moved = sample.influence(values)
    found = resampled(moved, sample.mean(values), sample.draw(0, 4000))
    assert found.mean() == pytest.approx(sample.mean(values), abs=0.005)
    assert found.std() == pytest.approx(np.sqrt((moved**2).sum()), rel=0.05)


@pytest.mark.parametrize(
    ("values", "sample"),
    [
        pytest.param(np.linspace(0, 1, 10), groups(10), id="too few images"),
        pytest.param(np.linspace(0, 1, 30), groups(*[2] * 15), id="too few beyond the labels"),
        pytest.param(np.ones(100), groups(100), id="the most possible"),
        pytest.param(np.full(100, 0.4), groups(100), id="all alike"),
        pytest.param(np.repeat([0.0, 1, 0], [50, 49, 1]), groups(50, 50), id="one differs"),
    ],
)
def test_where_none_would_hold_there_is_no_interval(values: Values, sample: Sample) -> None:
    assert not np.isfinite(mean_interval(values, sample)).any()


def test_a_figure_of_nothing_is_nothing() -> None:
    found = mean_figure(np.full(3, np.nan))
    assert np.isnan(found.value)
    assert np.isnan(found.chance)
    assert not found.has_interval


def test_the_level_of_chance_is_the_mean_of_the_shuffled() -> None:
    found = make_figure(0.5, (0.4, 0.6), [0.1, 0.2, 0.3], 9)
    assert found.chance == pytest.approx(0.2)
    assert found.chance_high == pytest.approx(0.2 + 0.1 * 1.96, abs=1e-3)
    assert found.adjusted == pytest.approx(0.3 / 0.8)
    assert np.isnan(Figure(1, 1, 1, 1, 1, 1, 5).adjusted)


def test_pseudo_values_of_a_mean_are_the_values() -> None:
    values = np.random.default_rng(0).random(30)
    without = (values.sum() - values) / 29
    assert pseudo_values(values.mean(), without) == pytest.approx(values)


def test_a_paired_difference_is_nearly_that_of_a_paired_t_test() -> None:
    dice = np.random.default_rng(0)
    one, sample = dice.random(2000), groups(2000)
    other = 0.8 * one + 0.2 * dice.random(2000) - 0.01
    found = paired_difference(one, other, sample)
    expected = ttest_rel(one, other).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-3)


def test_equal_figures_tie_and_unlike_ones_without_spread_do_not() -> None:
    sample = groups(30, 30)
    same = paired_difference(np.ones(60), np.ones(60), sample)
    assert (same.value, same.p) == (0.0, 1.0)
    apart = paired_difference(np.ones(60), np.zeros(60), sample)
    assert apart.value == 1
    assert apart.p < 1e-6
    assert np.isnan(apart.low)
    assert np.isnan(paired_difference(np.ones(10), np.zeros(10), groups(10)).p)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_correction_is_holms(p: list[float]) -> None:
    expected = multipletests(p, method="holm")[1]
    assert corrected(np.array(p)) == pytest.approx(expected)


def test_what_cannot_be_told_does_not_count_for_the_correction() -> None:
    found = corrected(np.array([0.01, np.nan, 0.02]))
    assert found[[0, 2]].tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(found[1])


def test_ranks_and_what_they_may_be() -> None:
    values = np.array([0.5, 0.9, 0.5, 0.1])
    assert ranks(values).tolist() == [2, 1, 2, 4]
    differs = np.zeros((4, 4), dtype=np.bool_)
    differs[1, 3] = differs[3, 1] = True
    lowest, highest = rank_intervals(values, differs)
    assert lowest.tolist() == [1, 1, 1, 2]
    assert highest.tolist() == [4, 3, 4, 4]


def test_the_lead_is_shared_by_equals() -> None:
    drawn = np.array([[0.5, 0.5, 0.1], [0.2, 0.1, 0.3], [0.4, 0.4, 0.4], [0.9, 0.1, 0.2]])
    assert shares_first(drawn).tolist() == pytest.approx(
        [(1 / 2 + 1 / 3 + 1) / 4, (1 / 2 + 1 / 3) / 4, (1 + 1 / 3) / 4]
    )
    assert share_ahead(drawn[:, 0], drawn[:, 1]) == pytest.approx((0.5 + 1 + 0.5 + 1) / 4)
