"""Comparison of several backends, with all results as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import networkx as nx
import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas import Progress
from tagatlas_compare.comparison.agreement import (
    alpha,
    alpha_values,
    expected_disagreement,
    jaccard,
    masi,
    observed_disagreement,
)
from tagatlas_compare.comparison.compared import ComparedBackend
from tagatlas_compare.comparison.coverage import COVERAGE
from tagatlas_compare.comparison.label_similarity import LabelSimilarity
from tagatlas_compare.comparison.labels import TagSets, sizes, tag_sets
from tagatlas_compare.comparison.options import CompareOptions
from tagatlas_compare.comparison.pairs import (
    Measure,
    compare_tags,
    compare_themes,
)
from tagatlas_compare.comparison.tables import (
    FIGURE_COLUMNS,
    Pair,
    disagreement_table,
    flow_table,
    measure_table,
    of_pairs,
    place_table,
    standing_table,
    vocabulary_table,
)
from tagatlas_compare.statistics.estimates import SHUFFLES, mean_figure
from tagatlas_compare.statistics.figures import Figure

ALL = "all"
"""Label in place of two backends, for figures of all of them together."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Results of a comparison. Tables of pairs have the labels in the columns ``a`` and ``b``.

    Attributes:
        images: the n images: ``id``, ``label`` (String), ordered by ``id``.
        backends: results of each backend, in the order they were named.
        options: of the comparison.
        meaning: description of the similarity of labels; empty if that was left out.
        measures: one row a figure: ``a``, ``b`` (both ``all`` for those of all backends together),
            ``measure`` (as the report names and explains them), ``k`` (of
            neighbourhoods, else null), ``value``, its 95 % interval ``low`` to ``high``, ``chance``
            with shuffled images, with ``chance_low`` to ``chance_high``, and ``images``.
        vocabularies: one row a pair: ``labels_a``, ``labels_b``, ``shared``, ``jaccard`` of the
            normal labels among the compared tags; ``known_a``, ``known_b``: the share of their
            tags with a known meaning, null if that was left out.
        prevalence: one row a pair and tag that either gives, by falling size of ``z``: ``tag``;
            ``images_a``, ``images_b``, ``both``; ``both_by_chance``, if they gave it independently;
            ``share_a``, ``share_b`` of the images, each with its 95 % interval (``_low``,
            ``_high``); ``difference`` of the shares; and ``z``, McNemar's statistic.
        calibration: by ordered pair, scores of ``a`` against tags of ``b``: a row for
            each part of the tags by rising score, up to ten of at least 20 tags: ``part`` (from
            1), ``score_low``, ``score_high``, ``tags``, ``share`` that ``b`` gives as well,
            ``low``, ``high`` (95 %) and ``chance``.
        flows: one row a pair and two clusters that share images: ``cluster_a``, ``cluster_b``,
            with their names, ``images``, ``share_of_a`` with its 95 % interval ``low`` to
            ``high``, ``chance``, ``share_of_b``, ``jaccard``.
        relations: one row a pair and theme: ``kind`` (``same``, ``overlap``, ``merged``,
            ``split``, ``part``, ``regrouped``, ``spread``), ``clusters_a``, ``clusters_b``,
            ``images``.
        places: one row an image and backend that has it on its map: ``image``, ``backend``,
            ``cluster`` (Int32), ``name`` of the cluster, ``x``, ``y`` aligned with the first
            backend's map, and ``moved``: distance from its place there, in radii of that map;
            null for images that are not on it.
        disagreement: one row an image: ``image``, ``label``, ``tags`` and ``themes``, the
            disagreement on either, in [0, 1], averaged over the pairs, null if unknown;
            ``disagreement``, the mean of both. The largest first.
        standing: one row a backend: ``backend``, ``tags``, ``themes``: its mean agreement with
            the others, in alpha (Jaccard) and in adjusted mutual information.
        tag_sets: the tags that were compared.
        collection: name of the collection.
        coverage: one row a backend: ``backend``, its label; ``ok``, ``empty``, ``failed``,
            ``pending``, numbers of images; ``images_per_second``, null if the runs were too short;
            ``seconds_median``, ``seconds_95`` of a call that cost money, else null; ``dollars``,
            the most spent on it, null if nothing was; ``cost``: ``asked``, ``free``, or
            ``imported``, ``coded``, ``unknown``: not known.
        settings: of each backend's map, by its label.
        made_at: ISO 8601, UTC; empty if it is not known.
    """

    images: pl.DataFrame
    backends: Sequence[ComparedBackend]
    options: CompareOptions
    meaning: str
    measures: pl.DataFrame
    vocabularies: pl.DataFrame
    prevalence: pl.DataFrame
    calibration: pl.DataFrame
    flows: pl.DataFrame
    relations: pl.DataFrame
    places: pl.DataFrame
    disagreement: pl.DataFrame
    standing: pl.DataFrame
    tag_sets: TagSets
    collection: str = ""
    coverage: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COVERAGE))
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    made_at: str = ""

    @property
    def labels(self) -> list[str]:
        """Labels of the backends, in order."""
        return [backend.label for backend in self.backends]

    def in_common(self, *labels: str) -> int:
        """Number of images that all of these backends have looked at."""
        looked = [backend.looked for backend in self.backends if backend.label in labels]
        return int(np.logical_and.reduce(looked).sum())

    def figure(self, a: str, b: str, measure: str, k: int | None = None) -> Figure:
        """One figure of a pair of backends, in the order of :attr:`labels`.

        Raises:
            KeyError: the figure does not exist.
        """
        found = self.measures.filter(
            pl.col("a") == a, pl.col("b") == b, pl.col("measure") == measure
        )
        if k is not None:
            found = found.filter(pl.col("k") == k)
        if found.is_empty():
            raise KeyError(f"{measure} of {a} and {b}")
        return Figure(*found.select(*FIGURE_COLUMNS, "images").row(0))

    def network(self, label: str) -> nx.Graph:
        """The network of a backend's map, aligned with the first backend's map.

        Nodes carry ``kind``, ``label``, ``x`` and ``y``; images also ``cluster``, ``cluster_name``
        and ``moved``, if they are on both maps.

        Raises:
            KeyError: no backend has that label, or it has no map.
        """
        backend = next((backend for backend in self.backends if backend.label == label), None)
        if backend is None or backend.map is None:
            raise KeyError(label)
        graph = backend.map.network.to_networkx()
        ids = backend.map.network.nodes["id"].to_list()
        where = self._aligned_nodes(backend)
        for node, (x, y) in zip(ids, where.tolist(), strict=True):
            graph.nodes[node].update(x=x, y=y)
        own = self.places.filter(backend=label)
        for image, cluster, name, moved in own.select(
            "image", "cluster", "name", "moved"
        ).iter_rows():
            if image in graph:
                graph.nodes[image].update(cluster=cluster, cluster_name=name)
                if moved is not None:
                    graph.nodes[image]["moved"] = moved
        return graph

    def _aligned_nodes(self, backend: ComparedBackend) -> NDArray[np.float64]:
        """Positions of a map's nodes, aligned with the first map."""
        from tagatlas_compare.comparison.alignment import align

        assert backend.map is not None  # noqa: S101 - the caller made sure
        own = self.places.filter(backend=backend.label).select("image", "x", "y")
        nodes = backend.map.network.nodes.select(pl.col("id").alias("image"))
        laid = nodes.join(own, on="image", how="left", maintain_order="left")
        known = laid["x"].is_not_null().to_numpy()
        if known.sum() < 2:
            return backend.map.node_positions
        targets = laid.select("x", "y").to_numpy()[known]
        return align(backend.map.node_positions[known], targets).apply(backend.map.node_positions)


