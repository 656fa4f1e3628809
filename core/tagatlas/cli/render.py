"""``tagatlas render``."""

from __future__ import annotations

from pathlib import Path

from tagatlas.cli.arguments import ATLAS, MAP, OPEN
from tagatlas.cli.calling import open_in_browser, plugins_at_hand
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.outcomes import outcome_of_rendering, with_view
from tagatlas.cli.terminal import shown
from tagatlas.step_options import step_names


def command() -> Command:
    """The command, with the options of every installed renderer."""
    plugins = plugins_at_hand()

    def run(*, atlas: Path, map_name: str | None, open_map: bool, **options: object) -> Outcome:
        """Write a map's files: poster, page, tables, Gephi."""
        from tagatlas.steps.opened import opened
        from tagatlas.steps.render import render

        with opened(atlas, plugins) as its_atlas:
            report = render(its_atlas, name=map_name, show=shown(), **options)
        outcome = with_view(outcome_of_rendering(report), atlas, plugins)
        if open_map:
            open_in_browser(outcome)
        return outcome

    return Command(run, [ATLAS, MAP, OPEN], step_names(plugins, "render"))
