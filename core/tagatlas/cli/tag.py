"""``tagatlas tag``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MaxFailuresOption, RetryFlag
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, tag_sections

DryRunFlag = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be asked, and what it would cost.")
]


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed tagger."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        dry_run: DryRunFlag = False,
        retry_failed: RetryFlag = False,
        max_failures: MaxFailuresOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.pipeline.options import TagOptions

        with open_atlas(atlas, plugins, write=not dry_run) as opened:
            picks = Picks(opened, choices)
            options = picks.options("tag", TagOptions)
            tagger = picks.tagger(options.backend)
            if dry_run:
                picks.check()
                return steps.estimate(opened, tagger, options, retry_failed)
            with picks.settled():
                return steps.tag(opened, tagger, options, retry_failed, max_failures)

    return with_flags(run, tag_sections(plugins))
