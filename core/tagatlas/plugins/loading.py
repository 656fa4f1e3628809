"""Finding plugins: names without imports; broken ones are reported and skipped."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import FunctionType, MethodType, ModuleType

import pluggy

import tagatlas.hookspecs
from tagatlas.contracts import Spec
from tagatlas.errors import PluginError
from tagatlas.plugins.checking import check_spec
from tagatlas.plugins.choice import OWN, InstalledPlugin
from tagatlas.plugins.kinds import KINDS, Kind
from tagatlas.plugins.registry import BrokenPlugin, Plugins
from tagatlas.wording import in_one_line

GROUP = "tagatlas"
"""Group of the entry points."""

COMMAND_GROUP = "tagatlas.commands"
"""Group for plugins that bring a command. Others may as well, which makes the help slower."""

_NEAR = 0.8
"""Likeness, in [0, 1], from which a function's name passes for a misspelt hook."""

STRICT_VARIABLE = "TAGATLAS_STRICT_PLUGINS"


class _Manager(pluggy.PluginManager):
    """Looks for hooks among a module's marked functions only, which is far faster."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        found = vars(plugin).get(name)
        is_hook = isinstance(found, FunctionType | MethodType) and hasattr(found, f"{GROUP}_impl")
        return super().parse_hookimpl_opts(plugin, name) if is_hook else None


def installed_plugins() -> list[InstalledPlugin]:
    """The installed plugins by metadata, tagatlas's own first, then by name; no imports."""
    return [plugin for plugin, _ in _described(plugin_points())]


def plugin_points() -> list[EntryPoint]:
    """The entry points of all installed plugins."""
    return list(_points_in(tuple((place, _changed(place)) for place in sys.path)))


