"""A command: its own arguments, the options of steps and plugins, and its help."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from tagatlas.cli.outcome import SOMEBODYS, Result, run_reporting
from tagatlas.code import OWN
from tagatlas.errors import PluginError
from tagatlas.options import flag_of
from tagatlas_options.names import OptionNames, Owner, Target, variable_of

HEADINGS = {
    "add": "Source",
    "fetch": "Fetching",
    "tag": "Tagging",
    "map": "Map",
}
"""Headings of the options of steps in help."""

_NO_NAMES = OptionNames([])


class Argument(click.Argument):
    """An argument that help describes."""

    def __init__(
        self,
        name: str,
        metavar: str,
        text: str,
        *,
        required: bool = True,
        type: click.ParamType[object] | None = None,  # noqa: A002 - click's word
    ) -> None:
        """Make it.

        Args:
            name: of the function's parameter.
            metavar: placeholder in help, in capitals.
            text: its description in help.
            required: whether it must be given.
            type: how it is parsed; by default as text.
        """
        super().__init__([name], metavar=metavar, required=required, type=type)
        self.text = text


class Command(click.Command):
    """A command with options of steps and plugins, besides its own.

    Attributes:
        stranger: the plugin that it comes from; empty if it is built in, "the command" as long
            as the plugin is not known.
    """

    def __init__(
        self,
        function: Callable[..., Result],
        parameters: Sequence[click.Parameter] = (),
        names: OptionNames = _NO_NAMES,
    ) -> None:
        """Make it.

        Args:
            function: called with the command's own parameters by name, and with the given
                options as further keywords.
            parameters: the command's own.
            names: of the options of steps and plugins.
        """
        self._function = function
        self.stranger = "" if _is_own(function) else SOMEBODYS
        self.names = names
        self._own = [*parameters, *_trusting(parameters), *_common()]
        super().__init__(
            None, params=[*self._own, *_options(names)], callback=self._run, help=function.__doc__
        )

    def _run(
        self, *, json_output: bool, debug: bool, trust_atlas: bool = False, **arguments: object
    ) -> int:
        own = {parameter.name for parameter in self._own}
        called = {
            name: value for name, value in arguments.items() if name in own or value is not None
        }
        secrets = [os.environ[name] for name in self._secret_variables() if os.environ.get(name)]

        def call() -> Result:
            if trust_atlas:
                _trust(called.get("atlas", called.get("out")))
            return self._function(**called)

        return run_reporting(call, json_output, debug, self.stranger, secrets)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words; the error for an unknown option suggests the one that was meant."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            parent = ctx.parent
            if parent is None or not isinstance(parent.command, click.Group):
                raise
            advice = self._advice(error.option_name, parent.command, parent)
            raise click.UsageError(advice, ctx) from error

    def _advice(self, flag: str, group: click.Group, context: click.Context) -> str:
        """The message for a flag that this command does not have."""
        negated = f"--no-{flag.removeprefix('--').replace('-no-', '-', 1)}"
        if "-no-" in flag.removeprefix("--") and negated in flags_of(self):
            return f"there is no option {flag}; did you mean {negated}?"
        secret = self._secret(flag.removeprefix("--").replace("-", "_"))
        if secret is not None:
            variable = variable_of(self.names.own(secret))
            return f"{secret.option.name} of {secret.owner} is a secret: set {variable}"
        meant = self.names.named_alike(flag.removeprefix("--").replace("-", "_"))
        if meant:
            return f"there is no option {flag}; did you mean {' or '.join(map(flag_of, meant))}?"
        others = [
            name
            for name in group.list_commands(context)
            if (command := _made(group, context, name)) is not None and flag in flags_of(command)
        ]
        if others:
            return f"there is no option {flag} here: it belongs to tagatlas {' and '.join(others)}"
        known = {each.lstrip("-"): each for each in flags_of(self)}
        close = get_close_matches(flag.lstrip("-"), known, n=1)
        hint = f"; did you mean {known[close[0]]}?" if close else ""
        return f"there is no option {flag}{hint}"

    def _secret_variables(self) -> set[str]:
        """The variables of all secrets among the options."""
        targets = [Target(owner, each) for owner in self.names.owners for each in owner.fields]
        return {
            variable_of(name)
            for target in targets
            if target.option.is_secret
            for name in self.names.all_of(target) or [target.option.name]
        }

    def _secret(self, name: str) -> Target | None:
        """The secret of that name, if there is one; secrets have no flag."""
        named = self.names.targets(name) if name in list(self.names) else ()
        return next((target for target in named if target.option.is_secret), None)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write every argument and option, grouped by owner under headings."""
        own = [parameter for parameter in self._own if isinstance(parameter, Argument)]
        if own:
            with formatter.section("Arguments"):
                formatter.write_dl([(each.make_metavar(ctx), each.text) for each in own])
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        plain = [each.get_help_record(ctx) for each in options if not isinstance(each, _Option)]
        with formatter.section("Options"):
            formatter.write_dl([record for record in plain if record])
        for owner in self.names.owners:
            rows = [_row(Target(owner, option), self.names) for option in owner.fields]
            if rows:
                with formatter.section(_heading(owner)):
                    formatter.write_dl(rows)


