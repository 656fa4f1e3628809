"""The ranking of a task: on a page and on a terminal."""

from __future__ import annotations

from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.page.counted import counted
from tagatlas_compare.benching.page.leading import (
    above_chance,
    failed,
    is_above_chance,
    ranked,
)
from tagatlas_compare.benching.page.verdict import (
    beyond_in_words,
    cost_in_words,
    notes,
    out_of_100,
    verdict,
)
from tagatlas_compare.benching.results.document import EntrantRow, Rank, Results
from tagatlas_compare.pages.elements import NOTHING, interval, name_of, number, text_of
from tagatlas_compare.pages.strips import strip


def ranking(document: Results) -> str:
    """The ranking as a list: rank, figure above chance, counts of images, cost and speed.

    Entrants without a rank follow in the order of the document, those with an error last.
    """
    rows = [_row(document, row, rank) for rank, row in ranked(document)]
    there = {row.backend for _, row in ranked(document)}
    others = [row for row in document.entrants if row.backend not in there and not row.error]
    rows += [_row(document, row, None) for row in others]
    for row in failed(document):
        if row.backend not in there:
            rows.append(
                f'<li class="rank-row"><span class="place">·</span><b class="who">'
                f'{name_of(row.backend)}</b><small class="more">{text_of(row.error)}</small></li>\n'
            )
    return f'<ol class="ranking">\n{"".join(rows)}</ol>\n{_legend(document)}'


def _row(document: Results, row: EntrantRow, rank: Rank | None) -> str:
    measure = "" if document.standing is None else document.standing.measure
    figure = row.figures.get(measure)
    found = above_chance(figure)
    if rank is None or figure is None or found is None:
        place, value, drawn, measured = "·", NOTHING, "", ""
    else:
        place, value = place_of(rank), number(found[0])
        if not is_above_chance(figure):
            value = f"({value})"
        drawn = strip(
            found[0], (found[1], found[2]), said=f"{row.backend}: {beyond_in_words(found[0])}"
        )
        ends = interval(found[1], found[2])
        measured = (
            f'{f"{ends}; " if ends else ""}<span class="wide">measured {number(figure.value)},'
            f" </span>chance {number(figure.chance)}"
        )
        if rank.leads is not None and len(ranked(document)) > 1:
            measured += f"; first in {out_of_100(rank.leads)}"
    more = [seen_in_words(row), cost_in_words(row)]
    return (
        f'<li class="rank-row"><span class="place">{place}</span><b class="who">'
        f'{name_of(row.backend)}</b><b class="value">{value}</b>{drawn}<small class="measured">'
        f'{measured}</small><small class="more">{text_of(" · ".join(filter(None, more)))}</small>'
        "</li>\n"
    )


def place_of(rank: Rank) -> str:
    """All ranks that it may have: ``1``, ``2 to 3``; with ``?`` where that cannot be told."""
    if rank.rank_low is None or rank.rank_high is None:
        return f"{rank.rank}?"
    if rank.rank_low == rank.rank_high:
        return f"{rank.rank}"
    return f"{rank.rank_low} to {rank.rank_high}"


def seen_in_words(row: EntrantRow) -> str:
    """``122 tagged, 127 empty, 0 failed``; pending ones only where there are any."""
    counts = row.counts
    parts = [f"{counts.ok:,} tagged", f"{counts.empty:,} empty", f"{counts.failed:,} failed"]
    if counts.pending:
        parts.append(f"{counts.pending:,} not looked at")
    return ", ".join(parts)


def _legend(document: Results) -> str:
    if document.standing is None or not ranked(document):
        return ""
    name = document.standing.measure
    reading = MEASURES.get(name)
    said = "" if reading is None else f" {reading.text}"
    return (
        f'<p class="note">Ranked by {text_of(name if reading is None else reading.title)}.'
        f"{text_of(said)} Figures are above chance: 0 is what shuffled labels give, 1 is the best;"
        " the line is the 95 % interval. Parentheses: no more than chance can explain, as the"
        " interval reaches chance or, without one, the value is among 95 % of shuffled labels."
        " “2 to 3” are all the ranks that a backend may have; at least 95 times in 100, and mostly"
        " more often, those of all backends hold together. Empty:"
        " looked at, and nothing seen.</p>\n"
    )


def table_lines(document: Results) -> list[str]:
    """The ranking for a terminal: a table, and the verdict."""
    heads = ["", "backend", "above chance", "measured", "chance", "first in", "tagged", "cost"]
    rows = [heads]
    measure = "" if document.standing is None else document.standing.measure
    there = {row.backend: rank for rank, row in ranked(document)}
    order = [row for _, row in ranked(document)]
    order += [row for row in document.entrants if row.backend not in there and not row.error]
    for row in order:
        rank, figure = there.get(row.backend), row.figures.get(measure)
        found = above_chance(figure)
        tagged = f"{row.counts.ok:,} of {document.task.images:,}"
        cells = [NOTHING] * 4
        if rank is not None and figure is not None and found is not None:
            ends = interval(found[1], found[2])
            cells = [
                f"{number(found[0])}{f' ({ends})' if ends else ''}",
                number(figure.value),
                number(figure.chance),
                out_of_100(rank.leads) if len(there) > 1 else NOTHING,
            ]
        place = "-" if rank is None else place_of(rank)
        rows.append([place, row.backend, *cells, tagged, cost_in_words(row) or NOTHING])
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [counted(document), *lines, *verdict(document), *notes(document)]
