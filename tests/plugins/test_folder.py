from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagatlas.contracts import Records, SourceSpec
from tagatlas.errors import InputError
from tagatlas.testing import SourceContract
from tagatlas_sources.folder import FolderOptions, is_folder, tagatlas_sources
from tagatlas_sources.folder.source import FolderSource
from tagatlas_tables.archives import is_junk

if TYPE_CHECKING:
    from tests.conftest import MakePicture

DEFAULTS = FolderOptions()


def read(folder: Path, options: FolderOptions = DEFAULTS) -> Records:
    return FolderSource(options).read(str(folder))


def fill(folder: Path, *files: str) -> Path:
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def test_records(folder: Path) -> None:
    fill(folder, "b/deep/2.PNG", "a.jpg", "b/1.jpeg", "b-c/3.webp", "notes.txt", "b/4.pdf")
    records = read(folder)
    assert (
        records.recognised
        == "folder: 4 image files in 4 folders; 2 other files ignored (1 .pdf, 1 .txt)"
    )
    assert records.local is True
    root = folder.resolve().as_posix()
    assert records.table.rows() == [
        (f"{root}/a.jpg", 1, "a.jpg", ""),
        (f"{root}/b-c/3.webp", 1, "b-c/3.webp", "b-c"),
        (f"{root}/b/1.jpeg", 1, "b/1.jpeg", "b"),
        (f"{root}/b/deep/2.PNG", 1, "b/deep/2.PNG", "b"),
    ]


@pytest.mark.parametrize("extension", [*DEFAULTS.extensions, "JPG", "Heic"])
def test_all_sorts_of_images(folder: Path, extension: str) -> None:
    assert read(fill(folder, f"x.{extension}")).table["file"].to_list() == [f"x.{extension}"]


def test_other_extensions(folder: Path) -> None:
    fill(folder, "a.jpg", "b.psd", "c.SVG")
    records = read(folder, FolderOptions(extensions=(".PSD", "svg")))
    assert records.table["file"].to_list() == ["b.psd", "c.SVG"]


def test_hidden_files_and_folders_are_skipped(folder: Path) -> None:
    fill(folder, "a.jpg", ".b.jpg", ".cache/c.jpg", "d/.e/f.jpg", "__MACOSX/._a.jpg")
    assert read(folder).recognised == "folder: 1 image file in 1 folder"


@pytest.mark.parametrize(
    "junk",
    ["@eaDir/a.jpg/THUMB_M.jpg", "$RECYCLE.BIN/a.jpg", "Thumbs.db", ".picasaoriginals/a.jpg"],
)
def test_what_systems_and_viewers_leave_is_skipped(folder: Path, junk: str) -> None:
    assert read(fill(folder, "a.jpg", junk)).recognised == "folder: 1 image file in 1 folder"


@pytest.fixture
def named_otherwise(folder: Path, picture: MakePicture) -> Path:
    """A folder with one picture that its ending names, and four that it does not."""
    folder.mkdir()
    for name, kind in [
        *(("a.jpg", "JPEG"), ("3f2a9c01", "PNG"), ("photo.jpg?w=100", "JPEG")),
        *(("tweet.jpg_large", "JPEG"), ("x.bin", "WEBP")),
    ]:
        (folder / name).write_bytes(picture(kind))
    (folder / "README").write_text("no picture")
    return folder


def test_pictures_that_no_ending_names_are_said(named_otherwise: Path) -> None:
    records = read(named_otherwise)
    assert records.recognised == (
        "folder: 1 image file in 1 folder; 1 other file ignored (1 without an ending)"
    )
    [note] = records.notes
    assert note == (
        "4 pictures left out that no known ending names (1 without an ending, 1 .bin, "
        "1 .jpg?w=100, 1 .jpg_large): --extensions all takes them"
    )


def test_pictures_that_no_ending_names_are_taken(named_otherwise: Path) -> None:
    records = read(named_otherwise, FolderOptions(extensions=("all",)))
    assert records.table["file"].to_list() == [
        *("3f2a9c01", "a.jpg", "photo.jpg?w=100", "tweet.jpg_large", "x.bin")
    ]
    assert records.notes == ()


def test_a_folder_of_nothing_else_names_the_option(named_otherwise: Path) -> None:
    (named_otherwise / "a.jpg").unlink()
    assert "4 pictures that no known ending names" in failure(str(named_otherwise))
    assert "--extensions all takes them" in failure(str(named_otherwise))


def test_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with ZipFile(path, "w") as archive:
        for name in (
            "b/1.JPG",
            "a.png",
            "notes.txt",
            "inner.zip",
            "__MACOSX/b/._1.JPG",
            "b/.x.jpg",
        ):
            archive.writestr(name, b"")
    records = read(path)
    assert records.local is True
    assert records.table.rows() == [
        (f"{path}!/a.png", 1, "a.png", ""),
        (f"{path}!/b/1.JPG", 1, "b/1.JPG", "b"),
    ]
    assert records.recognised == (
        "ZIP archive: 2 image files in 2 folders; 2 other files ignored (1 .txt, 1 .zip)"
    )
    assert records.notes == ("1 archive inside not opened: unpack to include",)


def test_an_archive_with_what_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"")
        archive.writestr("../out.jpg", b"")
        archive.writestr("/etc/b.jpg", b"")
        link = ZipInfo("link.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    records = read(path)
    assert records.table["file"].to_list() == ["a.jpg"]
    assert records.notes == (
        "2 files left out: names that lead out of the archive or are not printable",
        "1 file left out: links",
    )


def test_archives_that_are_not_of_pictures(tmp_path: Path) -> None:
    for name, members in {
        "workbook.xlsx": ["[Content_Types].xml", "xl/media/image1.png"],
        "table.zip": ["a.csv", "a.jpg"],
        "text.zip": ["a.txt"],
    }.items():
        with ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, b"")
        assert not is_folder(str(tmp_path / name))


