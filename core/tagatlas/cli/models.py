"""``tagatlas models``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from tagatlas.cli.outcome import Outcome
from tagatlas.contracts import Model, ModelShelf
from tagatlas.errors import MissingDependency, ModelMissing, OptionError
from tagatlas.plugins import TAGGERS, load_plugins


class Action(StrEnum):
    """What to do with models."""

    LIST = "list"
    PULL = "pull"
    PATH = "path"


ActionArgument = Annotated[
    Action,
    typer.Argument(
        help="list them; pull one: fetch and verify it; path: print where it is.",
        show_default=False,
    ),
]
NameArgument = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="A model, as list names it.", show_default=False),
]
BackendOption = Annotated[str, typer.Option("--backend", help="The backend whose models they are.")]


def command() -> Callable[..., Outcome]:
    """The command."""
    return run


def run(
    action: ActionArgument, name: NameArgument = None, backend: BackendOption = "clip"
) -> Outcome:
    """List the models of a backend, fetch one ahead, or print where it is."""
    if action is not Action.LIST and name is None:
        raise OptionError(f"tagatlas models {action} needs the name of a model: see models list")
    shelf = _shelf(backend)
    if name is None or action is Action.LIST:
        models = shelf.models()
        facts = {"backend": backend, "models": [_facts(model) for model in models]}
        return Outcome(facts, [_line(model) for model in models])
    model = shelf.pull(name) if action is Action.PULL else shelf.find(name)
    if model.path is None:
        raise ModelMissing(f"{name} is not on this machine: tagatlas models pull {name}")
    return Outcome(_facts(model), [str(model.path)])


def _shelf(backend: str) -> ModelShelf:
    spec = load_plugins().get(TAGGERS, backend)
    if spec.models is None:
        raise OptionError(f"{backend} has no models to choose from")
    try:
        return spec.models()
    except ImportError as error:
        raise MissingDependency(f"{backend} needs: pip install '{spec.extra}'") from error


def _facts(model: Model) -> dict[str, object]:
    path = None if model.path is None else str(model.path)
    return {"name": model.name, "path": path, "note": model.note}


def _line(model: Model) -> str:
    mark = " " if model.path is None else "*"
    return f"{mark} {model.name}{f'  ({model.note})' if model.note else ''}"
