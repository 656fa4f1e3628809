"""``tagatlas add``."""

from __future__ import annotations

from pathlib import Path

from tagatlas.cli.arguments import ATLAS, REPLACE, SOURCE
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_adding
from tagatlas.cli.terminal import shown
from tagatlas.step_options import step_names


def command() -> Command:
    """The command, with the options of every installed source."""
    plugins = plugins_at_hand()

    def run(*, atlas: Path, location: str, replace: str | None, **options: object) -> Outcome:
        """Read a source's records into an atlas."""
        from tagatlas.steps.add import add
        from tagatlas.steps.opened import opened

        with opened(atlas, plugins, create=True) as its_atlas:
            report = add(its_atlas, location, replace=replace, show=shown(), **options)
        return outcome_of_adding(report)

    return Command(run, [ATLAS, SOURCE, REPLACE], step_names(plugins, "add"))
