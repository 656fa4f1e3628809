"""The command line: commands parse, call the library, show progress, print results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated

import typer

COMMANDS: Mapping[str, str] = {
    "demo": "Map a sample collection and open it in the browser.",
    "run": "Map a collection: all steps, from a source to the finished map.",
    "add": "Read a source's records into an atlas.",
    "fetch": "Fetch the images that records point to.",
    "tag": "Have a backend tag the images.",
    "import-tags": "Read tags that another program made: dd-image-tagging, Memespector, any table.",
    "map": "Lay out the network of images and tags, find and name clusters.",
    "render": "Write a map's files: poster, page, tables, Gephi.",
    "view": "Open the map in the browser, to explore it and to write and draw on it.",
    "export": "Write one format of a map to a folder of your choice.",
    "search": "List the images that fit a text best.",
    "info": "Say what is in an atlas: sources, images, backends, settings, maps.",
    "remove": "Take images or a source out of an atlas, with all that was made of them.",
    "models": "List a backend's models, or fetch one ahead.",
    "compare": "Compare what backends make of an atlas: agreement on tags and on themes.",
    "bench": "Measure backends against each other: quality, stability, speed, memory, cost.",
    "plugins": "List the installed plugins.",
    "doctor": "Check the installation, a backend, or an atlas.",
}
"""Every command with its summary, in the order of the help. Each is a module of this package."""


def main() -> None:
    """The ``tagatlas`` command. Imports only the command that was asked for."""
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    app = typer.Typer(
        help="Maps an image collection by what machines see in it.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with too many failures.",
        no_args_is_help=True,
        add_completion=False,
        # Rich's panels for a command's many flags; without them the plain help is instant.
        rich_markup_mode="rich" if asked in COMMANDS else None,
        pretty_exceptions_enable=False,
    )

    @app.callback(invoke_without_command=True)
    def root(
        version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    ) -> None:
        if version:
            from importlib.metadata import version as installed_version

            typer.echo(installed_version("tagatlas"))
            raise typer.Exit

    for name, summary in COMMANDS.items():
        function = _load(name) if name == asked else _not_loaded
        app.command(name, help=summary)(function)
    app()


def _load(name: str) -> Callable[..., None]:
    from tagatlas.cli.outcome import reporting

    return reporting(import_module(f"tagatlas.cli.{name.replace('-', '_')}").command())


def _not_loaded() -> None:
    """Stands for a command that was not asked for, so that the help can list it."""
