"""The loaded plugins, looked up by kind and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Generic, TypeVar

from tagatlas.contracts import Spec
from tagatlas.errors import UnknownPlugin
from tagatlas.options import flag_of, make_options
from tagatlas.plugins.choice import InstalledPlugin, PluginChoice
from tagatlas.plugins.kinds import COMMANDS, Kind

SpecT = TypeVar("SpecT", bound=Spec)
ProductT = TypeVar("ProductT")


@dataclass(frozen=True)
class BrokenPlugin:
    """A plugin that was skipped, with the reason in one line."""

    plugin: InstalledPlugin
    reason: str


@dataclass(frozen=True)
class Registered(Generic[SpecT]):
    """A spec, and the plugin that announced it."""

    spec: SpecT
    plugin: InstalledPlugin


@dataclass
class Plugins:
    """The loaded plugins, by kind and name. Made by :func:`load_plugins`.

    Attributes:
        installed: all plugins in the metadata, loaded or not, ordered by name.
        broken: the skipped ones, with the reasons.
        warnings: other faults, such as a name shared by two plugins; one line each.
        on_warning: called with each warning after loading.
        own_commands: names of commands that no plugin can have.
    """

    installed: Sequence[InstalledPlugin]
    broken: list[BrokenPlugin] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    on_warning: Callable[[str], None] = lambda _: None
    own_commands: frozenset[str] = frozenset()
    _registered: dict[str, dict[str, Registered[Spec]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def of_kind(self, kind: Kind[SpecT, object]) -> dict[str, Registered[SpecT]]:
        """All of one kind, by name, ordered by name."""
        return {
            name: Registered(entry.spec, entry.plugin)
            for name, entry in sorted(self._registered[kind.hook].items())
            if isinstance(entry.spec, kind.spec)
        }

    def get(self, kind: Kind[SpecT, object], name: str) -> SpecT:
        """The spec of that kind and name.

        Raises:
            UnknownPlugin: there is none; the message lists the available ones, or says why it
                was skipped.
        """
        known = self.of_kind(kind)
        if name in known:
            return known[name].spec
        for broken in self.broken:
            if broken.plugin.name == name:
                raise UnknownPlugin(f"{kind.name} {name!r} cannot be used: {broken.reason}")
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known) or 'none'}"
        raise UnknownPlugin(f"no {kind.name} is named {name!r}; {hint}")

    def choose(
        self,
        kind: Kind[Spec, ProductT],
        name: str,
        values: Mapping[str, object],
        called: Callable[[str], str] = flag_of,
    ) -> PluginChoice[ProductT]:
        """The plugin of that kind and name with its options.

        Args:
            kind: of plugin.
            name: of the plugin.
            values: options by name; the others keep their defaults.
            called: gives the place where a user sets an option, for errors; by default its flag.

        Raises:
            UnknownPlugin: there is no such plugin.
            OptionError: it does not take one of the values.
        """
        spec = self.get(kind, name)
        options: object = make_options(spec.options, values, name, called)
        return PluginChoice(kind, spec, options, self._registered[kind.hook][name].plugin)

    def warn(self, text: str) -> None:
        """Add a warning about a plugin in use or its settings; each only once."""
        if text in self.warnings:
            return
        self.warnings.append(text)
        self.on_warning(text)

    def add(self, kind: Kind[Spec, object], spec: Spec, plugin: InstalledPlugin) -> None:
        """Register a spec; the first of a name stays, and a second is a warning."""
        known = self._registered[kind.hook]
        if kind is COMMANDS and spec.name in self.own_commands:
            self.warnings.append(
                f"{plugin} brings a command {spec.name!r}, which is not used: tagatlas has one"
            )
            return
        if spec.name in known:
            self.warnings.append(
                f"two {kind.name}s are named {spec.name!r}: {known[spec.name].plugin} is used, "
                f"{plugin} is not; uninstall one of them"
            )
            return
        known[spec.name] = Registered(spec, plugin)
