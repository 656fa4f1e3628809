"""``tagatlas models``."""

from __future__ import annotations

from typing import Literal

import click

from tagatlas.cli.command import Argument, Command
from tagatlas.cli.outcome import Outcome
from tagatlas.contracts import Model, ModelShelf, TaggerSpec
from tagatlas.errors import ModelMissing, OptionError, UnknownPlugin
from tagatlas.plugins import TAGGERS, Registered, load_plugins, plugin_label
from tagatlas_guards import guarded, make

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
    tagger = _tagger(backend)
    shelf = _shelf(tagger)
    if name is None or action == "list":
        models = shelf.models()
        facts = {"backend": tagger.spec.name, "models": [_facts(model) for model in models]}
        return Outcome(facts, [_line(model) for model in models])
    model = shelf.pull(name) if action == "pull" else shelf.find(name)
    if model.path is None:
        raise ModelMissing(f"{name} is not on this machine: tagatlas models pull {name}")
    return Outcome(_facts(model), [str(model.path)])


def _tagger(name: str | None) -> Registered[TaggerSpec]:
    plugins = load_plugins()
    taggers = plugins.of_kind(TAGGERS)
    if name is not None:
        return taggers[plugins.get(TAGGERS, name).name]
    able = [each for each in taggers.values() if each.spec.models is not None]
    if not able:
        raise UnknownPlugin("no backend is installed that has models to choose from")
    # The same name means the same model regardless of other installed plugins.
    return min(able, key=lambda each: not each.plugin.is_built_in)


def _shelf(tagger: Registered[TaggerSpec]) -> ModelShelf:
    spec, own = tagger.spec, tagger.plugin.is_built_in
    if spec.models is None:
        raise OptionError(f"{spec.name} has no models to choose from")
    label = plugin_label(TAGGERS, spec.name, tagger.plugin)
    shelf = make(spec.models, ModelShelf, label, extra=spec.extra, own=own)
    return guarded(shelf, label, own=own)


def _facts(model: Model) -> dict[str, object]:
    path = None if model.path is None else str(model.path)
    return {"name": model.name, "path": path, "note": model.note}


def _line(model: Model) -> str:
    mark = " " if model.path is None else "*"
    return f"{mark} {model.name}{f'  ({model.note})' if model.note else ''}"
