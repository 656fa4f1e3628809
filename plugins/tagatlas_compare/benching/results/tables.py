"""The tables of a benchmark, for spreadsheets (CSV) and for papers (LaTeX)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import polars as pl

from tagatlas.toolkit import count
from tagatlas_compare.benching.measures import MEASURES
from tagatlas_compare.benching.results.document import EntrantRow, FigureCells, Results
from tagatlas_compare.latex import latex_table

NOTHING = "n/a"


def csv_tables(results: Results) -> Mapping[str, pl.DataFrame]:
    """The tables by file name, one row for each value.

    - ``entrants.csv``: what took part, with counts of images, speed and cost;
    - ``figures.csv``: each measure of each entrant with interval and chance;
    - ``labels.csv``: each label at each entrant;
    - ``ranks.csv``, ``differences.csv``: how the entrants stand to each other;
    - ``robustness.csv``: each perturbation and strength.
    """
    standing = results.standing
    tables = {
        "entrants.csv": [_facts(results, entrant) for entrant in results.entrants],
        "figures.csv": [
            {"backend": entrant.backend, "measure": name}
            | asdict(figure)
            | {"adjusted": figure.adjusted}
            for entrant in results.entrants
            for name, figure in entrant.figures.items()
        ],
        "labels.csv": [
            {"backend": entrant.backend, **_in_cells(row)}
            for entrant in results.entrants
            for row in entrant.labels
        ],
        "ranks.csv": [] if standing is None else [asdict(each) for each in standing.ranks],
        "differences.csv": []
        if standing is None
        else [asdict(each) for each in standing.differences],
        "robustness.csv": [
            {"backend": entrant.backend} | asdict(each)
            for entrant in results.entrants
            for each in entrant.robustness
        ],
    }
    return {
        name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows
    }


def _facts(results: Results, entrant: EntrantRow) -> dict[str, object]:
    machine = results.machine if entrant.machine is None else entrant.machine
    speed = {} if entrant.speed is None else asdict(entrant.speed)
    cost = {} if entrant.cost is None else asdict(entrant.cost)
    names = ("start_seconds", "images_per_second", "batch_size", "at_once", "call_seconds_median")
    return (
        {
            "backend": entrant.backend,
            "fingerprint": entrant.fingerprint,
            "plugin": entrant.plugin,
            "origin": entrant.origin,
            "measured_by": entrant.measured_by,
        }
        | asdict(entrant.counts)
        | {name: speed.get(name) for name in (*names, "call_seconds_95", "peak_megabytes")}
        | {
            "cost": cost.get("kind"),
            **{name: cost.get(name) for name in ("dollars", "dollars_per_1000", "prices_of")},
            "machine": "; ".join(f"{name}: {value}" for name, value in machine.items()),
            "error": entrant.error,
        }
    )


def _in_cells(row: Mapping[str, object]) -> dict[str, object]:
    """A row with its lists as texts."""
    return {
        name: "; ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in row.items()
    }


def latex_results(results: Results) -> str:
    """The table of a paper: each entrant with its figures, their intervals and chance."""
    measured = [
        name for name in MEASURES if any(name in entrant.figures for entrant in results.entrants)
    ]
    titles = [MEASURES[name].title for name in measured]
    heads = ["backend", "tagged", *titles, "images/s", "US$ per 1,000"]
    rows = [
        [
            entrant.backend,
            f"{entrant.counts.ok:,} of {results.task.images:,}",
            *(figure_text(entrant.figures.get(name)) for name in measured),
            *_speed_and_cost(entrant),
        ]
        for entrant in results.entrants
        if not entrant.error
    ]
    caption = (
        f"Backends on {count(results.task.images, 'image')} of {results.collection}. In brackets"
        " 95 % intervals, where they hold what they say, and the level of chance."
    )
    return latex_table(heads, rows, caption, f"tab:bench-{results.task.digest}")


def figure_text(figure: FigureCells | None, digits: int = 2) -> str:
    """A figure with its interval and chance: ``0.62 [0.58, 0.66] (chance 0.12)``."""
    if figure is None or figure.value is None:
        return NOTHING
    text = f"{figure.value:z.{digits}f}"
    if figure.low is not None and figure.high is not None:
        text += f" [{figure.low:z.{digits}f}, {figure.high:z.{digits}f}]"
    if figure.chance is not None:
        text += f" (chance {figure.chance:z.{digits}f})"
    return text


def _speed_and_cost(entrant: EntrantRow) -> Sequence[str]:
    rate = None if entrant.speed is None else entrant.speed.images_per_second
    return [NOTHING if rate is None else f"{rate:,.1f}", cost_text(entrant)]


def cost_text(entrant: EntrantRow) -> str:
    """The cost of 1,000 images in words: ``1.50``, ``free``, ``not known``."""
    cost = entrant.cost
    if cost is None or cost.kind == "imported":
        return "not known"
    if cost.kind == "free":
        return "free"
    return "not known" if cost.dollars_per_1000 is None else f"{cost.dollars_per_1000:,.2f}"
