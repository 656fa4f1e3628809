"""The Python functions of plugins' commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint

from tagatlas.contracts import loaded
from tagatlas.errors import PluginError
from tagatlas.plugins.choice import plugin_label
from tagatlas.plugins.kinds import COMMANDS
from tagatlas.plugins.loading import load_plugins
from tagatlas.wording import in_one_line


def command_function(name: str, points: Iterable[EntryPoint]) -> Callable[..., object] | None:
    """The function of a plugin's command; None if there is none.

    Args:
        name: of the command.
        points: entry points with its name.

    Raises:
        PluginError: a plugin with that entry point is broken, or the function that it names
            cannot be imported.
    """
    plugins = load_plugins(points=points)
    entry = plugins.of_kind(COMMANDS).get(name)
    if entry is None and plugins.broken:
        broken = plugins.broken[0]
        raise PluginError(f"plugin {broken.plugin} cannot be used: {broken.reason}")
    if entry is None or not entry.spec.function:
        return None
    try:
        return loaded(entry.spec.function)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        reason = str(error) if isinstance(error, PluginError) else in_one_line(error)
        label = plugin_label(COMMANDS, name, entry.plugin)
        raise PluginError(
            f"{label}: its function {entry.spec.function!r} cannot be imported ({reason})"
        ) from error
