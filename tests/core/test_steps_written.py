"""Strangers' renderers beside tagatlas's own: the file to open, and whose files are whose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tagatlas.contracts import ImageStore, Renderer, Variant
from tagatlas.plugins import RENDERERS, PluginChoice, Plugins, load_plugins
from tagatlas.steps.render import RenderReport, write_map
from tagatlas.testing import sample_map

STRANGERS = """
from tagatlas import Renderer, RendererSpec, hookimpl


class ImageList(Renderer):
    def __init__(self, options): ...

    def render(self, map_, folder):
        path = folder / "image-list.html"
        path.write_text("a list")
        return [path]


class Replacing(Renderer):
    def __init__(self, options): ...

    def render(self, map_, folder):
        for name in ("clusters.csv", "methods.md"):
            (folder / name).write_text("another's")
        path = folder / "replacing.txt"
        path.write_text("its own")
        return [path, folder / "clusters.csv"]


class Silent(Replacing):
    def render(self, map_, folder):
        return super().render(map_, folder)[:1]


class Raising(Replacing):
    def render(self, map_, folder):
        super().render(map_, folder)
        raise ValueError("at the end")


@hookimpl
def tagatlas_renderers():
    # The order is lower than that of any built-in renderer.
    return [
        RendererSpec(name="image-list", summary="A.", factory=ImageList, order=-1, last=True),
        RendererSpec(name="replacing", summary="B.", factory=Replacing, default=False),
        RendererSpec(name="silent", summary="C.", factory=Silent, default=False),
        RendererSpec(name="raising", summary="D.", factory=Raising, default=False),
    ]
"""


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    stranger = ModuleType("stranger")
    exec(compile(STRANGERS, "stranger.py", "exec", dont_inherit=True), vars(stranger))  # noqa: S102 - our own
    return load_plugins(modules=[stranger])


def written(plugins: Plugins, folder: Path, *names: str) -> RenderReport:
    chosen: list[PluginChoice[Renderer]] = [plugins.choose(RENDERERS, name, {}) for name in names]
    return write_map(sample_map(), chosen, folder)


class LoggedStore(ImageStore):
    """A store that writes down what is read of it, as a shell does with a command's output."""

    def __init__(self, store: ImageStore, log: Path) -> None:
        self._store, self._log = store, log

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        self._store.put(image_id, variant, data)

    def get(self, image_id: str, variant: Variant) -> bytes:
        with self._log.open("a") as log:
            log.write(f"{image_id}\n")
        return self._store.get(image_id, variant)

    def has(self, image_id: str, variant: Variant) -> bool:
        return self._store.has(image_id, variant)

    def locate(self, image_id: str, variant: Variant) -> str | None:
        return self._store.locate(image_id, variant)

    def remove(self, image_id: str) -> None:
        self._store.remove(image_id)


def test_a_log_beside_is_nothing_that_a_built_in_renderer_wrote(
    plugins: Plugins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maps" / "one").mkdir(parents=True)
    (tmp_path / "catalog.sqlite").touch()
    monkeypatch.chdir(tmp_path)
    map_ = sample_map()
    store = LoggedStore(map_.store, tmp_path / "log.txt")
    poster = plugins.choose(RENDERERS, "poster", {})
    report = write_map(replace(map_, store=store), [poster], tmp_path / "maps" / "one")
    assert (tmp_path / "log.txt").read_text()
    assert report.notes == report.faults == []
    assert report.files


def test_a_strangers_page_is_opened_only_alone(plugins: Plugins, tmp_path: Path) -> None:
    for names in (("image-list", "tables", "page"), ("page", "image-list")):
        assert written(plugins, tmp_path, *names).shown == tmp_path / "map.html"
    assert written(plugins, tmp_path, "image-list").shown == tmp_path / "image-list.html"
    assert written(plugins, tmp_path, "tables", "image-list").shown.name == "image-list.html"


@pytest.mark.parametrize("name", ["replacing", "silent"])
def test_a_renderer_that_replaces_anothers_file_fails(
    plugins: Plugins, tmp_path: Path, name: str
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    whole.mkdir()
    out.mkdir()
    files = written(plugins, whole, "tables", "methods", "page").files
    report = written(plugins, out, "tables", "methods", name, "page")
    [fault] = report.faults
    assert f"renderer {name} (stranger" in fault
    assert "render replaced clusters.csv, which the renderer tables had written: tell" in fault
    assert len(fault.splitlines()) == 1
    assert [path.name for path in report.files] == [path.name for path in files]
    for path in files:
        assert (out / path.name).read_bytes() == path.read_bytes()


def test_one_that_fails_on_top_is_said_once(plugins: Plugins, tmp_path: Path) -> None:
    report = written(plugins, tmp_path, "tables", "raising")
    [fault] = report.faults
    assert "failed in render (ValueError: at the end)" in fault
    assert "another's" not in (tmp_path / "clusters.csv").read_text("utf-8")


def test_a_map_may_be_rendered_again_into_its_folder(plugins: Plugins, tmp_path: Path) -> None:
    first = written(plugins, tmp_path, "tables", "tables", "page")
    again = written(plugins, tmp_path, "tables", "page")
    assert first.files == again.files
    assert not first.faults
    assert not again.faults
