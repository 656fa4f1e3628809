"""Names of the options: as flags, as variables, and as arguments in Python.

An option is one field of one owner: of a step (``map``) or of a plugin (``builder.bipartite``).
Its names, in Python's form; a flag has hyphens in place of underscores:

==================  ========================  ==================================================
name                example                   belongs to
==================  ========================  ==================================================
short               ``threshold``             steps; then built-in plugins, which share it
long                ``bipartite_threshold``   steps and built-in plugins; then other plugins
qualified           ``builder_bipartite_...`` every plugin
former              ``map_resolution``        plugins that were part of a step; not shown in help
==================  ========================  ==================================================

A name taken by an owner further up is not given to one further down, so that installing a plugin
never changes or takes an existing name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from tagatlas.errors import OptionError
from tagatlas.options import OptionField, option_fields


@dataclass(frozen=True)
class Owner:
    """A step or plugin that has options.

    Attributes:
        table: the options' table in ``atlas.toml``: ``map``, ``builder.bipartite``.
        options: the options dataclass.
        kind: the kind of plugin, as in messages; empty for a step.
        is_built_in: whether it is part of tagatlas.
        heading: heading of the options in help; empty for the owner's name.
        former: the table that its options were in before; empty if none.
    """

    table: str
    options: type
    kind: str = ""
    is_built_in: bool = True
    heading: str = ""
    former: str = ""

    @property
    def name(self) -> str:
        """The step's or the plugin's name."""
        return self.table.rpartition(".")[2]

    @cached_property
    def fields(self) -> tuple[OptionField, ...]:
        """The options, in the order of their fields."""
        return option_fields(self.options)

    def __str__(self) -> str:
        """Its name in messages."""
        return f"{self.name} ({self.kind})" if self.kind else self.name


@dataclass(frozen=True)
class Target:
    """One option of one owner."""

    owner: Owner
    option: OptionField

    @property
    def long(self) -> str:
        """Its long name."""
        return _joined(self.owner.name, self.option.name)

    @property
    def qualified(self) -> str:
        """Its name with the owner's kind and name."""
        return _joined(*self.owner.table.split("."), self.option.name)

    @property
    def former(self) -> str:
        """Its former long name; empty if none."""
        return _joined(self.owner.former, self.option.name) if self.owner.former else ""


class OptionNames:
    """The names of the options that a command offers."""

    def __init__(
        self, owners: Sequence[Owner], reserved: Collection[str] = (), steps: Iterable[Owner] = ()
    ) -> None:
        """Give each option its names.

        Args:
            owners: of the options, in the order of help.
            reserved: names of the command's own arguments, which no option may have.
            steps: owners whose short names stay reserved although the command does not offer
                their options, so that a name means the same in all commands.
        """
        self.owners = tuple(owners)
        targets = [Target(owner, option) for owner in owners for option in owner.fields]
        kept = {option.name for owner in steps if not owner.kind for option in owner.fields}
        own = [target for target in targets if not target.owner.kind]
        built_in = [each for each in targets if each.owner.kind and each.owner.is_built_in]
        others = [each for each in targets if not each.owner.is_built_in]
        found: dict[str, tuple[Target, ...]] = {}
        for claim in (
            [(each.option.name, each) for each in own],
            [(each.option.name, each) for each in built_in if each.option.name not in kept],
            [(each.long, each) for each in [*own, *built_in]],
            [(each.long, each) for each in others],
            [(each.qualified, each) for each in targets],
            [(each.former, each) for each in targets if each.former],
        ):
            claimed: dict[str, list[Target]] = defaultdict(list)
            for name, target in claim:
                claimed[name].append(target)
            for name, claimants in claimed.items():
                if name not in reserved:
                    found.setdefault(name, tuple(claimants))
        self._targets: Mapping[str, tuple[Target, ...]] = found

    def __iter__(self) -> Iterator[str]:
        """Every name, in the order of claims."""
        return iter(self._targets)

    def of(self, target: Target) -> list[str]:
        """The names of one option, the shortest kind first, but for its former one."""
        return [name for name in self.all_of(target) if name != target.former]

    def all_of(self, target: Target) -> list[str]:
        """The names of one option, the shortest kind first, its former one at the end."""
        names = (target.option.name, target.long, target.qualified, target.former)
        return [name for name in dict.fromkeys(names) if target in self._targets.get(name, ())]

    def targets(self, name: str) -> tuple[Target, ...]:
        """The options with a name.

        Raises:
            OptionError: there is no such option; the text suggests a similar one (for calls from
                Python; the command line does so itself for flags).
        """
        if name in self._targets:
            return self._targets[name]
        meant = self.named_alike(name) or get_close_matches(name, list(self._targets), n=1)
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
        raise OptionError(f"there is no option {name}{hint}")

    def named_alike(self, name: str) -> list[str]:
        """Available names of options whose field has this name, for an error's hint."""
        return [
            self.own(Target(owner, option))
            for owner in self.owners
            for option in owner.fields
            if option.name == name
        ]

    def own(self, target: Target) -> str:
        """The shortest name that means this option only."""
        return next(name for name in self.of(target) if len(self._targets[name]) == 1)


def variable_of(name: str) -> str:
    """``light_from`` becomes ``TAGATLAS_LIGHT_FROM``."""
    return f"TAGATLAS_{name}".upper()


def _joined(*parts: str) -> str:
    return "_".join(part.replace("-", "_") for part in parts)
