"""Arguments and flags that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AtlasArgument = Annotated[
    Path, typer.Argument(metavar="ATLAS", help="Folder of the atlas.", show_default=False)
]
SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A table of image URLs, a folder of images, or a IIIF manifest's URL.",
        show_default=False,
    ),
]
ReplaceOption = Annotated[
    str | None,
    typer.Option(
        "--replace",
        metavar="NUMBER|LOCATION",
        help="A source of the atlas, as tagatlas info lists it, in whose place this one comes.",
        show_default=False,
    ),
]
RetryFlag = Annotated[
    bool, typer.Option("--retry-failed", help="Also try again what failed before.")
]
StatusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="missing|blocked|unreadable|refused|failed",
        help="With --retry-failed: only what ended so. May be given several times.",
        show_default=False,
    ),
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option(
        "--header",
        metavar='"NAME: VALUE"',
        help="A further header of every request; it is not kept. May be given several times.",
        show_default=False,
    ),
]
MaxFailuresOption = Annotated[
    str | None,
    typer.Option(
        "--max-failures",
        metavar="N|N%",
        envvar="TAGATLAS_MAX_FAILURES",
        help="Exit with status 3 if more fail. Any number is accepted by default.",
        show_default=False,
    ),
]
MapNameOption = Annotated[
    str | None,
    typer.Option(
        "--map",
        help="Name of the map. By default the backend's.",
        envvar="TAGATLAS_MAP",
        show_default=False,
    ),
]
OpenFlag = Annotated[bool, typer.Option("--open", help="Open the map in the browser.")]
