from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from strangers import VERSION, lay_plugin

from tagatlas.contracts import ImageInput, Tagger, TaggerSpec, TagResult
from tagatlas.errors import MissingDependency, OptionError, PluginError, UnknownPlugin
from tagatlas.hookspecs import hookimpl
from tagatlas.plugins import (
    COMMANDS,
    KINDS,
    RENDERERS,
    TAGGERS,
    command_points,
    installed_plugins,
    load_plugins,
)

HOOKIMPL = "from tagatlas.hookspecs import hookimpl\n"
HEAVY = ("torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "scipy", "networkx", "google")

SPECS = f"{HOOKIMPL}from tagatlas.contracts import CommandSpec, TaggerSpec\n@hookimpl\n"


def announced(fields: str) -> str:
    """The text of a plugin with a tagger of these fields."""
    return (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass O:\n    n: int\n"
        f"{SPECS}def tagatlas_taggers(): return [TaggerSpec(name='odd', summary='.', {fields})]"
    )


class Silent(Tagger):
    def __init__(self, options: object) -> None: ...

    def tag(self, images: list[ImageInput]) -> list[TagResult]:  # type: ignore[override] # a list is enough here
        return [TagResult.empty() for _ in images]

    def fingerprint(self) -> str:
        return "silent 1"


def needs_more(options: object) -> Tagger:
    raise ImportError("No module named 'heavy'")


def plugin_module(name: str, *specs: object) -> ModuleType:
    module = ModuleType(name)

    @hookimpl
    def tagatlas_taggers() -> list[object]:
        return list(specs)

    module.tagatlas_taggers = tagatlas_taggers  # type: ignore[attr-defined] # as a plugin's module has it
    return module


def silent(name: str = "silent") -> TaggerSpec:
    return TaggerSpec(name=name, summary="Says nothing.", factory=Silent)


def written_plugin(folder: Path, name: str, source: str) -> EntryPoint:
    (folder / f"{name}.py").write_text(source)
    return EntryPoint(name=name, value=name, group="tagatlas")


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_every_built_in_plugin_is_found_and_whole() -> None:
    plugins = load_plugins(strict=True)
    assert plugins.broken == []
    for kind in KINDS:
        assert plugins.of_kind(kind), f"no {kind.name}"
    for plugin in installed_plugins():
        assert plugin.distribution, plugin


def test_loading_all_plugins_imports_nothing_heavy() -> None:
    code = (
        "import sys; from tagatlas.plugins import load_plugins; load_plugins(strict=True);"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_listing_names_imports_no_plugin() -> None:
    code = (
        "import sys; from tagatlas.plugins import installed_plugins; found = installed_plugins();"
        "print([p.module for p in found if p.module in sys.modules], len(found) > 5)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"


def test_what_is_installed_or_removed_meanwhile_is_noticed(importable: Path) -> None:
    def names(moment: int) -> set[str]:
        os.utime(importable, (moment, moment))  # the clock of a file system may be coarse
        return {plugin.name for plugin in installed_plugins()}

    before = names(1)
    lay_plugin(importable, "later", "")
    assert names(2) - before == {"later"}
    shutil.rmtree(importable / f"tagatlas_later-{VERSION}.dist-info")
    assert names(3) == before


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('no\\nluck')", "RuntimeError: no luck"),
        ("import a_module_that_is_not_there", "ModuleNotFoundError"),
        ("def", "SyntaxError"),
        (
            f"{HOOKIMPL}@hookimpl\ndef tagatlas_tagers(): return []",
            "did you mean tagatlas_taggers?",
        ),
        (
            f"{HOOKIMPL}@hookimpl\ndef tagatlas_taggers(): raise ValueError('half done')",
            "ValueError: half done",
        ),
        (
            f"{HOOKIMPL}@hookimpl\ndef tagatlas_taggers(): return ['a name']",
            "gave 'a name', which is no TaggerSpec",
        ),
        (
            f"{SPECS}def tagatlas_taggers(): return TaggerSpec(name='a', summary='.', factory=int)",
            "tagatlas_taggers gave one TaggerSpec, not a list of TaggerSpecs",
        ),
        (
            f"{SPECS}def tagatlas_taggers(): return 'grey'",
            "tagatlas_taggers gave one str, not a list of TaggerSpecs",
        ),
        (
            "def tagatlas_graphbuilders(): return []",
            "tagatlas_graphbuilders is no hook; did you mean tagatlas_graph_builders, marked",
        ),
        (announced("factory='slip'"), 'factory of odd is neither a function nor "module:name"'),
        (announced("factory=None"), 'factory of odd is neither a function nor "module:name"'),
        (announced("factory=int, models='a:'"), "models of odd is neither a function nor"),
        (
            (
                f"{SPECS}def tagatlas_commands():"
                " return [CommandSpec(name='odd', summary='.', factory=int, function='slip')]"
            ),
            "function of odd is neither a function nor \"module:name\": 'slip'",
        ),
        (announced("factory=int, options=O(3)"), "are an instance: give the class, O"),
        (announced("factory=int, options=O"), "the options of odd cannot be read: n needs a"),
    ],
)
def test_a_broken_plugin_is_reported_and_breaks_nothing_else(
    importable: Path, source: str, reason: str
) -> None:
    points = [
        written_plugin(importable, "broken_one", source),
        written_plugin(
            importable,
            "whole_one",
            "from tagatlas.hookspecs import hookimpl\n"
            "from tagatlas.contracts import TaggerSpec\n"
            "@hookimpl\n"
            "def tagatlas_taggers(): return [TaggerSpec(name='whole', summary='.', factory=int)]",
        ),
    ]
    for name in ("broken_one", "whole_one"):
        sys.modules.pop(name, None)
    plugins = load_plugins(points=points, strict=False)
    assert list(plugins.of_kind(TAGGERS)) == ["whole"]
    [broken] = plugins.broken
    assert broken.plugin.name == "broken_one"
    assert reason in broken.reason
    assert "\n" not in broken.reason
    with pytest.raises(PluginError, match="broken_one"):
        load_plugins(points=points, strict=True)
    with pytest.raises(UnknownPlugin, match="cannot be used"):
        plugins.get(TAGGERS, "broken_one")


def test_two_plugins_of_one_name_are_a_warning_that_names_both() -> None:
    modules = [plugin_module("first", silent()), plugin_module("second", silent())]
    plugins = load_plugins(points=[], modules=modules, strict=False)
    [warning] = plugins.warnings
    assert "first" in warning
    assert "second" in warning
    assert plugins.of_kind(TAGGERS)["silent"].plugin.name == "first"
    with pytest.raises(PluginError, match="two taggers"):
        load_plugins(points=[], modules=modules, strict=True)


def test_a_viewer_of_an_older_plugin_loads_and_its_author_is_told(importable: Path) -> None:
    source = (
        f"{HOOKIMPL}from tagatlas.contracts import RendererSpec\n"
        "@hookimpl\n"
        "def tagatlas_renderers():\n"
        "    return [RendererSpec(name='old', summary='.', factory=int, viewer=True)]\n"
    )
    point = written_plugin(importable, "old_viewer", source)
    with pytest.warns(DeprecationWarning, match="^old: .*name a widget") as told:
        plugins = load_plugins(points=[point], strict=True)
    assert list(plugins.of_kind(RENDERERS)) == ["old"]
    assert told[0].filename == str(importable / "old_viewer.py")


def test_an_unknown_name_gets_the_closest_or_all_there_are() -> None:
    plugins = load_plugins(points=[], modules=[plugin_module("one", silent())])
    with pytest.raises(UnknownPlugin, match=r"no tagger is named 'silnt'; did you mean silent\?"):
        plugins.get(TAGGERS, "silnt")
    with pytest.raises(UnknownPlugin, match="there are: silent"):
        plugins.get(TAGGERS, "clarifai")


def test_a_missing_extra_is_one_line_that_says_what_to_install() -> None:
    spec = TaggerSpec(name="big", summary=".", factory=needs_more, extra="tagatlas[clip]")
    plugins = load_plugins(points=[], modules=[plugin_module("one", spec)])
    with pytest.raises(
        MissingDependency, match=r"tagger big \(one\) needs: pip install 'tagatlas\[clip\]'"
    ):
        plugins.choose(TAGGERS, "big", {}).make()


def test_a_factory_that_makes_something_else_is_the_plugins_fault() -> None:
    spec = TaggerSpec(name="odd", summary=".", factory=str)  # type: ignore[arg-type] # the fault
    plugins = load_plugins(points=[], modules=[plugin_module("one", spec)])
    with pytest.raises(
        PluginError, match=r"tagger odd \(one\): its factory made .*, which is no Tagger"
    ):
        plugins.choose(TAGGERS, "odd", {}).make()


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        ("tagatlas.code:Bee", "there is no 'Bee' in the module tagatlas.code: tell its author"),
        ("slip", "'slip' is no place: write \"module:name\": tell its author"),
    ],
)
def test_a_factory_that_is_not_there_is_said_with_the_plugin(factory: str, reason: str) -> None:
    spec = TaggerSpec(name="odd", summary=".", factory=factory)
    plugins = load_plugins(points=[], modules=[plugin_module("one", spec)])
    with pytest.raises(PluginError) as caught:
        plugins.choose(TAGGERS, "odd", {}).make()
    assert str(caught.value) == f"tagger odd (one) cannot be made: {reason}"


def hungry(options: object) -> Tagger:
    raise MemoryError


def test_memory_that_runs_out_is_not_the_authors_fault() -> None:
    spec = TaggerSpec(name="big", summary=".", factory=hungry)
    plugins = load_plugins(points=[], modules=[plugin_module("one", spec)])
    with pytest.raises(PluginError) as caught:
        plugins.choose(TAGGERS, "big", {}).make()
    said = "tagger big (one) ran out of memory when it was made (MemoryError): give it fewer images"
    assert str(caught.value).startswith(said)


def test_choosing_checks_the_options() -> None:
    plugins = load_plugins(points=[], modules=[plugin_module("one", silent())])
    with pytest.raises(OptionError, match="silent has no option 'volume'"):
        plugins.choose(TAGGERS, "silent", {"volume": 11})


def test_the_help_finds_all_commands_with_few_plugins() -> None:
    every, few = load_plugins(), load_plugins(points=command_points())
    assert set(few.of_kind(COMMANDS)) == set(every.of_kind(COMMANDS))
    assert len(few.installed) < len(every.installed) / 2
