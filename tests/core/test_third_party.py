"""Plugins of strangers: installed as distributions of their own, found, used, or skipped."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Protocol

import pytest
from command import Starter
from PIL import Image
from strangers import VERSION, install_plugin

from tagatlas import hookspecs

pytestmark = pytest.mark.slow


def documented_plugin() -> str:
    """The plugin that the hooks' documentation shows as a complete one."""
    text = dedent(hookspecs.__doc__ or "").partition("A complete plugin::\n")[2]
    return dedent(text)


GREY = documented_plugin()
BROKEN = "raise RuntimeError('left\\nunfinished')"
SECOND_GREY = GREY.replace("Light or dark.", "Light or dark, once more.")


@dataclass(frozen=True)
class Sites:
    """Folders into which one distribution each is installed."""

    grey: Path
    broken: Path
    second_grey: Path


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """Builds and installs the plugins with pip, as their users would."""

    def install(module: str, entry_point: str, source: str) -> Path:
        return install_plugin(tmp_path_factory.mktemp(module), module, entry_point, source)

    return Sites(
        grey=install("greytagger", "grey", GREY),
        broken=install("brokentagger", "broken", BROKEN),
        second_grey=install("othergrey", "othergrey", SECOND_GREY),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures, six of them dark and six light."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(12):
        tone = 20 * number + (10 if number < 6 else 20)
        Image.new("RGB", (64, 48), (tone, tone, tone)).save(folder / f"{number:02}.png")
    return folder


class RunWith(Protocol):
    """Runs the command with further folders to import from."""

    def __call__(
        self, *words: str | Path, sites: Sequence[Path], strict: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """The finished command, its output as text."""


@pytest.fixture
def tagatlas(starter: Starter, tmp_path: Path) -> RunWith:
    """The command."""

    def run(
        *words: str | Path, sites: Sequence[Path], strict: bool = False
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(site) for site in sites),
            "TAGATLAS_STRICT_PLUGINS": "1" if strict else "0",
        }
        return starter.run(words, tmp_path, environment)

    return run


def concepts(tags: Path) -> set[str]:
    """The tags in a map's ``tags.csv``."""
    with tags.open(encoding="utf-8-sig", newline="") as file:
        return {row["concept"] for row in csv.DictReader(file)}


def test_a_strangers_tagger_makes_a_map(
    tagatlas: RunWith, sites: Sites, folder: Path, tmp_path: Path
) -> None:
    atlas = tmp_path / "a.atlas"
    run = tagatlas("run", folder, "--out", atlas, "--backend", "grey", "--json", sites=[sites.grey])
    assert run.returncode == 0, run.stderr
    facts = json.loads(run.stdout)
    assert facts["tag"]["backend"] == "grey"
    assert facts["tag"]["asked"] == 12
    assert facts["map"]["images"] == 12
    assert concepts(atlas / "maps" / "grey" / "tags.csv") == {"light", "dark"}


def test_it_is_listed_with_its_distribution(tagatlas: RunWith, sites: Sites) -> None:
    listed = tagatlas("plugins", "--json", sites=[sites.grey])
    assert listed.returncode == 0, listed.stderr
    (grey,) = [each for each in json.loads(listed.stdout)["plugins"] if each["name"] == "grey"]
    assert grey["kind"] == "tagger"
    assert grey["summary"] == "Light or dark."
    assert (grey["distribution"], grey["version"]) == ("tagatlas-greytagger", VERSION)


def test_a_broken_one_and_a_second_of_the_name_are_skipped(
    tagatlas: RunWith, sites: Sites, folder: Path, tmp_path: Path
) -> None:
    everything = [sites.broken, sites.second_grey, sites.grey]
    listed = json.loads(tagatlas("plugins", "--json", sites=everything).stdout)
    (broken,) = [each for each in listed["broken"] if each["name"] == "broken"]
    assert broken["distribution"] == "tagatlas-brokentagger"
    assert broken["reason"] == "RuntimeError: left unfinished"
    (warning,) = [line for line in listed["warnings"] if "'grey'" in line]
    assert "tagatlas-greytagger" in warning
    assert "tagatlas-othergrey" in warning

    atlas = tmp_path / "a.atlas"
    run = tagatlas("run", folder, "--out", atlas, "--backend", "grey", sites=everything)
    assert run.returncode == 0, run.stderr
    assert "RuntimeError: left unfinished" in run.stderr
    assert "Traceback" not in run.stderr
    assert concepts(atlas / "maps" / "grey" / "tags.csv") == {"light", "dark"}


@pytest.mark.parametrize("which", ["broken", "second_grey"])
def test_strict_says_it_in_one_line_and_fails(tagatlas: RunWith, sites: Sites, which: str) -> None:
    fault: Path = getattr(sites, which)
    listed = tagatlas("plugins", sites=[sites.grey, fault], strict=True)
    assert listed.returncode == 1
    assert listed.stdout == ""
    (line,) = listed.stderr.splitlines()
    assert {"broken": "left unfinished", "second_grey": "tagatlas-othergrey"}[which] in line


def test_strict_has_nothing_against_a_sound_one(tagatlas: RunWith, sites: Sites) -> None:
    assert tagatlas("plugins", sites=[sites.grey], strict=True).returncode == 0