def make_comparison(
    images: pl.DataFrame,
    backends: Sequence[ComparedBackend],
    meaning: LabelSimilarity | None,
    options: CompareOptions,
    *,
    progress: Progress,
) -> Comparison:
    """Compare the results of backends on a collection.

    Args:
        images: the n images: ``id``, ``label``, ordered by ``id``.
        backends: at least two.
        meaning: the similarity of labels; None to leave that out.
        options: of the comparison.
        progress: called with pairs compared.
    """
    looked = np.array([backend.looked for backend in backends])
    sets = tag_sets(
        [backend.scores for backend in backends],
        [backend.labels for backend in backends],
        top=options.top,
    )
    pairs = list(combinations(range(len(backends)), 2))
    found: list[Pair] = []
    for done, (one, other) in enumerate(pairs):
        progress(done, len(pairs))
        tags = compare_tags(one, other, sets, looked, meaning, options.seed)
        themes = compare_themes(backends[one], backends[other], options.seed)
        found.append((one, other, tags, themes))
    progress(len(pairs), len(pairs))
    together = [] if len(backends) == 2 else _together(sets, looked, options.seed)
    labels = [backend.label for backend in backends]
    rows = [
        (labels[one], labels[other], measure)
        for one, other, tags, themes in found
        for measure in [*tags.measures, *([] if themes is None else themes.measures)]
    ]
    measures = measure_table([*rows, *((ALL, ALL, measure) for measure in together)])
    return Comparison(
        images=images.select("id", "label"),
        backends=backends,
        options=options,
        meaning="" if meaning is None else meaning.description,
        measures=measures,
        vocabularies=vocabulary_table(sets, labels, found),
        prevalence=of_pairs(labels, [(a, b, tags.prevalence) for a, b, tags, _ in found]),
        calibration=of_pairs(
            labels,
            [
                (*((b, a) if turned else (a, b)), tags.calibration[turned])
                for a, b, tags, _ in found
                for turned in (0, 1)
            ],
        ),
        flows=flow_table(backends, found),
        relations=of_pairs(
            labels, [(a, b, themes.relations) for a, b, _, themes in found if themes]
        ),
        places=place_table(images, backends, found),
        disagreement=disagreement_table(images, found),
        standing=standing_table(labels, measures),
        tag_sets=sets,
    )


def _together(sets: TagSets, looked: NDArray[np.bool_], seed: int) -> list[Measure]:
    """Krippendorff's alpha of all backends."""
    dice = np.random.default_rng(seed)
    all_sets = [sets.has(each) for each in range(len(sets.scores))]
    tagged = np.sum([sizes(each) for each in all_sets], axis=0) > 0
    counted = looked & tagged
    images = int((counted.sum(axis=0) >= 2).sum())
    found = []
    for name, similarity in (("alpha_jaccard", jaccard), ("alpha_masi", masi)):
        expected = expected_disagreement(all_sets, counted, similarity, seed)
        within, backends = observed_disagreement(all_sets, counted, similarity)
        shuffled = []
        for _ in range(SHUFFLES if np.isfinite(expected.mean) else 0):
            orders = [dice.permutation(len(tagged)) for _ in all_sets]
            mixed = [each[order] for each, order in zip(all_sets, orders, strict=True)]
            there = np.array([row[order] for row, order in zip(counted, orders, strict=True)])
            shuffled.append(alpha(*observed_disagreement(mixed, there, similarity), expected))
        values = alpha_values(within, backends, expected)
        whole = mean_figure(values, shuffled=shuffled, least=-1.0)
        found.append(Measure(name, whole, images))
    return found
