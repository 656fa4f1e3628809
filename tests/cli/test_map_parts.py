"""``tagatlas map`` with images to hide, and of a part of the collection."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Run
from pink_atlas import pink_atlas

pytestmark = pytest.mark.slow


def test_hiding_and_parts_from_the_command_line(tagatlas: Run, tmp_path: Path) -> None:
    atlas = pink_atlas(tmp_path)
    faces = tmp_path / "faces.csv"
    faces.write_text("file\nface.png\n")
    hidden = tagatlas("map", atlas, "--hide", faces, "--hidden", "left-out", "--json")
    facts = json.loads(hidden.stdout)
    assert facts["left_out"] == {"hidden": 2}
    assert "hidden: 1 image, and 1 joined with them" in facts["notes"][0]
    birds = tagatlas("map", atlas, "--map", "b", "--with-tag", "bird", "--where", "year>=1990")
    assert "outside of the part that the map shows" in birds.stdout
    said = tagatlas("info", atlas).stdout
    assert "hidden: 2 images, which no file shows" in said
    assert "it shows a part: tag “bird”, year >= 1990" in said
    wrong = tagatlas("map", atlas, "--map", "c", "--where", "age>3")
    assert wrong.returncode == 2
    assert "the records have no column 'age'; there are: location, frequency" in wrong.stderr
    shown = tagatlas("map", atlas, "--unhide", faces)
    assert "shown again: 2 images" in shown.stdout
