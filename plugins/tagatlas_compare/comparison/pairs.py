"""Comparison of two backends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas_compare.comparison.agreement import (
    Similarity,
    alpha,
    alpha_values,
    expected_disagreement,
    jaccard,
    masi,
    observed_disagreement,
)
from tagatlas_compare.comparison.alignment import (
    Alignment,
    align,
    explained_without_each,
    unit_of,
)
from tagatlas_compare.comparison.compared import ComparedBackend, ComparedMap
from tagatlas_compare.comparison.flows import flows, relations, theme_overlap
from tagatlas_compare.comparison.label_similarity import (
    LabelSimilarity,
    label_likeness,
    soft_agreement,
)
from tagatlas_compare.comparison.labels import TagSets, sizes
from tagatlas_compare.comparison.neighbourhoods import (
    Neighbours,
    likest_images,
    nearest_on_map,
    neighbourhood_sizes,
    overlap,
    shuffled_neighbours,
)
from tagatlas_compare.comparison.partitions import agreement, contingency, has_enough, without_each
from tagatlas_compare.comparison.tagging import calibration, prevalence, rank_correlation
from tagatlas_compare.statistics.estimates import (
    NO_INTERVAL,
    SHUFFLES,
    figure_of,
    make_figure,
    mean_figure,
    pseudo_values,
)
from tagatlas_compare.statistics.figures import Figure

Values = NDArray[np.float64]

NEIGHBOURHOODS = (5, 10, 20, 50)
"""Numbers of neighbours that are compared."""

_ASKED = 5_000
"""Maximum number of images whose neighbours are compared, drawn at random."""

_LABELS_WITH_MEANING = 3_000

_SHUFFLED = 20_000
"""Maximum number of images whose tags are compared with other images', for the level of chance."""

