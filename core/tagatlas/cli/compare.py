"""``tagatlas compare``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import ATLAS, OPEN, PATH
from tagatlas.cli.calling import open_in_browser, plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.terminal import shown
from tagatlas.comparison.options import CompareOptions
from tagatlas.option_names import Owner
from tagatlas.step_options import step_names

if TYPE_CHECKING:
    from tagatlas.catalog import Backend
    from tagatlas.comparison import Comparison

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


def command() -> Command:
    """The command."""
    plugins = plugins_at_hand()

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
        from tagatlas.comparison.report import write_comparison
        from tagatlas.steps.compare import compare, report_folder
        from tagatlas.steps.opened import opened

        with opened(atlas, plugins) as its_atlas:
            if list_backends:
                return _list(its_atlas.catalog.tagging.backends())
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
            [*_lines(found), f"written: {len(files)} files in {folder}", f"open: {files[0]}"],
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
            "latest": each.is_latest,
        }
        for each in known
    ]
    lines = [
        f"{row['backend']}{' (latest)' if row['latest'] else ''}: {row['fingerprint']}"
        for row in rows
    ]
    return Outcome({"backends": rows}, lines or ["no backend has tagged here"])


def _lines(found: Comparison) -> list[str]:
    """The figures that say most, a line for each pair."""
    lines = []
    for a, b in found.vocabularies.select("a", "b").iter_rows():
        own = found.measures.filter(a=a, b=b)
        said = [
            f"{name} {row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f},"
            f" chance {row['chance']:.2f})"
            for measure, name in (
                ("alpha_jaccard", "tags"),
                ("mutual_information", "themes"),
            )
            for row in own.filter(measure=measure).drop_nulls("value").iter_rows(named=True)
        ]
        lines.append(f"{a} and {b} agree on: {', '.join(said) or 'nothing that can be measured'}")
    return lines
