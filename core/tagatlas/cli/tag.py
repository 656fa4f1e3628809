"""``tagatlas tag``."""

from __future__ import annotations

from collections.abc import Callable

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MaxFailuresOption, RetryFlag
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.sections import plugins_at_hand, tag_sections


def command() -> Callable[..., Outcome]:
    """The command, with the flags of every installed tagger."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        retry_failed: RetryFlag = False,
        max_failures: MaxFailuresOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks

        with open_atlas(atlas, plugins) as opened:
            picks = Picks(opened, choices)
            tagger = picks.tagger()
            picks.settle()
            return steps.tag(opened, tagger, retry_failed, max_failures)

    return with_flags(run, tag_sections(plugins))
