"""Pictures that are gone from the atlas are left blank, and said to be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from themed_map import themed_map

from tagatlas.cli.outcomes import outcome_of_rendering
from tagatlas.contracts import Variant
from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.render import write_map
from tagatlas.testing import MemoryStore


@pytest.mark.slow
def test_images_whose_files_are_gone_are_counted(tmp_path: Path) -> None:
    map_ = themed_map(20)
    poster = load_plugins().choose(RENDERERS, "poster", {})
    whole = outcome_of_rendering(write_map(map_, [poster], tmp_path))
    assert whole.facts["images_gone"] == 0
    assert len(whole.lines) == 2
    store, kept = MemoryStore(), map_.images["id"][2:]
    for image in kept:
        for variant in Variant:
            if map_.store.has(image, variant):
                store.put(image, variant, map_.store.get(image, variant))
    holed = outcome_of_rendering(write_map(replace(map_, store=store), [poster], tmp_path))
    assert holed.facts["images_gone"] == 2
    assert "2 of 20 images" in holed.lines[-1]
    assert "fetch --repair" in holed.lines[-1]


@pytest.mark.slow
def test_what_is_opened_is_the_first_file_of_a_renderer(tmp_path: Path) -> None:
    deepzoom = load_plugins().choose(RENDERERS, "deepzoom", {"tile_format": "png", "width": 600})
    report = write_map(themed_map(20), [deepzoom], tmp_path)
    assert report.shown == tmp_path / "map.dzi"
    assert any(path.suffix == ".png" for path in report.files)
