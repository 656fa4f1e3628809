"""ARCHITECTURE.md: it names every room, and its rules of imports hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE, LIBRARIES, PLUGINS = ROOT / "core" / "tagatlas", ROOT / "libraries", ROOT / "plugins"
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
DECISIONS = ROOT / "docs" / "decisions"

WITHOUT_ATLAS = {"contracts", "network", "toolkit"}
"""Packages that know neither the catalog nor the steps."""

GROUND = {
    "compiled",
    "contracts",
    "errors",
    "masking",
    "network",
    "options",
    "statuses",
    "wording",
}
"""What libraries import of the core."""

SUITES = "tagatlas_testing"
"""Of the libraries the one that knows more: it tests what the core refuses."""

OPEN_ATLAS = {"__init__", "cli", "steps", "toolkit"}
"""Those that may import the module ``atlas``."""


def folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if any(path.glob("*.py")))


@cache
def imported(path: Path) -> list[str]:
    """The modules of ours that a file imports, anywhere in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "tagatlas":
            names = [f"tagatlas.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        found += [name for name in names if name.startswith("tagatlas")]
    return found


def imports_of(place: Path) -> Iterator[tuple[str, str]]:
    """The part of ``place`` that each file is of, and each module that it imports."""
    for path in place.rglob("*.py"):
        part = path.relative_to(place).parts[0].removesuffix(".py")
        yield from ((part, name) for name in imported(path))


@pytest.mark.parametrize("name", [*folders(CORE), *folders(LIBRARIES), *folders(PLUGINS)])
def test_every_room_is_named(name: str) -> None:
    assert re.search(rf"^ +{name}/ +\S", PAGE, flags=re.MULTILINE)


def test_every_file_that_is_named_is_there() -> None:
    [table] = re.findall(r"## Where to change what\n(.*?)\n## ", PAGE, flags=re.DOTALL)
    named = [name for name in re.findall(r"`([\w/]+\.(?:py|md))`", table) if "/" in name]
    assert len(named) > 10
    for name in named:
        assert any((place / name).exists() for place in (ROOT, CORE, LIBRARIES, PLUGINS)), name


def test_core_imports_no_plugin() -> None:
    packages = set(folders(PLUGINS))
    assert not {name for _, name in imports_of(CORE) if name.partition(".")[0] in packages}


@pytest.mark.slow
def test_libraries_know_neither_atlas_nor_plugins() -> None:
    libraries = set(folders(LIBRARIES))
    imports = [(part, name) for part, name in imports_of(LIBRARIES) if part != SUITES]
    known = {tuple(name.split(".")[:2]) for _, name in imports}
    assert {part for top, *rest in known if top == "tagatlas" for part in rest} <= GROUND
    assert {top for top, *_ in known} <= {"tagatlas", *libraries}
    by_ground = [name for part, name in imports_of(CORE) if part in GROUND]
    assert not {name for name in by_ground if name.partition(".")[0] in libraries}
    assert SUITES not in {name.partition(".")[0] for _, name in imports}
    circles = {(a, b) for a, name in imports_of(LIBRARIES) if (b := name.partition(".")[0]) != a}
    assert not {(a, b) for a, b in circles if (b, a) in circles}


def test_a_plugin_imports_no_other_but_for_one() -> None:
    others = {
        (part, top)
        for part, name in imports_of(PLUGINS)
        if (top := name.partition(".")[0]) not in ("tagatlas", part)
    }
    assert others == {("tagatlas_web", "tagatlas_posters")}


@pytest.mark.slow
def test_only_main_imports_the_command_line() -> None:
    every = [*imports_of(CORE), *imports_of(PLUGINS)]
    by = {part for part, name in every if name.startswith("tagatlas.cli")}
    assert by == {"__main__", "cli", "toolkit"}


def test_who_works_with_an_open_atlas() -> None:
    by = {part for part, name in imports_of(CORE) if re.match(r"tagatlas\.atlas\b", name)}
    assert by <= OPEN_ATLAS
    assert not [name for _, name in imports_of(PLUGINS) if re.match(r"tagatlas\.atlas\b", name)]


def test_what_knows_neither_the_catalog_nor_the_steps() -> None:
    knows = {
        (part, name)
        for part, name in [*imports_of(CORE), *imports_of(PLUGINS)]
        if re.match(r"tagatlas\.(catalog|steps)\b", name)
    }
    unknowing = {each for each in knows if each[0] in WITHOUT_ATLAS | set(folders(PLUGINS))}
    assert unknowing == {
        ("toolkit", "tagatlas.steps.annotations"),  # of toolkit.annotating
        ("toolkit", "tagatlas.steps.backends"),
        ("toolkit", "tagatlas.steps.hiding"),  # of toolkit.hiding
        ("toolkit", "tagatlas.steps.options"),
        ("toolkit", "tagatlas.steps.collection"),
        ("toolkit", "tagatlas.steps.credentials"),  # of toolkit.calls
        ("toolkit", "tagatlas.steps.opened"),  # of toolkit.calls
        ("toolkit", "tagatlas.steps.render"),  # of toolkit.rendering
        ("toolkit", "tagatlas.steps.planning"),  # of toolkit.taggers
        ("toolkit", "tagatlas.steps.renderers"),
        ("toolkit", "tagatlas.steps.tag"),  # of toolkit.taggers
    }


def test_contracts_load_nothing_else() -> None:
    loaded = {
        node.module
        for path in (CORE / "contracts").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom)
    }
    ours = {name for name in loaded if name is not None and name.startswith("tagatlas")}
    assert {name.split(".")[1] for name in ours} == {"contracts", "errors", "statuses"}


def test_no_circle_of_packages() -> None:
    """A part of the core imports none that imports it, be it over others, for types, or late."""
    arrows: dict[str, set[str]] = {}
    for part, name in imports_of(CORE):
        if name.startswith("tagatlas.") and (other := name.split(".")[1]) != part != "__init__":
            arrows.setdefault(part, set()).add(other)
    TopologicalSorter(arrows).prepare()


def test_every_decision_is_in_the_index() -> None:
    index = (DECISIONS / "README.md").read_text("utf-8")
    records = sorted(path.name for path in DECISIONS.glob("0*.md"))
    assert [name[:4] for name in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    assert re.findall(r"\]\((0\d+-[\w-]+\.md)\)", index) == records
    for name in records:
        text = (DECISIONS / name).read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert f"[{title}]({name})" in index
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, flags=re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]
