"""The command line: commands parse, call the library, show progress, print results."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

import click

from tagatlas.errors import TagatlasError, UsageError

if TYPE_CHECKING:
    from tagatlas.contracts import CommandSpec
    from tagatlas.plugins import Plugins, Registered

COMMANDS: Mapping[str, str] = {
    "demo": "Map a sample collection and open it in the browser.",
    "run": "Map a collection: all steps, from a source to the finished map.",
    "add": "Read a source's records into an atlas.",
    "fetch": "Fetch the images that records point to.",
    "tag": "Have a backend tag the images.",
    "map": "Lay out the network of images and tags, find and name clusters.",
    "render": "Write a map's files: poster, page, tables, Gephi.",
    "export": "Write one format of a map to a folder of your choice.",
    "search": "List the images that fit a text best.",
    "info": "Say what is in an atlas: sources, images, backends, settings, maps.",
    "remove": "Take images or a source out of an atlas, with all that was made of them.",
    "trust": "Say what an atlas of somebody else asks for, and accept it.",
    "models": "List a backend's models, or fetch one ahead.",
    "plugins": "List the installed plugins.",
    "doctor": "Check the installation, a backend, or an atlas.",
}
"""Built-in commands with their summaries, in help order: each a module of this package."""


def main() -> None:
    """The ``tagatlas`` command."""
    sys.exit(exit_status(sys.argv[1:]))


def exit_status(words: Sequence[str]) -> int:
    """Run a command line and return its exit status.

    Args:
        words: without the program's name.
    """
    from tagatlas.cli.outcome import (
        FAILED,
        INTERRUPTED,
        STOPPED,
        WRONG_USAGE,
        end,
        end_unread,
        fault_of,
        say_traceback,
    )

    options = words[: words.index("--")] if "--" in words else words
    app = _Commands(
        help="Maps an image collection by what machines see in it.",
        epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 3 done with too many failures.",
        no_args_is_help=True,
        params=[click.Option(["--version"], is_flag=True, help="Print the version.")],
        invoke_without_command=True,
        callback=_version,
        context_settings={"help_option_names": ["--help"], "max_content_width": 100},
    )
    try:
        # Not app.main(), which writes an empty line on Ctrl-C.
        with app.make_context("tagatlas", list(words)) as context:
            status = app.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return WRONG_USAGE
    except click.NoSuchOption as error:  # before the command's name
        message = f"there is no option {error.option_name} here: options come after the command"
        return end(message, WRONG_USAGE, "--json" in options)
    except click.ClickException as error:
        message = " ".join(error.format_message().split())
        return end(message, WRONG_USAGE, "--json" in options)
    except TagatlasError as error:  # a broken plugin, or a command of one that is plain click's
        if "--debug" in options:
            say_traceback()
        failure = WRONG_USAGE if isinstance(error, UsageError) else FAILED
        return end(str(error), failure, "--json" in options)
    except (KeyboardInterrupt, click.Abort):
        return end(STOPPED, INTERRUPTED, "--json" in options)
    except BrokenPipeError:
        return end_unread()
    except BaseException as error:
        is_exit = isinstance(error, SystemExit) and error.code in (None, 0)
        if is_exit or not (app.stranger or isinstance(error, Exception)):
            raise
        if "--debug" in options:
            say_traceback()
        return end(fault_of(error, app.stranger), FAILED, "--json" in options)
    return status if isinstance(status, int) else 0  # plain commands may give anything


class _Commands(click.Group):
    """The built-in commands and those of plugins; only the requested one is imported.

    Attributes:
        stranger: the plugin whose command was requested; empty if it is built in.
    """

    stranger = ""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """In the order of the help."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """The command of a name."""
        if cmd_name in COMMANDS:
            module = import_module(f"tagatlas.cli.{cmd_name.replace('-', '_')}")
            command: click.Command = module.command()
        elif cmd_name in self._of_plugins:
            from tagatlas.cli.calling import plugins_command, stranger_of

            entry = self._of_plugins[cmd_name]
            command = plugins_command(self._plugins, entry)
            self.stranger = stranger_of(entry)
        else:
            return None
        command.name = cmd_name
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with; an unknown one's error suggests the nearest."""
        if args[0] not in COMMANDS and args[0] not in self._of_plugins:
            close = get_close_matches(args[0], self._summaries, n=1)
            hint = f"did you mean {close[0]}?" if close else "tagatlas --help lists them"
            raise click.UsageError(f"there is no command {args[0]}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List them without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))

    @cached_property
    def _plugins(self) -> Plugins:
        from tagatlas.cli.calling import plugins_at_hand

        return plugins_at_hand()

    @cached_property
    def _of_plugins(self) -> Mapping[str, Registered[CommandSpec]]:
        from tagatlas.plugins import COMMANDS as OF_PLUGINS

        return self._plugins.of_kind(OF_PLUGINS)

    @cached_property
    def _listed(self) -> Mapping[str, Registered[CommandSpec]]:
        """As ``_of_plugins``; if no plugin is loaded yet, those without commands are not."""
        if "_plugins" in vars(self):
            return self._of_plugins
        from tagatlas.cli.calling import loaded_plugins
        from tagatlas.plugins import COMMANDS as OF_PLUGINS
        from tagatlas.plugins import command_points

        return loaded_plugins(command_points()).of_kind(OF_PLUGINS)

    @cached_property
    def _summaries(self) -> Mapping[str, str]:
        """Every command with its summary, in the order of the help."""
        specs = {name: entry.spec for name, entry in self._listed.items()}
        summaries = {**COMMANDS, **{name: spec.summary for name, spec in specs.items()}}
        names = in_order(COMMANDS, {name: spec.after for name, spec in specs.items()})
        return {name: summaries[name] for name in names}


def in_order(own: Iterable[str], after: Mapping[str, str]) -> list[str]:
    """The names of commands in help order.

    Args:
        own: the built-in ones, already in order.
        after: for each of the others the one that it follows. Those that follow the same one keep
            their order here; those that follow an unknown one, or each other, come last.
    """
    names: list[str] = []

    def put(name: str) -> None:
        if name not in names:
            names.append(name)
            for other, followed in after.items():
                if followed == name:
                    put(other)

    known = {*own, *after}
    for name in [*own, *(each for each in after if after[each] not in known), *after]:
        put(name)
    return names


def _version(*, version: bool) -> None:
    if version:
        from importlib.metadata import version as installed_version

        click.echo(installed_version("tagatlas"))
        raise click.exceptions.Exit
