"""How often each interval holds what it should, where the truth is known.

Usage: python benchmarks/intervals.py [--times FACTOR] [--only WORD]

Collections are drawn again and again from a population that is made up: images of some labels, to
which backends give tags that tell the label more or less clearly, and places and clusters on maps.
Of each figure the true value is its mean over all collections of a size, and counted is how often
an interval holds it, where one is printed. Printed is the table of ``docs/coverage.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Clusterer, ClusterInput, Clusters, Progress
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen
from tagatlas_compare.benching.measures.alike import Alike, likeness_of
from tagatlas_compare.benching.measures.clusters import (
    cluster_again,
    cluster_figure,
    difference_of_halves,
    information_of_halves,
)
from tagatlas_compare.benching.measures.measuring import FEWEST_OF_LABEL, WIDENED
from tagatlas_compare.benching.measures.probe import Probe, folds_of, kernel_of, shares_right
from tagatlas_compare.benching.measures.task import OfCodes, Task
from tagatlas_compare.benching.measures.words import (
    average_precisions,
    share_of_images,
)
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
from tagatlas_compare.statistics.differences import Difference, corrected, paired_difference
from tagatlas_compare.statistics.estimates import NO_INTERVAL, figure_of, mean_figure, pseudo_values
from tagatlas_compare.statistics.figures import Figure
from tagatlas_compare.statistics.intervals import mean_interval, share_interval
from tagatlas_compare.statistics.ranks import rank_intervals
from tagatlas_compare.statistics.samples import Sample

Values = NDArray[np.float64]
Numbers = NDArray[np.int32]
Interval = tuple[float, float, float]
"""A value, and the ends of its interval."""

IMAGES = (10, 30, 100, 1_000)
LABELS = (2, 5, 50)
KINDS = ("alike", "unlike", "skewed")
TIMES = {10: 20, 30: 400, 100: 400, 1_000: 100}
"""How many collections are drawn of each size."""

_TAGS_OF_LABEL = 3
_COMMON_TAGS = 20
_TAGS = 5


@dataclass(frozen=True)
class World:
    """A population of images.

    Attributes:
        images: number of images of a collection.
        labels: number of labels.
        kind: ``alike``: labels are equally many and equally hard; ``unlike``: some are easy, some
            hard; ``skewed``: one has half of the images, the next a quarter or so.
    """

    images: int
    labels: int
    kind: str

    @property
    def of_image(self) -> Numbers:
        """The label of each image: collections are drawn within labels."""
        if self.kind != "skewed":
            return np.sort(np.arange(self.images, dtype=np.int32) % self.labels)
        shares = 1 / np.arange(1, self.labels + 1)
        extra = self.images - 2 * self.labels
        sizes = 2 + np.floor(extra * shares / shares.sum()).astype(int)
        sizes[0] += self.images - sizes.sum()
        return np.repeat(np.arange(self.labels, dtype=np.int32), sizes)

    def clarity(self, backend: int) -> Values:
        """How clearly the tags of a backend tell each label, shape (labels,)."""
        if self.kind == "unlike":
            return np.linspace(0.1, 0.9, self.labels) * (1 - 0.1 * backend)
        return np.full(self.labels, 0.5 - 0.1 * backend)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A collection: labels, the tags of three backends, and a map with clusters of two.

    Attributes:
        sample: how images were drawn.
        of_image: label of each image.
        scores: of each backend, shape (n, tags).
        clusters: of the first two backends' maps.
        positions: likewise.
    """

    sample: Sample
    of_image: Numbers
    scores: list[csr_array]
    clusters: list[Numbers]
    positions: list[Values]

    @property
    def has(self) -> NDArray[np.bool_]:
        """Labels as a mask, shape (n, labels)."""
        return np.eye(int(self.of_image.max()) + 1, dtype=np.bool_)[self.of_image]


def draw(world: World, seed: int, *, within_labels: bool) -> Drawn:
    """Draw a collection: as many images of each label always, or of any label."""
    dice = np.random.default_rng(seed)
    of_image = world.of_image
    if not within_labels:
        of_image = dice.choice(of_image, world.images)
    scores = [_tags(world, of_image, backend, dice) for backend in range(3)]
    clusters, positions = [], []
    angles = 2 * np.pi * np.arange(world.labels) / world.labels
    for backend in range(2):
        wrong = dice.random(world.images) > world.clarity(backend)[of_image]
        others = dice.integers(0, world.labels, world.images)
        own = np.where(wrong, others, of_image).astype(np.int32)
        clusters.append(own)
        centre = np.column_stack([np.cos(angles[own]), np.sin(angles[own])])
        positions.append(centre + dice.normal(scale=0.5, size=centre.shape))
    return Drawn(Sample(of_image), of_image, scores, clusters, positions)


