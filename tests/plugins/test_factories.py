"""What built-in specs name as text is there, and is what it must be: mypy reads no text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from tagatlas.contracts import ModelShelf, Spec, TaggerSpec, loaded
from tagatlas.plugins import COMMANDS, IMAGE_STORES, KINDS, OWN, Kind, load_plugins

Entry = tuple[Kind[Spec, object], Spec]


def built_in() -> Iterator[Entry]:
    plugins = load_plugins(strict=True)
    for kind in KINDS:
        for entry in plugins.of_kind(kind).values():
            if entry.plugin.distribution == OWN:
                yield kind, entry.spec


def called(entry: Entry) -> str:
    kind, spec = entry
    return f"{kind.key} {spec.name}"


def marks(spec: Spec) -> Sequence[pytest.MarkDecorator]:
    """Where clip's classes are defined, its packages are imported."""
    return [pytest.mark.extras("open_clip")] if spec.extra == "tagatlas[clip]" else []


@pytest.fixture(
    params=[pytest.param(each, marks=marks(each[1]), id=called(each)) for each in built_in()]
)
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


def found_at(place: Callable[..., object] | str, spec: Spec) -> Callable[..., object]:
    """The class or function that a spec names; skips where packages of its extra are missing."""
    try:
        return loaded(place)
    except ModuleNotFoundError as error:
        if spec.extra is None or (error.name or "").startswith("tagatlas"):
            raise
        pytest.skip(f"{error.name} is not installed: it comes with {spec.extra}")


def made_by(factory: Callable[..., object]) -> type:
    """The class that a factory makes instances of; a function's return type says it."""
    if isinstance(factory, type):
        return factory
    made = attrgetter(factory.__annotations__["return"])(import_module(factory.__module__))
    assert isinstance(made, type)
    return made


def test_a_factory_makes_what_its_kind_takes_of_what_it_is_given(entry: Entry) -> None:
    kind, spec = entry
    factory = found_at(spec.factory, spec)
    arguments: dict[str, list[object]] = {COMMANDS.key: [load_plugins()]}
    arguments[IMAGE_STORES.key] = [spec.options(), Path()]
    inspect.signature(factory).bind(*arguments.get(kind.key, [spec.options()]))
    assert issubclass(made_by(factory), kind.product)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(spec, marks=marks(spec), id=spec.name)
        for _, spec in built_in()
        if isinstance(spec, TaggerSpec) and spec.models is not None
    ],
)
def test_models_of_a_tagger_are_a_shelf(spec: TaggerSpec) -> None:
    assert spec.models is not None
    shelf = found_at(spec.models, spec)
    inspect.signature(shelf).bind()
    assert issubclass(made_by(shelf), ModelShelf)


def test_functions_of_commands_can_be_called() -> None:
    commands = load_plugins(strict=True).of_kind(COMMANDS).values()
    functions = [each.spec.function for each in commands if each.spec.function]
    assert all(callable(loaded(function)) for function in functions)