@lru_cache(maxsize=1)  # it opens a file of each distribution, and each call of a step asks
def _points_in(_places: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    every = entry_points()
    return (*every.select(group=GROUP), *every.select(group=COMMAND_GROUP))


def _changed(place: str) -> int:
    """When something was installed or removed there, in nanoseconds; 0 if it is no place."""
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return 0


def command_points() -> list[EntryPoint]:
    """The entry points of plugins that may bring a command; tagatlas's own others do not."""
    return [
        point
        for plugin, point in _described(plugin_points())
        if point.group == COMMAND_GROUP or plugin.distribution != OWN
    ]


def load_plugins(
    *,
    points: Iterable[EntryPoint] | None = None,
    modules: Iterable[ModuleType] = (),
    strict: bool | None = None,
    commands: Collection[str] = (),
) -> Plugins:
    """Import the plugins and call their hooks.

    A plugin that cannot be imported, or whose hook fails, is reported in ``broken`` and
    skipped; it breaks nothing else.

    Args:
        points: the entry points to load; None for those of all installed distributions.
        modules: further plugin modules, for tests and notebooks.
        strict: raise on the first broken plugin or shared name instead; None follows the
            variable ``TAGATLAS_STRICT_PLUGINS``.
        commands: names of the caller's own commands, which no plugin can have.

    Raises:
        PluginError: only if strict.
    """
    if strict is None:
        strict = os.environ.get(STRICT_VARIABLE, "") not in ("", "0")
    found = _described(plugin_points() if points is None else points)
    plugins = Plugins([plugin for plugin, _ in found], own_commands=frozenset(commands))
    manager = _Manager(GROUP)
    manager.add_hookspecs(tagatlas.hookspecs)
    for plugin, entry_point in found:
        try:
            announced = _announcements(manager, entry_point.load())
            if plugin.distribution != OWN:
                for _, spec in announced:
                    check_spec(spec)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a stranger's module may raise anything
            _skip(plugins, plugin, error, strict)
            continue
        for kind, spec in announced:
            plugins.add(kind, spec, plugin)
    for module in modules:
        for kind, spec in _announcements(manager, module):
            plugins.add(kind, spec, InstalledPlugin(module.__name__, module.__name__, "", ""))
    if strict and plugins.warnings:
        raise PluginError(plugins.warnings[0])
    return plugins


def _announcements(
    manager: pluggy.PluginManager, module: object
) -> list[tuple[Kind[Spec, object], Spec]]:
    """The specs of one plugin; it is registered alone, so that its faults affect no other.

    Raises:
        PluginError: it announces nothing, or other objects than specs.
    """
    if not isinstance(module, ModuleType):
        raise PluginError(
            f"its entry point names {module!r}: it is to name a module, without a colon"
        )
    try:
        manager.register(module)
        _check_names(manager, module)
        named = [kind for kind in KINDS if hasattr(module, kind.hook)]
        announced = [(kind, spec) for kind in named for spec in _of_kind(manager, kind)]
    finally:
        manager.unregister(module)
    if not announced:
        hooks = [kind.hook for kind in KINDS]
        for name, found in vars(module).items():
            close = get_close_matches(name, hooks, n=1, cutoff=_NEAR)
            if close and name not in hooks and callable(found):
                raise PluginError(
                    f"it announces nothing: {name} is no hook; did you mean {close[0]}, marked "
                    "with @hookimpl?"
                )
        raise PluginError(f"it announces nothing: none of {', '.join(hooks)} gives a spec")
    return announced


def _check_names(manager: pluggy.PluginManager, module: ModuleType) -> None:
    """Check that every function marked as a hook has the name of a hook."""
    hooks = [kind.hook for kind in KINDS]
    for name in vars(module):
        if name not in hooks and manager.parse_hookimpl_opts(module, name) is not None:
            close = get_close_matches(name, hooks, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(hooks)}"
            raise PluginError(f"unknown hook {name!r}; {hint}")


def _of_kind(manager: pluggy.PluginManager, kind: Kind[Spec, object]) -> Iterator[Spec]:
    """The registered plugin's specs of one kind."""
    hook = getattr(manager.hook, kind.hook)
    if not hook.get_hookimpls():
        raise PluginError(f"{kind.hook} is not marked with @hookimpl")
    for specs in hook():
        if isinstance(specs, str) or not isinstance(specs, Iterable):
            raise PluginError(
                f"{kind.hook} gave one {type(specs).__name__}, not a list of {kind.spec.__name__}s"
            )
        for spec in specs:
            if not isinstance(spec, kind.spec):
                raise PluginError(f"{kind.hook} gave {spec!r}, which is no {kind.spec.__name__}")
            yield spec


def _skip(plugins: Plugins, plugin: InstalledPlugin, error: BaseException, strict: bool) -> None:
    reason = in_one_line(error)
    if strict:
        raise PluginError(f"plugin {plugin} is broken: {reason}") from error
    plugins.broken.append(BrokenPlugin(plugin, reason))


def _described(points: Iterable[EntryPoint]) -> list[tuple[InstalledPlugin, EntryPoint]]:
    """The built-in ones first, so that no other takes their names; then by name."""
    names: dict[Distribution | None, tuple[str, str]] = {None: ("", "")}
    described = []
    for point in points:
        if point.dist is not None and point.dist not in names:
            names[point.dist] = _name_and_version(point.dist)
        name, version = names[point.dist]
        described.append((InstalledPlugin(point.name, point.value, name, version), point))
    return sorted(
        described,
        key=lambda each: (each[0].distribution != OWN, each[0].name, each[0].distribution),
    )


def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """By the head of a distribution's metadata: all of it, with a README, is slow to parse."""
    files = ("METADATA", "PKG-INFO", "")  # the last is an .egg-info that is a file
    text = next((read for name in files if (read := distribution.read_text(name))), "")
    lines = text.partition("\n\n")[0].splitlines()
    head = dict(line.split(": ", 1) for line in lines if ": " in line)
    return head.get("Name", ""), head.get("Version", "")
