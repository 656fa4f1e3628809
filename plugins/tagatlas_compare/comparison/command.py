"""``tagatlas compare``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas import Plugins
from tagatlas.toolkit.calls import Owner, step_names
from tagatlas.toolkit.commands import (
    ATLAS,
    OPEN,
    PATH,
    Command,
    Outcome,
    open_in_browser,
    shown,
)
from tagatlas_compare.comparison.options import CompareOptions

if TYPE_CHECKING:
    from tagatlas.toolkit.backends import Backend
    from tagatlas_compare.comparison.comparison import Comparison

BACKENDS = click.Option(
    ["--backend", "backends"],
    multiple=True,
    metavar="NAME[:WHICH]",
    help="A backend to compare, with the settings it was used with last; for others, their"
    " number or a piece of their fingerprint: NAME:1, NAME:people. Give at least two; by"
    " default all that have tagged.",
)
OUT = click.Option(
    ["--out"],
    type=PATH,
    metavar="FOLDER",
    help="Folder of the report. By default comparisons/<backends> in the atlas.",
)
LIST = click.Option(
    ["--list", "list_backends"],
    is_flag=True,
    help="List the backends that can be compared, and stop.",
)


def compare_command(plugins: Plugins) -> Command:
    """The command."""

    def run(
        *,
        atlas: Path,
        backends: Sequence[str],
        out: Path | None,
        list_backends: bool,
        open_map: bool,
        **options: object,
    ) -> Outcome:
        """Compare what backends make of an atlas: agreement on tags and on themes."""
        from tagatlas.toolkit.backends import used_backends
        from tagatlas.toolkit.calls import opened
        from tagatlas_compare.comparison.comparing import compare, opened_to_compare, report_folder
        from tagatlas_compare.comparison.report.writing import write_comparison

        if list_backends:
            with opened(atlas, plugins, write=False) as its_atlas:
                return _list(used_backends(its_atlas))
        with opened_to_compare(atlas, backends, plugins) as its_atlas:
            found = compare(its_atlas, backends, out=None, show=shown(), **options)
            folder = out or report_folder(its_atlas, found.labels)
            files = write_comparison(found, folder, its_atlas.store)
        outcome = Outcome(
            {
                "backends": found.labels,
                "folder": str(folder),
                "files": [str(each) for each in files],
            }
            | {"measures": found.measures.to_dicts()},
            [*figure_lines(found), f"written: {len(files)} files in {folder}", f"open: {files[0]}"],
            opens=files[0],
        )
        if open_map:
            open_in_browser(outcome)
        return outcome

    names = step_names(plugins, further=[Owner("compare", CompareOptions, heading="Comparison")])
    return Command(run, [ATLAS, BACKENDS, OUT, LIST, OPEN], names)


def _list(known: list[Backend]) -> Outcome:
    rows = [
        {
            "backend": f"{each.name}:{each.number}",
            "fingerprint": each.fingerprint,
            "notes": each.notes,
            "latest": each.is_latest,
        }
        for each in known
    ]
    lines = [
        f"{row['backend']}{' (latest)' if row['latest'] else ''}: {each.description}"
        for row, each in zip(rows, known, strict=True)
    ]
    return Outcome({"backends": rows}, lines or ["no backend has tagged here"])


def figure_lines(found: Comparison) -> list[str]:
    """The main figures, a line for each pair."""
    import polars as pl

    from tagatlas_compare.comparison.report.verdict import FEWEST, too_few

    lines = []
    for a, b in found.vocabularies.select("a", "b").iter_rows():
        if few := too_few(found, a, b):
            lines.append(f"{a} and {b}: {few}")
            continue
        own = found.measures.filter(pl.col("images") >= FEWEST, a=a, b=b)
        said = [
            f"{name} {row['value']:z.2f} ({row['low']:z.2f} to {row['high']:z.2f},"
            f" chance {row['chance']:z.2f})"
            for measure, name in (
                ("alpha_jaccard", "tags"),
                ("mutual_information", "themes"),
            )
            for row in own.filter(measure=measure).drop_nulls("value").iter_rows(named=True)
        ]
        lines.append(f"{a} and {b} agree on: {', '.join(said) or 'nothing that can be measured'}")
    return lines
