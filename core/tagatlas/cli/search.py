"""``tagatlas search``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from tagatlas.cli.arguments import AtlasArgument
from tagatlas.cli.flags import Choices, with_flags
from tagatlas.cli.outcome import Outcome, Result
from tagatlas.cli.sections import plugins_at_hand, tag_sections

TextArgument = Annotated[
    str,
    typer.Argument(
        metavar="TEXT", help='What to look for, such as "a red car".', show_default=False
    ),
]
MostOption = Annotated[int, typer.Option("--most", min=1, help="How many images to list at most.")]


def command() -> Callable[..., Result]:
    """The command, with the flags of every installed tagger."""
    plugins = plugins_at_hand()

    def run(
        atlas: AtlasArgument, text: TextArgument, choices: Choices, most: MostOption = 20
    ) -> Outcome:
        from tagatlas.atlas import open_atlas
        from tagatlas.cli.picks import Picks
        from tagatlas.pipeline.options import TagOptions
        from tagatlas.pipeline.search import search_collection

        with open_atlas(atlas, plugins, write=False) as opened:
            picks = Picks(opened, choices)
            tagger = picks.tagger(picks.options("tag", TagOptions).backend)
            picks.check()
            found = search_collection(opened, tagger, text, most=most)
        rows = found.rows(named=True)
        lines = [f"{row['cosine']:6.3f}  {atlas / row['file']}  {row['location']}" for row in rows]
        return Outcome({"text": text, "images": rows}, lines)

    return with_flags(run, tag_sections(plugins))
