"""Calls of the library as people write them in Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import tagatlas
import tagatlas_compare
from tagatlas.contracts import ImageStatus, Variant
from tagatlas.errors import AtlasNotFound, TagatlasError, UsageError
from tagatlas.steps.fetch import RETRIED, retried_statuses
from tagatlas_imports import import_tags


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
        (lambda atlas: tagatlas_compare.compare(atlas, "bogus"), "no backend 'bogus' has tagged"),
        (lambda atlas: tagatlas_compare.bench(atlas, "bogus"), "is named 'bogus'"),
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


def test_an_atlas_that_is_open_to_be_read_is_not_written_into(atlas: Path) -> None:
    calls: list[Callable[[tagatlas.Atlas], object]] = [
        tagatlas.fetch,
        tagatlas.tag,
        tagatlas.map,
        tagatlas.render,
        lambda opened: tagatlas.add(opened, atlas.parent / "pictures"),
        lambda opened: tagatlas.remove(opened, source="1"),
        lambda opened: import_tags(opened, "tags.csv"),
    ]
    with tagatlas.open_atlas(atlas, write=False) as opened:
        for call in calls:
            with pytest.raises(UsageError, match=r"was opened with write=False.*open it without"):
                call(opened)
        assert tagatlas.remove(opened, source=1, dry_run=True).extent.records == 1
    with tagatlas.open_atlas(atlas) as opened:
        assert tagatlas.fetch(opened).images == 1


def test_a_source_is_named_by_its_number(atlas: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no source 7; the sources by number: 1: "):
        tagatlas.remove(atlas, source=7)
    with pytest.raises(UsageError, match="there is no source 7"):
        tagatlas.add(atlas, tmp_path / "pictures", replace=7)
    tagatlas.add(atlas, tmp_path / "pictures", replace=1)
    assert tagatlas.remove(atlas, source=1).extent.records == 1


@pytest.mark.slow
def test_a_map_is_loaded_from_a_folder(atlas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tagatlas.fetch(atlas)
    tagatlas.tag(atlas, backend="imagenet")
    monkeypatch.setenv("TAGATLAS_BACKEND", "clip")
    with pytest.raises(UsageError, match="clip has tagged nothing"):
        tagatlas.map(atlas)
    tagatlas.map(atlas, backend="imagenet", bipartite_threshold=0.0)
    map_ = tagatlas.load_map(str(atlas))
    assert map_.name == "imagenet"
    assert map_.tags.collect().height
    assert map_.store.get(map_.images["id"][0], Variant.THUMBNAIL)
    with pytest.raises(AtlasNotFound):
        tagatlas.load_map(atlas / "none")


def test_an_empty_path_is_no_folder(atlas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = atlas.parent / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    for call in (
        lambda: tagatlas.run(atlas.parent / "pictures", ""),
        lambda: tagatlas.export(atlas, "svg", ""),
        lambda: tagatlas.info(""),
    ):
        with pytest.raises(UsageError, match="path of a folder cannot be empty"):
            call()
    assert list(empty.iterdir()) == []
