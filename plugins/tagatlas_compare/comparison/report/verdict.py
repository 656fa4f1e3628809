"""Sentences on how far two backends agree, each carried by its figures."""

from __future__ import annotations

import polars as pl

from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import Comparison

FEWEST = 5
"""Fewest images that a sentence is about: of fewer, shuffling restores the order so often that no
figure can be told from chance (4 images: once in 24 times)."""

_TAGS, _THEMES = "alpha_jaccard", "mutual_information"
_DISTANCE = 0.15
"""Least distance of two figures that are said to differ."""


def too_few(comparison: Comparison, a: str, b: str) -> str:
    """A sentence if two backends have too few images in common to be compared, else empty."""
    common = comparison.in_common(a, b)
    return f"{count(common, 'image')} in common: too few to tell." if common < FEWEST else ""


def verdict(comparison: Comparison, a: str, b: str) -> str:
    """A sentence that compares the agreement on tags and on themes; empty if one is unknown.

    What they agree on is above chance: its interval is above that of shuffled images. They agree
    more on one of both only if the intervals are apart.
    """
    if few := too_few(comparison, a, b):
        return few
    own = comparison.measures.filter(
        pl.col("a") == a, pl.col("b") == b, pl.col("images") >= FEWEST
    ).drop_nulls("value")
    rows = {row["measure"]: row for row in own.iter_rows(named=True)}
    if _TAGS not in rows or _THEMES not in rows:
        return ""
    tags, themes = rows[_TAGS], rows[_THEMES]
    is_above = {row["measure"]: row["low"] > row["chance_high"] for row in (tags, themes)}
    if not any(is_above.values()):
        return "Neither on words nor on themes do they agree more than chance would have it."
    more = themes["value"] - tags["value"]
    if is_above[_THEMES] and more > _DISTANCE and themes["low"] > tags["high"]:
        return "They agree more on what belongs together than on what to call it."
    if is_above[_TAGS] and more < -_DISTANCE and tags["low"] > themes["high"]:
        return "They agree more on words than on what belongs together."
    if not is_above[_THEMES]:
        return "On what belongs together they agree no more than chance would have it."
    if not is_above[_TAGS]:
        return "On words they agree no more than chance would have it."
    return "They agree about as far on words as on what belongs together."