Pairing = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Images of one backend and, in the same order, images of the other to compare them with."""


@dataclass(frozen=True)
class Measure:
    """A measured figure.

    Attributes:
        name: of the measure, as in :data:`tagatlas_compare.comparison.measures.MEASURES`.
        figure: the measured value.
        images: number of images it is measured on.
        k: number of neighbours, for measures of neighbourhoods.
    """

    name: str
    figure: Figure
    images: int
    k: int | None = None


@dataclass(frozen=True, eq=False)
class TagComparison:
    """Tags of two backends; attributes of n images have NaN for those that do not count."""

    measures: list[Measure]
    prevalence: pl.DataFrame
    calibration: tuple[pl.DataFrame, pl.DataFrame]
    disagreement: Values
    shared_labels: int
    known: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class ThemeComparison:
    """Clusters and places of two backends; ``moved`` and ``disagreement`` are of n images."""

    measures: list[Measure]
    flows: pl.DataFrame
    relations: pl.DataFrame
    alignment: Alignment
    moved: Values
    disagreement: Values


def compare_tags(
    one: int,
    other: int,
    sets: TagSets,
    looked: NDArray[np.bool_],
    meaning: LabelSimilarity | None,
    seed: int,
) -> TagComparison:
    """Compare the tags of two backends.

    Images count if both could tag them and at least one gives a tag.

    Args:
        one: number of the first backend among ``sets``.
        other: of the second.
        sets: the tags of all.
        looked: mask of the n images that each backend could tag, shape (backends, n).
        meaning: the similarity of labels; None to leave that out.
        seed: of shuffling.
    """
    dice = np.random.default_rng([seed, one, other])
    has, others = sets.has(one), sets.has(other)
    counted = looked[one] & looked[other] & (sizes(has) + sizes(others) > 0)
    rows = np.flatnonzero(counted)
    images = len(rows)
    first, second = csr_array(has[rows]), csr_array(others[rows])
    pairings = [_pairing(images, dice) for _ in range(SHUFFLES)]

    def mean_of(similarity: Similarity) -> tuple[Figure, Values]:
        values = similarity(first, second)
        shuffled = [
            float(similarity(csr_array(first[own]), csr_array(second[others])).mean())
            for own, others in (pairings if images else [])
        ]
        return mean_figure(values, shuffled=shuffled), values

    jaccards, alike = mean_of(jaccard)
    measures = [Measure("jaccard", jaccards, images)]
    known = None
    if meaning is not None:
        likeness = label_likeness(
            meaning, sets.vocabulary, first, second, most=_LABELS_WITH_MEANING
        )
        soft, alike = mean_of(lambda own, others: soft_agreement(own, others, likeness))
        measures.append(Measure("soft", soft, images))
        known = _known(meaning, sets, first), _known(meaning, sets, second)
    measures += [
        Measure(name, _alpha([first, second], similarity, pairings, seed), images)
        for name, similarity in (("alpha_jaccard", jaccard), ("alpha_masi", masi))
    ]
    scores, other_scores = (csr_array(sets.scores[each][rows]) for each in (one, other))
    correlation = rank_correlation(scores, other_scores, SHUFFLES, dice)
    measures.append(Measure("score_ranks", correlation, images))
    disagreement = np.full(len(counted), np.nan)
    disagreement[rows] = 1 - alike
    both = np.intersect1d(first.indices, second.indices)
    return TagComparison(
        measures,
        prevalence(first, second, sets.vocabulary) if images else _no_prevalence(),
        (calibration(scores, second), calibration(other_scores, first)),
        disagreement,
        len(both),
        known,
    )


def _pairing(images: int, dice: np.random.Generator) -> Pairing:
    """Images drawn at random, each with another one drawn at random."""
    count = min(images, _SHUFFLED)
    return dice.permutation(images)[:count], dice.permutation(images)[:count]


def _no_prevalence() -> pl.DataFrame:
    empty = csr_array(np.zeros((1, 0), dtype=np.float32))
    return prevalence(empty, empty, [])


def _known(meaning: LabelSimilarity, sets: TagSets, has: csr_array) -> float:
    """The share of a backend's tags with a known meaning."""
    counts = np.bincount(has.indices, minlength=len(sets.vocabulary))
    return float(counts[meaning.known(sets.vocabulary)].sum() / max(counts.sum(), 1))


def _alpha(
    pair: list[csr_array],
    similarity: Similarity,
    pairings: list[Pairing],
    seed: int,
) -> Figure:
    """Krippendorff's alpha of two backends on the images that count for both."""
    looked = np.ones((2, pair[0].shape[0]), dtype=np.bool_)
    expected = expected_disagreement(pair, looked, similarity, seed)
    within, backends = observed_disagreement(pair, looked, similarity)
    shuffled = []
    for own, others in pairings if np.isfinite(expected.mean) else []:
        mixed = [csr_array(pair[0][own]), csr_array(pair[1][others])]
        there = looked[:, : len(own)]
        shuffled.append(alpha(*observed_disagreement(mixed, there, similarity), expected))
    values = alpha_values(within, backends, expected)
    return mean_figure(values, shuffled=shuffled, least=-1.0)


def compare_themes(
    one: ComparedBackend, other: ComparedBackend, seed: int
) -> ThemeComparison | None:
    """Compare the clusters and maps of two backends.

    Images count if they are on both maps.

    Returns:
        None if one of them has no map, or no image is on both.
    """
    if one.map is None or other.map is None:
        return None
    on_both = (one.map.clusters >= 0) & (other.map.clusters >= 0)
    rows = np.flatnonzero(on_both)
    if len(rows) == 0:
        return None
    dice = np.random.default_rng(seed)
    clusters, others = one.map.clusters[rows], other.map.clusters[rows]
    table = contingency(clusters, others)
    measures = list(_of_partitions(clusters, others, dice))
    measures += _of_neighbours(one, other, rows, dice)
    placed, alignment, distances = _of_places(one.map, other.map, rows, dice)
    moved, disagreement = (np.full(len(on_both), np.nan) for _ in range(2))
    moved[rows] = distances
    disagreement[rows] = 1 - theme_overlap(clusters, others, table)
    remainders = one.map.data.remainder, other.map.data.remainder
    return ThemeComparison(
        measures + placed,
        flows(table),
        relations(table, remainders),
        alignment,
        moved,
        disagreement,
    )


