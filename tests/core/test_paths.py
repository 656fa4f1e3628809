"""Names that become paths, and links in an atlas: nothing is written or read outside of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewed_atlas import viewed_atlas

import tagatlas
from tagatlas.cli import exit_status
from tagatlas.contracts import Variant
from tagatlas.errors import AtlasError, ImageNotStored, UsageError
from tagatlas.paths import check_name
from tagatlas_rendering.file_names import check_portable
from tagatlas_rendering.files import TEMPORARY, new_folder, replace_folder, write_atomically

WRONG = ["", " ", ".", "..", "../out", "/abs", "a/b", "a\\b", ".hidden", "a\nb", "a\0b", "a\ud800"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewed_atlas(tmp_path_factory.mktemp("made"))


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "work" / "x.atlas")
    return tmp_path / "work" / "x.atlas"


def outside(atlas: Path) -> Path:
    """A file of the user, out of the atlas."""
    path = atlas.parent.parent / "mine"
    path.write_text("mine")
    return path


def rename_map(atlas: Path, name: str) -> None:
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("UPDATE maps SET name = ?", [name])


@pytest.mark.parametrize("name", [*WRONG, "a" * 201, "ä" * 101])
def test_a_name_that_is_a_path_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_name(name, "a map")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "name",
    [
        *("a:b", "a<b", "a>b", 'a"b', "a|b", "a?b", "a*b", "end.", "end ", " begin", "\u00a0x"),
        *("CON", "nul", "Aux.txt", "com1", "LPT9.tar.gz", "COM\u00b9", "CONIN$", "prn ."),
    ],
)
def test_a_new_name_that_windows_forbids_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        check_portable(name, "a map")


@pytest.mark.parametrize("name", ["Console", "com", "com10", "nullity", "a.b", "ä ö", "x (2)"])
def test_names_that_only_look_like_those_are_accepted(name: str) -> None:
    check_portable(name, "a map", [name, "other"])


@pytest.mark.parametrize(
    ("name", "other"), [("Map", "map"), ("ä", "a\u0308"), ("STRASSE", "straße")]
)
def test_a_name_that_another_map_has_on_some_systems_is_refused(name: str, other: str) -> None:
    with pytest.raises(UsageError, match="some systems take for the same"):
        check_portable(name, "a map", [other])


def test_a_map_of_a_name_that_windows_forbids_is_still_read(atlas: Path) -> None:
    with pytest.raises(UsageError, match="'a:b', as Windows has no such folder"):
        tagatlas.map(atlas, name="a:b")
    rename_map(atlas, "a:b")
    assert tagatlas.read_atlas(atlas).map("a:b").name == "a:b"
    tagatlas.map(atlas, name="a:b")


@given(st.text(max_size=20))
def test_an_accepted_name_stays_in_its_folder(name: str) -> None:
    try:
        check_name(name, "a map")
    except UsageError:
        return
    path = Path("/folder", name)
    assert path.parent == Path("/folder")
    assert os.path.normpath(path) == str(path)


@pytest.mark.parametrize("name", ["../../out", "{root}/out", "..", "a/b", "a\nb"])
def test_a_map_of_the_catalog_that_is_called_like_a_path(
    atlas: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = atlas.parent.parent
    rename_map(atlas, name.format(root=root))
    before = sorted(root.rglob("*"))
    assert exit_status(["render", str(atlas)]) in (1, 2)
    assert exit_status(["info", str(atlas)]) in (1, 2)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all("damaged" in line and "cannot be called" in line for line in said)
    assert sorted(root.rglob("*")) == before


def test_a_map_that_is_to_be_called_like_a_path(
    atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(["map", str(atlas), "--backend", "teller", "--map", "../../out"]) == 2
    assert "a map cannot be called '../../out'" in capsys.readouterr().err
    assert not (atlas.parent / "out").exists()


@pytest.mark.parametrize("place", ["atlas.toml.new", "maps/one/.nodes.csv.part"])
def test_a_planted_link_of_the_names_of_old_versions_is_not_followed(
    atlas: Path, place: str
) -> None:
    mine = outside(atlas)
    (atlas / "maps" / "one").mkdir(parents=True)
    (atlas / place).symlink_to(mine)
    exit_status(["map", str(atlas), "--map", "one", "--seed", "7"])
    exit_status(["render", str(atlas), "--width", "400"])
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    "place",
    [
        *("atlas.toml", ".lock", "catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-journal"),
        *("maps", "images", "thumbnails", "originals", "fetched", "imports", "comparisons"),
        *("maps/one", "images/00", "thumbnails/zz", "maps/one/viewer", "maps/one/nodes.csv"),
        *("maps/one/clusters/deep", "maps/one/.writing.lock"),
    ],
)
def test_a_link_out_of_the_atlas_is_refused_in_a_line(
    atlas: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = outside(atlas)
    elsewhere = mine.with_name("elsewhere")
    path = atlas / place
    if path.exists():
        shutil.move(path, elsewhere)
    else:
        elsewhere.mkdir()
        path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(elsewhere)
    before = sorted(elsewhere.rglob("*"))
    assert exit_status(["render", str(atlas)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert f"{path} is a link" in line
    assert sorted(elsewhere.rglob("*")) == before


def test_a_link_within_the_atlas_is_followed(atlas: Path) -> None:
    (atlas / "images").rename(atlas / "pictures")
    (atlas / "images").symlink_to("pictures")
    with tagatlas.open_atlas(atlas) as opened:
        assert not tagatlas.render(opened).absent


@pytest.mark.parametrize("place", ["atlas.toml", "catalog.sqlite", "maps"])
def test_what_is_neither_file_nor_folder_is_refused(atlas: Path, place: str) -> None:
    if (atlas / place).exists():
        (atlas / place).rename(atlas / "away")
    os.mkfifo(atlas / place)
    with pytest.raises(AtlasError, match="is no f"), tagatlas.open_atlas(atlas):
        pass


def test_a_picture_is_read_from_the_atlas_alone(atlas: Path) -> None:
    mine = outside(atlas)
    with tagatlas.open_atlas(atlas) as opened:
        first, second, third = opened.catalog.addresses.images()["id"].to_list()[:3]
        paths = [atlas / str(opened.store.locate(each, Variant.IMAGE)) for each in (first, second)]
        for path in paths:
            path.unlink()
        paths[0].symlink_to(mine)
        os.mkfifo(paths[1])
        for image in (first, second):
            assert not opened.store.has(image, Variant.IMAGE)
            with pytest.raises(ImageNotStored):
                opened.store.get(image, Variant.IMAGE)
        opened.store.put(first, Variant.IMAGE, b"new")
        assert opened.store.get(first, Variant.IMAGE) == b"new"
        assert opened.store.has(third, Variant.IMAGE)
    assert mine.read_text() == "mine"


def test_a_thumbnail_of_any_length_is_not_read(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas) as opened:
        first = opened.catalog.addresses.images()["id"][0]
        path = atlas / str(opened.store.locate(first, Variant.THUMBNAIL))
        os.truncate(path, (1 << 24) + 1)  # with a hole, which takes no space
        with pytest.raises(ImageNotStored, match="too large"):
            opened.store.get(first, Variant.THUMBNAIL)


def test_a_link_at_the_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    mine, path = tmp_path / "mine", tmp_path / "file"
    mine.write_text("mine")
    path.symlink_to(mine)
    with write_atomically(path) as file:
        file.write(b"new")
    assert (mine.read_text(), path.read_bytes(), path.is_symlink()) == ("mine", b"new", False)


def test_a_link_at_the_place_of_a_folder_is_replaced(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.mkdir()
    (elsewhere / "mine").touch()
    path.symlink_to(elsewhere)
    with new_folder(path) as new:
        (new / "a").touch()
        replace_folder(new, path)
    assert [each.name for each in path.iterdir()] == ["a"]
    assert (elsewhere / "mine").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["elsewhere", "folder"]


def test_what_a_killed_process_left_is_removed(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas) as opened:
        folder = opened.map_folder("one")
    (folder / "data").mkdir()
    left = [folder / "data" / f"{TEMPORARY}1", folder / f"{TEMPORARY}2", atlas / f"{TEMPORARY}3"]
    for path in left:
        path.write_text("half")
    (folder / f"{TEMPORARY}4").mkdir()
    with tagatlas.open_atlas(atlas) as opened:
        opened.map_folder("one")
    assert not list(atlas.rglob(f"{TEMPORARY}*"))
