"""What is known of images, as it is read from folders, columns and people's own codings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_atlas import picture_atlas

from tagatlas import Atlas
from tagatlas.atlas import open_atlas
from tagatlas.errors import InputError, OptionError, UsageError
from tagatlas.plugins import load_plugins
from tagatlas.toolkit.collection import collection_images
from tagatlas_compare.benching.coding.tables import CodingColumns
from tagatlas_compare.benching.coding.truth import (
    Coding,
    Truth,
    check_truth,
    majority,
    read_truth,
    truth_of_column,
    truth_of_files,
)

NAMES = [f"{kind}/{number}" for kind in ("cat", "dog", "tree") for number in range(4)]
"""Twelve pictures in three folders; those of one number are called alike."""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    folder = tmp_path_factory.mktemp("truth")
    with open_atlas(picture_atlas(folder, 12, names=NAMES), load_plugins(), write=False) as opened:
        yield opened


def by_name(atlas: Atlas, truth: Truth) -> dict[str, set[str]]:
    """The codes of each coded image, by its path."""
    images = collection_images(atlas)["location"]
    assert truth.has.shape == (len(images), len(truth.codes))
    assert list(truth.codes) == sorted(truth.codes)
    return {
        "/".join(location.removesuffix(".jpg").split("/")[-2:]): {
            code for code, given in zip(truth.codes, own, strict=True) if given
        }
        for location, own, is_coded in zip(images, truth.has, truth.coded, strict=True)
        if is_coded
    }


def read(atlas: Atlas, path: Path, text: str, **columns: object) -> Coding:
    path.write_text(text, "utf-8")
    return truth_of_files(atlas, [path], CodingColumns(**columns))  # type: ignore[arg-type] # as given


def test_folders_are_labels(atlas: Atlas) -> None:
    found = truth_of_column(atlas, "folder")
    assert by_name(atlas, found.truth) == {name: {name.partition("/")[0]} for name in NAMES}
    assert found.truth.is_single
    assert found.truth.source == "folder"
    assert sorted(np.bincount(found.truth.of_image)) == [4, 4, 4]
    assert found.left_out == {}
    with pytest.raises(OptionError, match="no column 'kind'"):
        truth_of_column(atlas, "kind")


WANTED = {"cat/0": {"pet", "soft"}, "dog/0": {"pet"}, "tree/0": set[str]()}
CELLS = "file,codes\ncat/0.jpg,{}\ndog/0.jpg,pet\ntree/0.jpg,none\n"


@pytest.mark.parametrize(
    "text",
    [
        "file,code 1,code 2\ncat/0.jpg,soft,pet\ndog/0.jpg,,pet\ntree/0.jpg,none,\n",
        CELLS.format("pet;soft"),
        CELLS.format("soft | pet"),
        CELLS.format('"[""pet"", ""soft""]"'),
        CELLS.format("pet;soft").replace(",", "\t").replace("none", "[]"),
        "image,code\ncat/0.jpg,pet\ncat/0.jpg,soft\ndog/0.jpg,pet\ntree/0.jpg,none\n",
        "image,code,value\ncat/0.jpg,pet,1\ncat/0.jpg,soft,yes\ndog/0.jpg,pet,1\ntree/0.jpg,pet,0\n",
        "path,pet,soft,comment\ncat/0.jpg,1,1,so so\ndog/0.jpg,1,0,\ntree/0.jpg,0,0,?\n",
        "path,pet,soft\ncat/0.jpg,yes,Yes\ndog/0.jpg,yes,no\ntree/0.jpg,No,\n",
        "nr;what;Datei\n1;pet|soft;cat\\0.jpg\n2;pet;dog\\0.jpg\n3;none;tree\\0.jpg\n".replace(
            "nr;what", "nr;codes"
        ),
        "picture,remarks of anna\ncat/0.jpg,pet;soft\ndog/0.jpg,pet\ntree/0.jpg,None\n",
    ],
    ids=[
        "numbered",
        "semicolon",
        "bar",
        "list",
        "TSV",
        "long",
        "value",
        "wide",
        "yes",
        "German",
        "one left",
    ],
)
def test_every_form_of_a_coding(atlas: Atlas, tmp_path: Path, text: str) -> None:
    found = read(atlas, tmp_path / "coding.csv", text)
    assert by_name(atlas, found.truth) == WANTED
    assert found.truth.source == "coding.csv"
    assert found.coders == {}
    assert found.left_out == {"not coded": 9}
    assert not found.truth.is_single


def test_workbooks_and_json_are_read(atlas: Atlas, tmp_path: Path) -> None:
    rows = [("cat/0.jpg", "pet;soft"), ("dog/0.jpg", "pet"), ("tree/0.jpg", "none")]
    frame = pl.DataFrame(rows, schema=["file", "codes"], orient="row")
    frame.write_excel(tmp_path / "coding.xlsx")
    frame.write_parquet(tmp_path / "coding.parquet")
    (tmp_path / "coding.json").write_text(
        json.dumps([{"file": name, "codes": codes.split(";")} for name, codes in rows])
    )
    for ending in ("xlsx", "parquet", "json"):
        found = truth_of_files(atlas, [tmp_path / f"coding.{ending}"])
        assert by_name(atlas, found.truth) == WANTED


def test_images_are_named_in_any_way(atlas: Atlas, tmp_path: Path) -> None:
    images = collection_images(atlas).sort("location").select("id", "location").rows()
    names = [images[0][0], images[1][1], f"C:\\old\\cat\\{images[2][1].rpartition('/')[2]}"]
    text = "".join(f"{name},pet\n" for name in names)
    found = read(atlas, tmp_path / "x.csv", f"id,code\n{text}")
    assert by_name(atlas, found.truth) == {f"cat/{number}": {"pet"} for number in range(3)}


def test_nothing_is_lost_in_silence(atlas: Atlas, tmp_path: Path) -> None:
    text = "file,code,done by\ncat/0.jpg,Pet,a\ndog/0.jpg, pet ,b\ndog/1.jpg,pet,\ncat/1.jpg,,\n"
    found = read(atlas, tmp_path / "x.csv", f"{text}0.jpg,pet,c\nmouse.jpg,pet,c\n,pet,c\n,,d\n")
    assert by_name(atlas, found.truth) == {name: {"pet"} for name in ("cat/0", "dog/0", "dog/1")}
    assert found.left_out == {
        "not coded": 8,
        "with an empty row": 1,
        "in the coding by a name that several images have": 1,
        "in the coding by a name that no image has": 1,
    }
    assert set(found.unmatched) == {"0.jpg", "mouse.jpg"}
    assert "x.csv: not read: done by" in found.notes
    assert "x.csv: 1 row with codes, but without an image: left out" in found.notes
    assert "one code: 'pet', 'Pet'" in found.notes
    assert any("mouse.jpg': no image of the collection" in note for note in found.notes)


def test_images_that_are_not_measured_are_said(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("file,code\ncat/0.jpg,pet\ndog/0.jpg,pet\n")
    [cat] = [
        image
        for image, location in collection_images(atlas).select("id", "location").iter_rows()
        if location.endswith("cat/0.jpg")
    ]
    found = truth_of_files(atlas, [path], images=[cat])
    assert found.truth.has.tolist() == [[True]]
    assert found.left_out == {"coded, not among the images that are measured": 1}


CODERS = {"a": "pet;soft", "b": "pet", "c": "pet;soft"}


@pytest.mark.parametrize("form", ["rows", "columns", "files"])
def test_of_several_coders_most_decide(atlas: Atlas, tmp_path: Path, form: str) -> None:
    texts = {"x": "file,coder,codes\n" + "".join(f"cat/0.jpg,{c},{CODERS[c]}\n" for c in CODERS)}
    if form == "columns":
        texts = {"x": "file,coder_a,coder_b,coder_c\ncat/0.jpg," + ",".join(CODERS.values())}
    if form == "files":
        texts = {c: f"file,codes\ncat/0.jpg,{CODERS[c]}\n" for c in CODERS}
    paths = [tmp_path / f"{name}.csv" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    found = truth_of_files(atlas, paths)
    assert by_name(atlas, found.truth) == {"cat/0": {"pet", "soft"}}
    assert [name.removeprefix("coder_") for name in found.coders] == ["a", "b", "c"]
    assert by_name(atlas, found.coders[list(found.coders)[1]]) == {"cat/0": {"pet"}}
    assert len({tuple(each.codes) for each in found.coders.values()}) == 1


def test_files_of_one_name_are_of_two_coders(atlas: Atlas, tmp_path: Path) -> None:
    paths = [tmp_path / name / "coding.csv" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        path.write_text("file,codes\ncat/0.jpg,pet\n")
    assert list(truth_of_files(atlas, paths).coders) == ["coding", "coding (2)"]


def test_ties_are_left_out_and_said(atlas: Atlas, tmp_path: Path) -> None:
    rows = [("cat/0", "pet", "pet", "pet"), ("cat/1", "pet", "wild", ""), ("cat/2", *"abc")]
    text = "".join(f"{name}.jpg,{','.join(own)}\n" for name, *own in rows)
    found = read(atlas, tmp_path / "x.csv", f"file,rater 1,rater 2,rater 3\n{text}")
    assert by_name(atlas, found.truth) == {"cat/0": {"pet"}}
    assert found.truth.codes == ["pet"]
    assert (found.truth.coded.sum(), found.coded.sum()) == (1, 3)
    assert found.left_out == {
        "not coded": 9,
        "on which the coders are evenly divided": 1,
        "on which no code has most coders": 1,
    }


def test_two_coders_who_differ_are_divided() -> None:
    has = np.array([[True, False], [True, True]])
    everyone = np.ones(2, dtype=np.bool_)
    one, other = Truth("x", "ab", has, everyone), Truth("x", "ab", has[::-1], everyone)
    truth, left_out = majority("x", "ab", [one, other], 2)
    assert not truth.coded.any()
    assert left_out["on which the coders are evenly divided"] == 2


def test_columns_that_are_named(atlas: Atlas, tmp_path: Path) -> None:
    text = "file,first,second,third\ncat/0.jpg,pet,1,0\ndog/0.jpg,wild,0,1\n"
    found = read(atlas, tmp_path / "x.csv", text, codes=["first"])
    assert by_name(atlas, found.truth) == {"cat/0": {"pet"}, "dog/0": {"wild"}}
    found = read(atlas, tmp_path / "x.csv", text, codes=["second", "third"])
    assert by_name(atlas, found.truth) == {"cat/0": {"second"}, "dog/0": {"third"}}
    with pytest.raises(InputError, match="no column is called 'fourth': 'file', 'first'"):
        read(atlas, tmp_path / "x.csv", text, coder="fourth")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,code\nmouse.jpg,pet\n", "names no image of the collection"),
        ("file,one,two\ncat/0.jpg,pet,soft\n", "cannot be told from 'one', 'two'"),
        ("", "the file is empty"),
    ],
)
def test_what_cannot_be_read_is_refused(atlas: Atlas, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(atlas, tmp_path / "x.csv", text)


CELLS_OF_ANY = st.sampled_from(
    [
        *("cat/0.jpg", "dog/1.jpg", "0.jpg", "mouse", "anna", "pet", "Pet", "wild; pet", "wild|"),
        *("none", "", " ", "1", "no", "x", "[]", '["a", "b"]', "[1]"),
    ]
)
NAMES_OF_ANY = st.lists(
    st.sampled_from(["file", "id", "code", "codes", "coder", "value", "pet", "coder_a", "code 1"]),
    min_size=1,
    max_size=5,
    unique=True,
)


@given(names=NAMES_OF_ANY, data=st.data())
def test_any_table_is_read_or_refused_and_every_image_is_accounted_for(
    atlas: Atlas, tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    row = st.lists(CELLS_OF_ANY, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, max_size=6))
    path = tmp_path_factory.getbasetemp() / "any.csv"
    pl.DataFrame(rows, schema=names, orient="row").cast(pl.String).write_csv(path)
    try:
        found = truth_of_files(atlas, [path])
    except InputError:
        return
    images = {
        "not coded",
        "with an empty row",
        "on which the coders are evenly divided",
        "on which no code has most coders",
    }
    left_out = sum(number for why, number in found.left_out.items() if why in images)
    assert found.truth.coded.sum() + left_out == 12
    assert not found.truth.has[~found.truth.coded].any()
    assert found.truth.has.any(axis=0).all()
    for each in found.coders.values():
        assert len(each.coded) == 12


def truth(has: list[list[int]], source: str = "x.csv") -> Truth:
    codes = [f"code {number}" for number in range(len(has[0]))]
    return Truth(source, codes, np.array(has, dtype=np.bool_), np.ones(len(has), dtype=np.bool_))


@pytest.mark.parametrize(
    ("has", "says"),
    [
        ([[1]] * 20, "all 20 images have the same label, 'code 0'"),
        ([[1, 1]] * 20, "all 20 images have the same label, 'code 0', 'code 1'"),
        ([[0, 1]] * 2 + [[1, 0]] * 2, "4 images with a label: too few"),
        (np.eye(20).tolist(), "no two images have a label in common"),
    ],
)
def test_nothing_is_measured_against_labels_that_say_nothing(
    has: list[list[int]], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        check_truth(truth(has))


def test_a_flat_folder_is_refused(tmp_path: Path) -> None:
    with (
        open_atlas(picture_atlas(tmp_path, 3), load_plugins()) as flat,
        pytest.raises(
            InputError, match="no image has a label by folders: the pictures lie in one folder"
        ),
    ):
        read_truth(flat, labels="folder")


def test_one_source_of_truth(atlas: Atlas) -> None:
    assert read_truth(atlas) is None
    found = read_truth(atlas, labels="folder")
    assert found is not None
    assert found.truth.codes == ["cat", "dog", "tree"]
    with pytest.raises(UsageError, match="give one of them"):
        read_truth(atlas, labels="folder", files=[Path("x.csv")])


def test_some_of_the_images() -> None:
    every = truth([[1, 0, 0], [0, 1, 0], [1, 1, 0]])
    assert every.of_image.tolist() == [0, 1, -1]
    some = every.some(np.array([1]))
    assert (some.codes, some.has.tolist()) == (["code 1"], [[True]])
