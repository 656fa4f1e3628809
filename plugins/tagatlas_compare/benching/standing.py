"""Which entrant is ahead, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.measures.clusters import (
    difference_of_halves,
    information_of_halves,
)
from tagatlas_compare.benching.measures.measured import MEASURES, Measured
from tagatlas_compare.benching.measures.task import Task
from tagatlas_compare.statistics.differences import (
    CORRECTION,
    Difference,
    corrected,
    paired_difference,
)
from tagatlas_compare.statistics.ranks import rank_intervals, ranks, share_ahead, shares_first
from tagatlas_compare.statistics.samples import Values, resampled

RANKED_BY = "probe"

_SURE = 0.05


@dataclass(frozen=True, eq=False)
class Standing:
    """Ranks of entrants, and their differences.

    Attributes:
        measure: by which the ranks are; of :data:`tagatlas_compare.benching.measures.MEASURES`.
        ranks: one row an entrant, the best first: ``backend``, ``value`` (above the level of chance
            of the task, which is one for all: 0 is chance, 1 the best), ``rank`` (Int64; equal
            values share one), ``rank_low``, ``rank_high``: all ranks that it may have (null where
            there are too few images to tell), and ``leads``: the share of resamples in which it is
            first (null likewise).
        differences: one row a pair and measure: ``a``, ``b``, ``measure``, ``difference`` (a less
            b; by the measure of the ranks, above chance as there), its 95 % interval ``low``,
            ``high`` (null where there is none), ``a_leads``: the share of resamples in which a is
            ahead (null where none were drawn), ``p`` (corrected for the number of pairs; null
            where it cannot be told), and ``differs`` (Bool): p is below 0.05.
        method: how comparisons were corrected for their number, for pages.
    """

    measure: str
    ranks: pl.DataFrame
    differences: pl.DataFrame
    method: str


def stand(
    truth: Truth, measured: Sequence[Measured], labels_of_entrants: Sequence[str], *, seed: int
) -> Standing:
    """Rank entrants by the linear probe above chance, and compare all of their figures in pairs.

    The images are drawn again within labels, the same for all entrants, so that differences are
    paired. Those of clusters are of the same halves of the images.

    Args:
        truth: that they were measured against.
        measured: of each entrant, on the same images with the same seed.
        labels_of_entrants: unique, in the same order.
        seed: of drawing.

    Raises:
        UsageError: see :func:`tagatlas_compare.benching.measures.measure`.
    """
    task = Task.of(truth)
    counts = task.sample.draw(seed)
    rows = []
    for measure in MEASURES:
        rows += _compare(measure, task, measured, labels_of_entrants, counts)
    differences = pl.DataFrame(rows, schema=_DIFFERENCES, orient="row")
    return Standing(
        RANKED_BY,
        _ranks(task, measured, labels_of_entrants, differences, counts),
        differences,
        CORRECTION,
    )


_DIFFERENCES = {
    "a": pl.String,
    "b": pl.String,
    "measure": pl.String,
    "difference": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "a_leads": pl.Float64,
    "p": pl.Float64,
    "differs": pl.Boolean,
}


def _compare(
    measure: str,
    task: Task,
    measured: Sequence[Measured],
    labels: Sequence[str],
    counts: NDArray[np.uint8],
) -> list[tuple[object, ...]]:
    """Rows of the table of differences, for one measure."""
    unit = _unit(measured) if measure == RANKED_BY else 1.0
    found: list[tuple[int, int, Difference, float | None]] = []
    halves = _halves(task, measured) if measure == "clusters" else []
    parts = [_parts(task, each, measure) for each in measured]
    drawn = [None if own is None else _drawn(task, own, counts) for own in parts]
    for one, other in combinations(range(len(measured)), 2):
        values = [measured[each].figures[measure].value for each in (one, other)]
        first, second = parts[one], parts[other]
        moves, others = drawn[one], drawn[other]
        if halves:
            ahead = share_ahead(halves[one].ravel(), halves[other].ravel())
            found.append(
                (one, other, difference_of_halves(task, values, halves[one], halves[other]), ahead)
            )
        elif not task.can_tell(measure):
            unknown = Difference(values[0] - values[1], np.nan, np.nan, np.nan)
            found.append((one, other, unknown, None))
        elif first is not None and second is not None and moves is not None and others is not None:
            difference = paired_difference(first, second, task.sample)
            found.append((one, other, difference, share_ahead(moves, others)))
        elif np.isfinite(values).all():
            alone = Difference(values[0] - values[1], np.nan, np.nan, np.nan)
            found.append((one, other, alone, None))
    p = corrected(np.array([difference.p for _, _, difference, _ in found]))
    return [
        (
            labels[one],
            labels[other],
            measure,
            _known(difference.value / unit),
            _known(difference.low / unit),
            _known(difference.high / unit),
            ahead,
            _known(float(own_p)),
            bool(own_p < _SURE),
        )
        for (one, other, difference, ahead), own_p in zip(found, p, strict=True)
    ]


def level_of_chance(measured: Sequence[Measured]) -> float:
    """The level of chance of a task by the measure of its ranks: the highest that any entrant has.

    These levels are of shuffled labels and differ a little. With one for all, who is ahead as
    measured is ahead above chance as well, and by as much as the figures above chance differ.

    Returns:
        NaN if no entrant has one.
    """
    levels = [each.figures[RANKED_BY].chance for each in measured]
    return max((level for level in levels if np.isfinite(level)), default=np.nan)


def _unit(measured: Sequence[Measured]) -> float:
    """How much of the measure of the ranks is possible beyond chance; NaN if nothing is."""
    beyond = 1 - level_of_chance(measured)
    return beyond if beyond > 0 else np.nan


def _parts(task: Task, measured: Measured, measure: str) -> Values | None:
    """The values of the coded images whose mean is a figure; None if it has none."""
    if measure not in measured.images.columns or measure == "clusters":
        return None
    return measured.images[measure].gather(task.rows).to_numpy().astype(np.float64)


def _drawn(task: Task, parts: Values, counts: NDArray[np.uint8]) -> Values:
    sample = task.sample
    return resampled(sample.influence(parts), sample.mean(parts), counts)


def _halves(task: Task, measured: Sequence[Measured]) -> list[Values]:
    """Adjusted mutual information of each entrant's clusters of halves, shape (splits, 2) each."""
    found = []
    for each in measured:
        clusters = np.array(each.images["clusters"].gather(task.rows).to_list(), dtype=np.int32)
        found.append(information_of_halves(clusters.T, task.partition))
    return found


