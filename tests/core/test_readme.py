from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

import tagatlas
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.testing import sample_images

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(
            page
            for folder in ("core", "docs", "plugins", "scripts", "tests", "benchmarks")
            for page in (ROOT / folder).rglob("*.md")
            if "node_modules" not in page.parts
        ),
    ]
)
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_every_link_leads_somewhere() -> None:
    broken = [f"{page.relative_to(ROOT)}: {target}" for page in PAGES for target in dead_ends(page)]
    assert broken == []


def dead_ends(page: Path) -> Iterator[str]:
    """The links of a page to files that are not there, or to headings that the other has not."""
    text = without_code(page)
    for target in [
        *re.findall(r"\]\(([^)\s]+)\)", text),
        *re.findall(r'(?:src|href)="([^"]+)"', text),
    ]:
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        other = page.parent / path if path else page
        if not other.exists() or (anchor and anchor not in anchors(other)):
            yield target


def anchors(page: Path) -> list[str]:
    """The names by which a page's headings are linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), flags=re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def without_code(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f"title: {project['name']}" in citation
    assert f"version: {project['version']}" in citation
    assert f"license: {project['license']}" in citation
    assert [f"  - name: {author['name']}" in citation for author in project["authors"]] == [True]
    assert all(f"  - {keyword}" in citation for keyword in project["keywords"])