def _tags(world: World, of_image: Numbers, backend: int, dice: np.random.Generator) -> csr_array:
    """Tags of each image: of its label, or any."""
    width = _TAGS_OF_LABEL * world.labels + _COMMON_TAGS
    shape = (world.images, _TAGS)
    own = dice.random(shape) < world.clarity(backend)[of_image][:, None]
    tags = of_image[:, None] * _TAGS_OF_LABEL + dice.integers(0, _TAGS_OF_LABEL, shape)
    tags = np.where(own, tags, dice.integers(0, width, shape))
    scores = np.zeros((world.images, width))
    rows = np.arange(world.images)[:, None]
    np.maximum.at(scores, (rows, tags), dice.beta(2 + 2 * own, 2))
    return csr_array(scores)


def of_bench(drawn: Drawn) -> Iterator[tuple[str, Interval]]:
    """Intervals of ``bench``."""
    sample, has = drawn.sample, drawn.has
    every = np.ones(has.shape[1], dtype=np.bool_)
    found = {}
    for number, scores in enumerate(drawn.scores):
        kernel, folds = kernel_of(scores, None), folds_of(drawn.of_image, 0)
        silent = np.zeros(len(kernel), dtype=np.bool_)
        right = shares_right(Probe(kernel, silent, folds).scores(has), has)
        found["probe", number] = share_of_images(np.repeat(right[:, None], has.shape[1], 1), has)
        if number == 2:
            break
        found["neighbours", number] = Alike(likeness_of(scores, None)).of_codes(has)
        # Each label is said by its first tag.
        ranked = scores[:, : _TAGS_OF_LABEL * has.shape[1] : _TAGS_OF_LABEL].toarray()
        found["average precision", number] = average_precisions(ranked, has)
        found["recall", number] = share_of_images((ranked > 0).astype(np.float64), has)
        if number == 0:
            yield from _of_label(right, drawn.of_image)
    task = _task(drawn)
    parts = {key: _parts(key[0], each, sample) for key, each in found.items()}
    for (name, number), own in parts.items():
        if number > 0:
            continue
        interval, other = NO_INTERVAL, paired_difference(own, parts[name, 1], sample)
        if task.has_interval(name):
            interval = mean_interval(own, sample)
        if not task.can_tell(name):
            other = Difference(other.value, *NO_INTERVAL, np.nan)
        yield name, (found[name, 0].mean(every), *interval)
        yield f"difference: {name}", (other.value, other.low, other.high)


def _parts(name: str, found: OfCodes, sample: Sample) -> Values:
    """The values of images, as ``bench`` has them."""
    every = np.ones(len(found.values), dtype=np.bool_)
    mean = found.mean(every)
    return mean + (WIDENED if name == "probe" else 1) * (found.parts(every, sample) - mean)


def _task(drawn: Drawn) -> Task:
    labels = [str(label) for label in range(drawn.has.shape[1])]
    return Task.of(Truth("", labels, drawn.has, np.ones(len(drawn.of_image), dtype=np.bool_)))


def _of_label(right: Values, of_image: Numbers) -> Iterator[tuple[str, Interval]]:
    """The share of the first label's images that are right."""
    own = right[of_image == 0]
    if len(own) >= FEWEST_OF_LABEL:
        yield "label: share of images", _share(float(own.sum()), len(own))


def _share(part: float, whole: int) -> Interval:
    low, high = share_interval(np.array([float(part)]), float(whole))
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
    task = _task(drawn)
    clusterer = Leaders(3 * len(task.codes))
    figures, halves = [], []
    for scores in drawn.scores[:2]:
        tags = [f"{tag:04}" for tag in range(scores.shape[1])]
        statuses = ["ok"] * len(drawn.of_image)
        seen = Seen("", "", "", Origin.IMPORTED, statuses, scores, tags, None)
        found = cluster_again(seen, task, clusterer, 0)
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


