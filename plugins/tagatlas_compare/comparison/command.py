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
    metavar="NAME[:WHICH]|FILE",
    help="A backend to compare, with the settings it was used with last; for others, their"
    " number or a piece of their fingerprint: NAME:1, NAME:people; or a file with a coding by"
    " people. Give at least two; by default all that have tagged.",
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
        from tagatlas.toolkit.hiding import shown_store
        from tagatlas_compare.comparison.comparing import compare, opened_to_compare, report_folder
        from tagatlas_compare.comparison.report.writing import write_comparison

        if list_backends:
            with opened(atlas, plugins, write=False) as its_atlas:
                return _list(used_backends(its_atlas))
        with opened_to_compare(atlas, backends, plugins) as its_atlas:
            found = compare(its_atlas, backends, out=None, show=shown(), **options)
            folder = out or report_folder(its_atlas, found.labels)
            files = write_comparison(found, folder, shown_store(its_atlas))
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
    """The verdict, and the main figures of each pair in a line, with their levels of chance."""
    import polars as pl

    from tagatlas_compare.comparison.report.beyond import TAGS, THEMES, of_pair
    from tagatlas_compare.comparison.report.verdict import UNTOLD, paragraph, short, too_few
    from tagatlas_compare.pages.elements import number

    lines = []
    for a, b in found.vocabularies.select("a", "b").iter_rows():
        if few := too_few(found, a, b):
            lines.append(f"{a} and {b}: {few}")
            continue
        own = found.measures.filter(pl.col("a") == a, pl.col("b") == b)
        said = []
        for measure, name in ((THEMES, "themes"), (TAGS, "tags")):
            beyond = of_pair(found, a, b, measure)
            if beyond is None:
                continue
            row = own.row(by_predicate=pl.col("measure") == measure, named=True)
            measured = f"measured {number(row['value'])}, chance {number(row['chance'])}"
            doubt = "" if beyond.is_above else ", no more than chance can explain"
            said.append(f"{name} {short(beyond)} above chance ({measured}{doubt})")
        lines.append(f"{a} and {b}: {'; '.join(said) or 'nothing that can be measured'}")
    return [*lines, *paragraph(found), UNTOLD]
