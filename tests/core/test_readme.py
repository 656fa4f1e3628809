from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

import tagatlas
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.testing import sample_images

pytest_plugins = ["pytester"]

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
FILES = {
    name: block
    for block in re.findall(r"```(?:python|toml)\n(.*?)```", README, flags=re.DOTALL)
    for name in re.findall(r"^# (\w+\.\w+)\n", block)
}


def test_the_plugin_in_the_readme_works_and_is_short() -> None:
    [source] = [block for block in PYTHON if "# greytagger.py" in block]
    module = ModuleType("greytagger")
    exec(compile(source, "README.md", "exec"), vars(module))  # noqa: S102 - our own README
    plugins = load_plugins(points=[], modules=[module], strict=True)
    results = plugins.choose(TAGGERS, "grey", {}).make().tag(sample_images(3))
    assert [result.tags[0].label in ("light", "dark") for result in results] == [True] * 3
    assert len([line for line in source.splitlines() if line.strip()]) <= 15


def test_the_plugin_in_the_readme_passes_the_test_in_the_readme(pytester: pytest.Pytester) -> None:
    for name in ("greytagger.py", "test_grey.py"):
        (pytester.path / name).write_text(FILES[name], "utf-8")
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 25


def test_the_project_in_the_readme_is_of_one_module_whatever_lies_beside_it() -> None:
    project = tomllib.loads(FILES["pyproject.toml"])
    [module] = project["project"]["entry-points"]["tagatlas"].values()
    assert project["tool"]["setuptools"]["py-modules"] == [module]
    assert f"{module}.py" in FILES
    assert project["build-system"]["build-backend"] == "setuptools.build_meta"


def test_the_whole_job_is_five_lines_of_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [job] = [block for block in PYTHON if "tagatlas.run(" in block]
    assert len([line for line in job.splitlines() if line.strip()]) <= 5
    (tmp_path / "photos").mkdir()
    for number, name in enumerate(("a", "b", "c", "d", "e", "f")):
        noise = Image.effect_noise((64, 48), 30 + 20 * number).convert("RGB")
        noise.save(tmp_path / "photos" / f"{name}.png")
    monkeypatch.chdir(tmp_path)
    exec(compile(job, "README.md", "exec"), {})  # noqa: S102 - our own README
    first, page = capsys.readouterr().out.splitlines()
    assert first.startswith("6 [")
    assert (tmp_path / page).read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"tagatlas\.(\w+)\(", README))))
def test_what_the_readme_calls_is_public(name: str) -> None:
    assert name in tagatlas.__all__


@pytest.mark.parametrize(
    "script",
    [
        "build",
        "clip_throughput",
        "cluster",
        "compare",
        "fetch",
        "gexf",
        "layout",
        "overlap",
        "paid",
        "read",
        "render",
        "startup",
        "tag",
        "taggers",
        "themes",
    ],
)
def test_every_benchmark_is_named(script: str) -> None:
    benchmarks = Path(__file__).parents[2] / "benchmarks"
    assert (benchmarks / f"{script}.py").exists()
    assert script in README


def test_every_link_to_a_file_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
        assert (Path(__file__).parents[2] / target).exists(), target
