"""How often each interval holds what it should, where the truth is known.

Usage: python benchmarks/intervals.py [--times FACTOR] [--only PART] [--images NUMBER] [--out FILE]

Collections are drawn again and again from a population that is made up: images of some labels, to
which backends give tags that tell the label more or less clearly, and places and clusters on maps.
Of each figure the true value is its mean over all collections of a size, and counted is how often
an interval holds it, where one is printed. Those of ``bench`` are measured by the functions that it
calls. Printed is the table of ``docs/coverage.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl
from made_up import BACKENDS, TAGS_OF_LABEL, Drawn, World, draw
from scipy.sparse import csr_array

from tagatlas import Clusterer, ClusterInput, Clusters, Progress, load_plugins
from tagatlas.toolkit import default_clusterer
from tagatlas_compare.benching.coding.codes import ANY, judge_codes
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures.alike import Alike, likeness_of
from tagatlas_compare.benching.measures.clusters import (
    cluster_again,
    cluster_figure,
    difference_of_halves,
    information_of_halves,
)
from tagatlas_compare.benching.measures.found import Found, found_nearby, probed
from tagatlas_compare.benching.measures.measuring import FEWEST_OF_LABEL
from tagatlas_compare.benching.measures.probe import kernel_of
from tagatlas_compare.benching.measures.task import Task
from tagatlas_compare.benching.measures.words import average_precisions, share_of_images
from tagatlas_compare.benching.results.document import Origin
from tagatlas_compare.comparison.agreement import (
    alpha,
    alpha_values,
    expected_disagreement,
    jaccard,
    observed_disagreement,
)
from tagatlas_compare.comparison.alignment import align, explained_without_each
from tagatlas_compare.comparison.labels import best_tags
from tagatlas_compare.comparison.partitions import agreement, contingency, has_enough, without_each
from tagatlas_compare.comparison.tagging import calibration, rank_correlation
from tagatlas_compare.statistics.differences import corrected, paired_difference
from tagatlas_compare.statistics.estimates import NO_INTERVAL, figure_of, mean_figure, pseudo_values
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import share_interval
from tagatlas_compare.statistics.ranks import rank_intervals
from tagatlas_compare.statistics.samples import Values

Interval = tuple[float, float, float]
"""A value, and the ends of its interval."""

IMAGES = (10, 30, 100, 1_000)
LABELS = (2, 5, 50)
KINDS = ("alike", "unlike", "skewed", "words")
TIMES = {10: 20, 30: 200, 100: 200, 1_000: 60}
"""How many collections are drawn of each size."""


def of_bench(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """Intervals of ``bench``, of its differences and of its ranks."""
    task = Task.of(_truth(drawn))
    found = [_probed(drawn, task, number) for number in range(BACKENDS)]
    yield from _with_difference("probe", found[:2], task)
    yield from _of_ranks(drawn, [each.parts(task.sample) for each in found], task)
    first = [dict(_without_probe(csr_array(drawn.scores[number]), task)) for number in range(2)]
    for name in first[0]:
        yield from _with_difference(name, [own[name] for own in first], task)
    if len(drawn.of_image[drawn.of_image == 0]) >= FEWEST_OF_LABEL:
        for name, own in (("probe", found[0]), ("recall", first[0]["recall"])):
            size = float(task.sizes[0]) / own.widened**2
            yield f"label: {name}", _share(own.of_codes.values[0] * size, size)


def _probed(drawn: Drawn, task: Task, number: int) -> Found:
    silent = np.zeros(task.images, dtype=np.bool_)
    return probed(task, drawn.scores[number], None, silent, 0)[0]


def _without_probe(scores: csr_array, task: Task) -> Iterator[tuple[str, Found]]:
    """Measures but the probe; the level of chance makes no difference to those of words."""
    # Each label is said by its first tag.
    first = slice(0, TAGS_OF_LABEL * len(task.codes), TAGS_OF_LABEL)
    ranked = scores[:, first].toarray()
    alike = Alike(likeness_of(scores, None))
    every = np.ones(len(task.codes), dtype=np.bool_)
    yield "neighbours", found_nearby(task, alike, 0)
    yield "average_precision", Found(average_precisions(ranked, task.has), every, [])
    yield "recall", Found(share_of_images((ranked > 0).astype(np.float64), task.has), every, [])


def _with_difference(
    name: str, pair: Sequence[Found], task: Task
) -> Iterator[tuple[str, Interval]]:
    """The interval of the first of two, and that of their difference."""
    yield name, _figure(pair[0].figure(name, task))
    one, other = (each.parts(task.sample) for each in pair)
    found = paired_difference(one, other, task.sample)
    ends = (found.low, found.high) if task.can_tell(name) else NO_INTERVAL
    yield f"difference: {name}", (found.value, *ends)


def _of_ranks(drawn: Drawn, parts: Sequence[Values], task: Task) -> Iterator[tuple[str, Interval]]:
    """The ranks of all backends at once: 0, which their interval holds if all ranks are held."""
    if not task.can_tell("probe"):
        yield "ranks", (0.0, *NO_INTERVAL)
        return
    pairs = list(combinations(range(BACKENDS), 2))
    p = corrected(
        np.array([paired_difference(parts[a], parts[b], task.sample).p for a, b in pairs])
    )
    differs = np.zeros((BACKENDS, BACKENDS), dtype=np.bool_)
    for (a, b), own in zip(pairs, p, strict=True):
        differs[a, b] = differs[b, a] = own < 0.05
    values = np.array([task.sample.mean(each) for each in parts])
    lowest, highest = rank_intervals(values, differs)
    # Each backend tells labels less clearly than the one before; of equal ones each may be any.
    every = np.arange(1, BACKENDS + 1)
    best, worst = (1, BACKENDS) if drawn.is_equal else (every, every)
    is_held = bool((lowest <= best).all() and (worst <= highest).all())
    yield "ranks", (0.0, 0.0, 0.0) if is_held else (0.0, 1.0, 1.0)


def _truth(drawn: Drawn) -> Truth:
    """Labels that are called as the first of their tags."""
    labels = [f"{TAGS_OF_LABEL * label:04}" for label in range(drawn.has.shape[1])]
    return Truth("", labels, drawn.has, np.ones(len(drawn.of_image), dtype=np.bool_))


def _seen(drawn: Drawn, number: int) -> Seen:
    scores = drawn.scores[number]
    tags = [f"{tag:04}" for tag in range(scores.shape[1])]
    statuses = ["ok"] * len(drawn.of_image)
    return Seen(str(number), "", "", Origin.IMPORTED, statuses, scores, tags, None)


def of_codes(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """Intervals of the first code, by a coding."""
    truth, seen = _truth(drawn), _seen(drawn, 0)
    matches = np.array([[tag == code for tag in seen.labels] for code in truth.codes])
    found = judge_codes("", truth, {}, seen.scores, seen.labels, matches, seed=0).codes
    row = found.row(
        by_predicate=(pl.col("code") == truth.codes[0]) & (pl.col("rule") == ANY), named=True
    )
    for name in ("precision", "recall", "f1"):
        value = np.nan if row[name] is None else row[name]
        yield f"code: {name}", _ends(value, row[f"{name}_low"], row[f"{name}_high"])


def _share(part: float, whole: float) -> Interval:
    low, high = share_interval(np.array([float(part)]), whole)
    return part / whole, float(low[0]), float(high[0])


def of_compare(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """Intervals of ``compare``."""
    images = len(drawn.of_image)
    one, other = (best_tags(each, 3) for each in drawn.scores[:2])
    first, second = (csr_array((each > 0).astype(np.float32)) for each in (one, other))
    yield "same tags (Jaccard)", _figure(mean_figure(jaccard(first, second)))
    looked = np.ones((2, images), dtype=np.bool_)
    expected = expected_disagreement([first, second], looked, jaccard, 0)
    within, backends = observed_disagreement([first, second], looked, jaccard)
    values = alpha_values(within, backends, expected)
    yield (
        "Krippendorff's alpha",
        _figure(figure_of(alpha(within, backends, expected), values, least=-1.0)),
    )
    dice = np.random.default_rng(0)
    yield "order of scores (Spearman)", _figure(rank_correlation(one, other, 2, dice))
    table = calibration(one, second)
    if table.height:
        yield "calibration: share of tags", _row(table)
    yield "prevalence: share of images", _share(float(first[:, [0]].sum()), images)
    clusters, others = drawn.clusters
    shared = contingency(clusters, others)
    whole, without = agreement(shared), without_each(shared)
    for name, least in (("mutual_information", -1.0), ("rand", -1.0), ("v_measure", 0.0)):
        value = getattr(whole, name)
        own = pseudo_values(value, without[name][clusters, others])
        interval = _figure(figure_of(value, own, least=least))
        yield f"clusters: {name}", interval if has_enough(shared) else (value, *NO_INTERVAL)
    still, moving = drawn.positions
    found = align(moving, still)
    own = pseudo_values(found.explained, explained_without_each(moving, still))
    yield "same places (Procrustes)", _figure(figure_of(found.explained, own))


def of_clusters(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """Intervals of clusters in ``bench``, whose clusterings are part of them."""
    yield from _of_clusterer(drawn, Leaders(3 * drawn.has.shape[1]))


def of_leiden(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """The same with the method that is the default."""
    yield from _of_clusterer(drawn, default_clusterer(load_plugins()))


def _of_clusterer(drawn: Drawn, clusterer: Clusterer) -> Iterator[tuple[str, Interval]]:
    task = Task.of(_truth(drawn))
    figures, halves = [], []
    for number in range(2):
        found = cluster_again(_seen(drawn, number), task, clusterer, 0)
        figures.append(cluster_figure(found, task, 0))
        halves.append(information_of_halves(found.halves, task.partition))
    yield "clusters of labels", _figure(figures[0])
    values = [figure.value for figure in figures]
    other = difference_of_halves(task, values, *halves)
    yield "difference: clusters of labels", (other.value, other.low, other.high)


class Leaders(Clusterer):
    """Images chosen at random lead; each other one follows the most similar leader."""

    def __init__(self, count: int) -> None:
        self._count = count

    def cluster(self, images: ClusterInput, *, seed: int, progress: Progress) -> Clusters:  # noqa: ARG002 - of the contract
        """One clustering, which depends on the seed as much as on the images."""
        kernel = kernel_of(images.scores, None)
        count = min(self._count, len(kernel))
        leaders = np.random.default_rng(seed).choice(len(kernel), count, replace=False)
        return Clusters(labels=kernel[:, leaders].argmax(axis=1))


def worlds() -> Iterator[World]:
    """The populations that collections are drawn from."""
    for images in IMAGES:
        for labels in LABELS:
            if images >= 2 * labels:
                yield from (World(images, labels, kind) for kind in KINDS)


PARTS: Mapping[str, tuple[Callable[[Drawn], Iterator[tuple[str, Interval]]], bool, float]] = {
    "bench": (of_bench, True, 1),
    "codes": (of_codes, False, 1),
    "clusters": (of_clusters, True, 0.5),
    "leiden": (of_leiden, True, 0.3),
    "compare": (of_compare, False, 1),
}
"""Functions that give intervals, whether images are drawn within labels for them, and the share of
the collections that they are tried on."""


def coverage(world: World, part: str, times: int) -> pl.DataFrame:
    """How often each interval of a part holds the true value.

    Returns:
        One row a figure: ``part``, ``figure``, ``images``, ``labels``, ``kind``, ``times``,
        ``printed`` (share of collections with an interval), ``held`` (of these, the share whose
        interval holds the true value) and ``width`` (mean).
    """
    intervals, within_labels, _ = PARTS[part]
    found: dict[str, list[Interval]] = {}
    for seed in range(times):
        drawn = draw(world, seed, within_labels=within_labels)
        for name, interval in intervals(drawn):
            found.setdefault(name, []).append(interval)
    rows = []
    for name, own in found.items():
        values, low, high = np.array(own).T
        printed = np.isfinite(low)
        true = np.nanmean(values) if np.isfinite(values).any() else np.nan
        held = ((low <= true) & (true <= high))[printed]
        rows.append(
            {
                "part": part,
                "figure": name,
                "images": world.images,
                "labels": world.labels,
                "kind": world.kind,
                "times": len(own),
                "printed": float(printed.mean()),
                "held": float(held.mean()) if printed.any() else None,
                "width": float((high - low)[printed].mean()) if printed.any() else None,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"held": pl.Float64, "width": pl.Float64})


def _figure(figure: Figure) -> Interval:
    return figure.value, figure.low, figure.high


def _row(table: pl.DataFrame) -> Interval:
    share, low, high = table.select("share", "low", "high").row(-1)
    return _ends(share, low, high)


def _ends(value: float, low: float | None, high: float | None) -> Interval:
    return value, np.nan if low is None else low, np.nan if high is None else high


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=float, default=1.0, help="factor of the repetitions")
    parser.add_argument("--only", default="", help=f"one part: {', '.join(PARTS)}")
    parser.add_argument("--images", type=int, help="one size only")
    parser.add_argument("--out", help="CSV file of the whole table")
    arguments = parser.parse_args()
    tables = []
    for world in worlds():
        if arguments.images not in (None, world.images):
            continue
        for part, (_, _, share) in PARTS.items():
            is_chosen = part.startswith(arguments.only)
            if not is_chosen or (part == "compare" and world.kind == "words"):
                continue
            times = max(int(TIMES[world.images] * arguments.times * share), 2)
            tables.append(coverage(world, part, times))
            if arguments.out:
                pl.concat(tables).write_csv(arguments.out)
    table = pl.concat(tables)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True):
        print(table)


if __name__ == "__main__":
    main()
