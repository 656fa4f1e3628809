"""``tagatlas map``."""

from __future__ import annotations

from pathlib import Path

import click

from tagatlas.cli.arguments import ATLAS, FORCE, MAP
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_mapping
from tagatlas.cli.terminal import shown
from tagatlas.step_options import step_names

BACKEND = click.Option(
    ["--backend"], metavar="NAME", help="Whose tags to map. By default the last used."
)


def command() -> Command:
    """The command, with the options of every installed graph builder and layout."""
    plugins = plugins_at_hand()

    def run(
        *, atlas: Path, backend: str | None, map_name: str | None, force: bool, **options: object
    ) -> Outcome:
        """Lay out the network of images and tags, find and name clusters."""
        from tagatlas.steps.map import map as map_
        from tagatlas.steps.opened import opened

        with opened(atlas, plugins) as its_atlas:
            report = map_(
                its_atlas, backend=backend, name=map_name, force=force, show=shown(), **options
            )
        return outcome_of_mapping(report)

    return Command(run, [ATLAS, BACKEND, MAP, FORCE], step_names(plugins, "map"))
