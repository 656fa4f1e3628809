"""``tagatlas.toolkit``: what it offers, and that looking at it costs nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from tagatlas import toolkit

MODULES = sorted(module.name for module in iter_modules(toolkit.__path__))
FOR_COMMANDS = {
    *("annotating", "answers", "backends", "calls", "collection", "commands", "kinds"),
    *("hiding", "packages", "rendering", "taggers"),
}
"""Modules whose names are imported from them alone."""


def test_everything_in_all_is_there() -> None:
    for name in toolkit.__all__:
        assert getattr(toolkit, name) is not None


def test_it_has_the_names_of_its_modules_and_no_others() -> None:
    names: list[str] = []
    for module in set(MODULES) - FOR_COMMANDS:
        found = import_module(f"tagatlas.toolkit.{module}")
        for name in found.__all__:
            assert getattr(toolkit, name) is getattr(found, name)
        names += found.__all__
    assert sorted(names) == sorted(toolkit.__all__)


def test_no_module_hides_a_name() -> None:
    assert not set(MODULES) & set(toolkit.__all__)


def test_the_docstring_lists_every_module_with_its_names() -> None:
    listed = " ".join((toolkit.__doc__ or "").split()).split("- :mod:`~tagatlas.toolkit.")[1:]
    topics = {line.partition("`")[0]: line for line in listed}
    assert sorted(topics) == MODULES
    for module in set(MODULES) - FOR_COMMANDS:
        for name in import_module(f"tagatlas.toolkit.{module}").__all__:
            assert f"``{name}``" in topics[module], f"{module}.{name}"


def test_functions_and_classes_say_what_they_do() -> None:
    places = dict.fromkeys(toolkit.__all__, toolkit)
    for module in FOR_COMMANDS:
        found = import_module(f"tagatlas.toolkit.{module}")
        places |= dict.fromkeys(found.__all__, found)
    for name, place in places.items():
        found = getattr(place, name)
        if getattr(found, "__module__", "").startswith("tagatlas.") and callable(found):
            assert found.__doc__, f"{name} has no docstring"


def test_a_name_that_is_not_there_is_said_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'safe_sell'"):
        toolkit.safe_sell  # type: ignore[attr-defined] # noqa: B018 - that is the point


@pytest.mark.parametrize(
    "names", ["", "write_atomically, safe_cell, Colour", "TagSelection, ProjectionSelection"]
)
def test_importing_is_cheap(names: str) -> None:
    heavy = ("torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "scipy", "aiohttp", "rich")
    code = f"from tagatlas.toolkit import {names}" if names else "import tagatlas.toolkit"
    code += f"; import sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_its_modules_are_short_and_name_what_is_public() -> None:
    for module in MODULES:
        path = Path(import_module(f"tagatlas.toolkit.{module}").__file__ or "")
        assert "__all__ = [" in path.read_text("utf-8"), module