def _of_partitions(
    clusters: NDArray[np.int32],
    others: NDArray[np.int32],
    dice: np.random.Generator,
) -> Iterator[Measure]:
    table = contingency(clusters, others)
    found, without = agreement(table), without_each(table)
    shuffled = [agreement(contingency(clusters, dice.permutation(others))) for _ in range(SHUFFLES)]
    for name, least in (("mutual_information", -1.0), ("rand", -1.0), ("v_measure", 0.0)):
        value = getattr(found, name)
        values = pseudo_values(value, without[name][clusters, others])
        chance = [getattr(each, name) for each in shuffled]
        whole = figure_of(value, values, chance, least=least)
        if not has_enough(table):
            whole = make_figure(value, NO_INTERVAL, chance, len(clusters))
        yield Measure(name, whole, len(clusters))


def _of_neighbours(
    one: ComparedBackend,
    other: ComparedBackend,
    rows: NDArray[np.intp],
    dice: np.random.Generator,
) -> Iterator[Measure]:
    if len(rows) < 2:
        return
    asked = np.sort(dice.choice(len(rows), min(_ASKED, len(rows)), replace=False))
    counts = neighbourhood_sizes(len(rows), NEIGHBOURHOODS)

    def likest(backend: ComparedBackend) -> Neighbours:
        embeddings = None if backend.embeddings is None else backend.embeddings[rows]
        return likest_images(csr_array(backend.scores[rows]), embeddings, asked, counts[-1])

    def nearest(backend: ComparedBackend) -> Neighbours:
        assert backend.map is not None  # noqa: S101 - the caller made sure
        return nearest_on_map(backend.map.positions[rows], asked, counts[-1])

    for name, find in (("neighbours", likest), ("map_neighbours", nearest)):
        lists, other_lists = find(one), find(other)
        mixed = [shuffled_neighbours(other_lists, len(rows), dice) for _ in range(SHUFFLES)]
        for count in counts:
            shuffled = [float(np.nanmean(overlap(lists, each, count))) for each in mixed]
            values = overlap(lists, other_lists, count)
            known = np.isfinite(values)
            value = float(values[known].mean()) if known.any() else np.nan
            # Lists of neighbours depend on each other: no interval of their overlap held.
            found = make_figure(value, NO_INTERVAL, shuffled, int(known.sum()))
            yield Measure(name, found, int(known.sum()), count)


def _of_places(
    one: ComparedMap,
    other: ComparedMap,
    rows: NDArray[np.intp],
    dice: np.random.Generator,
) -> tuple[list[Measure], Alignment, Values]:
    """Fit of the second map aligned with the first, and the distance of each image's places."""
    still, moving = one.positions[rows], other.positions[rows]
    unit = unit_of(still)

    def laid(places: Values) -> tuple[Alignment, Values]:
        found = align(places, still)
        return found, np.linalg.norm(found.apply(places) - still, axis=1) / unit

    alignment, distances = laid(moving)
    mixed = [laid(dice.permutation(moving)) for _ in range(SHUFFLES)]
    explained = figure_of(
        alignment.explained,
        pseudo_values(alignment.explained, explained_without_each(moving, still)),
        [each.explained for each, _ in mixed],
    )
    shuffled = [float(each.mean()) for _, each in mixed]
    # The moves of images depend on each other, as both maps are laid out as a whole.
    moved = make_figure(float(distances.mean()), NO_INTERVAL, shuffled, len(distances))
    images = len(rows)
    return (
        [Measure("procrustes", explained, images), Measure("moved", moved, images)],
        alignment,
        distances,
    )
