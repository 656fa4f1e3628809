"""What a step will work with: options and plugins, checked before any work, kept when it is done.

A value is taken from the first of these that has one: what the caller gave, a variable
``TAGATLAS_<NAME>``, the atlas's settings, the default.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from tagatlas.contracts import Spec
from tagatlas.errors import (
    EmptyMap,
    InputError,
    MissingDependency,
    ModelMissing,
    OptionError,
    UsageError,
)
from tagatlas.option_names import OptionNames, Owner, Target
from tagatlas.options import OptionValue, flag_of, make_options
from tagatlas.plugins import SOURCES, Kind, PluginChoice, Plugins, plugin_owner
from tagatlas.settings import SettingsFile

OptionsT = TypeVar("OptionsT")
ProductT = TypeVar("ProductT")

REFUSALS = (UsageError, InputError, EmptyMap, MissingDependency, ModelMissing)
"""What is raised where a choice is at fault, and before anything costs money."""


class Selection:
    """The options and plugins of one call. Used by one thread at a time."""

    def __init__(
        self,
        plugins: Plugins,
        settings: SettingsFile | None,
        names: OptionNames,
        given: Mapping[str, object],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Look up what was given.

        Args:
            plugins: among which plugins are looked up.
            settings: the atlas's; None where there is no atlas.
            names: of the options that may be given.
            given: values by name; None stands for what was not given.
            environment: variables; by default the process's.

        Raises:
            OptionError: there is no option of a name that was given.
        """
        self._plugins = plugins
        self._settings = settings
        self._names = names
        self._environment = os.environ if environment is None else environment
        self._given = {
            name: (names.targets(name), value) for name, value in given.items() if value is not None
        }
        self._picked: dict[str, object] = {}
        self._source: tuple[str, str | None] | None = None

    def for_source(self, identity: str, before: str | None) -> None:
        """Keep options of adding and of source plugins for one source alone.

        Args:
            identity: what names the source in the catalog.
            before: the source whose options it takes over; None if there is none.
        """
        self._source = identity, before

    def options(self, table: str, options: type[OptionsT]) -> OptionsT:
        """The options of a step.

        Raises:
            OptionError: a value that an option does not take.
        """
        owner = self._owner(table, options)
        chosen = make_options(options, self.values(owner), table, self.called(owner))
        self._picked[table] = chosen
        return chosen

    def plugin(self, kind: Kind[Spec, ProductT], name: str) -> PluginChoice[ProductT]:
        """:meth:`look_up` a plugin, whose object is made now.

        Raises:
            UnknownPlugin, OptionError: see :meth:`look_up`.
            MissingDependency, PluginError: it cannot be made.
        """
        chosen = self.look_up(kind, name)
        chosen.make_now()
        return chosen

    def look_up(self, kind: Kind[Spec, ProductT], name: str) -> PluginChoice[ProductT]:
        """The plugin of that kind and name with its options.

        Raises:
            UnknownPlugin: there is no such plugin.
            OptionError: a value that an option does not take.
            MissingDependency: a module that it needs is not installed.
        """
        spec = self._plugins.get(kind, name)
        owner = self._owner(plugin_owner(kind, name), spec.options, kind.name)
        chosen = self._plugins.choose(kind, name, self.values(owner), self.called(owner))
        chosen.require_modules()
        self._picked[owner.table] = chosen.options
        return chosen

    def values(self, owner: Owner) -> dict[str, object]:
        """The options of one owner that anything but the default decides, by name.

        Raises:
            OptionError: the settings have an option that the owner does not have.
        """
        known = [option.name for option in owner.fields]
        kept = {} if self._settings is None else self._settings.options_of(owner.table, known)
        if self._settings is not None and self._source is not None and _is_of_source(owner.table):
            identity, before = self._source
            kept |= self._settings.options_of(owner.table, known, before or identity)
        variables = {
            name: self._environment[variable] for name, variable in self.variables(owner).items()
        }
        return kept | variables | self._typed(owner.table)

    def variable(self, name: str) -> str | None:
        """What a variable says of an argument that is no option of a step or a plugin."""
        return self._environment.get(f"TAGATLAS_{name}".upper()) or None

    def variables(self, owner: Owner) -> dict[str, str]:
        """For each option of an owner that a variable is set for, the variable; by name."""
        found = {}
        for option in owner.fields:
            for name in reversed(self._names.of(Target(owner, option)) or [option.name]):
                variable = f"TAGATLAS_{name}".upper()
                if option.name not in found and variable in self._environment:
                    found[option.name] = variable
        return found

    def called(self, owner: Owner) -> Callable[[str], str]:
        """Where a user finds the value of each option of an owner, by the option's name.

        That is the flag, the variable, or the line of the settings that decides.
        """
        typed, variables = self._typed(owner.table), self.variables(owner)

        def place(option: str) -> str:
            if option not in typed and option in variables:
                return variables[option]
            if option not in typed and self._settings is not None:
                return f"{option} in {self._settings.path}"
            target = next(Target(owner, each) for each in owner.fields if each.name == option)
            return flag_of((self._names.of(target) or [option])[0])

        return place

    def check(self) -> None:
        """Make sure that everything that was given is used, and by one kind of owner.

        Raises:
            OptionError: something is not used, and would be ignored in silence; or it would be
                used by two kinds of plugins that mean something else by it.
        """
        for name, (targets, _) in self._given.items():
            used = self._used(name)
            kinds = {each.owner.kind: each for each in used}
            if not used:
                owners = " and ".join(str(each.owner) for each in targets)
                raise OptionError(
                    f"{flag_of(name)} is an option of {owners}, which is not in use here"
                    f"{self._instead(targets)}"
                )
            if len(kinds) > 1:
                ways = " or ".join(flag_of(self._names.own(each)) for each in kinds.values())
                raise OptionError(
                    f"{flag_of(name)} is an option of "
                    f"{' and of '.join(str(each.owner) for each in kinds.values())}, which are "
                    f"both in use here: say {ways}"
                )
        self._check_names()

    @contextmanager
    def remembered(self, *tables: str) -> Iterator[None]:
        """Write what was given to the atlas's settings, for good unless the block refuses it.

        A choice that is refused must not stand in the way of the next call, so it is taken back.
        Work that ends for another reason, such as a budget that is used up, or that is
        interrupted, goes on with what was given.

        Args:
            tables: whose options are written; none means all that were looked up.

        Raises:
            OptionError: see :meth:`check`.
        """
        self.check()
        if self._settings is None:
            yield
            return
        before = self._settings.text
        for table, chosen in self._picked.items():
            if tables and table not in tables:
                continue
            source = None
            if self._source is not None and _is_of_source(table):
                source, former = self._source
                if former is not None:
                    self._settings.move_source(former, source)
            self._settings.update(table, self._to_keep(table, chosen), source)
        try:
            yield
        except REFUSALS:
            self._settings.put_back(before)
            raise

    def _owner(self, table: str, options: type, kind: str = "") -> Owner:
        known = (each for each in self._names.owners if each.table == table)
        return next(known, Owner(table, options, kind))

    def _to_keep(self, table: str, chosen: object) -> dict[str, OptionValue]:
        """What was given for one owner, as it is written down."""
        kept: dict[str, OptionValue] = {}
        for name in self._typed(table):
            value = getattr(chosen, name)
            if value is not None:
                plain = isinstance(value, bool | int | float | str)
                listed = (
                    [_text(item) for item in value] if isinstance(value, tuple) else _text(value)
                )
                kept[name] = value if plain else listed
        return kept

    def _typed(self, table: str) -> dict[str, object]:
        """What was given for one owner; the longer of two names counts."""
        return {
            option: values[max(values, key=len)]
            for option, values in self._values_of(table).items()
        }

    def _values_of(self, table: str) -> dict[str, dict[str, object]]:
        """What was given for each option of one owner, by the names it was given by."""
        found: dict[str, dict[str, object]] = defaultdict(dict)
        for name, (targets, value) in self._given.items():
            for target in targets:
                if target.owner.table == table:
                    found[target.option.name][name] = value
        return found

    def _check_names(self) -> None:
        """Refuse two names of one option with two values.

        A name that other options in use have as well may be given beside one that is narrower.
        """
        for table in self._picked:
            for values in self._values_of(table).values():
                own = [name for name in values if len(self._used(name)) == 1]
                for first, second in pairwise(own):
                    if values[first] != values[second]:
                        raise OptionError(
                            f"{flag_of(first)} and {flag_of(second)} are names of one option, and "
                            f"were given {values[first]} and {values[second]}: give one of them"
                        )

    def _used(self, name: str) -> list[Target]:
        """The options in use that were given by a name."""
        return [each for each in self._given[name][0] if each.owner.table in self._picked]

    def _instead(self, unused: Sequence[Target]) -> str:
        """The options of that name of owners of the same kinds that are in use."""
        kinds = {each.owner.kind for each in unused}
        same = [
            flag_of(self._names.of(Target(owner, each))[0])
            for owner in self._names.owners
            if owner.table in self._picked and owner.kind in kinds
            for each in owner.fields
            if each.name == unused[0].option.name
        ]
        return f"; there is {' and '.join(same)}" if same else ""


def _is_of_source(table: str) -> bool:
    """Whether options are of adding a source, and so belong to that source alone."""
    return table == "add" or table.startswith(f"{SOURCES.key}.")


def _text(value: object) -> str:
    """A value as it is kept; a path so that it leads to the same file from anywhere."""
    return str(value.resolve()) if isinstance(value, Path) else str(value)
