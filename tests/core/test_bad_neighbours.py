"""What strangers' plugins may do wrong, or merely differently, and what it must not touch."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Starter
from PIL import Image

Run = Callable[..., subprocess.CompletedProcess[str]]

HEAD = """
from dataclasses import dataclass
from tagatlas import Layout, LayoutSpec, NoOptions, Recovery, RecoverySpec, SourceSpec, Source
from tagatlas import Clusterer, ClustererSpec, Clusters
from tagatlas import Tagger, TaggerSpec, TagResult, hookimpl

class Empty(Tagger):
    def __init__(self, options): ...
    def tag(self, images): return [TagResult.empty() for _ in images]
    def fingerprint(self): return "empty"

class Nowhere(Recovery):
    def __init__(self, options): ...
    def copies(self, url): return []

class Still(Layout):
    def __init__(self, options): ...
    def place(self, network, *, start, seed, progress): return start
"""

COMMON_NAMES = """
@dataclass(frozen=True)
class Failing:
    failed: float = 0.5

@hookimpl
def tagatlas_recoveries():
    return [RecoverySpec(name="retry", summary="None.", factory=Nowhere, options=Failing)]

@dataclass(frozen=True)
class Options:
    threshold: float = 0.5
    timeout: float = 1.0
    backend: str = ""
    minimum_share: float = 0.0
    map: str = ""
    out: str = ""
    json: bool = False
    bipartite_threshold: float = 0.7

@hookimpl
def tagatlas_layouts():
    return [LayoutSpec(name="still", summary="Stays.", factory=Still, options=Options)]

@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="still", summary="Empty.", factory=Empty, options=Options)]
"""

BROKEN_CLUSTERER = """
@dataclass(frozen=True)
class Finding:
    resolution: float = 9.0
    short: bool = True

class Shortening(Clusterer):
    def __init__(self, options): self.options = options
    def cluster(self, images, *, seed, progress):
        return Clusters(labels=images.nodes[self.options.short:] * 0)

@hookimpl
def tagatlas_clusterers():
    return [ClustererSpec(name="short", summary="One.", factory=Shortening, options=Finding)]
"""

ACCEPTS_RAISES = """
class Nothing(Source):
    def __init__(self, options): ...
    def read(self, location): raise NotImplementedError

@hookimpl
def tagatlas_sources():
    return [SourceSpec(name="nothing", summary="None.", factory=Nothing, accepts=lambda _: 1 / 0)]
"""

TAGGER_WITH = """
@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="{name}", summary="Bad.", factory=Empty, options={options})]
"""

BAD = {
    "exits": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "nodataclass": (
        HEAD + TAGGER_WITH.format(name="nodataclass", options="dict"),
        "the options of nodataclass are no dataclass",
    ),
    "wordy": (
        HEAD + TAGGER_WITH.format(name="wordy", options="NoOptions, packages='torch'"),
        "the packages of wordy are no tuple of names: 'torch'",
    ),
    "unresolved": (
        HEAD
        + "\n@dataclass(frozen=True)\nclass Options:\n    colour: 'Colour' = None\n"
        + TAGGER_WITH.format(name="unresolved", options="Options"),
        "the options of unresolved cannot be read: name 'Colour' is not defined",
    ),
    "nodefault": (
        HEAD
        + "\n@dataclass(frozen=True)\nclass Options:\n    colour: str\n"
        + TAGGER_WITH.format(name="nodefault", options="Options"),
        "the options of nodefault cannot be read",
    ),
    "wrongname": (
        HEAD + TAGGER_WITH.format(name="My Tagger", options="Options").replace("Options", "Empty"),
        "'My Tagger' is no plugin's name",
    ),
    "unmarked": (
        HEAD + "\ndef tagatlas_taggers():\n    return []\n",
        "tagatlas_taggers is not marked with @hookimpl",
    ),
    "silent": (
        HEAD + "\n@hookimpl\ndef tagatlas_taggers():\n    return None\n",
        "it announces nothing",
    ),
    "function": ("def announce():\n    return []\n", "it is to name a module"),
}


def distribution(site: Path, name: str, source: str, place: str | None = None) -> None:
    """An installed distribution of one module, as pip leaves it."""
    (site / f"{name}_plugin.py").write_text(source, "utf-8")
    info = site / f"{name}_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n")
    entry = place or f"{name}_plugin"
    (info / "entry_points.txt").write_text(f"[tagatlas]\n{name} = {entry}\n", "utf-8")


@pytest.fixture(scope="module")
def tagatlas(starter: Starter) -> Run:
    """Runs the command where a site's distributions are installed."""

    def run(*words: str | Path, site: Path | None = None) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site or ""), "COLUMNS": "80"}
        environment.pop("TAGATLAS_STRICT_PLUGINS", None)
        return starter.run(words, Path.cwd(), environment)

    return run


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with every bad plugin, and one that is whole."""
    site = tmp_path_factory.mktemp("bad")
    for name, (source, _) in BAD.items():
        place = "function_plugin:announce" if name == "function" else None
        distribution(site, name, source, place)
    distribution(site, "accepts", HEAD + ACCEPTS_RAISES)
    distribution(site, "still", HEAD + COMMON_NAMES)
    distribution(site, "short", HEAD + BROKEN_CLUSTERER)
    return site


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a plugin whose options are named as many others are."""
    site = tmp_path_factory.mktemp("common")
    distribution(site, "still", HEAD + COMMON_NAMES)
    return site


