from __future__ import annotations

import json
import os
from pathlib import Path
from textwrap import dedent

import pytest
from command import Run
from PIL import Image
from strangers import VERSION, install_plugin

from tagatlas import hookspecs

GREY = dedent(dedent(hookspecs.__doc__ or "").partition("A complete plugin::\n")[2])
FAILING = '''
from tagatlas import Price, Tagger, TaggerSpec, hookimpl

class Failing(Tagger):
    """Ends its process."""

    def __init__(self, options): ...

    def tag(self, images):
        import os
        os._exit(7)

    def fingerprint(self):
        return "failing 1"

class Paid(Failing):
    local = False
    price = Price({"image": 0.5}, "2026-01", "nowhere")

@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="failing", summary="Fails.", factory=Failing),
            TaggerSpec(name="paid", summary="Costs.", factory=Paid)]
'''


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variable with which two plugins of strangers are found."""
    sites = [
        install_plugin(tmp_path_factory.mktemp(module), module, module, source)
        for module, source in (("greytagger", GREY), ("failingtagger", FAILING))
    ]
    return {"PYTHONPATH": os.pathsep.join(map(str, sites))}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Twelve pictures in two folders, dark and light."""
    for number in range(12):
        name = "dark" if number < 6 else "light"
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True, exist_ok=True)
        tone = 15 * number + (60 if name == "light" else 0)
        Image.new("RGB", (64, 48), (tone, tone, tone)).save(folder / f"{number}.png")
    return tmp_path / "pictures"


@pytest.mark.slow
def test_strangers_taggers_are_measured_with_and_without_labels(
    tagatlas: Run, tmp_path: Path, pictures: Path, strangers: dict[str, str]
) -> None:
    command = ("bench", pictures, "--backend", "grey", "--backend", "failing", "--backend", "paid")
    done = tagatlas(*command, "--labels", "folder", "--json", variables=strangers)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["images"], found["classes"]) == (12, 2)
    grey, *others = found["results"]
    assert grey["backend"] == "grey"
    assert grey["plugin"] == f"greytagger (tagatlas-greytagger {VERSION})"
    assert grey["counts"] == {"ok": 12, "empty": 0, "failed": 0}
    assert grey["quality"]["mean_average_precision"]["value"] == 1
    assert grey["quality"]["recall"]["value"] == 1
    rows = {(row["perturbation"], row["strength"]): row for row in grey["robustness"]}
    assert rows["crop", 20]["value"] == rows["grey", 100]["value"] == 1  # the pictures are grey
    assert rows["scale", 35]["images"] == 0  # of pictures of 48 pixels little is left
    assert rows["scale", 35]["too_small"] == 12
    assert len(grey["speed"]["images_per_second_of_repeats"]) == 2
    assert grey["speed"]["peak_megabytes"] > 10
    errors = {result["backend"]: result["error"] for result in others}
    assert "ended with status 7" in errors["failing"]
    assert "costs $6.00: allow it with --budget" in errors["paid"]

    again = tagatlas("bench", pictures, "--backend", "grey", variables=strangers)
    assert again.returncode == 0, again.stderr
    assert "grey" in again.stdout
    board = tmp_path / "bench"
    assert len((board / "runs.jsonl").read_text("utf-8").splitlines()) == 2
    page = (board / "leaderboard.html").read_text("utf-8")
    assert page.count("<section>") == 3  # two tasks, and how to read them
    assert "<script" not in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--backend", "greyy"), "no tagger is named 'greyy'"),
        (("--backend", "imagenet:minimum-score"), "NAME:option=value"),
        (("--backend", "imagenet:minimum-score=2"), "--minimum-score"),
        (("--backend", "imagenet", "--backend", "imagenet"), "name each backend once"),
        (("--backend", "imagenet", "--labels", "theme"), "theme"),
    ],
)
@pytest.mark.slow
def test_wrong_words_are_told(
    tagatlas: Run, pictures: Path, words: tuple[str, ...], told: str
) -> None:
    done = tagatlas("bench", pictures, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
