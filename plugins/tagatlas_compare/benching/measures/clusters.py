"""Whether clusters follow labels, with the uncertainty of the clustering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import stdtrit

from tagatlas import Clusterer
from tagatlas.toolkit import cluster_images
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures.task import Task
from tagatlas_compare.comparison.partitions import agreement, contingency
from tagatlas_compare.statistics.differences import Difference, student
from tagatlas_compare.statistics.estimates import make_figure
from tagatlas_compare.statistics.figures import LEVEL, Figure
from tagatlas_compare.statistics.intervals import FEWEST
from tagatlas_compare.statistics.samples import Values

SEEDS = 3
"""Number of clusterings of all images, whose mean agreement is the figure."""

SPLITS = 5
"""How often the images are split into halves, which are clustered each, for the interval."""

_TINY = 1e-12

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Clusterings:
    """The clusters of an entrant's images, several times.

    Attributes:
        whole: of all images with other seeds, shape (seeds, n).
        halves: of one half and the other in turn, -1 outside; shape (2 * splits, n).
    """

    whole: Labels
    halves: Labels


def cluster_again(seen: Seen, task: Task, clusterer: Clusterer, seed: int) -> Clusterings:
    """Cluster the images of a task with several seeds, and halves of them.

    The halves are drawn within labels, and are the same for every entrant. An image without tags
    is a cluster of its own.
    """
    embeddings = None if seen.embeddings is None else seen.embeddings[task.rows]
    scores = csr_array(seen.scores[task.rows])

    def clustered(rows: NDArray[np.intp], own_seed: int) -> Labels:
        found = np.full(task.images, -1, dtype=np.int32)
        told = rows[np.diff(scores.indptr)[rows] > 0]
        if len(told):
            some = csr_array(scores[told])
            used = np.flatnonzero(np.bincount(some.indices)).tolist()
            found[told] = cluster_images(
                clusterer,
                csr_array(some[:, used]),
                [seen.labels[tag] for tag in used],
                None if embeddings is None else embeddings[told],
                seed=own_seed,
            )
        silent = rows[found[rows] < 0]
        found[silent] = found.max() + 1 + np.arange(len(silent), dtype=np.int32)
        return found

    rows = np.arange(task.images)
    whole = [clustered(rows, seed + number) for number in range(SEEDS)]
    halves = [
        clustered(np.flatnonzero(is_first == first), seed + number)
        for number, is_first in enumerate(split_halves(task.partition, seed))
        for first in (True, False)
    ]
    return Clusterings(np.array(whole), np.array(halves))


def split_halves(labels: Labels, seed: int) -> NDArray[np.bool_]:
    """Splits of the images into halves, within labels: masks of the first, shape (splits, n)."""
    dice = np.random.default_rng([seed, 3])
    found = np.empty((SPLITS, len(labels)), dtype=np.bool_)
    for split in found:
        order = np.lexsort((dice.random(len(labels)), labels))
        split[order] = (np.arange(len(labels)) + dice.integers(2)) % 2 == 0
    return found


def information(clusters: Labels, labels: Labels) -> float:
    """Adjusted mutual information of the images that are in a cluster."""
    there = clusters >= 0
    return agreement(contingency(clusters[there], labels[there])).mutual_information


def information_of_halves(halves: Labels, labels: Labels) -> Values:
    """Adjusted mutual information of each half and its complement, shape (splits, 2)."""
    return np.array([information(each, labels) for each in halves]).reshape(-1, 2)


def variance_of_halves(of_halves: Values) -> float:
    """Variance of a figure of all images, by its values on halves of them.

    Half the difference of two halves varies as the figure of the whole does, sampling and
    clustering both (P. McCarthy, "Pseudo-replication: Half Samples", Review of the International
    Statistical Institute 37(3), 1969).

    Args:
        of_halves: shape (splits, 2).
    """
    return float(((of_halves[:, 0] - of_halves[:, 1]) ** 2).mean() / 4)


def difference_of_halves(
    task: Task, values: Sequence[float], one: Values, other: Values
) -> Difference:
    """The difference of two entrants, measured on the same halves.

    Args:
        task: of both.
        values: the figure of either.
        one: values on halves of one, shape (splits, 2).
        other: the other's.
    """
    value, variance = values[0] - values[1], variance_of_halves(one - other)
    if variance < _TINY or task.images - len(task.codes) < FEWEST:
        return Difference(value, np.nan, np.nan, np.nan)
    return student(value, variance, SPLITS)


def cluster_figure(found: Clusterings, task: Task, seed: int) -> Figure:
    """Adjusted mutual information of clusters and labels: the mean over seeds."""
    labels = task.partition
    dice = np.random.default_rng([seed, 4])
    shuffled = [
        information(found.whole[number % len(found.whole)], dice.permutation(labels))
        for number in range(20)
    ]
    value, *interval = cluster_value(found, task)
    return make_figure(value, (interval[0], interval[1]), shuffled, task.images)


def cluster_value(found: Clusterings, task: Task) -> tuple[float, float, float]:
    """The mean over seeds, and its interval by the halves; NaN where there is none."""
    labels = task.partition
    value = float(np.mean([information(each, labels) for each in found.whole]))
    variance = variance_of_halves(information_of_halves(found.halves, labels))
    if variance < _TINY or task.images - len(task.codes) < FEWEST:
        return value, np.nan, np.nan
    half = float(stdtrit(SPLITS, (1 + LEVEL) / 2) * np.sqrt(variance))
    return value, value - half, min(value + half, 1.0)