def _ranks(
    task: Task,
    measured: Sequence[Measured],
    labels: Sequence[str],
    differences: pl.DataFrame,
    counts: NDArray[np.uint8],
) -> pl.DataFrame:
    figures = np.array([each.figures[RANKED_BY].value for each in measured])
    figures = (figures - level_of_chance(measured)) / _unit(measured)
    values = np.nan_to_num(figures, nan=-1.0)  # what cannot be measured is last
    place = {label: number for number, label in enumerate(labels)}
    differs = np.zeros((len(labels), len(labels)), dtype=np.bool_)
    for a, b in differences.filter(pl.col("differs"), measure=RANKED_BY).select("a", "b").rows():
        differs[place[a], place[b]] = differs[place[b], place[a]] = True
    lowest, highest = rank_intervals(values, differs)
    parts = [_parts(task, each, RANKED_BY) for each in measured]
    known = [_drawn(task, own, counts) for own in parts if own is not None]
    can_tell = task.can_tell(RANKED_BY) and len(known) == len(labels) > 0
    leads = shares_first(np.column_stack(known)) if can_tell else np.full(len(labels), np.nan)
    table = pl.DataFrame(
        {
            "backend": pl.Series(labels, dtype=pl.String),
            "value": pl.Series(figures).fill_nan(None),
            "rank": ranks(values),
            "rank_low": lowest,
            "rank_high": highest,
            "leads": pl.Series(leads, dtype=pl.Float64).fill_nan(None),
        }
    )
    if not can_tell:
        none = [pl.lit(None, dtype=pl.Int64).alias(name) for name in ("rank_low", "rank_high")]
        table = table.with_columns(none)
    return table.sort("rank", "backend")


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
