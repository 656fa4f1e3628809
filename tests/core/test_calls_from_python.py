"""Calls of the library as people write them in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import tagatlas
from tagatlas.contracts import ImageStatus
from tagatlas.errors import TagatlasError, UsageError
from tagatlas.steps.fetch import RETRIED, retried_statuses


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """The folder of an atlas of one picture."""
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "pictures" / "a.png")
    tagatlas.add(tmp_path / "x.atlas", tmp_path / "pictures")
    return tmp_path / "x.atlas"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda atlas: tagatlas.export(atlas, "bogus", atlas / "out"), "is named 'bogus'"),
        (lambda atlas: tagatlas.compare(atlas, "bogus"), "no backend 'bogus' has tagged"),
        (lambda atlas: tagatlas.bench(atlas, "bogus"), "is named 'bogus'"),
        (lambda atlas: tagatlas.remove(atlas, "bogus"), "no image bogus"),
        (lambda atlas: tagatlas.fetch(atlas, retry="bogus"), "not 'bogus'"),
    ],
    ids=["export", "compare", "bench", "remove", "fetch"],
)
def test_a_text_in_place_of_a_list_is_one_name(
    atlas: Path, call: Callable[[Path], object], said: str
) -> None:
    with pytest.raises(TagatlasError, match=said):
        call(atlas)


def test_what_is_tried_again_is_said_by_status_or_its_name() -> None:
    assert retried_statuses("failed") == [ImageStatus.FAILED]
    assert retried_statuses(["blocked", ImageStatus.MISSING]) == [
        ImageStatus.BLOCKED,
        ImageStatus.MISSING,
    ]
    assert retried_statuses(RETRIED) == list(RETRIED)
    with pytest.raises(UsageError, match=r"one of missing, blocked.* not 'ok'"):
        retried_statuses(["ok"])


def test_an_option_that_is_not_there_is_told_as_python_writes_it(tmp_path: Path) -> None:
    said = r"^there is no option poster_widht; did you mean poster_width\?$"
    with pytest.raises(UsageError, match=said):
        tagatlas.run("photos", tmp_path / "x.atlas", poster_widht=500)
    assert list(tmp_path.iterdir()) == []
