"""The built-in plugins are written as anybody's are: with public names alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
OTHERS_OWN = {"tagatlas", *(path.name for path in PLUGINS.parent.glob("libraries/tagatlas_*"))}
PUBLIC = ("tagatlas", "tagatlas.errors", "tagatlas.testing", "tagatlas.toolkit")


def is_public(module: str, name: str) -> bool:
    if module not in PUBLIC and not module.startswith("tagatlas.toolkit."):
        return False
    found = import_module(module)
    if module == "tagatlas.errors":
        return not name.startswith("_") and hasattr(found, name)
    return name in found.__all__


def private_imports(source: str) -> Iterator[str]:
    """Names of core that are imported though they are not public, wherever this is done."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            if node.module.partition(".")[0] in OTHERS_OWN:
                names = (alias.name for alias in node.names)
                yield from (
                    f"{node.module}.{name}" for name in names if not is_public(node.module, name)
                )
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names)
            yield from (
                name
                for name in names
                if name.partition(".")[0] in OTHERS_OWN and name not in PUBLIC
            )


def test_there_are_plugins_to_look_at() -> None:
    assert len(list(PLUGINS.rglob("*.py"))) > 100


@pytest.mark.parametrize("package", sorted(PLUGINS.iterdir()), ids=lambda path: path.name)
def test_a_plugin_imports_public_names_alone(package: Path) -> None:
    found = {
        f"{path.relative_to(PLUGINS)}: {name}"
        for path in package.rglob("*.py")
        for name in private_imports(path.read_text("utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from tagatlas import Tag, hookimpl", []),
        ("from tagatlas.errors import InputError", []),
        ("from tagatlas.toolkit import write_atomically", []),
        ("from tagatlas.toolkit.cells import safe_cell", []),
        ("from tagatlas_web.rows import rows", []),
        ("import tagatlas", []),
        ("from tagatlas import rendering", ["tagatlas.rendering"]),
        ("import tagatlas.rendering", ["tagatlas.rendering"]),
        ("from tagatlas.contracts import Tag", ["tagatlas.contracts.Tag"]),
        ("from tagatlas.errors import nothing", ["tagatlas.errors.nothing"]),
        (
            "from tagatlas.toolkit.columns import free_names",
            ["tagatlas.toolkit.columns.free_names"],
        ),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    from tagatlas.maps import Map",
            ["tagatlas.maps.Map"],
        ),
        (
            "def f():\n    from tagatlas_mapping.layout import boxes",
            ["tagatlas_mapping.layout.boxes"],
        ),
    ],
)
def test_what_counts_as_private(source: str, found: list[str]) -> None:
    assert list(private_imports(source)) == found
