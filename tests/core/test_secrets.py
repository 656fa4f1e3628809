"""Options that are secrets: taken from a variable or from Python, and written down nowhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from command import Starter
from PIL import Image
from strangers import lay_plugin

import tagatlas as library
from tagatlas.errors import OptionError, TagatlasError
from tagatlas.masking import hidden
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas_compare.benching.entrants import read_contender

Run = Callable[..., subprocess.CompletedProcess[str]]

SECRET = "-".join(["s3cr3t", "0123456789"])

PLUGIN = """
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from msgspec import Meta
from tagatlas import *
from tagatlas.errors import InputError, StorageError


@dataclass(frozen=True)
class Options:
    token: Annotated[str, Meta(max_length=20, description="Of the service."), Mark.SECRET] = ""
    side: int = 8


def need(options):
    if options.token != "s3cr3t-0123456789":
        raise InputError(f"the token {options.token} is not right")


class Pictures(Source):
    def __init__(self, options):
        self._options = options

    def read(self, location):
        import polars as pl

        need(self._options)
        files = sorted(str(each) for each in Path(location.removeprefix("locked:")).glob("*.png"))
        table = pl.DataFrame({"location": files, "frequency": [1] * len(files)})
        return Records(table, "pictures", local=True)


class Pairs(GraphBuilder):
    def __init__(self, options):
        need(options)

    def build(self, images, tags):
        import networkx as nx

        graph = nx.Graph()
        ids = images["id"].to_list()
        for one, other in zip(ids, ids[1:]):
            graph.add_node(one, kind="image", label=one)
            graph.add_node(other, kind="image", label=other)
            graph.add_edge(one, other)
        return graph


class Upload(Renderer):
    def __init__(self, options):
        self._options = options

    def render(self, map_, folder):
        need(self._options)
        (folder / "upload.txt").write_text("done")
        return [folder / "upload.txt"]


class Shelf(ImageStore):
    def __init__(self, options, folder):
        need(options)
        self._folder = folder

    def _path(self, image_id, variant):
        return self._folder / self.locate(image_id, variant)

    def put(self, image_id, variant, data):
        self._path(image_id, variant).write_bytes(data)

    def get(self, image_id, variant):
        return self._path(image_id, variant).read_bytes()

    def has(self, image_id, variant):
        return self._path(image_id, variant).exists()

    def locate(self, image_id, variant):
        return f"{image_id}.{variant}.jpg"


class Grey(Tagger):
    def __init__(self, options): ...

    def tag(self, images):
        return [TagResult.ok([Tag("grey", 0.5)]) for _ in images]

    def fingerprint(self):
        return "grey"


@hookimpl
def tagatlas_sources():
    return [SourceSpec(name="locked", summary="Locked.", options=Options, factory=Pictures,
                       accepts=lambda location: location.startswith("locked:"))]

@hookimpl
def tagatlas_graph_builders():
    return [GraphBuilderSpec(name="chain", summary="A chain.", options=Options, factory=Pairs)]

@hookimpl
def tagatlas_renderers():
    return [RendererSpec(name="upload", summary="Uploads.", options=Options, factory=Upload)]

@hookimpl
def tagatlas_image_stores():
    return [ImageStoreSpec(name="safe", summary="Safe.", options=Options, factory=Shelf)]

@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="grey", summary="Grey.", options=Options, factory=Grey)]
"""

VARIABLES = {
    f"TAGATLAS_{name}_TOKEN": SECRET for name in ("LOCKED", "CHAIN", "UPLOAD", "SAFE", "GREY")
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    lay_plugin(site, "lockedplugin", PLUGIN)
    return site


@pytest.fixture
def location(tmp_path: Path) -> str:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for tone in range(0, 250, 50):
        Image.new("RGB", (64, 48), (tone, tone, 99)).save(folder / f"{tone}.png")
    return f"locked:{folder}"


@pytest.fixture(scope="module")
def tagatlas(starter: Starter) -> Run:
    """Runs the command where a site's distributions are installed."""

    def run(
        *words: str | Path, site: Path, variables: Mapping[str, str] = VARIABLES
    ) -> subprocess.CompletedProcess[str]:
        return starter.run(words, Path.cwd(), {**os.environ, "PYTHONPATH": str(site), **variables})

    return run


