"""Every package that is imported is declared where it must be."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tagatlas.plugins import KINDS, load_plugins

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
FOLDERS = ("core", "libraries", "plugins")
OURS = {path.name for folder in FOLDERS for path in (ROOT / folder).iterdir()}
# Parts of core that only one extra's plugins, or a front end of its own, import.
OF_EXTRAS = {
    "libraries/tagatlas_fetching/normalise.py": {"heic"},
    "libraries/tagatlas_services/remote": {"clarifai", "google-vision"},
    "libraries/tagatlas_shards/on_ray.py": {"ray"},
    "libraries/tagatlas_shards/place.py": {"fsspec"},
    "plugins/tagatlas_stores/locations.py": {"fsspec"},
    "plugins/tagatlas_taggers/cloud.py": {"clarifai", "google-vision"},
    "plugins/tagatlas_web/notebook": {"notebook"},
    "libraries/tagatlas_testing": {"dev"},
}
# One package of many distributions.
SHARED = {
    "google.api_core": "google-api-core",
    "google.auth": "google-auth",
    "google.cloud.vision": "google-cloud-vision",
    "google.protobuf": "protobuf",
    "google.rpc": "googleapis-common-protos",
}
# Imported where they happen to be there, and done without where not; the second is Python 3.14's.
IF_THERE = {"triton", "compression"}
# Modules that are called otherwise than their distribution, and perhaps are not installed here.
CALLED = {"open_clip": "open-clip-torch", "umap": "umap-learn"}
# What is run by hand says itself what it needs.
BY_HAND = (
    "benchmarks/layout_peers.py",
    "benchmarks/map_quality.py",
    "benchmarks/wall.py",
    "plugins/tagatlas_taggers/imagenet/derive",
    "tests/fuzz",
)


def names_of(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


LIGHT = names_of(PROJECT["project"]["dependencies"])
DEVELOPMENT = LIGHT | names_of(PROJECT["dependency-groups"]["dev"])


@cache
def distributions_of() -> dict[str, set[str]]:
    """Distributions by the module at their top."""
    found = packages_distributions()
    return {name: {canonicalize_name(each) for each in of} for name, of in found.items()}


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    """Files in a folder, and the foreign modules that they import by their full name."""
    for path in sorted(folder.rglob("*.py")):
        if any(path.is_relative_to(ROOT / by_hand) for by_hand in BY_HAND):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in OURS | IF_THERE:
                    yield path.relative_to(ROOT), name


def is_declared(name: str, allowed: set[str]) -> bool:
    """Whether a distribution that has the module is among those allowed."""
    for shared, distribution in SHARED.items():
        if name.startswith(shared):
            return distribution in allowed
    top = name.partition(".")[0]
    name_of_distribution = canonicalize_name(CALLED.get(top, top))
    return bool(distributions_of().get(top, {name_of_distribution}) & allowed)


def extras_of(path: Path) -> set[str]:
    """The extras whose packages a file may import."""
    for folder, extras in OF_EXTRAS.items():
        if path.is_relative_to(folder):
            return extras
    module = ".".join(path.with_suffix("").parts[1:])
    return {
        extra
        for plugin, extras in extras_of_plugins().items()
        if path.parts[0] == "plugins" and f"{module}.".startswith(f"{plugin}.")
        for extra in extras
    }


@cache
def extras_of_plugins() -> dict[str, set[str]]:
    """The extras that a plugin's specs name, by the plugin's module."""
    found: dict[str, set[str]] = {}
    plugins = load_plugins()
    for kind in KINDS:
        for entry in plugins.of_kind(kind).values():
            if entry.spec.extra is not None:
                extras = found.setdefault(entry.plugin.module, set())
                extras |= Requirement(entry.spec.extra).extras
    return found


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_imported_is_a_dependency_or_of_the_extra_that_the_plugin_names(
    folder: str,
) -> None:
    undeclared = []
    for path, name in imported(ROOT / folder):
        allowed = LIGHT.union(
            *(
                DEVELOPMENT if extra == "dev" else names_of(EXTRAS[extra])
                for extra in extras_of(path)
            )
        )
        if not is_declared(name, allowed):
            undeclared.append(f"{path}: {name}")
    assert undeclared == []


@pytest.mark.slow
def test_what_tests_import_is_declared_for_development() -> None:
    support = {
        path.stem for folder in ("tests", "benchmarks") for path in ROOT.glob(f"{folder}/**/*.py")
    }
    every = DEVELOPMENT.union(*map(names_of, (EXTRAS[extra] for extra in EXTRAS if extra != "all")))
    undeclared = {
        f"{path}: {name}"
        for folder in ("tests", "scripts", "benchmarks")
        for path, name in imported(ROOT / folder)
        if name.partition(".")[0] not in support | {"tests"} and not is_declared(name, every)
    }
    assert undeclared == set()
