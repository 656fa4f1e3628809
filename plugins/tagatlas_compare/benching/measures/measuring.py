"""Measures the entrants of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Clusterer
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures.alike import Alike, likeness_of
from tagatlas_compare.benching.measures.clusters import Clusterings, cluster_again, cluster_figure
from tagatlas_compare.benching.measures.found import Found, found_nearby, probed
from tagatlas_compare.benching.measures.matching import LabelMap
from tagatlas_compare.benching.measures.measured import OF_LABELS, Measured
from tagatlas_compare.benching.measures.probe import predicted
from tagatlas_compare.benching.measures.task import Codes, Task
from tagatlas_compare.benching.measures.words import (
    average_precisions,
    best_matching,
    precision_at,
    recalls,
)
from tagatlas_compare.comparison.labels import best_tags
from tagatlas_compare.statistics.estimates import NO_INTERVAL, make_figure
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import share_interval
from tagatlas_compare.statistics.samples import Values

FEWEST_OF_LABEL = 20
"""Least number of images of a label for an interval of its own."""

Mask = NDArray[np.bool_]


def measure(
    truth: Truth,
    entrants: Sequence[Seen],
    label_map: LabelMap,
    *,
    clusterer: Clusterer,
    top: int,
    seed: int,
) -> list[Measured]:
    """Measure what entrants made of images against what is known of them.

    Images that were not coded are left out. Silence is never rewarded: an image without tags is
    wrong, has no neighbours, is ranked last, and is a cluster of its own. The level of chance is
    that of shuffled labels with the same silent images; that of the probe guesses for these, as
    otherwise a figure above chance would reward silence.

    Args:
        truth: of n images.
        entrants: what each made of the same images.
        label_map: which tags stand for which label.
        clusterer: finds clusters of the images.
        top: number of tags of an image that count for the recall.
        seed: of everything random.

    Returns:
        One for each entrant, in order.

    Raises:
        UsageError: there are fewer than two labelled images, or all are labelled alike.
    """
    task = Task.of(truth)
    return [
        _Measuring(task, each, label_map, top, seed).measured(clusterer, len(truth.coded))
        for each in entrants
    ]


class _Measuring:
    """One entrant on the coded images."""

    def __init__(self, task: Task, seen: Seen, label_map: LabelMap, top: int, seed: int) -> None:
        self._task, self._seen, self._seed = task, seen, seed
        self._scores = csr_array(seen.scores[task.rows])
        self._embeddings = None if seen.embeddings is None else seen.embeddings[task.rows]
        self._silent: Mask = np.diff(self._scores.indptr) == 0
        used = np.bincount(self._scores.indices, minlength=len(seen.labels)) > 0
        self._map = label_map
        self._matches = label_map.matches(task.codes, seen.labels) & used
        self._sayable: Mask = np.asarray(self._matches.any(axis=1))
        self._top = top

    def measured(self, clusterer: Clusterer, images: int) -> Measured:
        task = self._task
        probe, scores = probed(task, self._scores, self._embeddings, self._silent, self._seed)
        near, own_shares = self._neighbours()
        found = {"probe": probe, "neighbours": near} | self._words()
        figures = {name: each.figure(name, task) for name, each in found.items()}
        figures["precision_at_10"], precisions = self._precision_at_10()
        clusterings = cluster_again(self._seen, task, clusterer, self._seed)
        figures["clusters"] = cluster_figure(clusterings, task, self._seed)
        parts = {name: each.parts(task.sample) for name, each in found.items() if each.some.any()}
        return Measured(
            {name: figures[name] for name in OF_LABELS if name in figures},
            self._label_table(found, precisions),
            self._image_table(images, parts, scores, own_shares, clusterings),
        )

    def _neighbours(self) -> tuple[Found, Values]:
        """Shares of neighbours with the same code, and those of each image."""
        task = self._task
        told = np.flatnonzero(~self._silent)
        likeness = np.full((task.images, task.images), -np.inf)
        if len(told) > 1:
            embeddings = None if self._embeddings is None else self._embeddings[told]
            likeness[np.ix_(told, told)] = likeness_of(csr_array(self._scores[told]), embeddings)
        alike = Alike(likeness)
        return found_nearby(task, alike, self._seed), alike.shares(task.has)[1]

    def _words(self) -> dict[str, Found]:
        """Average precision and recall, over all labels and over those it can say."""
        task = self._task
        ranked = best_matching(self._scores, self._matches)
        best = csr_array(best_tags(self._scores, self._top))
        said = best_matching(best, self._matches) > 0
        every = np.ones(len(task.codes), dtype=np.bool_)
        sayable = self._sayable
        mixed = list(task.shuffled(self._seed))
        found = {}
        for name, of_codes, shuffled in (
            (
                "average_precision",
                average_precisions(ranked, task.has),
                [average_precisions(ranked, has) for has in mixed],
            ),
            ("recall", recalls(said, task.has), [recalls(said, has) for has in mixed]),
        ):
            found[name] = Found(of_codes, every, [each.mean(every) for each in shuffled])
            found[f"{name}_sayable"] = Found(
                of_codes, sayable, [each.mean(sayable) for each in shuffled]
            )
        return found

    def _precision_at_10(self) -> tuple[Figure, Values]:
        """Precision of the first ten, and that of each code.

        Too few images decide it for an interval: none that was tried held.
        """
        task = self._task
        ranked = best_matching(self._scores, self._matches)
        columns = range(len(task.codes))

        def of(has: Codes) -> Values:
            return np.array([precision_at(ranked[:, code], has[:, code]) for code in columns])

        values = of(task.has)
        shuffled = [float(of(has).mean()) for has in task.shuffled(self._seed)]
        return make_figure(float(values.mean()), NO_INTERVAL, shuffled, task.images), values

    def _label_table(self, found: Mapping[str, Found], precisions: Values) -> pl.DataFrame:
        task, tags_of_all = self._task, self._seen.labels
        matched = [
            [tags_of_all[tag] for tag in np.flatnonzero(row).tolist()] for row in self._matches
        ]
        columns: dict[str, object] = {
            "label": pl.Series(task.codes, dtype=pl.String),
            "images": task.sizes,
            "sayable": self._sayable,
            "tags": pl.Series(
                matched,
                dtype=pl.List(pl.String),
            ),
            "matched_by": pl.Series(
                [self._map.how(code, tags) for code, tags in zip(task.codes, matched, strict=True)],
                dtype=pl.String,
            ),
        }
        is_share = {"recall": True, "probe": task.is_single}
        for name in ("probe", "neighbours", "average_precision", "recall"):
            values = found[name].of_codes.values
            columns[name] = np.where(found[name].some, values, np.nan)
            if is_share.get(name):
                worth = task.sizes / found[name].widened ** 2  # as many images apart
                low, high = share_interval(values * worth, worth)
                enough = found[name].some & (task.sizes >= FEWEST_OF_LABEL)
                columns[f"{name}_low"] = np.where(enough, low, np.nan)
                columns[f"{name}_high"] = np.where(enough, high, np.nan)
        columns["precision_at_10"] = precisions
        table = pl.DataFrame(columns)
        return table.with_columns(pl.col(pl.Float64).fill_nan(None))

    def _image_table(
        self,
        images: int,
        parts: Mapping[str, Values],
        scores: Values,
        own_shares: Values,
        clusterings: Clusterings,
    ) -> pl.DataFrame:
        task = self._task

        def of_all(values: Values) -> pl.Series:
            every = np.full(images, np.nan)
            every[task.rows] = values
            return pl.Series(every).fill_nan(None)

        best = predicted(scores)
        names = np.array([*task.codes, None], dtype=object)
        said: list[str | None] = [None] * images
        right: list[bool | None] = [None] * images
        if task.is_single:
            for row, code, own in zip(
                task.rows.tolist(), best.tolist(), task.sample.groups.tolist(), strict=True
            ):
                said[row], right[row] = names[code], code == own

        def clusters(found: NDArray[np.int32]) -> pl.Series:
            every = np.full((images, len(found)), -1, dtype=np.int32)
            every[task.rows] = found.T
            return pl.Series(every.tolist(), dtype=pl.List(pl.Int32))

        return pl.DataFrame(
            {
                "predicted": pl.Series(said, dtype=pl.String),
                "right": pl.Series(right, dtype=pl.Boolean),
                "neighbours_right": of_all(own_shares),
                **{name: of_all(values) for name, values in parts.items()},
                "clusters": clusters(clusterings.halves),
                "clusters_of_all": clusters(clusterings.whole),
            }
        )
