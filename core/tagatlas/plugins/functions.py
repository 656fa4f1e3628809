"""The Python functions of plugins' commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint

from tagatlas.contracts import loaded
from tagatlas.plugins.kinds import COMMANDS
from tagatlas.plugins.loading import load_plugins


def command_function(name: str, points: Iterable[EntryPoint]) -> Callable[..., object] | None:
    """The function of a plugin's command; None if there is none.

    Args:
        name: of the command.
        points: entry points with its name.
    """
    entry = load_plugins(points=points).of_kind(COMMANDS).get(name)
    return loaded(entry.spec.function) if entry is not None and entry.spec.function else None
