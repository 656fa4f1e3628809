"""Flags from options dataclasses: each option is declared once, nowhere else."""

from __future__ import annotations

import inspect
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from tagatlas.cli.outcome import Result
from tagatlas.errors import OptionError
from tagatlas.options import OptionField, OptionValue, flag_of, make_options, option_fields
from tagatlas.settings import SettingsFile

T = TypeVar("T")


@dataclass(frozen=True)
class Section:
    """The options of one owner on a command.

    Attributes:
        owner: their table in ``atlas.toml``: a step (``map``) or a plugin (``plugin.poster``).
        options: the options dataclass.
        panel: the heading in the command's help. Owners of the same heading are alternatives
            and share flags; across headings a flag that two have is told apart by the owner.
    """

    owner: str
    options: type
    panel: str

    @property
    def short_owner(self) -> str:
        """The owner without ``plugin.``."""
        return self.owner.rpartition(".")[2]


@dataclass(frozen=True)
class Flag:
    """One flag, and the options it sets."""

    name: str
    targets: tuple[tuple[Section, OptionField], ...]

    @property
    def parameter(self) -> str:
        """The name it has as a Python parameter."""
        return self.name.removeprefix("--").replace("-", "_")


@dataclass(frozen=True)
class Choices:
    """What the user chose: flags, then ``TAGATLAS_`` variables, then settings, then defaults.

    Attributes:
        given: the flags that were typed, and their values.
    """

    given: Mapping[Flag, str | bool]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def values(
        self,
        owner: str,
        options: type,
        settings: SettingsFile | None = None,
        source: str | None = None,
    ) -> dict[str, object]:
        """The options of one owner that anything but the default decides, by name.

        Args:
            owner: whose.
            options: its options dataclass.
            settings: the atlas's; None for none.
            source: the location of a source, whose own settings go before the atlas's.
        """
        values = {} if settings is None else settings.values(owner)
        if settings is not None and source is not None:
            values |= settings.values(owner, source)
        variables = self.variables(owner, options)
        values |= {name: self.environment[variable] for name, variable in variables.items()}
        return values | self._typed(owner)

    def variables(self, owner: str, options: type) -> dict[str, str]:
        """For each option of an owner that a variable is set for, the variable; by name."""
        short_owner = owner.rpartition(".")[2]
        found = {}
        for option in option_fields(options):
            for variable in (option.name, f"{short_owner}_{option.name}"):
                name = f"TAGATLAS_{variable}".upper().replace("-", "_")
                if name in self.environment:
                    found[option.name] = name
        return found

    def options(
        self, owner: str, options: type[T], settings: SettingsFile, source: str | None = None
    ) -> T:
        """The options of one owner, checked; see :meth:`values`.

        Raises:
            OptionError: a value that an option does not take.
        """
        return make_options(options, self.values(owner, options, settings, source), owner)

    def remember(
        self, owner: str, chosen: object, settings: SettingsFile, source: str | None = None
    ) -> None:
        """Write the typed flags of one owner to the settings file.

        Args:
            owner: whose flags.
            chosen: the owner's checked options, where the values are taken from.
            settings: the atlas's.
            source: the location of the source that they were typed for, if they are one's.
        """
        kept: dict[str, OptionValue] = {}
        for name in self._typed(owner):
            value = getattr(chosen, name)
            if value is not None:
                plain = isinstance(value, bool | int | float | str)
                listed = (
                    [_text(item) for item in value] if isinstance(value, tuple) else _text(value)
                )
                kept[name] = value if plain else listed
        settings.update(owner, kept, source)

    def require_use(self, owners: set[str]) -> None:
        """Make sure that every typed flag belongs to one of the owners in use.

        Raises:
            OptionError: one does not: it would be ignored in silence.
        """
        for flag in self.given:
            its_owners = [section.owner for section, _ in flag.targets]
            if not owners.intersection(its_owners):
                names = " and ".join(section.short_owner for section, _ in flag.targets)
                raise OptionError(f"{flag.name} is an option of {names}, which is not in use here")

    def _typed(self, owner: str) -> dict[str, object]:
        return {
            option.name: value
            for flag, value in self.given.items()
            for section, option in flag.targets
            if section.owner == owner
        }


def _text(value: object) -> str:
    """A value as it is kept; a path so that it leads to the same file from anywhere."""
    return str(value.resolve()) if isinstance(value, Path) else str(value)


def flags_of(sections: Sequence[Section], taken: set[str]) -> list[Flag]:
    """The flags of some sections, in the sections' order.

    Args:
        sections: the owners on the command.
        taken: flags of the command itself, which an owner's may not hide.
    """
    panels: dict[str, set[str]] = defaultdict(set)
    for section in sections:
        for option in option_fields(section.options):
            panels[option.flag].add(section.panel)
    targets: dict[str, list[tuple[Section, OptionField]]] = defaultdict(list)
    for section in sections:
        for option in option_fields(section.options):
            name = option.flag
            if len(panels[name]) > 1 or name in taken:
                name = flag_of(f"{section.short_owner}-{option.name}")
            targets[name].append((section, option))
    return [Flag(name, tuple(found)) for name, found in targets.items()]


def with_flags(
    command: Callable[..., Result], sections: Sequence[Section]
) -> Callable[..., Result]:
    """The command with a flag per option; it gets them as its parameter ``choices``.

    Args:
        command: its parameters are its own arguments and flags, and ``choices``.
        sections: the owners whose options it offers.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [item for item in signature.parameters.values() if item.name != "choices"]
    flags = flags_of(sections, {flag_of(item.name) for item in own})

    def run(**arguments: object) -> Result:
        given: dict[Flag, str | bool] = {}
        for flag in flags:
            value = arguments.pop(flag.parameter)
            if isinstance(value, str | bool):
                given[flag] = value
        return command(**arguments, choices=Choices(given))

    parameters = [*own, *(_parameter(flag) for flag in flags)]
    run.__doc__ = command.__doc__
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # what inspect reads
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    return run


def _parameter(flag: Flag) -> inspect.Parameter:
    section, option = flag.targets[0]
    names = flag.name
    if option.is_switch:
        names += "/--no-" + flag.name.removeprefix("--")
    info = typer.Option(
        names,
        help=f"{option.help} {_defaults(flag)}".rstrip(),
        metavar=None if option.is_switch else option.metavar,
        rich_help_panel=section.panel,
        show_default=False,
    )
    kind = bool | None if option.is_switch else str | None
    return inspect.Parameter(
        flag.parameter,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind, info],
    )


def _defaults(flag: Flag) -> str:
    """The default, and which plugins have the option; both by plugin where defaults differ."""
    defaults = {option.default for _, option in flag.targets}
    plugins = [section.short_owner for section, _ in flag.targets if "." in section.owner]
    if len(defaults) > 1:
        each = (f"{option.default} ({section.short_owner})" for section, option in flag.targets)
        return f"Default: {', '.join(each)}."
    default = f"Default: {defaults.pop()}." if any(defaults) else ""
    return f"{default} ({', '.join(plugins)})".lstrip() if plugins else default
