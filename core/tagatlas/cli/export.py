"""``tagatlas export``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tagatlas.cli import steps
from tagatlas.cli.arguments import AtlasArgument, MapNameOption
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, render_sections
from tagatlas.errors import StorageError

FormatOption = Annotated[
    list[str],
    typer.Option("--format", help="What to write: a renderer's name. May be given several times."),
]
OutOption = Annotated[
    Path, typer.Option("--out", help="Folder to write to; made if it is not there.")
]


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed renderer."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument,
        choices: Choices,
        format_: FormatOption,
        out: OutOption = Path(),
        map_name: MapNameOption = None,
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.pipeline.load import load_map

        with open_atlas(atlas, plugins, write=False) as opened:
            picks = Picks(opened, choices)
            renderers = picks.renderers(tuple(format_))
            picks.check()
            try:
                out.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"cannot make {out}: {error.strerror}") from error
            return steps.render(load_map(opened, map_name), renderers, out)

    return with_flags(run, render_sections(plugins))
