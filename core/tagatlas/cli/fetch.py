"""``tagatlas fetch``."""

from __future__ import annotations

from collections.abc import Callable

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MaxFailuresOption, RetryFlag
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.sections import fetch_sections, plugins_at_hand


def command() -> Callable[..., Outcome]:
    """The command, with the flags of fetching."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        retry_failed: RetryFlag = False,
        max_failures: MaxFailuresOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.fetch import FetchOptions

        with open_atlas(atlas, plugins) as opened:
            picks = Picks(opened, choices)
            options = picks.options("fetch", FetchOptions)
            picks.settle()
            return steps.fetch(opened, options, retry_failed, max_failures)

    return with_flags(run, fetch_sections())
