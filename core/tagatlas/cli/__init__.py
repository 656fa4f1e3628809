"""The command line: commands parse, call the library, show progress, print results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Annotated

import typer

from tagatlas.errors import PluginError

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
    words = sys.argv[1:]
    options = words[: words.index("--")] if "--" in words else words
    try:
        _app()()
    except PluginError as error:  # of a plugin that is broken, where that is to be told
        if "--debug" in options:
            raise
        print(f"tagatlas: {error}", file=sys.stderr)  # noqa: T201 - this is the terminal
        _report(str(error), options)
        sys.exit(1)
    except SystemExit as end:
        # Typer says what is wrong to a person, and ends the process while it handles the error.
        message = getattr(end.__context__, "format_message", None)
        if message is not None:
            _report(message(), options)
        raise


def _report(message: str, options: Sequence[str]) -> None:
    """Say as JSON as well why no command could begin, if JSON was asked for."""
    if "--json" in options:
        from tagatlas.cli.terminal import show_json

        show_json({"error": " ".join(message.split())})


def _app() -> typer.Typer:
    """The app, in which only the command that was asked for is loaded."""
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
    return app


def _load(name: str) -> Callable[..., None]:
    from tagatlas.cli.outcome import reporting

    return reporting(import_module(f"tagatlas.cli.{name.replace('-', '_')}").command())


def _not_loaded() -> None:
    """Stands for a command that was not asked for, so that the help can list it."""
