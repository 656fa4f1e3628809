"""Comparisons with planted figures, for the tests of what reports say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from tagatlas_compare import CompareOptions, Comparison
from tagatlas_compare.comparison.compared import ComparedBackend
from tagatlas_compare.comparison.comparison import ALL
from tagatlas_compare.comparison.coverage import COVERAGE
from tagatlas_compare.comparison.labels import TagSets

Planted = tuple[float, float | None, float | None]
"""A figure and the ends of its interval; chance is 0, and -0.02 to 0.02."""

TAGS, THEMES = "alpha_jaccard", "mutual_information"


def planted_comparison(
    figures: Mapping[tuple[str, str, str], Planted],
    *,
    labels: Sequence[str] = "ab",
    images: int = 100,
    shared: int = 5,
    coverage: Sequence[Mapping[str, object]] = (),
) -> Comparison:
    """A comparison with these figures by pair and measure.

    Args:
        figures: with chance at 0.
        labels: of the backends, which have looked at all images.
        images: number of them.
        shared: number of labels that any two have in common.
        coverage: rows of its table, of which what is missing is null.
    """
    measures = [
        {"a": a, "b": b, "measure": measure, "k": None, "value": value, "low": low, "high": high}
        | {"chance": 0.0, "chance_low": -0.02, "chance_high": 0.02, "images": images}
        for (a, b, measure), (value, low, high) in figures.items()
    ]
    floats = dict.fromkeys(("value", "low", "high"), pl.Float64)
    vocabularies = [
        {"a": a, "b": b, "labels_a": 9, "labels_b": 9, "shared": shared, "jaccard": shared / 18}
        | {"known_a": None, "known_b": None}
        for a, b in combinations(labels, 2)
    ]
    nothing = pl.DataFrame(schema={"a": pl.String, "b": pl.String})
    empty = csr_array((images, 0), dtype=np.float64)
    return Comparison(
        images=pl.DataFrame({"id": [f"{n:04}" for n in range(images)], "label": ["x"] * images}),
        backends=[backend(label, images) for label in labels],
        options=CompareOptions(),
        meaning="",
        measures=pl.DataFrame(measures, schema_overrides={"k": pl.Int32, **floats})
        if measures
        else pl.DataFrame(schema={**nothing.schema, "measure": pl.String, "images": pl.Int64}),
        vocabularies=pl.DataFrame(vocabularies),
        prevalence=nothing,
        calibration=nothing,
        flows=nothing,
        relations=nothing,
        places=nothing,
        disagreement=nothing,
        standing=nothing,
        tag_sets=TagSets([], [empty for _ in labels]),
        coverage=pl.DataFrame(list(coverage), schema=COVERAGE),
    )


def backend(label: str, images: int) -> ComparedBackend:
    """A backend that has looked at all images, without tags and map."""
    return ComparedBackend(
        label=label,
        name=label,
        fingerprint=f"{label} 1",
        scores=csr_array((images, 0), dtype=np.float64),
        labels=[],
        looked=np.ones(images, dtype=np.bool_),
        embeddings=None,
        map=None,
    )


__all__ = ["ALL", "TAGS", "THEMES", "planted_comparison"]
