"""Results of a benchmark of taggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

import numpy as np

from tagatlas_compare.benching.robustness import RobustnessRow
from tagatlas_compare.benching.running import Speed
from tagatlas_compare.comparison.figures import Figure

SCHEMA = "tagatlas-bench-1"

QUALITY: Mapping[str, str] = {
    "mean_average_precision": "mAP",
    "precision_at_10": "P@10",
    "recall": "recall",
    "mutual_information": "themes",
    "neighbours": "neighbours",
}
"""Measures against known labels, with their column headings."""


@dataclass(frozen=True)
class Result:
    """Results of one tagger.

    Attributes:
        backend: the text that named it.
        fingerprint: of the tagger; empty if it could not be made.
        plugin: the distribution it comes from, with its version.
        counts: number of images by tag status.
        quality: by measure of :data:`QUALITY`; empty without labels.
        robustness: against each perturbation; empty if it was not measured.
        speed: of the tagger; None if it could not be run.
        error: why it could not be run; empty if it was run.
    """

    backend: str
    fingerprint: str = ""
    plugin: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    quality: Mapping[str, Figure] = field(default_factory=dict)
    robustness: Sequence[RobustnessRow] = ()
    speed: Speed | None = None
    error: str = ""

    @property
    def rank_by(self) -> float:
        """The value to sort results by: mean average precision, else robustness; -1 for errors."""
        if self.error:
            return -1.0
        if self.quality:
            return self.quality["mean_average_precision"].value
        return self.stays or 0.0

    @property
    def stays(self) -> float | None:
        """Share of the best tags that stay, the mean over all perturbations; None if unknown."""
        known = [row.tags.value for row in self.robustness if row.tags.value is not None]
        return float(np.mean(known)) if known else None


@dataclass(frozen=True)
class Bench:
    """A benchmark of several taggers on one collection.

    Attributes:
        collection: name of the collection.
        digest: of the images and their labels: equal digests mean the same task.
        images: number of images used.
        classes: number of distinct labels; 0 without labels.
        results: the best first.
        machine: that it ran on.
        versions: of packages, by name.
        options: of the benchmark, by name.
        made_at: ISO 8601, UTC.
    """

    collection: str
    digest: str
    images: int
    classes: int
    results: Sequence[Result]
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    options: Mapping[str, bool | int | float | str | None]
    made_at: str

    def document(self) -> dict[str, object]:
        """The benchmark as JSON values: the fields of the classes, with values for tables."""
        plain = {name: value for name, value in vars(self).items() if name != "results"}
        return {"schema": SCHEMA} | plain | {"results": [_result(each) for each in self.results]}


def _result(result: Result) -> dict[str, object]:
    speed = result.speed
    return {
        "backend": result.backend,
        "fingerprint": result.fingerprint,
        "plugin": result.plugin,
        "counts": dict(result.counts),
        "quality": {name: _figure(each) for name, each in result.quality.items()},
        "robustness": [row.document() for row in result.robustness],
        "speed": None if speed is None else _speed(speed),
        "error": result.error,
    }


def _figure(figure: Figure) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in asdict(figure).items()}


def _speed(speed: Speed) -> dict[str, object]:
    rates, calls = speed.images_per_second, speed.call_seconds
    return {
        "start_seconds": speed.start,
        "images_per_second": median(rates),
        "images_per_second_of_repeats": list(rates),
        "call_seconds_median": float(np.median(calls)),
        "call_seconds_95": float(np.quantile(calls, 0.95)),
        "peak_megabytes": speed.peak_megabytes,
        "dollars_per_1000": speed.dollars_per_1000,
        "prices_of": speed.prices_of,
    }
