"""Which entrants lead, and which of them can be told apart, by the figures of a document."""

from __future__ import annotations

from tagatlas_compare.benching.results.document import (
    Difference,
    EntrantRow,
    FigureCells,
    Rank,
    Results,
)

TINY = 1e-6
"""Differences that rounding makes."""


def above_chance(figure: FigureCells | None) -> tuple[float, float | None, float | None] | None:
    """A figure above chance, with its interval: 0 is chance, 1 the best; None if unknown."""
    if figure is None or figure.adjusted is None or figure.chance is None:
        return None
    ends = [
        None if end is None else (end - figure.chance) / (1 - figure.chance)
        for end in (figure.low, figure.high)
    ]
    return figure.adjusted, ends[0], ends[1]


def is_above_chance(figure: FigureCells) -> bool:
    """Whether a figure is surely above chance.

    Its interval is above the mean of shuffled labels; where it has none, its value is above 95 %
    of theirs.
    """
    if figure.value is None or figure.chance is None:
        return False
    if figure.low is not None:
        return figure.low > figure.chance + TINY
    highest = figure.chance if figure.chance_high is None else figure.chance_high
    return figure.value > max(highest, figure.chance) + TINY


def ranked(document: Results) -> list[tuple[Rank, EntrantRow]]:
    """The entrants that have a rank, with it, the best first."""
    if document.standing is None:
        return []
    rows = {entrant.backend: entrant for entrant in document.entrants}
    found = [
        (rank, rows[rank.backend])
        for rank in document.standing.ranks
        if rank.backend in rows and rank.value is not None
    ]
    return sorted(found, key=lambda each: (each[0].rank, -(each[0].value or 0)))


def failed(document: Results) -> list[EntrantRow]:
    """The entrants that have no results, or not all."""
    return [entrant for entrant in document.entrants if entrant.error]


def difference(document: Results, a: str, b: str, measure: str) -> Difference | None:
    """The difference of two entrants, a less b; None if it was not measured."""
    for each in () if document.standing is None else document.standing.differences:
        if each.measure != measure:
            continue
        if (each.a, each.b) == (a, b):
            return each
        if (each.a, each.b) == (b, a):
            return _turned(each)
    return None


def _turned(found: Difference) -> Difference:
    def negated(value: float | None) -> float | None:
        return None if value is None else -value

    return Difference(
        found.b,
        found.a,
        found.measure,
        negated(found.difference),
        negated(found.high),
        negated(found.low),
        None if found.a_leads is None else 1 - found.a_leads,
        found.differs,
        found.p,
    )


def was_tested(found: Difference | None) -> bool:
    """Whether it was tested if two entrants differ: of too few images it is not."""
    return found is not None and (found.differs or found.p is not None or found.low is not None)


def leaders(document: Results) -> list[str]:
    """The first by rank that is above chance, and those that share its place.

    No two of them can be told apart, and all are above chance; empty if none is.
    """
    tied: list[str] = []
    for backend in names_above_chance(document):
        if all(is_tied(document, backend, other) for other in tied):
            tied.append(backend)
    return tied


def names_above_chance(document: Results) -> list[str]:
    """The entrants that are above chance by the leading measure, the best first."""
    measure = "" if document.standing is None else document.standing.measure
    return [
        row.backend
        for _, row in ranked(document)
        if measure in row.figures and is_above_chance(row.figures[measure])
    ]


def leading_pair(document: Results, a: str, b: str) -> Difference | None:
    """The difference of two entrants by the leading measure."""
    return (
        None if document.standing is None else difference(document, a, b, document.standing.measure)
    )


def is_tied(document: Results, a: str, b: str) -> bool:
    """Whether it was tested if two entrants differ, and they cannot be told apart."""
    found = leading_pair(document, a, b)
    return found is not None and was_tested(found) and not found.differs
