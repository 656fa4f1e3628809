"""Shared by commands: loading plugins, and parsing values."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import click

from tagatlas.cli import COMMANDS as OWN_COMMANDS
from tagatlas.cli.command import Command
from tagatlas.cli.outcome import Outcome
from tagatlas.cli.terminal import say
from tagatlas.errors import UsageError
from tagatlas.plugins import COMMANDS, Plugins, Registered, load_plugins, make_product, plugin_label

if TYPE_CHECKING:
    from tagatlas.contracts import CommandSpec, ImageStatus


def plugins_at_hand() -> Plugins:
    """The installed plugins; warns once of broken ones and of settings that none reads."""
    from tagatlas.unread import unread_variables

    plugins = loaded_plugins()
    if unread := unread_variables(plugins, os.environ):
        warn(unread)
    return plugins


def loaded_plugins(points: Iterable[EntryPoint] | None = None) -> Plugins:
    """The installed plugins, or those of some entry points; warns once of broken ones."""
    plugins = load_plugins(points=points, commands=OWN_COMMANDS)
    for broken in plugins.broken:
        warn(f"plugin {broken.plugin} is skipped: {broken.reason}")
    for warning in plugins.warnings:
        warn(warning)
    plugins.on_warning = warn
    return plugins


def warn(text: str) -> None:
    """A warning, a line on standard error."""
    say(f"tagatlas: {text}")


def plugins_command(plugins: Plugins, entry: Registered[CommandSpec]) -> click.Command:
    """The command that a plugin announces.

    Raises:
        PluginError: it cannot be made, or is not a command.
        MissingDependency: its optional packages are not installed.
    """
    made = make_product(COMMANDS, entry.spec, entry.plugin, plugins)
    if isinstance(made, Command):
        made.stranger = stranger_of(entry)
    return made


def stranger_of(entry: Registered[CommandSpec]) -> str:
    """The plugin that brings a command, as messages name it; empty if it is built in."""
    if entry.plugin.is_built_in:
        return ""
    return plugin_label(COMMANDS, entry.spec.name, entry.plugin)


def statuses_to_retry(retry_failed: bool, names: Sequence[str] = ()) -> list[ImageStatus]:
    """The statuses that ``--retry-failed`` and ``--status`` select.

    Raises:
        UsageError: an unknown status, or one without ``--retry-failed``.
    """
    from tagatlas.steps.fetch import RETRIED

    if not names:
        return list(RETRIED) if retry_failed else []
    if not retry_failed:
        raise UsageError("--status says what --retry-failed tries again: give both")
    known = {str(status): status for status in RETRIED}
    for name in names:
        if name not in known:
            raise UsageError(f"--status is one of {', '.join(known)}, not {name!r}")
    return [known[name] for name in names]


def open_in_browser(outcome: Outcome) -> None:
    """Open the result's main file."""
    if outcome.opens is not None:
        webbrowser.open(outcome.opens.resolve().as_uri())
