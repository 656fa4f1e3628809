"""Selects a step's options and plugins: checked before any work, saved after it.

A value is taken from the first of these that has one: what the caller gave, a variable
``TAGATLAS_<NAME>``, the atlas's settings, the default.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from tagatlas.contracts import Spec
from tagatlas.errors import (
    EmptyMap,
    InputError,
    OptionError,
    PluginError,
    UnknownPlugin,
    UsageError,
)
from tagatlas.options import OptionField, OptionValue, flag_of, make_options, option_values
from tagatlas.plugins import SOURCES, Kind, PluginChoice, Plugins, plugin_owner
from tagatlas.settings import SettingsFile
from tagatlas_options.names import OptionNames, Owner, Target, variable_of
from tagatlas_trust import Asked

OptionsT = TypeVar("OptionsT")
ProductT = TypeVar("ProductT")

REFUSALS = (UsageError, InputError, EmptyMap, PluginError)
"""Errors for a choice that cannot be used: it is refused, or a plugin breaks its contract."""


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
        """Look up the given options.

        Args:
            plugins: the installed plugins.
            settings: of the atlas; None without an atlas.
            names: names of the accepted options.
            given: values by name; None means not given.
            environment: variables; by default the process's.

        Raises:
            OptionError: a given name is not that of an option.
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
        """Save options of adding and of source plugins for one source only.

        Args:
            identity: name of the source in the catalog.
            before: the source whose options it takes over, or None.
        """
        self._source = identity, before

    def options(
        self, table: str, options: type[OptionsT], unasked: Collection[str] = ()
    ) -> OptionsT:
        """The options of a step.

        Args:
            table: of the step in the settings.
            options: the dataclass.
            unasked: options for which the caller itself asks whether the user accepts them.

        Raises:
            OptionError: a value that an option does not take.
            NotTrusted: the settings have one that the user has not accepted.
        """
        owner = self._owner(table, options)
        values = self._accepted(owner, unasked)
        chosen = make_options(options, values, table, self.called(owner))
        self._picked[table] = chosen
        return chosen

    def plugin(self, kind: Kind[Spec, ProductT], name: str) -> PluginChoice[ProductT]:
        """:meth:`look_up` a plugin and make its object now.

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
            UnknownPlugin: there is no such plugin; if a variable or the settings name it, the
                message says where.
            OptionError: a value that an option does not take.
            NotTrusted: the settings have one that the user has not accepted.
            MissingDependency: a module that it needs is not installed.
        """
        try:
            spec = self._plugins.get(kind, name)
        except UnknownPlugin as error:
            place = self._named_in(kind)
            if not place:
                raise
            raise UnknownPlugin(f"{place}: {error}; {_instead_of(kind)}") from error
        owner = self._owner(plugin_owner(kind, name), spec.options, kind.name)
        chosen = self._plugins.choose(kind, name, self._accepted(owner), self.called(owner))
        chosen.require_modules()
        for line in chosen.unusual_hosts():
            self._plugins.warn(line)
        self._picked[owner.table] = chosen.options
        return chosen

    def values(self, owner: Owner) -> dict[str, object]:
        """The options of one owner that have a value besides their default, by name.

        Raises:
            OptionError: the settings have an option that the owner does not have.
        """
        known = [option.name for option in owner.fields]
        kept = {} if self._settings is None else self._settings.options_of(owner.table, known)
        if self._settings is not None and self._source is not None and _is_of_source(owner.table):
            identity, before = self._source
            kept |= self._settings.options_of(owner.table, known, before or identity)
        for option in owner.fields:
            if option.is_secret and option.name in kept:
                variable = variable_of(self._names.of(Target(owner, option))[0])
                raise OptionError(
                    f"{option.name} of {owner} is a secret, and stands in atlas.toml: take it out, "
                    f"and set {variable} instead"
                )
        variables = {
            name: self._environment[variable] for name, variable in self.variables(owner).items()
        }
        return kept | variables | self._typed(owner.table)

    def _accepted(self, owner: Owner, unasked: Collection[str] = ()) -> dict[str, object]:
        """:meth:`values`, if the user has accepted those of the settings that need it.

        Raises:
            NotTrusted: see :meth:`options`.
        """
        values = self.values(owner)
        for option in owner.fields:
            if option.is_authority and option.name in values and option.name not in unasked:
                self._require(owner, option, values[option.name])
            if option.is_secret and values.get(option.name) and self._settings is not None:
                self._settings.require_trust(f"{owner} would get your {option.name}")
        return values

    def require(self, table: str, options: type, name: str) -> None:
        """Make sure that an option's value is the caller's own, or one that the user accepts.

        Args:
            table: of the step in the settings.
            options: its dataclass.
            name: of the option.

        Raises:
            NotTrusted: see :meth:`options`.
        """
        owner = self._owner(table, options)
        values = self.values(owner)
        for option in owner.fields:
            if option.name == name and name in values:
                self._require(owner, option, values[name])

    def _require(self, owner: Owner, option: OptionField, value: object) -> None:
        given = option.name in self._typed(owner.table) or option.name in self.variables(owner)
        asked = Asked.setting(owner.table, option.name, value)
        if self._settings is not None and not given and asked.value != option.default:
            self._settings.require(asked)

    def variable(self, name: str) -> str | None:
        """The value of a variable for an argument that is not an option of a step or a plugin."""
        return self._environment.get(f"TAGATLAS_{name}".upper()) or None

    def variables(self, owner: Owner) -> dict[str, str]:
        """The set environment variables of an owner's options, by option name."""
        found = {}
        for option in owner.fields:
            for name in reversed(self._names.all_of(Target(owner, option)) or [option.name]):
                variable = variable_of(name)
                if option.name not in found and variable in self._environment:
                    found[option.name] = variable
        return found

    def called(self, owner: Owner) -> Callable[[str], str]:
        """A function that gives the place where a user sets an option, by the option's name.

        The place is the flag, the variable, or the line of the settings that has the value.
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
        """Check that each given option is used, and by one kind of owner only.

        Raises:
            OptionError: an option is not used, and would be ignored in silence; or two kinds of
                plugins would use it with different meanings.
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
        """Write the given options to the atlas's settings; undone if the block refuses them.

        A refused choice must not affect the next call. If the work ends for another reason, such
        as an exhausted budget or an interrupt, the settings stay, so that it can go on later.

        Args:
            tables: owners whose options are written; by default all that were looked up.

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
            kept = self._to_keep(table, chosen)
            self._settings.update(table, kept, source)
            powers = [
                each.name for each in self._owner(table, type(chosen)).fields if each.is_authority
            ]
            self._settings.trust.accept(
                Asked.setting(table, name, kept[name]) for name in powers if name in kept
            )
        try:
            yield
        except REFUSALS:
            self._settings.put_back(before)
            raise

    def _named_in(self, kind: Kind[Spec, object]) -> str:
        """The variable or the place in the settings that names a plugin of a kind; or empty."""
        table, option = kind.chosen_by
        owner = next((each for each in self._names.owners if each.table == table), None)
        if owner is None or option in self._typed(table) or option not in self.values(owner):
            return ""
        return self.called(owner)(option)

    def _owner(self, table: str, options: type, kind: str = "") -> Owner:
        known = (each for each in self._names.owners if each.table == table)
        return next(known, Owner(table, options, kind))

    def _to_keep(self, table: str, chosen: object) -> dict[str, OptionValue]:
        """The given options of one owner, in the form of the settings."""
        kept: dict[str, OptionValue] = {}
        lasting = option_values(chosen)
        for name in self._typed(table):
            value = getattr(chosen, name)
            if value is not None and name in lasting:
                plain = isinstance(value, bool | int | float | str)
                listed = (
                    [_text(item) for item in value] if isinstance(value, tuple) else _text(value)
                )
                kept[name] = value if plain else listed
        return kept

    def _typed(self, table: str) -> dict[str, object]:
        """The given options of one owner; of two names for one, the longer counts."""
        return {
            option: values[max(values, key=len)]
            for option, values in self._values_of(table).items()
        }

    def _values_of(self, table: str) -> dict[str, dict[str, object]]:
        """The given values of each option of one owner, by the given names."""
        found: dict[str, dict[str, object]] = defaultdict(dict)
        for name, (targets, value) in self._given.items():
            for target in targets:
                if target.owner.table == table:
                    found[target.option.name][name] = value
        return found

    def _check_names(self) -> None:
        """Refuse different values for two names of one option.

        A name shared by several options in use may be given beside a more specific one.
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
        """The options in use with a given name."""
        return [each for each in self._given[name][0] if each.owner.table in self._picked]

    def _instead(self, unused: Sequence[Target]) -> str:
        """A hint to options of the same name whose owners, of the same kinds, are in use."""
        kinds = {each.owner.kind for each in unused}
        same = [
            flag_of(self._names.of(Target(owner, each))[0])
            for owner in self._names.owners
            if owner.table in self._picked and owner.kind in kinds
            for each in owner.fields
            if each.name == unused[0].option.name
        ]
        return f"; there is {' and '.join(same)}" if same else ""


def _instead_of(kind: Kind[Spec, object]) -> str:
    """Advice on a plugin that is named but not installed."""
    _, option = kind.chosen_by
    return f"install its plugin, or name another there or with {flag_of(option)}"


def _is_of_source(table: str) -> bool:
    """Whether a table's options are for adding a source, and so belong to that source only."""
    return table == "add" or table.startswith(f"{SOURCES.key}.")


def _text(value: object) -> str:
    """A value as text; a path is made absolute."""
    return str(value.resolve()) if isinstance(value, Path) else str(value)
