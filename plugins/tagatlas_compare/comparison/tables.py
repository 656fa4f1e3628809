"""Tables of the results of pairs; :class:`Comparison` describes their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tagatlas_compare.comparison.compared import ComparedBackend
from tagatlas_compare.comparison.labels import TagSets
from tagatlas_compare.comparison.pairs import Measure, TagComparison, ThemeComparison

Pair = tuple[int, int, TagComparison, ThemeComparison | None]
"""Two backends by number, with their results; no themes if one has no map."""

FIGURE_COLUMNS = ("value", "low", "high", "chance", "chance_low", "chance_high")


def measure_table(rows: Sequence[tuple[str, str, Measure]]) -> pl.DataFrame:
    """Figures, each with the labels of its backends."""
    return pl.DataFrame(
        [
            {"a": a, "b": b, "measure": each.name, "k": each.k}
            | asdict(each.figure)
            | {"images": each.images}
            for a, b, each in rows
        ],
        schema={
            "a": pl.String,
            "b": pl.String,
            "measure": pl.String,
            "k": pl.Int32,
            **dict.fromkeys(FIGURE_COLUMNS, pl.Float64),
            "images": pl.Int64,
        },
    ).with_columns(pl.col(FIGURE_COLUMNS).fill_nan(None))


def of_pairs(labels: Sequence[str], parts: Sequence[tuple[int, int, pl.DataFrame]]) -> pl.DataFrame:
    """Concatenated tables of pairs, with the backends' labels in the first columns."""
    named = [
        part.select(pl.lit(labels[a]).alias("a"), pl.lit(labels[b]).alias("b"), pl.all())
        for a, b, part in parts
    ]
    return pl.concat(named) if named else pl.DataFrame(schema={"a": pl.String, "b": pl.String})


def flow_table(
    backends: Sequence[ComparedBackend],
    found: Sequence[Pair],
) -> pl.DataFrame:
    """Flows between clusters, with the names of both."""
    parts = []
    for a, b, _, themes in found:
        first, second = backends[a].map, backends[b].map
        if themes is None or first is None or second is None:
            continue
        names, others = pl.Series(first.cluster_names), pl.Series(second.cluster_names)
        table = themes.flows
        named = table.insert_column(1, names.gather(table["cluster_a"]).alias("name_a"))
        named.insert_column(3, others.gather(table["cluster_b"]).alias("name_b"))
        parts.append((a, b, named))
    return of_pairs([backend.label for backend in backends], parts)


def vocabulary_table(
    sets: TagSets,
    labels: Sequence[str],
    found: Sequence[Pair],
) -> pl.DataFrame:
    """The vocabularies of each pair."""
    used = [len(np.unique(each.indices)) for each in sets.scores]
    rows = []
    for a, b, tags, _ in found:
        shared = len(np.intersect1d(sets.scores[a].indices, sets.scores[b].indices))
        known_a, known_b = tags.known or (None, None)
        rows.append(
            {
                "a": labels[a],
                "b": labels[b],
                "labels_a": used[a],
                "labels_b": used[b],
                "shared": shared,
                "jaccard": shared / max(used[a] + used[b] - shared, 1),
                "known_a": known_a,
                "known_b": known_b,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"known_a": pl.Float64, "known_b": pl.Float64})


def place_table(
    images: pl.DataFrame,
    backends: Sequence[ComparedBackend],
    found: Sequence[Pair],
) -> pl.DataFrame:
    """Clusters and places of the images by backend, aligned with the first backend's map."""
    to_first = {b: themes for a, b, _, themes in found if a == 0 and themes is not None}
    parts = []
    for number, backend in enumerate(backends):
        drawn = backend.map
        if drawn is None:
            continue
        rows = np.flatnonzero(drawn.clusters >= 0)
        positions, moved = drawn.positions[rows], np.full(len(rows), np.nan)
        if number == 0:
            moved = np.zeros(len(rows))
        elif number in to_first:
            positions = to_first[number].alignment.apply(positions)
            moved = to_first[number].moved[rows]
        clusters = pl.Series(drawn.clusters[rows])
        parts.append(
            pl.DataFrame(
                {
                    "image": images["id"].gather(rows),
                    "backend": pl.repeat(backend.label, len(rows), eager=True),
                    "cluster": clusters,
                    "name": pl.Series(drawn.cluster_names, dtype=pl.String).gather(clusters),
                    "x": positions[:, 0],
                    "y": positions[:, 1],
                    "moved": pl.Series(moved).fill_nan(None),
                }
            )
        )
    if parts:
        return pl.concat(parts)
    return pl.DataFrame(
        schema={
            "image": pl.String,
            "backend": pl.String,
            "cluster": pl.Int32,
            "name": pl.String,
            "x": pl.Float64,
            "y": pl.Float64,
            "moved": pl.Float64,
        }
    )


def disagreement_table(
    images: pl.DataFrame,
    found: Sequence[Pair],
) -> pl.DataFrame:
    """Disagreement of backends on each image, the largest first."""
    tags = _mean_of_known([each.disagreement for _, _, each, _ in found], images.height)
    themes = _mean_of_known([each.disagreement for _, _, _, each in found if each], images.height)
    table = images.select(
        pl.col("id").alias("image"),
        "label",
        pl.Series("tags", tags).fill_nan(None),
        pl.Series("themes", themes).fill_nan(None),
    )
    mean = pl.mean_horizontal("tags", "themes").alias("disagreement")
    return table.with_columns(mean).sort(
        "disagreement", "image", descending=[True, False], nulls_last=True
    )


def _mean_of_known(columns: Sequence[NDArray[np.float64]], images: int) -> NDArray[np.float64]:
    """The mean by image, ignoring NaN; NaN if all are."""
    if not columns:
        return np.full(images, np.nan)
    values = np.array(columns)
    known = np.isfinite(values).sum(axis=0)
    sums = np.nansum(values, axis=0)
    return np.where(known > 0, sums / np.maximum(known, 1), np.nan)


def standing_table(labels: Sequence[str], measures: pl.DataFrame) -> pl.DataFrame:
    """Mean agreement of each backend with the others."""
    rows = []
    for label in labels:
        own = measures.filter((pl.col("a") == label) | (pl.col("b") == label))
        rows.append(
            {
                "backend": label,
                "tags": own.filter(measure="alpha_jaccard")["value"].mean(),
                "themes": own.filter(measure="mutual_information")["value"].mean(),
            }
        )
    return pl.DataFrame(
        rows, schema={"backend": pl.String, "tags": pl.Float64, "themes": pl.Float64}
    )
