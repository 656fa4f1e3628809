"""``tagatlas import-tags``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import import_sections, plugins_at_hand

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file of tags.", show_default=False)
]


def command() -> Callable[..., Result]:
    """The command."""
    plugins = plugins_at_hand()

    def run(atlas: AtlasArgument, file: FileArgument, choices: Choices) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.imports import ImportOptions

        with open_atlas(atlas, plugins) as opened:
            options = Picks(opened, choices).options("import", ImportOptions)
            return steps.import_tags(opened, file, options)

    return with_flags(run, import_sections())
