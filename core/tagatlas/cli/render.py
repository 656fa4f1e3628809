"""``tagatlas render``."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MapNameOption, OpenFlag
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, render_sections


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed renderer."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        map_name: MapNameOption = None,
        open_map: OpenFlag = False,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.pipeline.load import load_map

        with open_atlas(atlas, plugins) as opened:
            picks = Picks(opened, choices)
            renderers = picks.renderers()
            with picks.settled():
                loaded = load_map(opened, map_name)
                outcome = steps.render(loaded, renderers, opened.map_folder(loaded.name))
        if open_map:
            open_in_browser(outcome)
        return outcome

    return with_flags(run, render_sections(plugins))


def open_in_browser(outcome: Outcome) -> None:
    """Show the file that a person wants to see."""
    if outcome.opens is not None:
        webbrowser.open(outcome.opens.resolve().as_uri())
