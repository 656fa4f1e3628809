"""``tagatlas fetch``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import ATLAS, HEADER, MAX_FAILURES, ON, RETRY
from tagatlas.cli.calling import plugins_at_hand, statuses_to_retry
from tagatlas.cli.command import Command
from tagatlas.cli.fetched import outcome_of_fetching
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.terminal import progress_bar, say, shown
from tagatlas.step_options import step_names
from tagatlas.wording import count

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas

STATUS = click.Option(
    ["--status"],
    multiple=True,
    metavar="missing|blocked|unreadable|refused|failed",
    help="With --retry-failed: only what ended so. May be given several times.",
)
REPAIR = click.Option(
    ["--repair"],
    is_flag=True,
    help="Check every stored file, and fetch again what is damaged.",
)


def command() -> Command:
    """The command, with the options of fetching and of every installed recovery."""
    plugins = plugins_at_hand()

    def run(
        *,
        atlas: Path,
        retry_failed: bool,
        status: Sequence[str],
        header: Sequence[str],
        repair: bool,
        on: str,
        max_failures: str | None,
        **options: object,
    ) -> Iterator[Outcome]:
        """Fetch the images that records point to."""
        from tagatlas.steps.fetch import fetch, require_images
        from tagatlas.steps.opened import opened
        from tagatlas_fetching.hosts import parse_headers

        retry = statuses_to_retry(retry_failed, status)
        headers = parse_headers(header)
        with opened(atlas, plugins) as its_atlas:
            if repair:
                _repair(its_atlas)
            report = fetch(its_atlas, retry=retry, headers=headers, on=on, show=shown(), **options)
        yield outcome_of_fetching(report, max_failures)
        require_images(report)

    own = [ATLAS, RETRY, STATUS, HEADER, REPAIR, ON, MAX_FAILURES]
    return Command(run, own, step_names(plugins, "fetch"))


def _repair(atlas: Atlas) -> None:
    """Check all stored files; those that are damaged are fetched again after that."""
    from tagatlas.steps.verify import repair_images

    with progress_bar("checking files") as progress:
        verified = repair_images(atlas, progress=progress)
    damaged = len(verified.damages)
    say(f"checked: {count(verified.files, 'file')}, {damaged:,} of them damaged or gone")
