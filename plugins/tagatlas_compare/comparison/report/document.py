"""``compare.json``: the comparison for programs; its schema is ``compare.schema.json``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tagatlas.toolkit.packages import versions
from tagatlas_compare.comparison.comparison import ALL, Comparison
from tagatlas_compare.comparison.labels import sizes
from tagatlas_compare.comparison.measures import MEASURES

SCHEMA = "tagatlas-compare-1"
_ONE_SIDED = 50
_DISAGREED = 100


def document(comparison: Comparison, files: Sequence[str]) -> dict[str, object]:
    """The comparison as JSON values.

    Args:
        comparison: the results.
        files: names of the files beside it.
    """
    pairs = comparison.vocabularies.select("a", "b").rows()
    return {
        "schema": SCHEMA,
        "collection": comparison.collection,
        "images": comparison.images.height,
        "options": {
            "top": comparison.options.top,
            "meaning": comparison.meaning,
            "seed": comparison.options.seed,
        },
        "versions": versions(),
        "backends": [_backend(comparison, number) for number in range(len(comparison.backends))],
        "together": [_measure(row) for row in _of(comparison.measures, ALL, ALL)],
        "pairs": [_pair(comparison, a, b) for a, b in pairs],
        "disagreement": comparison.disagreement.head(_DISAGREED).to_dicts(),
        "files": list(files),
    }


def _of(table: pl.DataFrame, a: str, b: str) -> list[dict[str, object]]:
    if "a" not in table.columns:
        return []
    return table.filter(pl.col("a") == a, pl.col("b") == b).drop("a", "b").to_dicts()


def _backend(comparison: Comparison, number: int) -> dict[str, object]:
    backend = comparison.backends[number]
    scores = comparison.tag_sets.scores[number]
    own = comparison.coverage.filter(backend=backend.label).drop("backend").to_dicts()
    standing = comparison.standing.filter(backend=backend.label).drop("backend").to_dicts()
    drawn = backend.map
    return {
        "label": backend.label,
        "tagger": backend.name,
        "fingerprint": backend.fingerprint,
        "labels": len(backend.labels),
        "labels_compared": len(np.unique(scores.indices)),
        "tags_per_image": float(sizes(scores).mean()) if scores.shape[0] else 0.0,
        "coverage": own[0] if own else None,
        "agreement_with_others": standing[0],
        "map": None
        if drawn is None
        else {
            "name": drawn.name,
            "images": int((drawn.clusters >= 0).sum()),
            "clusters": len(drawn.cluster_names),
            "stability": drawn.data.stability,
            "settings": dict(comparison.settings.get(backend.label, {})),
        },
    }


def _pair(comparison: Comparison, a: str, b: str) -> dict[str, object]:
    [vocabulary] = _of(comparison.vocabularies, a, b)
    return {
        "a": a,
        "b": b,
        "vocabulary": vocabulary,
        "measures": [_measure(row) for row in _of(comparison.measures, a, b)],
        "one_sided_tags": _of(comparison.prevalence, a, b)[:_ONE_SIDED],
        "relations": _of(comparison.relations, a, b),
        "flows": _of(comparison.flows, a, b),
        "calibration": {
            "of_a": _of(comparison.calibration, a, b),
            "of_b": _of(comparison.calibration, b, a),
        },
    }


def _measure(row: dict[str, object]) -> dict[str, object]:
    part = MEASURES[str(row["measure"])].part
    return {"name": row["measure"], "part": part} | {
        name: value for name, value in row.items() if name != "measure"
    }
