"""Sentences on how far backends agree, each carried by its figures."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tagatlas.toolkit import count
from tagatlas_compare.comparison.comparison import Comparison
from tagatlas_compare.comparison.report.beyond import (
    FEWEST,
    TAGS,
    THEMES,
    Beyond,
    of_measure,
    of_pair,
)
from tagatlas_compare.pages.elements import interval, listed, number

_DISTANCE = 0.15
"""Least distance of two figures that are said to differ, largest of two that are said not to."""

_FULL = 1 - 1e-9

UNTOLD = (
    "Agreement does not tell who is right: that takes labels or a coding of one's own, and tagatlas"
    " bench."
)
"""What no comparison can say."""

_PARTS = {THEMES: "on themes", TAGS: "on tags"}


def too_few(comparison: Comparison, a: str, b: str) -> str:
    """A sentence if two backends have too few images in common to be compared, else empty."""
    common = comparison.in_common(a, b)
    return f"{count(common, 'image')} in common: too few to tell." if common < FEWEST else ""


def verdict(comparison: Comparison, a: str, b: str) -> str:
    """A sentence that compares the agreement on tags and on themes; empty if one is unknown.

    What they agree on is above chance: its interval is above that of shuffled images. They agree
    more on one of both only if the intervals above chance are apart, and about as far only if both
    are known well enough to tell.
    """
    if few := too_few(comparison, a, b):
        return few
    no_label = _without_labels_in_common(comparison, a, b)
    tags, themes = (of_pair(comparison, a, b, measure) for measure in (TAGS, THEMES))
    if themes is None or (tags is None and not no_label):
        return no_label
    if no_label or tags is None:
        no_more = "" if themes.is_above else "no more than chance can explain"
        return f"{no_label} On what belongs together they agree{' ' * bool(no_more)}{no_more}."
    if not tags.is_above and not themes.is_above:
        return "Neither on words nor on themes do they agree more than chance can explain."
    if min(tags.value, themes.value) > _FULL:
        return "They agree fully, on words and on what belongs together."
    more = themes.value - tags.value
    if themes.is_above and more > _DISTANCE and _is_surely_above(themes, tags):
        return "They agree more on what belongs together than on what to call it."
    if tags.is_above and more < -_DISTANCE and _is_surely_above(tags, themes):
        return "They agree more on words than on what belongs together."
    if not themes.is_above:
        return "On what belongs together they agree no more than chance can explain."
    if not tags.is_above:
        return "On words they agree no more than chance can explain."
    if abs(more) <= _DISTANCE and _width(tags) <= _DISTANCE and _width(themes) <= _DISTANCE:
        return "They agree about as far on words as on what belongs together."
    return "Whether they agree more on words or on what belongs together cannot be told."


def _without_labels_in_common(comparison: Comparison, a: str, b: str) -> str:
    """A sentence if two backends have no label in common, else empty."""
    [shared] = comparison.vocabularies.filter(pl.col("a") == a, pl.col("b") == b)["shared"]
    return "" if shared else "They have no label in common, and cannot agree on words."


def paragraph(comparison: Comparison) -> list[str]:
    """The whole comparison in a few sentences: who agrees with whom, how far, how surely."""
    said = []
    for measure in (THEMES, TAGS):
        said += _of_part(comparison, measure)
    if len(comparison.labels) == 2 and (sentence := verdict(comparison, *comparison.labels)):
        said.append(sentence)
    said += _silent(comparison)
    found = [each for measure in (THEMES, TAGS) for each in of_measure(comparison, measure)]
    return said + many(sum(each.low is not None for each in found))


def _of_part(comparison: Comparison, measure: str) -> list[str]:
    """Sentences on the agreement on tags or on themes."""
    found, part = of_measure(comparison, measure), _PARTS[measure]
    if not found:
        why = (
            f"of no two backends {FEWEST} images are on both maps"
            if measure == THEMES
            else f"no two backends have {FEWEST} images with tags in common"
        )
        return [f"Nothing can be said {part}: {why}, or they say the same of every image."]
    if len(comparison.labels) == 2:
        [only] = found
        if not only.is_above:
            doubt = "agree no more than chance can explain"
            return [f"{_capital(part)}, {only.a} and {only.b} {doubt}: {in_words(only)}."]
        return [f"{_capital(part)}, {only.a} and {only.b} agree: {in_words(only)}."]
    above = [each for each in found if each.is_above]
    if not above:
        return [f"{_capital(part)}, no two backends agree more than chance can explain."]
    first, *others = above
    sentence = f"{_capital(part)}, {first.a} and {first.b} agree most: {in_words(first)}"
    if others:
        is_known = first.low is not None and others[0].high is not None
        doubt = "overlap" if is_known else "are not both known"
        next_ = f"{others[0].a} and {others[0].b} ({short(others[0])})"
        sentence += (
            f"; next are {next_}"
            if _is_surely_above(first, others[0])
            else f"; that it is more than {next_} is not sure, as the intervals {doubt}"
        )
    return [f"{sentence}.", *_alone(found, part)]


def _alone(found: Sequence[Beyond], part: str) -> list[str]:
    """A sentence on the backends that agree with none of several others beyond chance."""
    partners: dict[str, list[bool]] = {}
    for each in found:
        for label in (each.a, each.b):
            partners.setdefault(label, []).append(each.is_above)
    alone = [label for label, above in partners.items() if len(above) > 1 and not any(above)]
    if not alone:
        return []
    verb = "agrees" if len(alone) == 1 else "agree"
    who = f"{listed(alone)} {verb} with none of the others"
    return [f"{_capital(part)}, {who} more than chance can explain."]


def _silent(comparison: Comparison) -> list[str]:
    """A sentence on images without a tag, if there are any."""
    counted = [
        f"{label} to {empty:,} of {count(empty + ok, 'image')}"
        for label, ok, empty in comparison.coverage.select("backend", "ok", "empty").iter_rows()
        if empty
    ]
    return [f"No tag was given by {listed(counted)} looked at."] if counted else []


def many(intervals: int) -> list[str]:
    """A sentence on how many intervals are shown at once; none for fewer than ten."""
    if intervals < 10:
        return []
    missed = round(intervals / 20)
    expected = "one is" if missed == 1 else f"{missed:,} are"
    start = "Each 95 % interval holds for its figure by itself"
    return [f"{start}: of the {intervals:,} here, about {expected} expected to miss."]


def in_words(found: Beyond) -> str:
    """``0.47 above chance (95 % interval 0.44 to 0.50; 1 is full agreement; 250 images)``."""
    ends = interval(found.low, found.high)
    surely = f"95 % interval {ends}; " if ends else ""
    images = count(found.images, "image")
    return f"{number(found.value)} above chance ({surely}1 is full agreement; {images})"


def short(found: Beyond) -> str:
    """``0.47, 0.44 to 0.50``."""
    ends = interval(found.low, found.high)
    return f"{number(found.value)}, {ends}" if ends else number(found.value)


def _is_surely_above(one: Beyond, other: Beyond) -> bool:
    """Whether the interval of a figure lies above that of another."""
    return one.low is not None and other.high is not None and one.low > other.high


def _width(found: Beyond) -> float:
    if found.low is None or found.high is None:
        return float("inf")
    return found.high - found.low


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
