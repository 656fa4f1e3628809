"""What somebody sets and nothing reads is said, with the name that is nearest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command import Starter

from tagatlas.atlas import open_atlas
from tagatlas.options import option_fields
from tagatlas.plugins import KINDS, load_plugins
from tagatlas.settings import SettingsFile
from tagatlas.unread import unread_tables, unread_variables

READ = """
[map]
seed = 1
[store]
name = "files"
[builder.bipartite]
threshold = 0.1
[renderer.poster]
width = 900
[fetch.hosts."example.org"]
rate = 1.0
[plugin.anything]
of_before = 1
[sources."/a/b.csv".source.table]
url_column = "url"
[sources."/a/b.csv".add]
source = "table"
[compare]
tags = 3
[import]
[bench]
images = 3
"""


def said_of(folder: Path, text: str) -> str:
    (folder / "atlas.toml").write_text(text, "utf-8")
    return unread_tables(SettingsFile(folder / "atlas.toml"), load_plugins())


def test_what_is_read_is_not_told(tmp_path: Path) -> None:
    assert said_of(tmp_path, "") == ""
    assert said_of(tmp_path, READ) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mapp]\nseed = 1", "mapp (did you mean map?)"),
        ("[builder.bipartit]\nthreshold = 1", "bipartit (did you mean builder.bipartite?)"),
        ("[poster]\nwidth = 1\n[renderer.poster]\nwidth = 2", "nothing reads poster"),
        ("[sources.x.source.tabel]\na = 1", "source.tabel (did you mean source.table?)"),
        ("seed = 1\n[map]\nseed = 2", "nothing reads settings in no table"),
        ("[tagger.gone]\na = 1", "nothing reads tagger.gone"),
    ],
)
def test_a_table_that_nothing_reads_is_told(tmp_path: Path, text: str, said: str) -> None:
    told = said_of(tmp_path, text)
    assert said in told
    assert str(tmp_path / "atlas.toml") in told
    assert len(told.splitlines()) == 1


def test_an_atlas_tells_it_once(tmp_path: Path) -> None:
    told: list[str] = []
    plugins = load_plugins()
    plugins.on_warning = told.append
    folder = tmp_path / "x.atlas"
    folder.mkdir()
    with open_atlas(folder, plugins, create=True):
        (folder / "atlas.toml").write_text("[mapp]\nseed = 1", "utf-8")
        for _ in range(2):
            with open_atlas(folder, plugins, write=False):
                pass
    [line] = told
    assert "mapp" in line


def test_every_variable_of_an_option_is_known() -> None:
    plugins = load_plugins()
    names = {
        name
        for kind in KINDS
        for plugin, entry in plugins.of_kind(kind).items()
        for option in option_fields(entry.spec.options)
        for name in (option.name, f"{kind.key}_{plugin.replace('-', '_')}_{option.name}")
    }
    steps = {"seed", "map_seed", "backend", "budget", "recover", "map", "max_failures", "images"}
    given = {f"TAGATLAS_{name}".upper(): "1" for name in names | steps | {"strict_plugins"}}
    assert len(given) > 100
    assert unread_variables(plugins, given) == ""


def test_a_misspelt_variable_is_told_and_those_of_others_are_not() -> None:
    given = {"TAGATLAS_THRESHOL": "1", "TAGATLASX_SEED": "1", "TAG_ATLAS": "1", "PATH": "/bin"}
    told = unread_variables(load_plugins(), given)
    assert told == "nothing reads TAGATLAS_THRESHOL (did you mean TAGATLAS_THRESHOLD?)"


def test_the_command_line_says_it_on_one_line(tmp_path: Path, starter: Starter) -> None:
    variables = {**os.environ, "TAGATLAS_BUDGT": "1", "TAGATLAS_SED": "1"}
    done = starter.run(["tag", "no.atlas"], tmp_path, variables)
    [line] = [line for line in done.stderr.splitlines() if "nothing reads" in line]
    assert "TAGATLAS_BUDGT (did you mean TAGATLAS_BUDGET?), TAGATLAS_SED (did you" in line
