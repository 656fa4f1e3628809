"""``tagatlas bench``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from tagatlas.bench.options import BenchOptions
from tagatlas.cli import steps
from tagatlas.cli.arguments import SourceArgument
from tagatlas.cli.flags import Choices, Section, with_flags
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.cli.sections import fetch_sections, plugins_at_hand, source_sections
from tagatlas.cli.terminal import progress_bar

if TYPE_CHECKING:
    from tagatlas.bench.results import Bench, Result

BackendsOption = Annotated[
    list[str],
    typer.Option(
        "--backend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="A backend to measure, with options if they are not to be the defaults:"
        " imagenet:minimum-score=0.1. Give any number.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path,
    typer.Option("--out", help="Folder of the leaderboard; runs that are there stay on it."),
]


def command() -> Callable[..., Outcome | Iterator[Outcome]]:
    """The command."""
    plugins = plugins_at_hand()

    def run(
        location: SourceArgument,
        backend: BackendsOption,
        choices: Choices,
        out: OutOption = Path("bench"),
    ) -> Outcome:
        from dataclasses import replace

        from tagatlas.atlas import open_atlas
        from tagatlas.bench.leaderboard import add_to_leaderboard
        from tagatlas.cli.picks import Picks
        from tagatlas.fetch import FetchOptions
        from tagatlas.pipeline.bench import bench_collection, read_contender

        for text in backend:
            read_contender(text, plugins)  # wrong names are told before work begins
        with TemporaryDirectory(prefix="tagatlas-bench-") as scratch:
            folder = Path(scratch, "bench.atlas")
            with open_atlas(folder, plugins, create=True) as atlas:
                picks = Picks(atlas, choices)
                source = picks.source(location)
                fetching = picks.options("fetch", FetchOptions)
                options = picks.options("bench", BenchOptions)
                picks.check()
                steps.add(atlas, location, source)
                recoveries = picks.recoveries(fetching.recover)
                list(steps.fetch(atlas, fetching, (), {}, recoveries, max_failures=None))
                with progress_bar("measuring") as progress:
                    found = bench_collection(atlas, backend, options, progress=progress)
        found = replace(found, collection=Path(location).name or location)
        files = add_to_leaderboard(found, out)
        failed = all(result.error for result in found.results)
        return Outcome(
            found.document(),
            [*table(found), f"open: {files[0]}"],
            FAILED if failed else 0,
            opens=files[0],
        )

    sections = [
        *source_sections(plugins),
        *fetch_sections(plugins),
        Section("bench", BenchOptions, "Measuring"),
    ]
    return with_flags(run, sections)


def table(found: Bench) -> list[str]:
    """The benchmark as lines of a table, the best backend first."""
    from tagatlas.bench.results import QUALITY

    measured = dict(QUALITY) if found.classes else {}
    heads = ["backend", *measured.values(), "stability", "images/s", "start s", "MB", "$/1,000"]
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
    return [f"{found.images:,} images{classes}", *lines, *errors]


def _cells(result: Result, measured: list[str]) -> list[str]:
    from statistics import mean, median

    def number(value: float | None, digits: int) -> str:
        return "n/a" if value is None else f"{value:,.{digits}f}"

    quality = [result.quality.get(name) for name in measured]
    stability = [each.value for each in result.stability.values()]
    speed = result.speed
    if speed is None:
        return [result.backend, *(["n/a"] * (len(measured) + 5))]
    low, high = min(speed.images_per_second), max(speed.images_per_second)
    return [
        result.backend,
        *(number(None if each is None else each.value, 3) for each in quality),
        number(mean(stability) if stability else None, 3),
        f"{median(speed.images_per_second):,.1f} ({low:,.1f}-{high:,.1f})",
        number(speed.start, 1),
        number(speed.peak_megabytes, 0),
        number(speed.dollars_per_1000, 2),
    ]
