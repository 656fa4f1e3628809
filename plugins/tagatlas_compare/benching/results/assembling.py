"""The entrants of a task together, with their ranks and differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl

from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.measures import Measured
from tagatlas_compare.benching.results.checking import plain
from tagatlas_compare.benching.results.document import (
    Difference,
    EntrantRow,
    FigureCells,
    Rank,
    Results,
    StandingCells,
)
from tagatlas_compare.benching.results.folder import Row, TaskRows, plain_rows
from tagatlas_compare.benching.standing import RANKED_BY, Standing, stand
from tagatlas_compare.statistics.figures import Figure


def assemble(found: TaskRows, failed: Iterable[EntrantRow] = ()) -> Results:
    """The entrants of a task together: the best first, each with a label of its own.

    Args:
        found: the stored results.
        failed: entrants that have none; they come last.
    """
    newest = replace(found.newest, collection=plain(found.newest.collection))
    rows = _on_one_level(_with_labels(found.rows))
    entrants = [_where(row.document, newest) for row in rows]
    standing = _standing(rows, found.truth, newest)
    if standing is not None:
        order = {rank.backend: place for place, rank in enumerate(standing.ranks)}
        entrants.sort(key=lambda entrant: order.get(entrant.backend, len(order)))
    return replace(newest, entrants=[*entrants, *failed], standing=standing)


def _with_labels(rows: Sequence[Row]) -> list[Row]:
    """The rows with labels of their own: of two with one label, both get their digests."""
    labels = [plain(row.entrant.backend) for row in rows]
    found = []
    for row, label in zip(rows, labels, strict=True):
        entrant = replace(row.entrant, backend=label)
        if labels.count(entrant.backend) > 1:
            entrant = replace(entrant, backend=f"{entrant.backend} ({row.name.rpartition('-')[2]})")
        found.append(replace(row, document=replace(row.document, entrants=[entrant])))
    return found


def _on_one_level(rows: Sequence[Row]) -> list[Row]:
    """The rows with one level of chance by the measure of the ranks: that of standing.

    What shuffled labels give each entrant spreads around it as around its own.
    """
    figures = [row.entrant.figures.get(RANKED_BY) for row in rows]
    levels = [figure.chance for figure in figures if figure and figure.chance is not None]
    found = []
    for row, figure in zip(rows, figures, strict=True):
        if figure is None or figure.chance is None:
            found.append(row)
            continue
        more = max(levels) - figure.chance
        moved = replace(
            figure,
            chance=max(levels),
            chance_low=None if figure.chance_low is None else figure.chance_low + more,
            chance_high=None if figure.chance_high is None else min(figure.chance_high + more, 1),
        )
        entrant = replace(row.entrant, figures={**row.entrant.figures, RANKED_BY: moved})
        found.append(replace(row, document=replace(row.document, entrants=[entrant])))
    return found


def _where(document: Results, newest: Results) -> EntrantRow:
    """The entrant of a document, with machine and versions if they are not the newest one's."""
    [entrant] = document.entrants
    return replace(
        entrant,
        made_at=document.made_at,
        machine=None if document.machine == newest.machine else document.machine,
        versions=None if document.versions == newest.versions else document.versions,
    )


def _standing(rows: Sequence[Row], truth: Truth | None, document: Results) -> StandingCells | None:
    """How those of the entrants stand to each other that have results for each image."""
    standing = [row for row in rows if can_stand(row)]
    if truth is None or not standing:
        return None
    measured = [
        Measured(
            _figures(row.entrant.figures),
            pl.DataFrame(),  # of labels, which no standing needs
            pl.DataFrame() if row.images is None else row.images,
        )
        for row in standing
    ]
    seed = document.task.options.get("seed")
    return standing_cells(
        stand(
            truth,
            measured,
            [row.entrant.backend for row in standing],
            seed=seed if isinstance(seed, int) else 0,
        )
    )


def can_stand(row: Row) -> bool:
    """Whether an entrant has all that it needs for a rank: the leading figure, and its parts."""
    ranked = row.entrant.figures.get(RANKED_BY)
    return ranked is not None and ranked.value is not None and row.images is not None


def standing_cells(standing: Standing) -> StandingCells:
    """A standing as it is stored."""
    return StandingCells(
        standing.measure,
        msgspec.convert(list(plain_rows(standing.ranks)), list[Rank]),
        msgspec.convert(list(plain_rows(standing.differences)), list[Difference]),
        standing.method,
    )


def _figures(cells: Mapping[str, FigureCells]) -> dict[str, Figure]:
    def number(value: float | None) -> float:
        return np.nan if value is None else value

    return {
        name: Figure(
            number(cell.value),
            number(cell.low),
            number(cell.high),
            number(cell.chance),
            number(cell.chance_low),
            number(cell.chance_high),
            cell.images,
        )
        for name, cell in cells.items()
    }
