"""A source that was moved, renamed, edited or copied is never counted twice in silence."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import InputError, UsageError
from tagatlas.plugins import SOURCES, load_plugins
from tagatlas.steps.add import AddReport, add_source, source_for
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.remove import remove
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions

URLS = [f"https://example.org/{number}.jpg" for number in range(10)]


@pytest.fixture
def atlas(tmp_path: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        yield opened


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "old" / "pictures"
    (folder / "sub").mkdir(parents=True)
    for number, image in enumerate(sample_images(4)):
        path = folder / ("sub" if number % 2 else "") / f"{number}.jpg"
        path.write_bytes(image.data)
    return folder


def add(atlas: Atlas, path: Path, *, replaces: str | None = None) -> AddReport:
    source = atlas.plugins.choose(SOURCES, source_for(str(path), atlas.plugins), {})
    report = add_source(atlas, str(path), source, replaces=replaces)
    if path.suffix != ".txt":
        fetch_collection(atlas, FetchOptions())
    return report


def listed(path: Path, urls: list[str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(urls))
    return path


def frequencies(atlas: Atlas) -> int:
    return int(pl.concat(atlas.catalog.addresses.fates())["frequency"].sum())


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False], ids=["above it", "the folder itself"])
def test_a_moved_folder_is_the_same_source(
    atlas: Atlas, pictures: Path, tmp_path: Path, whole: bool
) -> None:
    add(atlas, pictures)
    before = atlas.catalog.addresses.images().drop("location")
    new = tmp_path / "new" / "pictures" if whole else pictures.with_name("renamed")
    shutil.move(pictures.parent if whole else pictures, new.parent if whole else new)
    report = add(atlas, new)
    assert (report.moved_from, report.unchanged) == (str(pictures), True)
    assert report.notes[-1].startswith(f"this is {pictures}, which has moved")
    assert atlas.catalog.addresses.images().drop("location").equals(before)
    assert [each.location for each in atlas.catalog.records.sources()] == [str(new)]
    assert all(
        Path(each).exists() for each in pl.concat(atlas.catalog.addresses.fates())["location"]
    )
    assert set(pl.concat(atlas.catalog.addresses.fates())["attempts"]) == {1}
    assert add(atlas, new).notes == ()


@pytest.mark.slow
def test_a_moved_archive_is_the_same_source_unless_a_file_in_it_changed(
    atlas: Atlas, pictures: Path, tmp_path: Path
) -> None:
    old = Path(shutil.make_archive(str(tmp_path / "a"), "zip", pictures))
    add(atlas, old)
    new = Path(shutil.move(old, tmp_path / "b.zip"))
    assert add(atlas, new).moved_from == str(old)
    assert frequencies(atlas) == 4
    (pictures / "0.jpg").write_bytes((pictures / "sub" / "1.jpg").read_bytes())
    new.unlink()
    edited = Path(shutil.make_archive(str(tmp_path / "c"), "zip", pictures))
    assert add(atlas, edited).moved_from is None


def test_a_moved_table_is_the_same_source(atlas: Atlas, tmp_path: Path) -> None:
    old = listed(tmp_path / "a.txt", URLS)
    add(atlas, old)
    new = Path(shutil.move(old, tmp_path / "b.txt"))
    assert add(atlas, new).moved_from == str(old)
    assert frequencies(atlas) == len(URLS)


@pytest.mark.slow
def test_one_of_an_older_tagatlas_is_recognised_as_well(atlas: Atlas, pictures: Path) -> None:
    add(atlas, pictures)
    with sqlite3.connect(atlas.folder / "catalog.sqlite") as connection:
        connection.execute("UPDATE sources SET content = NULL")
    connection.close()
    new = Path(shutil.move(pictures, pictures.with_name("renamed")))
    assert add(atlas, new).moved_from == str(pictures)


@pytest.mark.slow
def test_what_was_removed_stays_away_when_its_source_moves(atlas: Atlas, pictures: Path) -> None:
    add(atlas, pictures)
    remove(atlas, ["0.jpg"])
    new = Path(shutil.move(pictures, pictures.with_name("renamed")))
    assert add(atlas, new).moved_from == str(pictures)
    assert atlas.catalog.addresses.image_count() == 3


def test_a_copy_beside_it_is_added_with_a_warning(atlas: Atlas, tmp_path: Path) -> None:
    old = listed(tmp_path / "a.txt", URLS)
    add(atlas, old)
    copy = listed(tmp_path / "b.txt", URLS)
    report = add(atlas, copy)
    assert report.moved_from is None
    assert "which count twice now" in report.notes[-1]
    assert "--replace 1" in report.notes[-1]
    assert frequencies(atlas) == 2 * len(URLS)
    add(atlas, copy, replaces="1")  # as the note says, afterwards
    assert frequencies(atlas) == len(URLS)
    assert [each.location for each in atlas.catalog.records.sources()] == [str(copy)]


def test_an_edited_one_looks_like_a_new_version(atlas: Atlas, tmp_path: Path) -> None:
    add(atlas, listed(tmp_path / "a.txt", URLS))
    new = listed(tmp_path / "b.txt", [*URLS[2:], "https://example.org/new.jpg"])
    assert "looks like a new version of" in add(atlas, new).notes[-1]
    assert "80% of its records" in atlas_note(atlas, new)
    report = add(atlas, new, replaces=str(tmp_path / "a.txt"))
    assert report.notes == (f"it takes the place of {tmp_path}/a.txt, whose records are gone",)
    assert frequencies(atlas) == 9


def atlas_note(atlas: Atlas, path: Path) -> str:
    remove(atlas, source=str(path))
    return add(atlas, path).notes[-1]


@pytest.mark.slow
def test_other_pictures_of_the_same_names_are_another_source(atlas: Atlas, pictures: Path) -> None:
    add(atlas, pictures)
    new = Path(shutil.move(pictures, pictures.with_name("other")))
    for number, image in enumerate(sample_images(8)[4:]):
        (new / ("sub" if number % 2 else "") / f"{number}.jpg").write_bytes(image.data)
    report = add(atlas, new)
    assert (report.moved_from, report.notes) == (None, ())
    assert atlas.catalog.addresses.image_count() == 8


@pytest.mark.slow
def test_an_edited_folder_is_replaced_and_fetched_as_far_as_needed(
    atlas: Atlas, pictures: Path
) -> None:
    add(atlas, pictures)
    new = Path(shutil.move(pictures, pictures.with_name("other")))
    (new / "0.jpg").unlink()
    assert "75% of its records" in add(atlas, new).notes[-1]
    add(atlas, new, replaces="pictures")
    assert atlas.catalog.addresses.image_count() == 3
    assert frequencies(atlas) == 3


@pytest.mark.slow
def test_a_source_that_is_gone_says_what_can_be_done(atlas: Atlas, pictures: Path) -> None:
    add(atlas, pictures)
    shutil.rmtree(pictures)
    known = [each.location for each in atlas.catalog.records.sources()]
    with pytest.raises(InputError, match="is gone, and the atlas still has"):
        source_for(str(pictures), atlas.plugins, known)
    with pytest.raises(InputError, match="nothing to read"):
        source_for(str(pictures) + "x", atlas.plugins, known)


def test_an_unknown_source_cannot_be_replaced(atlas: Atlas, tmp_path: Path) -> None:
    add(atlas, listed(tmp_path / "a.txt", URLS))
    with pytest.raises(UsageError, match=r"no source nowhere; the sources by number: 1: .*a\.txt"):
        add(atlas, listed(tmp_path / "b.txt", URLS), replaces="nowhere")
    assert frequencies(atlas) == len(URLS)
