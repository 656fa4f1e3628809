"""The verdict of a benchmark in plain sentences, each carried by the figures of its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tagatlas.toolkit import count
from tagatlas_compare.benching.coding.coders import ALL_CODES
from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.page.leading import (
    TINY,
    above_chance,
    difference,
    failed,
    is_tied,
    leaders,
    leading_pair,
    names_above_chance,
    ranked,
    was_tested,
)
from tagatlas_compare.benching.results.document import (
    EntrantRow,
    FigureCells,
    Rank,
    Results,
    StandingCells,
)
from tagatlas_compare.pages.elements import NOTHING, interval, listed, number

NOT_TOLD_APART = "cannot be told from none"

CORRECTED = "What differs is corrected for"
"""How the sentence on the number of comparisons starts."""

_STRICTER = "; the test of the differences is stricter"

_OFTEN = 0.95
"""From this share of resamples on, one that is first does not share its place."""

_SCALE = "Above chance, where 0 is chance and 1 the best"


def verdict(document: Results) -> list[str]:
    """Who leads, by how much above chance, how surely, at what cost, and what cannot be said.

    Args:
        document: of one task.
    """
    return findings(document) + terms(document)


def findings(document: Results) -> list[str]:
    """Who leads, by how much, how surely, at what cost; who is no better; what cannot be said."""
    others = _others_by_measure(document)
    ahead = _leader(document) + others + _no_better_than_chance(document)
    return ahead + _cost(document) + _limits(document)


def terms(document: Results) -> list[str]:
    """On which labels, how far coders agree, and how many comparisons there were."""
    return _words(document) + _coders(document) + _corrected(document)


def notes(document: Results) -> list[str]:
    """What else is to be known of the figures: silent images, entrants without results."""
    errors = [(each.backend, each.error.rstrip(".")) for each in failed(document)]
    said = _silent(document) + [f"{name} has no result: {error}." for name, error in errors]
    return said + without_images(document.entrants) + _joined(document.entrants)


def _joined(entrants: Sequence[EntrantRow]) -> list[str]:
    """What of the results of others was not made again from their tables."""
    names = [row.backend for row in entrants if row.joined and not row.error]
    if not names:
        return []
    said = (
        f"The results of {listed(names)} come from another folder: as their sender says are the"
        " levels of chance, precision at 10, the figures of single labels, robustness, speed and"
        " cost. The other figures were made again from the results for each image, where there is"
        " a table of these."
    )
    return [said]


def without_images(entrants: Sequence[EntrantRow]) -> list[str]:
    """Who has figures and no rank, since the results for each image are missing."""
    return [
        f"{row.backend} has no rank: its table of results for each image is missing."
        for row in entrants
        if row.figures and not row.per_image and not row.error
    ]


def _leader(document: Results) -> list[str]:
    """Who leads, by how much above chance, how surely."""
    if document.task.truth is None:
        unknown = "as nothing is known of the images: give --labels or --truth"
        return [f"Which backend sees better cannot be said, {unknown}."]
    found, first = ranked(document), leaders(document)
    if not found or document.standing is None:
        return ["Which backend sees better cannot be said: no rank could be measured."]
    measure = document.standing.measure
    title = MEASURES[measure].title if measure in MEASURES else measure
    rows = {rank.backend: row.figures.get(measure) for rank, row in found}
    if len(found) == 1:
        alone = found[0][0].backend
        return [f"{alone} alone was measured ({title}): {_in_words(rows[alone])}."]
    others = [name for name in rows if name not in first]
    every = "; ".join(f"{name} {_in_short(figure)}" for name, figure in rows.items())
    if not first:
        return [
            f"No backend leads ({title}): none is above chance for sure.",
            f"{_SCALE}: {every}.",
        ]
    if not any(was_tested(leading_pair(document, first[0], other)) for other in rows):
        untold = f"Which backend leads ({title}) cannot be said: too few images to test."
        return [untold, f"{_SCALE}: {every}."]
    doubts = _doubts(document, first, others)
    leads = {rank.backend: out_of_100(rank.leads) for rank, _ in found if rank.leads is not None}
    if len(first) == 1:
        verb = "is first" if doubts else "leads"
        said = [f"{first[0]} {verb} ({title}): {_in_words(rows[first[0]])}.", *doubts]
        if first[0] in leads:
            often = f"It is first in {leads[first[0]]} resamples of the images"
            unproven = doubts and (found[0][0].leads or 0) >= _OFTEN
            said.append(f"{often}{_STRICTER if unproven else ''}.")
        return said
    each = "; ".join(f"{name} {_in_short(rows[name])}" for name in first)
    figures = [f"{_SCALE}: {each}.", *doubts]
    ahead = [rank for rank, _ in found if rank.backend in first and (rank.leads or 0) >= _OFTEN]
    if ahead:
        return [*_ahead_unproven(ahead[0], first, title), *figures]
    tied = f"{listed(first)} share the first place ({title}): their differences {NOT_TOLD_APART}."
    shares = [f"{name} in {leads[name]}" for name in first if name in leads]
    firsts = [f"First in resamples of the images is {listed(shares)}."] if shares else []
    return [tied, *figures, *firsts]


def _ahead_unproven(front: Rank, first: Sequence[str], title: str) -> list[str]:
    """Of one that is nearly always first, while the test does not tell it from others."""
    others = listed([name for name in first if name != front.backend])
    said = f"{front.backend} is ahead ({title}), but not surely: {others} cannot be told from it."
    often = f"It is first in {out_of_100(front.leads)} resamples of the images"
    return [said, f"{often}{_STRICTER}."]


def _doubts(document: Results, first: Sequence[str], others: Sequence[str]) -> list[str]:
    """Of each entrant that is not first, which of the first it cannot be told from."""
    said = []
    for other in others:
        alike = [name for name in first if is_tied(document, name, other)]
        behind = [
            name for name in first if (pair := leading_pair(document, name, other)) and pair.differs
        ]
        untested = [name for name in first if not was_tested(leading_pair(document, name, other))]
        if alike:
            apart = f", but from {listed(behind)} it can" if behind else ""
            said.append(f"{other} cannot be told from {listed(alike)}{apart}.")
        if untested:
            said.append(f"{other} and {listed(untested)}: too few images to test.")
    return said


def out_of_100(share: float | None) -> str:
    """``97 of 100``; all and none only where it is so; ``n/a`` where it cannot be told."""
    if share is None:
        return NOTHING
    if 0.995 <= share < 1:
        return "over 99 of 100"
    if 0 < share < 0.005:
        return "under 1 of 100"
    return f"{100 * share:.0f} of 100"


def _in_words(figure: FigureCells | None) -> str:
    """A figure above chance, with its interval, and as it was measured."""
    found = above_chance(figure)
    if figure is None or found is None:
        return "a figure that is not known above chance"
    ends = interval(found[1], found[2])
    surely = f"95 % interval {ends}; " if ends else ""
    return (
        f"{beyond_in_words(found[0])}, where 1 is the best ({surely}measured"
        f" {number(figure.value)}, chance {number(figure.chance)}, {count(figure.images, 'image')})"
    )


def beyond_in_words(above: float) -> str:
    """``0.55 above chance``, ``0.26 below chance``."""
    return f"{number(abs(above))} {'below' if above < -TINY else 'above'} chance"


def _in_short(figure: FigureCells | None) -> str:
    """``0.55 (0.50 to 0.60; measured 0.60, chance 0.12, 249 images)``."""
    found = above_chance(figure)
    if figure is None or found is None:
        return NOTHING
    ends = interval(found[1], found[2])
    return (
        f"{number(found[0])} ({f'{ends}; ' if ends else ''}measured {number(figure.value)}, chance"
        f" {number(figure.chance)}, {count(figure.images, 'image')})"
    )


def _others_by_measure(document: Results) -> list[str]:
    """Measures without words by which another one is surely ahead of the first."""
    found = ranked(document)
    if len(found) < 2 or document.standing is None:
        return []
    first, said = found[0][0].backend, []
    for name, reading in MEASURES.items():
        if reading.is_of_words or name == document.standing.measure:
            continue
        ahead = [
            (each.difference, rank.backend)
            for rank, _ in found[1:]
            if (each := difference(document, rank.backend, first, name)) is not None
            and each.differs
            and each.difference is not None
            and each.difference > 0
        ]
        if ahead:
            more, backend = max(ahead)
            said.append(
                f"By another measure ({reading.title}), {backend} is ahead of {first} by"
                f" {number(more)}."
            )
    return said


def _no_better_than_chance(document: Results) -> list[str]:
    if document.standing is None:
        return []
    measure, above = document.standing.measure, names_above_chance(document)
    blind = [
        row.backend
        for _, row in ranked(document)
        if measure in row.figures and row.backend not in above
    ]
    if not blind or (not above and len(blind) > 1):
        return []  # of none above chance the first sentence says it
    verb = "is" if len(blind) == 1 else "are"
    return [f"{listed(blind)} {verb} no better than chance can explain."]


def _cost(document: Results) -> list[str]:
    """At what cost: of those in front, and the next."""
    first = leaders(document)
    rows = [row for _, row in ranked(document)] or list(document.entrants)
    others = [row for row in rows if row.backend not in first]
    shown = [row for row in rows if row.backend in first]
    shown += others[:1] if first else others
    costs: dict[str, list[str]] = {}
    for row in shown:
        costs.setdefault(cost_in_words(row), []).append(row.backend)
    said = [f"of {listed(names)}: {cost}" for cost, names in costs.items() if cost]
    return [f"Cost {'; '.join(said)}."] if said else []


def cost_in_words(entrant: EntrantRow) -> str:
    """Cost and speed of an entrant; empty if neither is known."""
    cost, speed = entrant.cost, entrant.speed
    parts = []
    if entrant.origin == "coded":
        parts.append("not known (made by people)")
    elif cost is not None and cost.kind == "free":
        parts.append("free")
    elif cost is not None and cost.kind == "imported":
        parts.append("not known (imported)")
    elif cost is not None and cost.dollars_per_1000 is not None:
        dated = f" (prices of {cost.prices_of})" if cost.prices_of else ""
        parts.append(f"${number(cost.dollars_per_1000)} for 1,000 images{dated}")
    elif cost is not None and cost.dollars is not None:
        parts.append(f"asked, ${number(cost.dollars)} in all")
    if speed is not None and speed.images_per_second is not None:
        parts.append(f"{number(speed.images_per_second, 1)} images a second")
    return ", ".join(parts)


def _words(document: Results) -> list[str]:
    """Which labels those in front can say at all."""
    truth = document.task.truth
    if truth is None:
        return []
    rows = {entrant.backend: entrant for entrant in document.entrants}
    said = [
        f"{name} has words for {f'{len(rows[name].sayable):,}' if rows[name].sayable else 'none'}"
        for name in leaders(document)
        if len(rows[name].sayable) < len(truth.codes)
    ]
    if not said:
        return []
    start = f"Of {count(len(truth.codes), 'label')}, {listed(said)}"
    return [f"{start}: measures of words say nothing on labels without one."]


def _silent(document: Results) -> list[str]:
    """Images without tags, which count as wrong."""
    said = []
    for entrant in document.entrants:
        counts = entrant.counts
        silent = counts.empty + counts.failed + counts.pending
        if silent and not entrant.error:
            said.append(f"{silent:,} from {entrant.backend}")
    if not said:
        return []
    end = ", which count as wrong" if document.task.truth is not None else ""
    return [f"Images without a tag{end}: {listed(said)}, of {document.task.images:,}."]


def _coders(document: Results) -> list[str]:
    """The agreement of several coders with each other, which is the ceiling."""
    rows = () if document.coders is None else document.coders.get("codes")
    every = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, Sequence) else []
    known = [
        (str(row.get("code")), float(alpha))
        for row in every
        if isinstance(alpha := row.get("alpha"), int | float)
    ]
    if not known:
        return []
    whole = [alpha for code, alpha in known if code == ALL_CODES]
    mean = sum(alpha for _, alpha in known) / len(known)
    figure = number(whole[0] if whole else mean)
    of_what = "on the choice among codes" if whole else "on average over the codes"
    if (whole[0] if whole else mean) <= TINY:
        alpha_is = f"(Krippendorff's alpha {figure} {of_what})"
        untold = "how well a backend could do cannot be said"
        return [f"The coders agree no more than by chance {alpha_is}: {untold}."]
    agree = f"The coders agree with each other with Krippendorff's alpha {figure} {of_what}"
    return [f"{agree} (1 is full agreement): a backend that agrees with them as much does as well."]


def method_of(standing: StandingCells) -> str:
    """How comparisons were corrected, without the work that it is from."""
    return standing.method.partition(" (")[0]


def _limits(document: Results) -> list[str]:
    """What it holds for, and what cannot be said."""
    if document.standing is None or document.task.truth is None:
        return []
    return ["All this holds for images like these, and for these labels."]


def _corrected(document: Results) -> list[str]:
    """How many comparisons there were."""
    if document.standing is None or document.task.truth is None:
        return []
    measure = document.standing.measure
    compared = sum(
        each.measure == measure and was_tested(each) for each in document.standing.differences
    )
    if compared > 1:
        method = f": {method_of(document.standing)}" if document.standing.method else ""
        return [f"{CORRECTED} the {compared:,} comparisons{method}."]
    return []
