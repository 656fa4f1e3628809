"""``tagatlas run``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import click

from tagatlas.cli.arguments import (
    FORCE,
    HEADER,
    MAP,
    MAX_FAILURES,
    ON,
    OPEN,
    PATH,
    REPLACE,
    RETRY,
    SOURCE,
)
from tagatlas.cli.calling import open_in_browser, plugins_at_hand, statuses_to_retry
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of, with_view
from tagatlas.cli.terminal import say, shown
from tagatlas.plugins import Plugins
from tagatlas.step_options import STEPS, step_names

OUT = click.Option(
    ["--out"],
    type=PATH,
    required=True,
    metavar="ATLAS",
    help="Folder of the atlas; made if it is not there.",
)


def command() -> Command:
    """The command, with the options of every step and every installed plugin."""
    plugins = plugins_at_hand()

    def run(
        *,
        location: str,
        out: Path,
        map_name: str | None,
        replace: str | None,
        retry_failed: bool,
        force: bool,
        header: Sequence[str],
        on: str,
        max_failures: str | None,
        open_map: bool,
        **options: object,
    ) -> Iterator[Outcome]:
        """Map a collection: all steps, from a source to the finished map."""
        for outcome in run_all(
            location,
            out,
            plugins,
            map_name=map_name,
            replace=replace,
            retry_failed=retry_failed,
            force=force,
            header=header,
            on=on,
            max_failures=max_failures,
            **options,
        ):
            yield outcome
            if open_map:
                open_in_browser(outcome)

    own = [SOURCE, OUT, MAP, REPLACE, RETRY, FORCE, HEADER, ON, MAX_FAILURES, OPEN]
    return Command(run, own, step_names(plugins, *STEPS))


def run_all(
    location: str,
    out: Path,
    plugins: Plugins,
    *,
    map_name: str | None = None,
    replace: str | None = None,
    retry_failed: bool = False,
    force: bool = False,
    header: Sequence[str] = (),
    on: str = "",
    max_failures: str | None = None,
    **options: object,
) -> Iterator[Outcome]:
    """Run all steps in order; yields the outcome of each as it ends."""
    from tagatlas.steps.render import RenderReport
    from tagatlas.steps.run import run_steps
    from tagatlas.steps.spending import Estimate
    from tagatlas.steps.tag import TagReport
    from tagatlas_fetching.hosts import parse_headers

    stop = Event()
    reports = run_steps(
        location,
        out,
        name=map_name,
        replace=replace,
        retry=statuses_to_retry(retry_failed),
        force=force,
        headers=parse_headers(header),
        on=on,
        plugins=plugins,
        show=shown(stop),
        stop=stop,
        **options,
    )
    for report in reports:
        if isinstance(report, TagReport) and report.stopped:
            raise KeyboardInterrupt
        outcome = outcome_of(report, max_failures)
        if isinstance(report, Estimate):
            for line in outcome.lines:
                say(line)
        elif isinstance(report, RenderReport):
            yield with_view(outcome, out, plugins)
        else:
            yield outcome
