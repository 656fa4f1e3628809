"""``tagatlas fetch``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import (
    AtlasArgument,
    HeaderOption,
    MaxFailuresOption,
    RetryFlag,
    StatusOption,
)
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import fetch_sections, plugins_at_hand

RepairFlag = Annotated[
    bool,
    typer.Option("--repair", help="Check every stored file, and fetch anew what is damaged."),
]


def command() -> Callable[..., Result]:
    """The command, with the flags of fetching."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        retry_failed: RetryFlag = False,
        status: StatusOption = None,
        header: HeaderOption = None,
        repair: RepairFlag = False,
        max_failures: MaxFailuresOption = None,
    ) -> Iterator[Outcome]:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.fetch import FetchOptions
        from tagatlas.fetch.hosts import parse_headers

        retry = steps.statuses_to_retry(retry_failed, status)
        headers = parse_headers(header or [])
        with open_atlas(atlas, plugins) as opened:
            picks = Picks(opened, choices)
            options = picks.options("fetch", FetchOptions)
            recoveries = picks.recoveries(options.recover)
            picks.settle()
            if repair:
                steps.repair(opened)
            yield from steps.fetch(opened, options, retry, headers, recoveries, max_failures)

    return with_flags(run, fetch_sections(plugins))
