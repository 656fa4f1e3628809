"""``tagatlas search``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from tagatlas.cli.arguments import ATLAS
from tagatlas.cli.calling import plugins_at_hand
from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import Outcome
from tagatlas.step_options import step_names

TEXT = Argument("text", "TEXT", 'What to look for, such as "a red car".')
MOST = click.Option(
    ["--most"],
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="NUMBER",
    help="How many images to list at most.",
)


def command() -> Command:
    """The command, with the options of every installed tagger."""
    plugins = plugins_at_hand()

    def run(*, atlas: Path, text: str, most: int, **options: object) -> Outcome:
        """List the images that fit a text best."""
        from tagatlas.steps.opened import opened
        from tagatlas.steps.search import search

        with opened(atlas, plugins, write=False) as its_atlas:
            rows = search(its_atlas, text, most=most, **options).rows(named=True)
        lines = [f"{row['cosine']:6.3f}  {_place(atlas, row)}  {row['location']}" for row in rows]
        return Outcome({"text": text, "images": rows}, lines)

    return Command(run, [ATLAS, TEXT, MOST], step_names(plugins, "tag"))


def _place(atlas: Path, found: Mapping[str, object]) -> str:
    """Path or URL of an image that was found; its id if it is not a file."""
    file = found["file"]
    if file is None:
        return f"image {found['id']}"
    return str(file) if "://" in str(file) else str(atlas / str(file))
