"""``tagatlas tag``."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from tagatlas.cli.arguments import ATLAS, MAX_FAILURES, ON, RETRY
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_estimating, outcome_of_tagging
from tagatlas.cli.terminal import say, shown
from tagatlas.step_options import step_names

if TYPE_CHECKING:
    from tagatlas.steps.spending import Estimate

DRY_RUN = click.Option(
    ["--dry-run"], is_flag=True, help="Only say what would be asked, and what it would cost."
)
RETRY_UNREADABLE = click.Option(
    ["--retry-unreadable"],
    is_flag=True,
    help="Also ask, and pay, again for images that a service could not read.",
)


def command() -> Command:
    """The command, with the options of every installed tagger."""
    plugins = plugins_at_hand()

    def run(
        *,
        atlas: Path,
        dry_run: bool,
        retry_failed: bool,
        retry_unreadable: bool,
        on: str,
        max_failures: str | None,
        **options: object,
    ) -> Outcome:
        """Have a backend tag the images."""
        from tagatlas.steps.opened import opened
        from tagatlas.steps.tag import estimate, tag

        stop = Event()
        with opened(atlas, plugins, write=not dry_run) as its_atlas:
            if dry_run:
                expected = estimate(
                    its_atlas,
                    retry_failed=retry_failed,
                    retry_unreadable=retry_unreadable,
                    **options,
                )
                return outcome_of_estimating(expected)
            report = tag(
                its_atlas,
                retry_failed=retry_failed,
                retry_unreadable=retry_unreadable,
                on=on,
                stop=stop,
                on_estimate=_say,
                show=shown(stop),
                **options,
            )
        if report.stopped:
            raise KeyboardInterrupt
        return outcome_of_tagging(report, max_failures)

    own = [ATLAS, DRY_RUN, RETRY, RETRY_UNREADABLE, ON, MAX_FAILURES]
    return Command(run, own, step_names(plugins, "tag"))


def _say(expected: Estimate) -> None:
    """Print what tagging costs, if any image has to be sent."""
    if expected.images:
        for line in outcome_of_estimating(expected).lines:
            say(line)
