"""Tables whose pictures are addresses without a host, or files."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from zipfile import ZipFile

import pytest

from tagatlas.contracts import Records
from tagatlas.errors import InputError
from tagatlas_sources.table import TableOptions, is_table
from tagatlas_sources.table.source import TableSource
from tagatlas_tables.wording import shown

WORKS = "number,title,thumbnailUrl\n1,One,A/A00/1_8.jpg\n2,Two,A/A00/2_8.jpg\n3,Three,\n"


def read(folder: Path, text: str, options: TableOptions | None = None) -> Records:
    path = folder / "works.csv"
    path.write_text(text, encoding="utf-8")
    return TableSource(options or TableOptions()).read(str(path))


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


@pytest.mark.parametrize("base", ["https://m.example/images/", "https://m.example/images"])
def test_addresses_without_a_host_get_one(tmp_path: Path, base: str) -> None:
    records = read(tmp_path, WORKS, TableOptions(base_url=base))
    assert records.table["location"].to_list() == [
        "https://m.example/images/A/A00/1_8.jpg",
        "https://m.example/images/A/A00/2_8.jpg",
    ]
    assert records.recognised == (
        "CSV: 2 URLs in the column 'thumbnailUrl'; 1 row without a usable URL left out"
    )
    assert records.local is False


def test_without_a_base_the_options_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, WORKS)
    assert "'thumbnailUrl' looks like files or addresses without a host" in str(caught.value)
    assert "--base-url" in str(caught.value)
    assert "--files" in str(caught.value)


def test_files_beside_the_table(tmp_path: Path) -> None:
    put(tmp_path, "A/A00/1_8.jpg")
    records = read(tmp_path, WORKS)
    assert records.local is True
    assert records.table.rows() == [((tmp_path / "A/A00/1_8.jpg").as_posix(), 1, "1", "One")]
    assert records.recognised == (
        "CSV: 1 file in the column 'thumbnailUrl'; 2 rows without a file left out"
    )
    assert records.notes == (
        f"the files are taken from the folder that the table lies in, {shown(str(tmp_path))}",
        "1 row left out: no such picture file below that folder",
    )


@pytest.mark.parametrize(
    "name",
    ["../out.jpg", "a/../../out.jpg", "link.jpg", "links/out.jpg", "{outside}/out.jpg", "key.pem"],
)
def test_a_table_from_outside_reads_nothing_but_pictures_below_its_folder(
    tmp_path: Path, name: str
) -> None:
    outside = put(tmp_path / "outside", "out.jpg")
    put(tmp_path, "out.jpg")
    folder = put(tmp_path / "in", "key.pem", "a/b.jpg")
    (folder / "link.jpg").symlink_to(outside / "out.jpg")
    (folder / "links").symlink_to(outside)
    with pytest.raises(InputError):
        read(folder, f"id,file\n1,{name.format(outside=outside)}\n")


def test_a_folder_of_pictures_with_a_table(tmp_path: Path) -> None:
    accent = "Caf\u00e9.JPG"
    pictures = put(
        tmp_path / "pictures",
        *("a/One.jpg", "b/two.PNG", unicodedata.normalize("NFD", accent), "four.jpg", "notes.txt"),
        *("x/same.jpg", "y/same.jpg", "left.webp", ".hidden/six.jpg"),
    )
    records = read(
        tmp_path,
        "id,filename,title\n1,one.JPG,One\n2,two,Two\n3,caf\u00e9.jpg,Three\n4,C:\\old\\four.jpg,4\n"
        "5,gone.jpg,Five\n6,six.jpg,Six\n7,same.jpg,Seven\n8,Y/same.jpg,Eight\n9,,Nine\n",
        TableOptions(files=pictures),
    )
    assert records.local is True
    assert records.table.columns == ["location", "frequency", "id", "title"]
    names = [Path(place).relative_to(pictures).as_posix() for place in records.table["location"]]
    assert [unicodedata.normalize("NFC", name) for name in names] == [
        *("a/One.jpg", "b/two.PNG", accent, "four.jpg", "y/same.jpg")
    ]
    assert records.table["id"].to_list() == ["1", "2", "3", "4", "8"]
    several = "several files of that name in 'pictures'; write the folder before the name"
    assert records.notes == (
        "2 rows left out: no such file in 'pictures'",
        f"1 row left out: {several}",
        "1 picture file in 'pictures' left out: no row names it, such as 'left.webp'",
    )


def test_files_that_were_downloaded_before(tmp_path: Path) -> None:
    pictures = put(tmp_path / "pictures", "Fu1.jpg")
    records = read(
        tmp_path,
        "id,media\n1,https://pbs.twimg.com/media/Fu1.jpg?name=large\n",
        TableOptions(files=pictures),
    )
    assert records.table["location"].to_list() == [(pictures / "Fu1.jpg").as_posix()]


def test_the_folder_may_be_the_present_one_and_hold_an_atlas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.jpg", "b.jpg", "x.atlas/catalog.sqlite", "x.atlas/images/00/c.jpg")
    monkeypatch.chdir(tmp_path)
    records = read(tmp_path, "id,file\n1,a.jpg\n", TableOptions(files=Path()))
    [note] = records.notes
    assert note.startswith(f"1 picture file in '{tmp_path.name}' left out: ")
    assert note.endswith("such as 'b.jpg'")


def test_no_such_folder_and_no_such_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--files: there is no folder"):
        read(tmp_path, WORKS, TableOptions(files=tmp_path / "none"))
    with pytest.raises(InputError, match=r"no file in .* is named in the column"):
        read(tmp_path, WORKS, TableOptions(files=put(tmp_path / "other", "z.jpg")))


def archive(path: Path, **files: str) -> Path:
    with ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/").replace("_", "."), text)
    return path


def test_a_table_in_an_archive_with_its_pictures(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "works.zip",
        works_csv="id,file\n1,ONE.jpg\n2,two.jpg\n3,gone.jpg\n",
        pictures__one_jpg="",
        pictures__two_jpg="",
        left_png="",
        README_txt="",
    )
    assert is_table(str(path))
    records = TableSource(TableOptions()).read(str(path))
    assert records.local is True
    assert records.table.rows() == [
        (f"{path}!/pictures/one.jpg", 1, "1"),
        (f"{path}!/pictures/two.jpg", 1, "2"),
    ]
    assert records.notes == (
        "1 row left out: no such file in the archive",
        "1 picture file in the archive left out: no row names it, such as 'left.png'",
        "read from 'works.csv' in the archive",
    )


def test_a_table_of_addresses_in_an_archive(tmp_path: Path) -> None:
    text = "id,image\n1,https://a.example/1.jpg\n"
    path = archive(tmp_path / "x.zip", a_csv=text, other_jpg="")
    records = TableSource(TableOptions()).read(str(path))
    assert records.table["location"].to_list() == ["https://a.example/1.jpg"]
    assert records.local is False
    assert records.notes[0] == (
        "1 picture file in the archive left out: its table has addresses, and names no file"
    )


def test_the_files_may_be_in_an_archive(tmp_path: Path) -> None:
    pictures = archive(tmp_path / "pictures.zip", a_jpg="")
    records = read(tmp_path, "id,file\n1,A.jpg\n", TableOptions(files=pictures))
    assert records.table["location"].to_list() == [f"{pictures}!/a.jpg"]


def test_archives_with_several_tables_or_none(tmp_path: Path) -> None:
    several = archive(tmp_path / "several.zip", a_csv="url\n", b_csv="url\n")
    with pytest.raises(InputError, match=r"with 2 tables \('a.csv', 'b.csv'\)"):
        TableSource(TableOptions()).read(str(several))
    none = archive(tmp_path / "none.zip", a_pdf="")
    with pytest.raises(InputError, match="with no table and no picture"):
        TableSource(TableOptions()).read(str(none))


@pytest.mark.parametrize("name", ["a.tar", "a.TGZ", "a.tar.gz", "a.rar", "a.7z"])
def test_other_archives(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    with pytest.raises(InputError, match="unpack it and give the folder"):
        TableSource(TableOptions()).read(str(tmp_path / name))


def test_names_with_endings_come_before_numbers_that_are_names_by_chance(tmp_path: Path) -> None:
    files = put(tmp_path / "files", "1.jpg", "2.jpg")
    records = read(tmp_path, "id,file\n1,2.jpg\n2,1.jpg\n", TableOptions(files=files))
    assert [Path(path).name for path in records.table["location"]] == ["2.jpg", "1.jpg"]


def test_names_that_are_percent_encoded(tmp_path: Path) -> None:
    files = put(tmp_path / "files", "my cat.jpg", "50%25.jpg")
    text = "id,file\na,my%20cat.jpg\nb,50%25.jpg\n"
    records = read(tmp_path, text, TableOptions(files=files))
    assert [Path(path).name for path in records.table["location"]] == ["my cat.jpg", "50%25.jpg"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("c.jpg", "no file in 'files' is named in the column 'file'"), ("x.jpg", "several files")],
)
def test_where_no_file_fits_the_likely_column_is_named(
    tmp_path: Path, name: str, said: str
) -> None:
    files = put(tmp_path / "files", "a/x.jpg", "b/x.jpg")
    with pytest.raises(InputError, match=said):
        read(tmp_path, f"id,file\nk,{name}\n", TableOptions(files=files))


def test_formulas_that_name_other_cells_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'pic' has formulas that name other cells"):
        read(tmp_path, "id,pic\n1,=IMAGE(B2)\n2,=IMAGE(B3)\n")
