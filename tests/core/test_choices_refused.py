"""A plugin that makes a command fail is not written to the settings; a missing one is placed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from picture_atlas import picture_atlas

import tagatlas
from tagatlas.contracts import (
    GraphBuilder,
    GraphBuilderSpec,
    ImageInput,
    Layout,
    LayoutSpec,
    Spec,
    Tag,
    Tagger,
    TaggerSpec,
    TagResult,
)
from tagatlas.errors import PluginError, UnknownPlugin
from tagatlas.plugins import GRAPH_BUILDERS, LAYOUTS, TAGGERS, InstalledPlugin, Kind, Plugins
from tagatlas.settings import SettingsFile


class Grey(Tagger):
    def __init__(self, options: object) -> None: ...

    def tag(self, images: list[ImageInput]) -> list[TagResult]:  # type: ignore[override] # a list is enough here
        return [TagResult.ok([Tag("grey", 0.5), Tag(image.id[0], 0.4)]) for image in images]

    def fingerprint(self) -> str:
        return "grey 1"


class Falling(Layout):
    def __init__(self, options: object) -> None: ...

    def place(self, network, *, start, seed, progress):  # type: ignore[no-untyped-def] # it only raises
        raise KeyError("place")


class Unmade(Falling):
    def __init__(self, options: object) -> None:
        raise KeyError("made")


class Unbuilt(GraphBuilder):
    def __init__(self, options: object) -> None: ...

    def build(self, images, tags):  # type: ignore[no-untyped-def] # it only raises
        raise KeyError("build")


WRONG: Mapping[str, tuple[Kind[Spec, object], Spec, str]] = {
    "no-module": (
        LAYOUTS,
        LayoutSpec(name="no-module", summary=".", factory="not_there_at_all:Circle"),
        "No module named",
    ),
    "no-name": (
        LAYOUTS,
        LayoutSpec(name="no-name", summary=".", factory="tagatlas.code:Circle"),
        "there is no 'Circle' in the module tagatlas.code",
    ),
    "unmade": (LAYOUTS, LayoutSpec(name="unmade", summary=".", factory=Unmade), "'made'"),
    "falling": (LAYOUTS, LayoutSpec(name="falling", summary=".", factory=Falling), "'place'"),
    "unbuilt": (
        GRAPH_BUILDERS,
        GraphBuilderSpec(name="unbuilt", summary=".", factory=Unbuilt),
        "'build'",
    ),
}
"""By name: the kind of a plugin that fails, its spec, and what is said."""

MAP: Callable[..., object] = tagatlas.map
TAG: Callable[..., object] = tagatlas.tag
FETCH: Callable[..., object] = tagatlas.fetch
RUN: Callable[..., object] = tagatlas.run


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    plugins = tagatlas.load_plugins()
    author = InstalledPlugin("wrong", "wrong", "tagatlas-wrong", "1.0")
    plugins.add(TAGGERS, TaggerSpec(name="grey", summary=".", factory=Grey), author)
    for kind, spec, _ in WRONG.values():
        plugins.add(kind, spec, author)
    return plugins


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Path:
    made = picture_atlas(tmp_path_factory.mktemp("refused"), 6)
    with tagatlas.open_atlas(made, plugins) as atlas:
        tagatlas.tag(atlas, backend="grey")
    return made


@pytest.fixture
def kept(folder: Path) -> Iterator[SettingsFile]:
    """The settings, which are as before when the test has ended."""
    settings = SettingsFile(folder / "atlas.toml")
    before = settings.text
    yield settings
    settings.put_back(before)


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_a_map_fail_is_not_kept(
    folder: Path, kept: SettingsFile, plugins: Plugins, name: str
) -> None:
    kind, _, said = WRONG[name]
    with tagatlas.open_atlas(folder, plugins) as atlas, pytest.raises(PluginError) as caught:
        MAP(atlas, **{kind.key: name})
    assert str(caught.value).startswith(f"{kind.name} {name} (tagatlas-wrong 1.0)")
    assert said in str(caught.value)
    assert SettingsFile(kept.path).text == kept.text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unmade", "falling", "unbuilt"])
def test_what_makes_a_run_fail_is_not_kept(
    folder: Path, tmp_path: Path, plugins: Plugins, name: str
) -> None:
    key = WRONG[name][0].key
    made, pictures = tmp_path / "y.atlas", folder.parent / "pictures"
    with pytest.raises(PluginError, match=rf"{name} \(tagatlas-wrong 1\.0\)"):
        RUN(pictures, made, plugins=plugins, backend="grey", **{key: name})
    assert key not in SettingsFile(made / "atlas.toml").values("map")


@pytest.mark.parametrize(
    ("table", "option", "value"),
    [
        ("map", "layout", "circle"),
        ("map", "builder", "circle"),
        ("map", "clusterer", "circle"),
        ("tag", "backend", "circle"),
        ("fetch", "recover", ["circle"]),
    ],
)
def test_a_missing_plugin_is_said_with_what_names_it(
    folder: Path,
    kept: SettingsFile,
    plugins: Plugins,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    option: str,
    value: str | list[str],
) -> None:
    def said(**options: object) -> str:
        step = {"map": MAP, "tag": TAG, "fetch": FETCH}[table]
        with tagatlas.open_atlas(folder, plugins) as atlas, pytest.raises(UnknownPlugin) as caught:
            step(atlas, **options)
        return str(caught.value)

    advice = f"install its plugin, or name another there or with --{option}"
    monkeypatch.setenv(f"TAGATLAS_{option.upper()}", "square")
    variable = said()
    assert variable.startswith(f"TAGATLAS_{option.upper()}: no ")
    assert variable.endswith(advice)
    monkeypatch.delenv(f"TAGATLAS_{option.upper()}")
    kept.update(table, {option: value})
    setting = said()
    assert setting.startswith(f"{option} in {kept.path}: no ")
    assert "is named 'circle'" in setting
    assert setting.endswith(advice)
    assert said(**{option: "square"}).startswith("no ")


def test_a_missing_store_is_said_with_what_names_it(
    folder: Path, kept: SettingsFile, plugins: Plugins
) -> None:
    kept.update("store", {"name": "vault"})
    tagatlas.trust(folder)
    with pytest.raises(UnknownPlugin) as caught, tagatlas.open_atlas(folder, plugins):
        pass
    said = f"name of [store] in {kept.path}: no image store is named 'vault'"
    assert str(caught.value).startswith(said)
