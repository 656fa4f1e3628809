"""The guide for plugin authors: its examples work, and what it says is said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from command import Starter
from PIL import Image

import tagatlas as library
from tagatlas import contracts, testing
from tagatlas.errors import OptionError
from tagatlas.plugins import COMMANDS, KINDS, TAGGERS, load_plugins
from tagatlas.selection import Selection
from tagatlas.step_options import step_names

pytest_plugins = ["pytester"]

Run = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
FILES = {
    match["name"]: match["text"]
    for match in re.finditer(
        r"```(?:python|toml)\n(?P<text># (?P<name>\w+\.\w+)\n.*?)```", GUIDE, flags=re.DOTALL
    )
}
PLUGINS = {name.removesuffix(".py"): text for name, text in FILES.items() if "@hookimpl" in text}

FAULTY = {
    "unimportable": ("raise RuntimeError('left\\nunfinished')", "RuntimeError: left unfinished"),
    "silent": ("", "it announces nothing"),
    "unmarked": (
        "def tagatlas_taggers():\n    return []",
        "tagatlas_taggers is not marked with @hookimpl",
    ),
    "misspelt": (
        "from tagatlas import hookimpl\n@hookimpl\ndef tagatlas_tagers():\n    return []",
        "unknown hook 'tagatlas_tagers'; did you mean tagatlas_taggers?",
    ),
    "speaking": (
        "from tagatlas import hookimpl\n@hookimpl\ndef tagatlas_taggers():\n    return ['grey']",
        "which is no TaggerSpec",
    ),
    "misnamed": (
        PLUGINS["greytagger"].replace('"grey"', '"Grey tagger"'),
        "is no plugin's name: lower-case letters, digits and hyphens",
    ),
    "undeclared": (
        PLUGINS["tonetagger"]
        .replace('name="tone"', 'name="faulty"')
        .replace("options=ToneOptions", "options=dict"),
        "the options of faulty are no dataclass",
    ),
    "without_default": (
        PLUGINS["tonetagger"].replace('name="tone"', 'name="faulty"').replace("] = 128", "]"),
        "the options of faulty cannot be read: light_from needs a default",
    ),
    "instance": (
        PLUGINS["tonetagger"]
        .replace('name="tone"', 'name="faulty"')
        .replace("options=ToneOptions", "options=ToneOptions()"),
        "the options of faulty are an instance: give the class, ToneOptions",
    ),
    "unmarked_and_misspelt": (
        "def tagatlas_graphbuilders():\n    return []",
        "tagatlas_graphbuilders is no hook; did you mean tagatlas_graph_builders",
    ),
    "alone": (
        re.sub(r"\[(TaggerSpec\(.*\))\]", r"\1", PLUGINS["greytagger"]),
        "tagatlas_taggers gave one TaggerSpec, not a list of TaggerSpecs",
    ),
    "placeless": (
        PLUGINS["greytagger"]
        .replace('name="grey"', 'name="faulty"')
        .replace("factory=GreyTagger", 'factory="greytagger"'),
        "the factory of faulty is neither a function nor \"module:name\": 'greytagger'",
    ),
}
"""By the name of a module: its text, and what the guide says is said of it."""


def module_of(name: str) -> ModuleType:
    module = ModuleType(name)
    code = compile(PLUGINS[name], f"{name}.py", "exec", dont_inherit=True)
    exec(code, vars(module))  # noqa: S102 - our own page
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's two taggers as distributions, as pip leaves them."""
    site = tmp_path_factory.mktemp("site")
    for name in ("grey", "tone"):
        (site / f"{name}tagger.py").write_text(FILES[f"{name}tagger.py"], "utf-8")
        info = site / f"tagatlas_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: tagatlas-{name}\nVersion: 1.0\n", "utf-8"
        )
        (info / "entry_points.txt").write_text(f"[tagatlas]\n{name} = {name}tagger\n", "utf-8")
    return site


@pytest.fixture(scope="module")
def tagatlas(starter: Starter) -> Run:
    """Runs the command where a site's distributions are installed."""

    def run(*words: str | Path, site: Path) -> subprocess.CompletedProcess[str]:
        variables = {"PYTHONPATH": str(site), "TAGATLAS_STRICT_PLUGINS": "1"}
        return starter.run(words, Path.cwd(), {**os.environ, **variables})

    return run