@pytest.fixture(scope="module")
def atlas(tagatlas: Run, tmp_path_factory: pytest.TempPathFactory, bad: Path) -> Path:
    """An atlas made with all these plugins installed."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(8):
        Image.effect_noise((64, 48), 40 + number).convert("RGB").save(folder / f"{number}.png")
    made = folder.parent / "x.atlas"
    done = tagatlas("run", folder, "--out", made, "--threshold", "0.01", site=bad)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return made


def flags(tagatlas: Run, site: Path | None, command: str) -> set[str]:
    """The words of a command's help that are flags."""
    text = tagatlas(command, "--help", site=site).stdout
    return {word.strip(",") for word in text.split() if word.startswith("--")}


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "tag", "map"])
def test_what_is_installed_neither_takes_nor_changes_a_flag(
    tagatlas: Run, command: str, common: Path
) -> None:
    before, after = flags(tagatlas, None, command), flags(tagatlas, common, command)
    assert before <= after
    own = ("--still-", "--[no-]still-", "--recovery-retry-failed")
    assert all(flag.startswith(own) for flag in after - before)
    assert "--still-threshold" in after


def test_what_is_installed_displaces_no_built_in_plugin(tagatlas: Run, tmp_path: Path) -> None:
    distribution(tmp_path, "aaa", HEAD + TAGGER_WITH.format(name="imagenet", options="NoOptions"))
    listed = json.loads(tagatlas("plugins", "--json", site=tmp_path).stdout)
    [imagenet] = [each for each in listed["plugins"] if each["name"] == "imagenet"]
    assert imagenet["distribution"] == "tagatlas"
    [warning] = listed["warnings"]
    assert re.search(
        r"imagenet \(tagatlas [\d.]+\) is used, aaa \(aaa-plugin 1.0\) is not", warning
    )


def test_a_bad_plugin_is_listed_with_what_is_wrong_and_breaks_nothing_else(
    tagatlas: Run, bad: Path
) -> None:
    listed = json.loads(tagatlas("plugins", "--json", site=bad).stdout)
    reasons = {each["name"]: each["reason"] for each in listed["broken"]}
    assert set(reasons) == set(BAD)
    for name, (_, reason) in BAD.items():
        assert reason in reasons[name]
    assert {"imagenet", "still", "bipartite"} <= {each["name"] for each in listed["plugins"]}


@pytest.mark.slow
def test_the_names_mean_what_they_meant(tagatlas: Run, atlas: Path, bad: Path) -> None:
    assert "threshold = 0.01" in (atlas / "atlas.toml").read_text("utf-8")
    still = tagatlas("map", atlas, "--layout", "still", "--still-threshold", "0.4", site=bad)
    assert still.returncode == 0, still.stderr
    settings = (atlas / "atlas.toml").read_text("utf-8")
    assert "[layout.still]\nthreshold = 0.4" in settings
    assert "[builder.bipartite]\nthreshold = 0.01" in settings
    ambiguous = tagatlas(
        "map", atlas, "--still-bipartite-threshold", "0.4", "--threshold", "0.02", site=bad
    )
    assert ambiguous.returncode == 0, ambiguous.stderr
    assert "[builder.bipartite]\nthreshold = 0.02" in (atlas / "atlas.toml").read_text("utf-8")


@pytest.mark.slow
def test_a_clusterer_that_leaves_an_image_out_is_named(
    tagatlas: Run, atlas: Path, bad: Path
) -> None:
    before = (atlas / "atlas.toml").read_text("utf-8")
    done = tagatlas("map", atlas, "--map", "short", "--clusterer", "short", site=bad)
    assert done.returncode == 1
    assert "gave no cluster for each image" in done.stderr
    assert "tell its author" in done.stderr
    assert "Traceback" not in done.stderr
    rest = ("--map", "short", "--clusterer", "short", "--no-short-short", "--json")
    mended = tagatlas("map", atlas, *rest, site=bad)
    assert mended.returncode == 0, mended.stderr
    assert len(json.loads(mended.stdout)["clusters"]) == 1
    (atlas / "atlas.toml").write_text(before, "utf-8")


@pytest.mark.slow
def test_a_source_that_fails_to_say_what_it_reads_is_named(
    tagatlas: Run, atlas: Path, bad: Path
) -> None:
    pictures = tagatlas("info", atlas, "--json", site=bad)
    location = json.loads(pictures.stdout)["sources"][0]["location"]
    done = tagatlas("add", atlas, location, site=bad)
    assert done.returncode == 0, done.stderr
    assert "source nothing of accepts (accepts-plugin 1.0) was not asked: ZeroDivisionError" in (
        done.stderr
    )


@pytest.mark.slow
def test_help_fits_a_terminal_and_cuts_no_flag(tagatlas: Run) -> None:
    for command in ("run", "map", "tag", "render"):
        lines = tagatlas(command, "--help").stdout.splitlines()
        assert max(map(len, lines)) <= 80
        assert not [line for line in lines if "…" in line]
