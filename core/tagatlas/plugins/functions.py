"""What plugins' commands are called with from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint

from tagatlas.contracts import loaded
from tagatlas.plugins.kinds import COMMANDS
from tagatlas.plugins.loading import load_plugins


def command_function(name: str, points: Iterable[EntryPoint]) -> Callable[..., object] | None:
    """The function of a plugin's command; None where there is none.

    Args:
        name: of the command.
        points: the entry points of its name.
    """
    entry = load_plugins(points=points).of_kind(COMMANDS).get(name)
    return loaded(entry.spec.function) if entry is not None and entry.spec.function else None
