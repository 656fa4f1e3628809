"""Mangled catalogs, settings and answers: a line, in time, in memory, and nothing outside.

What is wrong is found by seeded search, so each run looks at the same copies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from viewed_atlas import viewed_atlas

import tagatlas
from tagatlas.contracts import Page, Records, Tag, TagResult
from tagatlas.contracts.annotation import Arrow

SCRIPT = Path(__file__).parents[1] / "support" / "mangled.py"


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas with a row in almost every table."""
    made = viewed_atlas(tmp_path_factory.mktemp("made"), count=8)
    with tagatlas.open_atlas(made) as opened:
        catalog = opened.catalog
        images = catalog.addresses.images()["id"].to_list()
        asked = catalog.tagging.use_reading("cloud", "1", "first").asked
        answers = [
            TagResult.ok([Tag("cat", 0.5)], json.dumps(["cat", image]).encode(), vector)
            for image, vector in zip(images, np.eye(8, dtype=np.float32), strict=True)
        ]
        catalog.tagging.store(asked, list(zip(images, answers, strict=True)))
        catalog.tagging.begin_call(asked, images=8, units=8, dollars=0.01)
        catalog.tagging.copy_answers(asked, {images[1]: images[0]})
        teller = catalog.tagging.find("teller", "teller 1")
        assert teller is not None
        catalog.tagging.seal(teller, asked, unsealed=0, images=3)
        catalog.tagging.store(asked, list(zip(images, answers, strict=True))[2:5])
        catalog.tagging.store(teller, [(images[0], TagResult.ok([Tag("cat", 0.5)]))])
        catalog.annotations.put(
            "one", "one", Arrow((0.0, 1.0), (2.0, -1.5), "#aa0000", "look"), base=0
        )
        opened.settings.update("map", {"seed": 3})
        records = Records(catalog.records.of_images().select("location", "frequency"), "URLs")
        catalog.pages.keep("https://x.org/pages", "{}", Page(records, "2"))
        opened.representatives("same")
    return made


def wrong(atlas: Path, folder: Path, seed: int, count: int) -> list[str]:
    folder.mkdir()
    words = [sys.executable, str(SCRIPT), str(atlas), str(folder), str(seed), str(count)]
    alone = {**os.environ, "POLARS_MAX_THREADS": "1"}  # two such processes share the cores already
    done = subprocess.run(words, env=alone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [str(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_mangled_atlas_is_told_of_in_a_line(atlas: Path, tmp_path: Path) -> None:
    assert not wrong(atlas, tmp_path / "some", 0, 60)


@pytest.mark.minutes
@pytest.mark.thorough
@pytest.mark.slow
def test_thousands_of_mangled_atlases(atlas: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        places = [(tmp_path / str(seed), seed) for seed in (1, 2)]
        parts = threads.map(lambda place: wrong(atlas, place[0], place[1], 1250), places)
        assert not [each for part in parts for each in part]