def rank_is_held(drawn: Drawn) -> bool | None:
    """Whether the intervals of the ranks of three backends, by the probe, hold all true ranks."""
    sample, has = drawn.sample, drawn.has
    if not _task(drawn).can_tell("probe"):
        return None
    parts = []
    for scores in drawn.scores:
        silent = np.zeros(len(has), dtype=np.bool_)
        probe = Probe(kernel_of(scores, None), silent, folds_of(drawn.of_image, 0))
        right = shares_right(probe.scores(has), has)
        found = share_of_images(np.repeat(right[:, None], has.shape[1], 1), has)
        parts.append(_parts("probe", found, sample))
    pairs = list(combinations(range(3), 2))
    p = corrected(np.array([paired_difference(parts[a], parts[b], sample).p for a, b in pairs]))
    differs = np.zeros((3, 3), dtype=np.bool_)
    for (a, b), own in zip(pairs, p, strict=True):
        differs[a, b] = differs[b, a] = own < 0.05
    lowest, highest = rank_intervals(np.array([sample.mean(each) for each in parts]), differs)
    true = np.arange(1, 4)  # each backend tells labels less clearly than the one before
    return bool((lowest <= true).all() and (true <= highest).all())


def worlds() -> Iterator[World]:
    """The populations that collections are drawn from."""
    for images in IMAGES:
        for labels in LABELS:
            if images >= 2 * labels:
                yield from (World(images, labels, kind) for kind in KINDS)


PARTS: Mapping[str, tuple[Callable[[Drawn], Iterator[tuple[str, Interval]]], bool]] = {
    "bench": (of_bench, True),
    "clusters": (of_clusters, True),
    "compare": (of_compare, False),
}
"""Functions that give intervals, and whether images are drawn within labels for them."""


def coverage(world: World, part: str, times: int) -> pl.DataFrame:
    """How often each interval of a part holds the true value.

    Returns:
        One row a figure: ``part``, ``figure``, ``images``, ``labels``, ``kind``, ``times``,
        ``printed`` (share of collections with an interval), ``held`` (of these, the share whose
        interval holds the true value) and ``width`` (mean).
    """
    intervals, within_labels = PARTS[part]
    found: dict[str, list[Interval]] = {}
    for seed in range(times):
        drawn = draw(world, seed, within_labels=within_labels)
        for name, interval in intervals(drawn):
            found.setdefault(name, []).append(interval)
    rows = []
    for name, own in found.items():
        values, low, high = np.array(own).T
        printed = np.isfinite(low)
        true = np.nanmean(values)
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


def rank_coverage(world: World, times: int) -> pl.DataFrame:
    """How often the intervals of ranks hold all true ranks; columns as of :func:`coverage`."""
    found = [rank_is_held(draw(world, seed, within_labels=True)) for seed in range(times)]
    known = [is_held for is_held in found if is_held is not None]
    row = {
        "part": "ranks",
        "figure": "ranks of three backends",
        "images": world.images,
        "labels": world.labels,
        "kind": world.kind,
        "times": times,
        "printed": len(known) / times,
        "held": float(np.mean(known)) if known else None,
        "width": None,
    }
    return pl.DataFrame([row], schema_overrides={"held": pl.Float64, "width": pl.Float64})


def _figure(figure: Figure) -> Interval:
    return figure.value, figure.low, figure.high


def _row(table: pl.DataFrame) -> Interval:
    share, low, high = table.select("share", "low", "high").row(-1)
    return share, np.nan if low is None else low, np.nan if high is None else high


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=float, default=1.0, help="factor of the repetitions")
    parser.add_argument("--only", default="", help="part: bench, clusters, compare or ranks")
    parser.add_argument("--images", type=int, help="one size only")
    parser.add_argument("--out", help="CSV file of the whole table")
    arguments = parser.parse_args()
    tables = []
    for world in worlds():
        if arguments.images not in (None, world.images):
            continue
        times = max(int(TIMES[world.images] * arguments.times), 2)
        for part in [*PARTS, "ranks"]:
            if part.startswith(arguments.only):
                ranks = part == "ranks"
                tables.append(
                    rank_coverage(world, times) if ranks else coverage(world, part, times)
                )
                if arguments.out:
                    pl.concat(tables).write_csv(arguments.out)
    table = pl.concat(tables)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=160, tbl_hide_dataframe_shape=True):
        print(table)


if __name__ == "__main__":
    main()