def test_there_is_a_plugin_of_every_kind() -> None:
    plugins = load_plugins(points=[], modules=map(module_of, PLUGINS), strict=True)
    assert all(plugins.of_kind(kind) for kind in KINDS)
    assert sum(len(plugins.of_kind(kind)) for kind in KINDS) == len(PLUGINS)


def test_every_kind_and_suite_is_named() -> None:
    for kind in KINDS:
        product = "click.Command" if kind is COMMANDS else kind.product.__name__
        assert f"`{kind.hook}` | `{product}`" in GUIDE
        assert f"### {kind.name.capitalize()}\n" in GUIDE
    for suite in testing.__all__:
        assert not suite.endswith("Contract") or f"`{suite}`" in GUIDE


def test_every_method_is_named() -> None:
    further = (contracts.RereadingTagger, contracts.TextEmbedder, contracts.PagedSource)
    for product in [*(kind.product for kind in KINDS), *further]:
        is_ours = product.__module__.startswith("tagatlas.")
        for name, found in vars(product).items():
            if is_ours and callable(found) and not name.startswith("_"):
                assert f"`{name}" in GUIDE or f"def {name}(" in GUIDE, f"{product}: {name}"


@pytest.mark.slow
def test_the_builder_that_looks_at_pictures_maps_them_by_colour(tmp_path: Path) -> None:
    plugins = load_plugins(modules=[module_of("colours"), module_of("greytagger")])
    for number, tone in enumerate([(200, 30, 30), (30, 200, 30), (30, 30, 200)] * 4):
        (tmp_path / "pictures").mkdir(exist_ok=True)
        Image.effect_noise((64, 48), 9 + number).convert("RGB").point(
            [min(255, tone[band] + value // 16) for band in range(3) for value in range(256)]
        ).save(tmp_path / "pictures" / f"{number % 3} {number}.png")
    with library.open_atlas(tmp_path / "x.atlas", plugins, create=True) as atlas:
        library.add(atlas, tmp_path / "pictures")
        library.fetch(atlas)
        library.tag(atlas, backend="grey")
        report = library.map(atlas, builder="colours", duplicates="keep")
        drawn = library.load_map(atlas)
        records = atlas.catalog.records.of_images()
    assert (report.images, report.tags) == (12, 0)
    assert drawn.provenance.builder.description.placed_by == "their colours"
    colours = {image: Path(place).name[0] for image, place, *_ in records.iter_rows()}
    colour = np.array([colours[image] for image in drawn.nodes["id"]])
    assert len(set(colour)) == 3
    assert (colour[drawn.sources] == colour[drawn.targets]).all()


@pytest.mark.slow
def test_every_example_passes_its_suite(pytester: pytest.Pytester) -> None:
    tests = [name for name in FILES if name.startswith("test_")]
    assert len(tests) == len(PLUGINS)
    for name, text in FILES.items():
        (pytester.path / name).write_text(text, "utf-8")
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", "-v")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    for name in tests:
        passed = re.findall(rf"^{name}::.* PASSED", result.stdout.str(), flags=re.MULTILINE)
        assert len(passed) >= (15 if "Contract" in FILES[name] else 2), name
    assert outcomes["passed"] > 200


@pytest.mark.slow
def test_the_command_is_called_as_the_guide_says(tagatlas: Run, tmp_path: Path) -> None:
    [entry] = re.findall(r"`(top-tags = \"toptags\")`", GUIDE)
    (tmp_path / "toptags.py").write_text(FILES["toptags.py"], "utf-8")
    info = tmp_path / "tagatlas_toptags-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tagatlas-toptags\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tagatlas]\n" + entry.replace('"', ""), "utf-8")
    told = tagatlas("--help", site=tmp_path)
    assert re.search(r"search .*\n( {9}.*\n)*  top-tags +List the tags", told.stdout), told.stdout
    code = "import tagatlas; print(tagatlas.top_tags.__module__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("toptags\n", "")


def test_the_tutorial_has_the_plugin_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in ("greytagger.py", "test_grey.py", "pyproject.toml"):
        assert f"\n{FILES[name]}```" in readme


def test_the_tutorials_plugin_is_listed_as_it_shows(tagatlas: Run, site: Path) -> None:
    listed = tagatlas("plugins", site=site)
    assert listed.returncode == 0, listed.stderr
    [line] = re.findall(r"^tagger +grey .*$", GUIDE, flags=re.MULTILINE)
    assert line in listed.stdout.splitlines()


@pytest.mark.slow
def test_options_are_called_as_the_guide_says(tagatlas: Run, site: Path, tmp_path: Path) -> None:
    told = tagatlas("tag", "--help", site=site).stdout
    assert "--tone-light-from NUMBER" in told
    for flag in ("--tone-light-from", "--tagger-tone-light-from"):
        assert f"`{flag} 40`" in GUIDE
        answer = tagatlas("tag", tmp_path / "no.atlas", flag, "40", "--json", site=site)
        assert "there is no atlas" in json.loads(answer.stdout)["error"]
    unknown = tagatlas("tag", tmp_path / "no.atlas", "--light-from", "40", site=site).stderr
    said = "there is no option --light-from; did you mean --tone-light-from?"
    assert said in GUIDE
    assert said in unknown


def test_an_option_of_a_plugin_that_is_not_in_use_is_said_as_the_guide_says() -> None:
    plugins = load_plugins(points=[], modules=[module_of("greytagger"), module_of("tonetagger")])
    selection = Selection(plugins, None, step_names(plugins, "tag"), {"tone_light_from": 40}, {})
    selection.look_up(TAGGERS, "grey")
    said = "--tone-light-from is an option of tone (tagger), which is not in use here"
    assert f"| `{said}` |" in GUIDE
    with pytest.raises(OptionError, match=re.escape(said)):
        selection.check()


@pytest.mark.parametrize("name", FAULTY)
def test_faults_are_said_as_the_guide_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, reason = FAULTY[name]
    module = f"faulty_{name}"
    (tmp_path / f"{module}.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    [broken] = load_plugins(points=[EntryPoint(name, module, "tagatlas")], strict=False).broken
    assert reason in broken.reason
    assert f"| `{reason}`" in GUIDE


def test_every_module_of_an_example_is_in_its_distribution() -> None:
    """A factory or a function may be in another module than the hooks."""
    projects = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)]
    distributions = [set(each["tool"]["setuptools"]["py-modules"]) for each in projects]
    for name, text in PLUGINS.items():
        places = set(re.findall(r"\b(?:factory|function)=\"(\w+):\w+\"", text))
        needed = {name, *places}
        assert len(needed) == 1 or any(needed <= modules for modules in distributions), needed
    assert {"circle", "circlelayout"} in distributions


@pytest.mark.slow
def test_a_plugin_in_another_group_is_in_no_list_as_the_guide_says(
    tagatlas: Run, tmp_path: Path
) -> None:
    assert "| not listed at all | nothing: the entry point's group must be `tagatlas` |" in GUIDE
    (tmp_path / "greytagger.py").write_text(FILES["greytagger.py"], "utf-8")
    info = tmp_path / "tagatlas_grey-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tagatlas-grey\nVersion: 1.0\n")
    for group, listed in [("tagatlas.plugins", False), ("tagatlas", True)]:
        (info / "entry_points.txt").write_text(f"[{group}]\ngrey = greytagger\n", "utf-8")
        done = tagatlas("plugins", site=tmp_path)
        assert (done.returncode, "grey" in done.stdout + done.stderr) == (0, listed)


def test_an_entry_point_is_to_name_a_module(monkeypatch: pytest.MonkeyPatch, site: Path) -> None:
    monkeypatch.syspath_prepend(site)
    point = EntryPoint("grey", "greytagger:tagatlas_taggers", "tagatlas")
    [broken] = load_plugins(points=[point], strict=False).broken
    reason = "it is to name a module, without a colon"
    assert reason in broken.reason
    assert f"| `{reason}`" in GUIDE
