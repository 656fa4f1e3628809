"""``tagatlas bench``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas import Plugins
from tagatlas.toolkit.calls import Owner, step_names
from tagatlas.toolkit.commands import (
    FAILED,
    PATH,
    SOURCE,
    Command,
    Outcome,
    shown,
)
from tagatlas_compare.benching.options import BenchOptions

if TYPE_CHECKING:
    from tagatlas_compare.benching.results import Bench, Result

BACKENDS = click.Option(
    ["--backend", "backends"],
    multiple=True,
    required=True,
    metavar="NAME[:OPTION=VALUE,...]",
    help="A backend to measure, with options if they are not to be the defaults:"
    " NAME:minimum-score=0.1. Give any number.",
)
OUT = click.Option(
    ["--out"],
    type=PATH,
    default=Path("bench"),
    show_default=True,
    metavar="FOLDER",
    help="Folder of the leaderboard; runs that are there stay on it.",
)


def bench_command(plugins: Plugins) -> Command:
    """The command."""

    def run(*, location: str, backends: Sequence[str], out: Path, **options: object) -> Outcome:
        """Measure backends: quality, robustness, speed, memory, cost."""
        from tagatlas_compare.benching.bench import bench
        from tagatlas_compare.benching.leaderboard import add_to_leaderboard

        found = bench(location, backends, out=None, plugins=plugins, show=shown(), **options)
        files = add_to_leaderboard(found, out)
        failed = all(result.error for result in found.results)
        return Outcome(
            found.document(),
            [*table(found), f"open: {files[0]}"],
            FAILED if failed else 0,
            opens=files[0],
        )

    names = step_names(
        plugins, "add", "fetch", further=[Owner("bench", BenchOptions, heading="Measuring")]
    )
    return Command(run, [SOURCE, BACKENDS, OUT], names)


def table(found: Bench) -> list[str]:
    """The benchmark as lines of a table, the best backend first."""
    from tagatlas.toolkit import count
    from tagatlas_compare.benching.results import QUALITY

    measured = dict(QUALITY) if found.classes else {}
    heads = ["backend", *measured.values(), "robustness", "images/s", "start s", "MB", "$/1,000"]
    rows = [heads, *(_cells(result, list(measured)) for result in found.results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    classes = f", {found.classes:,} labels" if found.classes else ""
    errors = [f"{result.backend}: {result.error}" for result in found.results if result.error]
    return [f"{count(found.images, 'image')}{classes}", *lines, *errors]


def _cells(result: Result, measured: list[str]) -> list[str]:
    from statistics import median

    def number(value: float | None, digits: int) -> str:
        return "n/a" if value is None else f"{value:,.{digits}f}"

    quality = [result.quality.get(name) for name in measured]
    speed = result.speed
    if speed is None:
        return [result.backend, *(["n/a"] * (len(measured) + 5))]
    low, high = min(speed.images_per_second), max(speed.images_per_second)
    return [
        result.backend,
        *(number(None if each is None else each.value, 3) for each in quality),
        number(result.stays, 3),
        f"{median(speed.images_per_second):,.1f} ({low:,.1f}-{high:,.1f})",
        number(speed.start, 1),
        number(speed.peak_megabytes, 0),
        f"{number(speed.dollars_per_1000, 2)} {speed.prices_of}".rstrip(),
    ]