def test_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(b"PK\x03\x04 and so on")
    assert is_folder(str(path))
    assert "the ZIP archive is damaged" in failure(str(path))


def test_a_hidden_folder_may_be_named(folder: Path) -> None:
    assert read(fill(folder, ".cache/c.jpg") / ".cache").table["file"].to_list() == ["c.jpg"]


def test_an_atlas_in_the_folder_is_no_part_of_the_collection(folder: Path) -> None:
    before = read(fill(folder, "a.jpg"))
    for place in ("my.atlas", "below/other.atlas"):
        fill(folder, f"{place}/images/1.jpg", f"{place}/catalog.sqlite", f"{place}/maps/map.png")
    after = read(folder)
    assert after.table.equals(before.table)
    assert after.notes == (*before.notes, "atlases in the folder, left out with their pictures: 2")


def test_links(folder: Path, tmp_path: Path) -> None:
    fill(tmp_path, "elsewhere/secret.jpg")
    fill(folder, "a/1.jpg")
    (folder / "a" / "round").symlink_to(folder)
    (folder / "out").symlink_to(tmp_path / "elsewhere")
    (folder / "file.jpg").symlink_to(tmp_path / "elsewhere" / "secret.jpg")
    (folder / "broken.jpg").symlink_to(tmp_path / "gone.jpg")
    (folder / "itself.jpg").symlink_to(folder / "itself.jpg")
    records = read(folder)
    assert records.table["file"].to_list() == ["a/1.jpg", "file.jpg"]
    assert records.recognised == (
        "folder: 2 image files in 2 folders; 2 other files ignored (2 .jpg); "
        "2 links to folders not followed"
    )


def test_a_folder_by_two_names_is_one(folder: Path, tmp_path: Path) -> None:
    fill(folder, "a.jpg", "b/c.jpg")
    (tmp_path / "alias").symlink_to(folder)
    (tmp_path / "other").mkdir()
    for name in (tmp_path / "alias", tmp_path / "other" / ".." / "photos"):
        assert read(name).table.equals(read(folder).table)


def test_a_relative_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, "a.jpg")
    monkeypatch.chdir(folder.parent)
    assert read(Path("photos")).table.equals(read(folder).table)


def test_folders_and_pipes_named_like_images(folder: Path) -> None:
    fill(folder, "a.jpg", "album.jpg/b.jpg")
    os.mkfifo(folder / "pipe.jpg")
    assert read(folder).table["file"].to_list() == ["a.jpg", "album.jpg/b.jpg"]


def test_a_name_that_is_not_utf_8_is_left_out(folder: Path) -> None:
    fill(folder, "a.jpg")
    (folder / os.fsdecode(b"caf\xe9.jpg")).touch()
    (folder / os.fsdecode(b"\xff.txt")).touch()
    (folder / os.fsdecode(b"\xe9")).mkdir()
    (folder / os.fsdecode(b"\xe9") / "b.jpg").touch()
    assert read(folder).recognised == (
        "folder: 1 image file in 1 folder; 1 other file ignored (1 .txt); "
        "2 image files left out whose path is not UTF-8: rename to include"
    )


def test_a_folder_too_deep_to_be_read_is_counted(folder: Path) -> None:
    fill(folder, "a.jpg")
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(20):  # 5,000 characters: more than a path may have
        os.mkdir("d" * 250, dir_fd=descriptor)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)
    assert read(folder).recognised == (
        "folder: 1 image file in 1 folder; 1 folder could not be read"
    )


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=40
).filter(lambda name: not is_junk(name))


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_name_comes_back_in_code_point_order(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("names")
    stems = data.draw(st.lists(st.tuples(names, names), min_size=1, max_size=6))
    files = {f"{parent}/{stem}.jpg" for parent, stem in stems}
    fill(folder, *files)
    table = read(folder).table
    assert table["file"].to_list() == sorted(files)
    assert all(Path(location).is_file() for location in table["location"])
    assert table["folder"].to_list() == [file.split("/")[0] for file in sorted(files)]


def failure(location: str) -> str:
    with pytest.raises(InputError) as caught:
        FolderSource(DEFAULTS).read(location)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_no_such_folder(folder: Path) -> None:
    assert failure(str(folder)) == f"there is no folder '{folder}': check the path"


def test_empty_folder(tmp_path: Path) -> None:
    assert failure(str(tmp_path)).startswith(f"no image file in '{tmp_path}': nothing is in it; ")


def test_no_image_says_what_was_found(folder: Path) -> None:
    fill(folder, "a.pdf", "b.pdf", "c.txt", "README", "x.\x1b[2J")
    assert failure(str(folder)).startswith(
        f"no image file in '{folder}': 5 other files ignored (2 .pdf, 1 without an ending, "
        "1 .txt); image files end in .avif"
    )


def test_tables_are_pointed_out(folder: Path) -> None:
    fill(folder, "a.csv", "b.parquet")
    assert "2 tables, to be given one at a time" in failure(str(folder))
    fill(folder, "a.jpg")
    (note,) = read(folder).notes
    assert note.startswith("the pictures are taken, without the columns of 2 tables beside them")
    assert "--files" in note


def test_accepts(folder: Path) -> None:
    fill(folder, "a.jpg")
    assert is_folder(str(folder))
    assert not is_folder(str(folder / "a.jpg"))
    assert not is_folder("x" * 5_000)


class TestFolderKeepsItsContract(SourceContract):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        return next(iter(tagatlas_sources()))

    @pytest.fixture
    def location(self, tmp_path: Path) -> str:
        return str(fill(tmp_path / "photos", "z.jpg", "b/a.png", "b/notes.txt"))
