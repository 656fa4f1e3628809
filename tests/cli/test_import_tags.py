"""``tagatlas import-tags``, as a user runs it."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from command import Run

SAMPLE = Path(str(files("tagatlas") / "cli" / "sample"))


@pytest.mark.slow
def test_tags_that_were_exported_come_back_as_they_were(tagatlas: Run, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for path in sorted(SAMPLE.glob("*.png"))[::6]:
        shutil.copy(path, pictures)
    min(pictures.iterdir()).rename(pictures / "=odd, name.png")
    done = tagatlas("run", pictures, "--out", "x.atlas", "--minimum-score", "0.1")
    assert done.returncode == 0, done.stderr
    exported = tmp_path / "x.atlas" / "maps" / "imagenet" / "tags.csv"
    done = tagatlas("import-tags", "x.atlas", exported, "--name", "again", "--json")
    assert done.returncode == 0, done.stderr
    [backend] = json.loads(done.stdout)["backends"]
    assert backend["unmatched"] == {}
    assert backend["matched"] == backend["images"]["ok"] == len(list(pictures.iterdir()))
    assert tagatlas("map", "x.atlas", "--backend", "again").returncode == 0
    assert tagatlas("render", "x.atlas", "--map", "again").returncode == 0
    assert exported.with_name("tags.csv").read_bytes() == exported.read_bytes()
    again = tmp_path / "x.atlas" / "maps" / "again"
    assert (again / "tags.csv").read_bytes() == exported.read_bytes()
    assert "dd-image-tagging, concepts" in (again / "methods.md").read_text("utf-8")


@pytest.mark.slow
def test_it_says_what_it_recognised_and_what_it_did_not_find(tagatlas: Run, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    shutil.copy(SAMPLE / "birds-duck.png", pictures)
    assert tagatlas("add", "x.atlas", pictures).returncode == 0
    assert tagatlas("fetch", "x.atlas").returncode == 0
    table = tmp_path / "old.csv"
    table.write_text("filename,label,share\nbirds-duck.png,duck,87\nswan.png,swan,50\n")
    words = ("import-tags", "x.atlas", table, "--name", "old", "--score-column", "share")
    assert "--score-scale" in tagatlas(*words).stderr
    done = tagatlas(*words, "--score-scale", "100")
    assert done.returncode == 0, done.stderr
    recognised, imported, missing = done.stdout.splitlines()
    assert recognised.endswith("filename as image, label as tag, share as score")
    assert imported == "imported: old knows 1 of 2 images in the file (1 ok of 1)"
    assert missing.startswith("not found: 1 image, such as swan.png; all are in ")
    listed = (tmp_path / missing.rpartition(" ")[2]).read_text()
    assert listed.startswith('"image","reason"\n"swan.png",')
