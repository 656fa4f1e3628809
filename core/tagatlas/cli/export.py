"""``tagatlas export``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tagatlas.cli.arguments import ATLAS, MAP, PATH
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_rendering
from tagatlas.cli.terminal import shown
from tagatlas.step_options import step_names

FORMAT = click.Option(
    ["--format", "formats"],
    multiple=True,
    required=True,
    metavar="NAME",
    help="What to write: a renderer's name. May be given several times.",
)
OUT = click.Option(
    ["--out"],
    type=PATH,
    default=Path(),
    metavar="FOLDER",
    help="Folder to write to; made if it is not there. By default the present one.",
)


def command() -> Command:
    """The command, with the options of every installed renderer."""
    plugins = plugins_at_hand()

    def run(
        *, atlas: Path, formats: Sequence[str], out: Path, map_name: str | None, **options: object
    ) -> Outcome:
        """Write one format of a map to a folder of your choice."""
        from tagatlas.steps.opened import opened
        from tagatlas.steps.render import export

        with opened(atlas, plugins, write=False) as its_atlas:
            report = export(its_atlas, formats, out, name=map_name, show=shown(), **options)
        return outcome_of_rendering(report)

    return Command(run, [ATLAS, FORMAT, OUT, MAP], step_names(plugins, "render"))
