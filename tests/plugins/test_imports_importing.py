"""Tags of other programs in an atlas."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from picture_atlas import picture_atlas

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import InputError, OptionError
from tagatlas.plugins import load_plugins
from tagatlas_imports import ImportOptions
from tagatlas_imports.importing import import_file

HEADER = "url,concept,confidence\n"


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_atlas(tmp_path_factory.mktemp("import"), 6)


@pytest.fixture
def atlas(fetched: Path, tmp_path: Path) -> Iterator[Atlas]:
    folder = tmp_path / "x.atlas"
    shutil.copytree(fetched, folder)
    with open_atlas(folder, load_plugins()) as opened:
        yield opened


def written(tmp_path: Path, text: str, name: str = "old.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_an_encoding_that_is_guessed_is_said(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("image;tag\r\n00001.jpg;Straße\r\n".encode("cp1252"))
    [report] = import_file(atlas, path, ImportOptions())
    assert found(atlas, "imported") == {"00001.jpg": {("Straße", 1.0)}}
    assert [note.partition(" (")[0] for note in report.notes] == [
        "the file is not UTF-8: read as cp1252"
    ]


def found(atlas: Atlas, name: str) -> dict[str, set[tuple[str, float]]]:
    """Tags by the image's file name."""
    backend = atlas.catalog.tagging.last_used(name)
    assert backend is not None
    names = dict(atlas.catalog.addresses.images().select("id", "location").iter_rows())
    tags: dict[str, set[tuple[str, float]]] = {}
    for image, tag, score in atlas.catalog.tagging.tags(backend.id).collect().iter_rows():
        tags.setdefault(Path(names[image]).name, set()).add((tag, score))
    return tags


def test_they_are_a_backend_of_their_own(atlas: Atlas, tmp_path: Path) -> None:
    text = HEADER + "00000.jpg,sea,0.5\n00001.jpg,sea,0.75\n00002.jpg,No elements present,\n"
    [report] = import_file(atlas, written(tmp_path, text), ImportOptions(name="old"))
    assert report.recognised == "dd-image-tagging, concepts"
    assert report.counts == {"ok": 2, "empty": 1, "failed": 0, "pending": 3}
    assert "does not tell" in report.remark
    assert report.unmatched == {}
    assert found(atlas, "old") == {"00000.jpg": {("sea", 0.5)}, "00001.jpg": {("sea", 0.75)}}
    assert atlas.catalog.tagging.spent("old").calls == 0


def test_a_second_file_adds_and_replaces(atlas: Atlas, tmp_path: Path) -> None:
    first = written(tmp_path, HEADER + "00000.jpg,sea,0.5\n00001.jpg,sea,0.75\n")
    second = written(tmp_path, HEADER + "00001.jpg,sky,0.25\n00002.jpg,sky,1\n", "second.csv")
    names = [
        import_file(atlas, path, ImportOptions())[0].backend for path in (first, first, second)
    ]
    assert set(names) == {"dd-image-tagging-concepts"}
    assert found(atlas, names[0]) == {
        "00000.jpg": {("sea", 0.5)},
        "00001.jpg": {("sky", 0.25)},
        "00002.jpg": {("sky", 1.0)},
    }


def test_names_of_one_image_are_joined(atlas: Atlas, tmp_path: Path) -> None:
    image = atlas.catalog.addresses.images()["id"][0]
    location = atlas.catalog.addresses.images()["location"][0]
    text = f"image,tag,score\n{image},sea,0.5\n{location},sea,0.75\n{location},sky,0.25\n"
    [report] = import_file(atlas, written(tmp_path, text), ImportOptions(name="old"))
    assert (report.named, report.counts["ok"]) == (2, 1)
    assert found(atlas, "old") == {Path(location).name: {("sea", 0.75), ("sky", 0.25)}}


def test_what_is_not_found_is_listed(atlas: Atlas, tmp_path: Path) -> None:
    text = HEADER + "00000.jpg,sea,0.5\n=cmd.jpg,sea,0.5\ngone.jpg,sea,0.5\n"
    [report] = import_file(atlas, written(tmp_path, text), ImportOptions(name="old"))
    assert set(report.unmatched) == {"=cmd.jpg", "gone.jpg"}
    assert report.listed == atlas.folder / "imports" / "old-unmatched.csv"
    reason = "no image of the collection is called so"
    rows = ["image", "reason"], ["'=cmd.jpg", reason], ["gone.jpg", reason]
    assert report.listed.read_text() == "".join(f'"{one}","{other}"\n' for one, other in rows)
    [report] = import_file(
        atlas, written(tmp_path, HEADER + "00000.jpg,sea,0.5\n"), ImportOptions(name="old")
    )
    assert report.listed is None
    assert not (atlas.folder / "imports" / "old-unmatched.csv").exists()


def test_a_file_of_nothing_known_keeps_nothing(atlas: Atlas, tmp_path: Path) -> None:
    [report] = import_file(
        atlas, written(tmp_path, HEADER + "gone.jpg,sea,0.5\n"), ImportOptions(name="old")
    )
    assert report.counts["pending"] == 6


def test_names_of_installed_backends_are_theirs(atlas: Atlas, tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "00000.jpg,sea,0.5\n")
    with pytest.raises(OptionError, match="choose another --name"):
        import_file(atlas, path, ImportOptions(name="clarifai"))
    with pytest.raises(InputError, match="no such file"):
        import_file(atlas, tmp_path / "none.csv", ImportOptions())
    assert atlas.catalog.tagging.last_used() is None


def test_each_service_of_a_file_has_its_name(atlas: Atlas, tmp_path: Path) -> None:
    text = (
        "Image_Location,GV_Success,GV_Label_Descriptions,GV_Label_Scores,CL_Success,CL_Concepts,"
        "CL_Concept_Scores\n/old/00003.jpg,True,Sky,0.5,True,air,0.25\n"
    )
    path = written(tmp_path, text)
    for options, names in (
        (ImportOptions(), ["memespector-google", "memespector-clarifai"]),
        (ImportOptions(name="study"), ["study-google", "study-clarifai"]),
    ):
        assert [each.backend for each in import_file(atlas, path, options)] == names
    assert found(atlas, "study-google") == {"00003.jpg": {("Sky", 0.5)}}
    assert found(atlas, "study-clarifai") == {"00003.jpg": {("air", 0.25)}}
