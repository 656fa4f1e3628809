"""``tagatlas models``."""

from __future__ import annotations

from typing import Literal

import click

from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import Outcome
from tagatlas.contracts import Model, ModelShelf, TaggerSpec, loaded
from tagatlas.errors import MissingDependency, ModelMissing, OptionError, UnknownPlugin
from tagatlas.plugins import OWN, TAGGERS, load_plugins

Action = Literal["list", "pull", "path"]

ACTION = Argument(
    "action",
    "list|pull|path",
    "list them; pull one: fetch and verify it; path: print where it is.",
    type=click.Choice(["list", "pull", "path"]),
)
NAME = Argument("name", "[NAME]", "A model, as list names it.", required=False)
BACKEND = click.Option(
    ["--backend"],
    metavar="NAME",
    help="The backend whose models they are. By default tagatlas's own.",
)


def command() -> Command:
    """The command."""
    return Command(run, [ACTION, NAME, BACKEND])


def run(*, action: Action, name: str | None, backend: str | None) -> Outcome:
    """List a backend's models, or fetch one ahead."""
    if action != "list" and name is None:
        raise OptionError(f"tagatlas models {action} needs the name of a model: see models list")
    spec = _tagger(backend)
    shelf = _shelf(spec)
    if name is None or action == "list":
        models = shelf.models()
        facts = {"backend": spec.name, "models": [_facts(model) for model in models]}
        return Outcome(facts, [_line(model) for model in models])
    model = shelf.pull(name) if action == "pull" else shelf.find(name)
    if model.path is None:
        raise ModelMissing(f"{name} is not on this machine: tagatlas models pull {name}")
    return Outcome(_facts(model), [str(model.path)])


def _tagger(name: str | None) -> TaggerSpec:
    plugins = load_plugins()
    if name is not None:
        return plugins.get(TAGGERS, name)
    able = [each for each in plugins.of_kind(TAGGERS).values() if each.spec.models is not None]
    if not able:
        raise UnknownPlugin("no backend is installed that has models to choose from")
    # Whatever else is installed, what people wrote down goes on meaning the same.
    return min(able, key=lambda each: each.plugin.distribution != OWN).spec


def _shelf(spec: TaggerSpec) -> ModelShelf:
    if spec.models is None:
        raise OptionError(f"{spec.name} has no models to choose from")
    try:
        return loaded(spec.models)()
    except ImportError as error:
        raise MissingDependency(f"{spec.name} needs: pip install '{spec.extra}'") from error


def _facts(model: Model) -> dict[str, object]:
    path = None if model.path is None else str(model.path)
    return {"name": model.name, "path": path, "note": model.note}


def _line(model: Model) -> str:
    mark = " " if model.path is None else "*"
    return f"{mark} {model.name}{f'  ({model.note})' if model.note else ''}"
