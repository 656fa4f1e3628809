"""Arguments and flags that several commands share."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tagatlas.cli.command import Argument
from tagatlas.cli.outcome import failure_status
from tagatlas.errors import OptionError


class _NamedPath(click.Path):
    """A path that is not empty: an empty one would be the current folder."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Read the path."""
        if value == "":
            self.fail("a path cannot be empty", param, ctx)
        return super().convert(value, param, ctx)


PATH = _NamedPath(path_type=Path)

ATLAS = Argument("atlas", "ATLAS", "Folder of the atlas.", type=PATH)
SOURCE = Argument(
    "location",
    "SOURCE",
    "A table of image URLs, a folder or ZIP archive of images, or a IIIF address.",
)
REPLACE = click.Option(
    ["--replace"],
    metavar="NUMBER|LOCATION",
    help="A source of the atlas, as tagatlas info lists it, in whose place this one comes.",
)
RETRY = click.Option(["--retry-failed"], is_flag=True, help="Also try again what failed before.")
HEADER = click.Option(
    ["--header"],
    multiple=True,
    metavar='"NAME: VALUE"',
    help="A further header of every request; it is not kept. One that may be a key is sent "
    "encrypted, and to one host (--header-host). May be given several times.",
)


def _limit_of_failures(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - click's
    limit: str | None,
) -> str | None:
    """The limit; an invalid one is refused before any work."""
    try:
        failure_status(0, 0, limit)
    except OptionError as error:
        raise click.UsageError(str(error), context) from error
    return limit


ON = click.Option(
    ["--on"],
    default="",
    metavar="auto|local|ray://HOST:10001",
    help="Fetch, tag, compare and place images on a Ray cluster, or by processes of this machine.",
)
MAX_FAILURES = click.Option(
    ["--max-failures"],
    callback=_limit_of_failures,
    metavar="N|N%",
    envvar="TAGATLAS_MAX_FAILURES",
    help="Exit with status 3 if more fail. Any number is accepted by default.",
)
FORCE = click.Option(
    ["--force"],
    is_flag=True,
    help="Make the map again from the start, even if nothing changed.",
)
MAP = click.Option(
    ["--map", "map_name"],
    metavar="NAME",
    envvar="TAGATLAS_MAP",
    help="Name of the map. By default the backend's, or that of the map made last.",
)
OPEN = click.Option(["--open", "open_map"], is_flag=True, help="Open the map in the browser.")
