from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from typing import Literal, get_origin

import pytest

import tagatlas
from tagatlas.toolkit import load_vocabulary


def test_all_is_sorted_and_everything_in_it_is_there() -> None:
    assert tagatlas.__all__ == sorted(tagatlas.__all__)
    for name in tagatlas.__all__:
        found = getattr(tagatlas, name)
        # Python gives a Literal no docstring.
        assert found.__doc__ or get_origin(found) is Literal, f"{name} has no docstring"


def test_a_name_that_is_not_there_is_said_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Tagg'"):
        tagatlas.Tagg  # noqa: B018 - that is the point


def test_a_layout_that_was_made_for_pinning_goes_on_working_and_is_told() -> None:
    with pytest.warns(DeprecationWarning, match="inherit from Layout"):
        assert tagatlas.PinningLayout is tagatlas.Layout
    assert "PinningLayout" not in dir(tagatlas)


def test_vocabularies_are_found_where_they_were_and_their_new_place_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "tagatlas.vocabulary", raising=False)
    with pytest.warns(DeprecationWarning, match="is now tagatlas.toolkit"):
        old = import_module("tagatlas.vocabulary")
    assert old.load_vocabulary is load_vocabulary


@pytest.mark.parametrize(
    "code", ["import tagatlas", "import tagatlas.plugins", "import tagatlas.cli"]
)
def test_importing_is_cheap(code: str) -> None:
    heavy = ("torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "scipy", "aiohttp", "rich")
    code += f"; import sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


ELSEWHERE = {
    *(
        "AbstractContextManager",
        "Callable",
        "Collection",
        "EntryPoint",
        "Event",
        "Iterable",
        "Iterator",
    ),
    *("Mapping", "ModuleType", "None", "Path", "Sequence", "DataFrame", "LazyFrame"),
    *("Catalog", "SettingsFile"),
}
"""Types of Python and Polars; and parts of an open atlas that are not for callers."""


@pytest.mark.parametrize("name", [name for name in tagatlas.__all__ if name[0].islower()])
def test_a_function_needs_and_gives_public_types_alone(name: str) -> None:
    """So do the reports that it gives."""
    needed = types_in(getattr(tagatlas, name))
    reports = [each for each in needed if each.endswith(("Report", "Info"))]
    for report in reports:
        needed |= types_in(getattr(tagatlas, report))
    assert needed <= {*tagatlas.__all__, *ELSEWHERE}


def types_in(thing: object) -> set[str]:
    """Names of classes in the annotations of a function or a dataclass."""
    written = " ".join(map(str, getattr(thing, "__annotations__", {}).values()))
    return set(re.findall(r"\b[A-Z]\w+", written))
