"""``tagatlas compare``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagatlas.cli.arguments import AtlasArgument, OpenFlag
from tagatlas.cli.flags import Choices, Section, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.render import open_in_browser
from tagatlas.cli.sections import plugins_at_hand
from tagatlas.cli.terminal import progress_bar
from tagatlas.comparison.options import CompareOptions

if TYPE_CHECKING:
    from tagatlas.catalog import UsedBackend
    from tagatlas.comparison import Comparison

BackendsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--backend",
        metavar="NAME[:WHICH]",
        help="A backend to compare, with the settings it was used with last; for others, their"
        " number or a piece of their fingerprint: imagenet:1, clip:people. Give at least two; by"
        " default all that have tagged.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder of the report. By default comparisons/<backends> in the atlas.",
        show_default=False,
    ),
]
ListFlag = Annotated[
    bool, typer.Option("--list", help="List the backends that can be compared, and stop.")
]


def command() -> Callable[..., Result]:
    """The command."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        backend: BackendsOption = None,
        out: OutOption = None,
        list_backends: ListFlag = False,
        open_report: OpenFlag = False,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.comparison.report import write_comparison
        from tagatlas.pipeline.compare import choose_backends, compare, report_folder

        with open_atlas(atlas, plugins) as opened:
            if list_backends:
                return _list(opened.catalog.used.all())
            options = choices.options("compare", CompareOptions, opened.settings)
            choose_backends(opened, backend or ())  # wrong names are told before work begins
            choices.remember("compare", options, opened.settings)
            with progress_bar("comparing") as progress:
                found = compare(opened, backend or (), options, progress=progress)
            folder = out or report_folder(opened, found.labels)
            files = write_comparison(found, folder, opened.store)
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
        if open_report:
            open_in_browser(outcome)
        return outcome

    return with_flags(run, [Section("compare", CompareOptions, "Comparison")])


def _list(known: list[UsedBackend]) -> Outcome:
    rows = [
        {
            "backend": f"{each.backend.name}:{each.number}",
            "fingerprint": each.backend.fingerprint,
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
