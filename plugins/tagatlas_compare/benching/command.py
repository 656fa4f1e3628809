"""``tagatlas bench``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from tagatlas import Plugins
from tagatlas.errors import UsageError
from tagatlas.toolkit.calls import Owner, step_names
from tagatlas.toolkit.commands import FAILED, PATH, Argument, Command, Outcome, say, shown
from tagatlas_compare.benching.options import BenchOptions

if TYPE_CHECKING:
    from tagatlas import Estimate

LOCATION = Argument(
    "location",
    "SOURCE|ATLAS",
    "A table of image URLs, a folder or ZIP archive of images, a IIIF address; or an atlas.",
    required=False,
)
BACKENDS = click.Option(
    ["--backend", "backends"],
    multiple=True,
    metavar="NAME[:OPTION=VALUE,...]",
    help="A backend to measure, with options if they are not to be the defaults:"
    " NAME:minimum-score=0.1; stored answers by their number, NAME:1; or a file with a table of"
    " tags or a coding, NAME=FILE to name it. Give any number; for an atlas all that has"
    " answered by default.",
)
TRUTH = click.Option(
    ["--truth"],
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="A table that says what is on the images, by one person or several; by path, file name,"
    " URL or id. May be given several times, once for each coder.",
)
LABEL_MAP = click.Option(
    ["--label-map"],
    type=PATH,
    metavar="FILE",
    help="A table of the tags that stand for labels, with the columns label and tag, in place of"
    " what is matched for these labels; label_map.csv beside the results has what was matched.",
)
OUT = click.Option(
    ["--out"],
    type=PATH,
    default=Path("bench"),
    show_default=True,
    metavar="FOLDER",
    help="Folder of the results; those that are there stay.",
)
AGAIN = click.Option(
    ["--again"],
    is_flag=True,
    help="Measure speed and robustness again, also if nothing changed since.",
)
DRY_RUN = click.Option(
    ["--dry-run"],
    is_flag=True,
    help="Only say what would be asked of each backend, and what it would cost; the images of a"
    " source are fetched.",
)
JOIN = click.Option(
    ["--join"],
    multiple=True,
    type=PATH,
    metavar="FOLDER",
    help="Add the results of another folder, of another machine or person. May be given several"
    " times; without SOURCE nothing is measured.",
)


def bench_command(plugins: Plugins) -> Command:
    """The command."""

    def run(
        *,
        location: str | None,
        backends: Sequence[str],
        truth: Sequence[Path],
        label_map: Path | None,
        out: Path,
        again: bool,
        dry_run: bool,
        join: Sequence[Path],
        **options: object,
    ) -> Outcome:
        """Measure backends against what is known of images: quality, robustness, speed, cost."""
        from msgspec import to_builtins

        from tagatlas_compare.benching.bench import bench, estimate_bench
        from tagatlas_compare.benching.page.ranking import table_lines
        from tagatlas_compare.benching.results.joining import join_results
        from tagatlas_compare.benching.results.writing import PAGE, write_results

        if location is None and not join:
            raise UsageError("name the images, SOURCE or ATLAS; or results with --join FOLDER")
        if dry_run and location is not None:
            return _estimated(
                estimate_bench(
                    location,
                    backends,
                    out=out,
                    truth=truth,
                    plugins=plugins,
                    show=shown(),
                    **options,
                )
            )
        lines = join_results(out, join) if join else []
        if location is None:
            page = out / PAGE
            return Outcome({"joined": lines}, [*lines, f"open: {page}"], opens=page)
        stop = Event()
        found = bench(
            location,
            backends,
            out=out,
            truth=truth,
            label_map=label_map,
            again=again,
            plugins=plugins,
            stop=stop,
            show=shown(stop),
            tell=say,
            **options,
        )
        page = write_results(out, found)
        failed = all(entrant.error for entrant in found.entrants)
        facts = to_builtins(found)
        return Outcome(
            facts,
            [*lines, *table_lines(found), f"open: {page}"],
            FAILED if failed else 0,
            opens=page,
        )

    names = step_names(
        plugins, "add", "fetch", further=[Owner("bench", BenchOptions, heading="Measuring")]
    )
    return Command(run, [LOCATION, BACKENDS, TRUTH, LABEL_MAP, OUT, AGAIN, DRY_RUN, JOIN], names)


def _estimated(estimates: Sequence[Estimate]) -> Outcome:
    """The outcome of a dry run."""
    from tagatlas.toolkit import count

    facts = [
        {
            "backend": each.backend,
            "images": each.images,
            "dollars": round(each.dollars, 6),
            "spent": round(each.spent, 6),
            "budget": each.budget,
        }
        for each in estimates
    ]
    lines = []
    for each in estimates:
        cost = "nothing" if each.price is None else f"up to ${each.dollars:,.4f}"
        dated = "" if each.price is None else f" (prices of {each.price.as_of})"
        lines.append(f"to ask {each.backend}: {count(each.images, 'image')}; cost: {cost}{dated}")
    return Outcome({"estimates": facts}, lines or ["nothing would be asked"])
