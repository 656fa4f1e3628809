"""``tagatlas add``."""

from __future__ import annotations

from collections.abc import Callable

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, ReplaceOption, SourceArgument
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, source_sections


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed source."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        location: SourceArgument,
        choices: Choices,
        replace: ReplaceOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks

        with open_atlas(atlas, plugins, create=True) as opened:
            picks = Picks(opened, choices)
            source = picks.source(location, replace)
            with picks.settled():
                return steps.add(opened, location, source, replace)

    return with_flags(run, source_sections(plugins))
