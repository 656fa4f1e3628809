"""Agreement above chance: what the reports show first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.measures import MEASURES

FEWEST = 5
"""Fewest images that a sentence is about: of fewer, shuffling restores the order so often that no
figure can be told from chance (4 images: once in 24 times)."""

_TINY = 1e-6
"""Differences that rounding makes."""

TAGS, THEMES = "alpha_jaccard", "mutual_information"
"""The main measures of both parts."""


@dataclass(frozen=True)
class Beyond:
    """A figure above chance: 0 is what shuffled images give, 1 is full agreement.

    Attributes:
        a, b: the backends.
        measure: name of the measure.
        value: in (-inf, 1].
        low, high: its 95 % interval; None where there is none.
        is_above: whether the figure is above chance: its interval is above the mean of shuffled
            images; without an interval, its value is above 95 % of theirs.
        images: number of images that it is measured on.
    """

    a: str
    b: str
    measure: str
    value: float
    low: float | None
    high: float | None
    is_above: bool
    images: int


def beyond_chance(row: Mapping[str, object]) -> Beyond | None:
    """A row of a comparison's ``measures`` above chance.

    None if the value or its level of chance is unknown, if chance alone gives full agreement, or
    if there are too few images.
    """
    best = MEASURES[str(row["measure"])].best
    value, chance = _float(row["value"]), _float(row["chance"])
    images = int(str(row["images"]))
    if value is None or chance is None or abs(best - chance) < 1e-9 or images < FEWEST:
        return None

    def adjusted(figure: float | None) -> float | None:
        return None if figure is None else (figure - chance) / (best - chance)

    ends = [adjusted(_float(row[name])) for name in ("low", "high")]
    known = [end for end in ends if end is not None]
    found = adjusted(value)
    of_chance = [adjusted(_float(row[name])) for name in ("chance_low", "chance_high")]
    highest = max((end for end in of_chance if end is not None), default=0.0)
    assert found is not None  # noqa: S101 - the value is known
    return Beyond(
        str(row["a"]),
        str(row["b"]),
        str(row["measure"]),
        found,
        min(known) if len(known) > 1 else None,
        max(known) if len(known) > 1 else None,
        (min(known) > _TINY) if len(known) > 1 else found > max(highest, 0.0) + _TINY,
        images,
    )


def of_measure(comparison: Comparison, measure: str) -> list[Beyond]:
    """A measure of all pairs of backends above chance, the highest first."""
    pairs = comparison.vocabularies.select("a", "b")
    rows = comparison.measures.filter(pl.col("measure") == measure).join(
        pairs, on=["a", "b"], how="semi"
    )
    found = [beyond_chance(row) for row in rows.iter_rows(named=True)]
    return sorted((each for each in found if each is not None), key=lambda each: -each.value)


def of_pair(comparison: Comparison, a: str, b: str, measure: str) -> Beyond | None:
    """A measure of two backends above chance."""
    found = [each for each in of_measure(comparison, measure) if (each.a, each.b) == (a, b)]
    return found[0] if found else None


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