def in_files(folder: Path, text: str) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()
    ]


@pytest.mark.slow
def test_a_secret_is_used_and_written_nowhere(
    tagatlas: Run, site: Path, location: str, tmp_path: Path
) -> None:
    atlas = tmp_path / "x.atlas"
    given = ("--backend", "grey", "--builder", "chain")
    sides = ("--locked-side", "7", "--chain-side", "6", "--upload-side", "5")
    added = tagatlas("add", atlas, location, site=site)
    assert added.returncode == 0, added.stderr
    with (atlas / "atlas.toml").open("a") as settings:
        settings.write('\n[store]\nname = "safe"\n')
    assert tagatlas("trust", atlas, "--yes", site=site).returncode == 0
    done = tagatlas("run", location, "--out", atlas, *given, *sides, site=site)
    assert done.returncode == 0, done.stderr
    assert (atlas / "maps" / "grey" / "upload.txt").exists()
    assert [path for path in atlas.iterdir() if path.name.endswith(".thumbnail.jpg")]
    told = tagatlas("info", atlas, "--json", site=site)
    assert "chain.side" in told.stdout
    methods = tagatlas("export", atlas, "--format", "methods", "--out", tmp_path / "out", site=site)
    assert methods.returncode == 0, methods.stderr
    assert in_files(tmp_path, "chain.side")
    assert in_files(tmp_path, SECRET) == []
    for each in (added, done, told, methods):
        assert SECRET not in each.stdout + each.stderr


def test_a_secret_that_is_wrong_is_not_said(
    site: Path, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    for wrong, said in (("wr0ng-0123", r"the token \*\*\* is not right"), ("long" * 9, "<= 20")):
        monkeypatch.setenv("TAGATLAS_LOCKED_TOKEN", wrong)
        with pytest.raises(TagatlasError, match=said) as caught:
            library.add(tmp_path / "x.atlas", location)
        assert wrong not in str(caught.value)


@pytest.mark.slow
def test_a_secret_has_no_flag_and_help_names_its_variable(
    tagatlas: Run, site: Path, location: str
) -> None:
    told = tagatlas("add", "--help", site=site, variables={}).stdout
    assert "TAGATLAS_LOCKED_TOKEN=..." in told
    assert "token" not in told.replace("TAGATLAS_LOCKED_TOKEN", "")
    flag = tagatlas("add", "x.atlas", location, "--locked-token", SECRET, site=site, variables={})
    assert "token of locked (source) is a secret: set TAGATLAS_LOCKED_TOKEN" in flag.stderr
    assert SECRET not in flag.stderr


def test_a_secret_in_the_settings_is_refused(
    site: Path, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    library.add(tmp_path / "x.atlas", location, locked_token=SECRET)
    with (tmp_path / "x.atlas" / "atlas.toml").open("a") as settings:
        settings.write(f'\n[source.locked]\ntoken = "{SECRET}"\n')
    said = (
        r"^token of locked \(source\) is a secret, and stands in atlas.toml: take it out, and set "
    )
    with pytest.raises(OptionError, match=f"{said}TAGATLAS_LOCKED_TOKEN instead$"):
        library.add(tmp_path / "x.atlas", location)


def test_a_secret_given_in_python_is_not_remembered(
    site: Path, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    plugins = load_plugins()
    with library.open_atlas(tmp_path / "x.atlas", plugins, create=True) as atlas:
        library.add(atlas, location, locked_token=SECRET, locked_side=7)
        assert "side = 7" in atlas.settings.text
        assert SECRET not in atlas.settings.text


def test_a_secret_does_not_come_to_a_leaderboard(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    plugins = load_plugins()
    assert "grey" in plugins.of_kind(TAGGERS)
    with pytest.raises(OptionError, match="is a secret") as caught:
        read_contender(f"grey:token={SECRET}", plugins)
    assert SECRET not in str(caught.value)


def test_a_secret_is_hidden_without_the_blanks_around_it_too() -> None:
    assert hidden(f"sent {SECRET} to x", [f" {SECRET}\n"]) == "sent *** to x"
    assert hidden("a b", [" ", "\n"]) == "a***b"
