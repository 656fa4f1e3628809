"""No name of a built-in plugin stands in core or in another plugin, but where it is a default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tagatlas import plugins
from tagatlas.plugins import KINDS, Kind, load_plugins

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted(
    path
    for part in ("core", "libraries", "plugins")
    for path in (ROOT / part).rglob("*.py")
    if path.is_file()
)

ALLOWED = {
    ("core/tagatlas/steps/options.py", "imagenet"): "default of TagOptions.backend",
    ("libraries/tagatlas_mapping/maps/options.py", "bipartite"): "default of MapOptions.builder",
    ("libraries/tagatlas_mapping/maps/options.py", "forceatlas2"): "default of MapOptions.layout",
    ("libraries/tagatlas_mapping/maps/options.py", "leiden"): "default of MapOptions.clusterer",
    ("core/tagatlas/catalog/schema.py", "leiden"): "clusterer of maps that do not say theirs",
    ("libraries/tagatlas_fetching/options.py", "twitter"): "default of FetchOptions.recover",
    ("libraries/tagatlas_tables/urls.py", "twitter"): "a host",
    ("plugins/tagatlas_imports/memespector.py", "clarifai"): "a service in Memespector's files",
    ("libraries/tagatlas_vocabularies/builtin.py", "imagenet"): "a vocabulary",
    ("libraries/tagatlas_shards/place.py", "fsspec"): "a package",
    ("plugins/tagatlas_clip/__init__.py", "imagenet"): "a vocabulary, and a set of templates",
    ("plugins/tagatlas_clip/templates.py", "imagenet"): "a set of templates",
    ("plugins/tagatlas_stores/locations.py", "fsspec"): "an extra",
    ("plugins/tagatlas_stores/pack/__init__.py", "fsspec"): "a library",
    ("plugins/tagatlas_recoveries/page_picture.py", "twitter"): "a name in pages",
}
"""Files with such a name, and what it stands for there."""

WORDS = {
    *("bench", "columns", "compare", "files", "folder", "images", "lists", "methods", "pack"),
    *("page", "parquet", "pdf", "poster", "svg", "table", "tables", "tags", "view", "web"),
}
"""Names that are also words of the trade; what chooses a plugin by one is found by its form."""

CHOOSING = {"choose", "get", "look_up", "plugin"}
"""Methods that take a kind of plugin and a name."""

BY_SETTING = {
    "core/tagatlas/catalog/schema.py": "names settings of older maps again",
    "core/tagatlas/steps/info.py": "shows it",
}
"""Files that read from a map's settings who made it."""


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """String literals that are no docstrings."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def modules_by_name() -> dict[str, set[str]]:
    """By the name of a built-in plugin, the modules that announce it."""
    installed = load_plugins()
    found: dict[str, set[str]] = {}
    for kind in KINDS:
        for name, entry in installed.of_kind(kind).items():
            if entry.plugin.distribution == "tagatlas":
                found.setdefault(name, set()).add(entry.plugin.module)
    return found


def named(path: Path, names: dict[str, set[str]]) -> set[str]:
    """The names of others' plugins that stand in a file, as words of their own."""
    own = ".".join((*path.relative_to(ROOT).with_suffix("").parts[1:], ""))
    return {
        name
        for literal in strings(tree_of(path))
        for name, modules in names.items()
        if not any(own.startswith(f"{module}.") for module in modules)
        if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w/-]|\.\w)", str(literal.value))
    }


@pytest.mark.slow
def test_no_plugin_is_named_but_for_defaults() -> None:
    names = {name: of for name, of in modules_by_name().items() if name not in WORDS}
    assert {"bipartite", "clip", "forceatlas2", "knn", "umap"} <= names.keys()
    found = {(path.relative_to(ROOT).as_posix(), n) for path in SOURCES for n in named(path, names)}
    assert found == ALLOWED.keys()


def test_the_words_are_names_of_plugins() -> None:
    assert modules_by_name().keys() >= WORDS


@pytest.mark.slow
def test_none_is_chosen_by_its_name() -> None:
    """A kind of plugin and a literal name never come together, nor is a maker's name compared."""
    kinds = {name for name, value in vars(plugins).items() if isinstance(value, Kind)}
    assert len(kinds) == len(KINDS)
    found = []
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_kind = [isinstance(each, ast.Name) and each.id in kinds for each in node.args]
                literal = [isinstance(each, ast.Constant) for each in node.args]
                if node.func.attr in CHOOSING and any(is_kind) and any(literal):
                    found.append(f"{path}:{node.lineno}")
            elif isinstance(node, ast.Compare):
                sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
                if any(re.search(r"(builder|layout|clusterer)\.name$", side) for side in sides):
                    found.append(f"{path}:{node.lineno}")
    assert found == []


@pytest.mark.slow
def test_who_made_a_map_is_not_read_from_its_settings() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for literal in strings(tree_of(path))
        if re.search(r"map\.(builder|layout|clusterer)\b", str(literal.value))
    }
    assert readers == BY_SETTING.keys()