def _is_own(function: Callable[..., Result]) -> bool:
    """Whether a function is tagatlas's."""
    return str(getattr(function, "__module__", "")).partition(".")[0] == OWN


def flags_of(command: click.Command) -> list[str]:
    """Every flag of a command."""
    return [flag for each in command.params for flag in (*each.opts, *each.secondary_opts)]


def _made(group: click.Group, context: click.Context, name: str) -> click.Command | None:
    """The command of a name; None if a plugin's cannot be made, which has been reported."""
    try:
        return group.get_command(context, name)
    except PluginError:
        return None


class _Option(click.Option):
    """A flag of an option of a step or a plugin; :class:`Command` writes its help."""


def _common() -> list[click.Parameter]:
    return [
        click.Option(["--json", "json_output"], is_flag=True, help="Print the result as JSON."),
        click.Option(["--debug"], is_flag=True, help="Show where an error comes from."),
    ]


def _trusting(parameters: Sequence[click.Parameter]) -> list[click.Parameter]:
    """The flag of commands that work with an atlas."""
    if not any(each.name == "atlas" or each.metavar == "ATLAS" for each in parameters):
        return []
    text = "Trust the atlas with all that it asks for, as tagatlas trust does."
    return [click.Option(["--trust-atlas"], is_flag=True, help=text)]


def _trust(folder: object) -> None:
    """Trust an atlas, if it is there already."""
    from tagatlas.atlas import CATALOG
    from tagatlas.steps.trust import trust

    if isinstance(folder, Path) and (folder / CATALOG).exists():
        trust(folder)


def _options(names: OptionNames) -> list[click.Parameter]:
    """A flag for every name; of two names of one option the longer counts."""
    found: list[click.Parameter] = []
    for name in names:
        option = names.targets(name)[0].option
        if option.is_secret:  # flags are visible in process lists and in the shell's history
            continue
        flag = flag_of(name)
        words = f"{flag}/--no-{flag.removeprefix('--')}" if option.is_switch else flag
        found.append(
            _Option(
                [words, name],
                default=None,
                type=click.BOOL if option.is_switch else click.STRING,
                metavar=option.metavar,
            )
        )
    return found


def _row(target: Target, names: OptionNames) -> tuple[str, str]:
    """An option in the help: its flags and description."""
    option = target.option
    if option.is_secret:
        return f"{variable_of(names.own(target))}=...", f"{option.help} A variable.".strip()
    flags = [flag_of(name) for name in reversed(names.of(target)) if name != target.qualified]
    shown = flags or [flag_of(target.qualified)]
    if option.is_switch:
        words = ", ".join(f"--[no-]{flag.removeprefix('--')}" for flag in shown)
    else:
        words = f"{', '.join(shown)} {option.metavar}"
    default = f"Default: {option.default}." if option.default else ""
    return words, f"{option.help} {default}".strip()


def _heading(owner: Owner) -> str:
    if not owner.kind:
        return owner.heading or HEADINGS.get(owner.name, owner.name.capitalize())
    return f"{owner.kind.capitalize()} {owner.name}"
