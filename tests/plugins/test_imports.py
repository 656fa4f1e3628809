"""Reading other programs' files of tags, and finding their images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import InputError
from tagatlas_imports import ImportOptions
from tagatlas_imports.foreign import ForeignTags
from tagatlas_imports.reading import read_foreign_tags
from tagatlas_tables.matching import AMBIGUOUS, NOT_FOUND, Known, match_images

A, B = "https://pbs.twimg.com/media/EaBc.jpg", "https://pbs.twimg.com/media/FfGg.jpg"

DD_CONCEPTS = f"""url,concept,confidence
{A},people,0.9954128
{A},"man, old",0.5
{B},No elements present,
"""
DD_CELEBRITY = f"""url,celebrity,bbox,confidence
{A},ada lovelace,[object Object],0.81
{A},ada lovelace,[object Object],0.92
{B},No celebrity present,,
"""
DD_COLOUR = f"""url,name,hex,density
{A},DarkSlateGray,#2f4f4f,0.61
{A},Black,#000000,0.2
"""
DD_DEMOGRAPHICS = f"""url,age,gender,multicultural,bbox_bottom
{A},31,feminine,white,0.4
{A},8,masculine - 0.7|feminine - 0.3,asian - 0.9,0.2
{B},,,,
"""
DD_FACES = f"""url,bbox
{A},[object Object]
{A},[object Object]
{B},
"""


def read(path: Path, text: str, **options: object) -> list[ForeignTags]:
    path.write_text(text, "utf-8")
    return read_foreign_tags(path, ImportOptions(**options))  # type: ignore[arg-type] # as given


def tags(foreign: ForeignTags) -> dict[tuple[str, str], float]:
    """The highest score of each image's tags."""
    found: dict[tuple[str, str], float] = {}
    for image, tag, score in foreign.tags.select("image", "tag", "score").iter_rows():
        found[image, tag] = max(score, found.get((image, tag), 0.0))
    return found


@pytest.mark.parametrize(
    ("text", "program", "wanted", "empty"),
    [
        (DD_CONCEPTS, "concepts", {(A, "people"): 0.9954128, (A, "man, old"): 0.5}, [B]),
        (DD_CELEBRITY, "celebrities", {(A, "ada lovelace"): 0.92}, [B]),
        (DD_COLOUR, "colours", {(A, "DarkSlateGray"): 0.61, (A, "Black"): 0.2}, []),
        (
            DD_DEMOGRAPHICS,
            "demographics",
            {
                (A, "age:31"): 1.0,
                (A, "age:8"): 1.0,
                (A, "gender:feminine"): 1.0,
                (A, "gender:masculine"): 0.7,
                (A, "multicultural:white"): 1.0,
                (A, "multicultural:asian"): 0.9,
            },
            [B],
        ),
        (DD_FACES, "faces", {(A, "face"): 1.0}, [B]),
    ],
    ids=["concepts", "celebrity", "colour", "demographics", "faces"],
)
def test_every_model_of_dd_image_tagging(
    tmp_path: Path,
    text: str,
    program: str,
    wanted: dict[tuple[str, str], float],
    empty: list[str],
) -> None:
    [foreign] = read(tmp_path / "x.csv", text)
    assert foreign.program == f"dd-image-tagging-{program}"
    assert tags(foreign) == wanted
    assert foreign.empty.to_list() == empty


def memespector_row(**cells: str) -> dict[str, str]:
    return {"Image_Location": A, "Image_From": "Uri", "Image_BaseName": "EaBc.jpg", **cells}


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(f'"{row.get(name, "")}"' for name in names) for row in rows]
    return "\n".join([",".join(names), *lines]) + "\n"


def test_memespectors_csv_has_a_backend_per_service(tmp_path: Path) -> None:
    rows = [
        memespector_row(
            GV_Success="True",
            GV_Label_Descriptions="Sky; Tree",
            GV_Label_Ids="/m/1; /m/2",
            GV_Label_Scores="0.98; 0,5",
            GV_Web_Entity_Descriptions="Stockholm; ; Ship",
            GV_Web_Entity_Scores="12.8; 3; 0.64",
            GV_Error="",
            CL_Success="False",
            CL_Concepts="",
            CL_Concept_Scores="",
            CL_Error="no such model",
        ),
        memespector_row(
            Image_Location=B,
            GV_Success="True",
            GV_Label_Descriptions="",
            GV_Label_Scores="",
            CL_Success="True",
            CL_Concepts="people",
            CL_Concept_Scores="0.75",
        ),
    ]
    google, clarifai = read(tmp_path / "x.csv", as_csv(rows))
    assert (google.program, clarifai.program) == ("memespector-google", "memespector-clarifai")
    assert tags(google) == pytest.approx(
        {(A, "Sky"): 0.98, (A, "Tree"): 0.5, (A, "web:Stockholm"): 1.0, (A, "web:Ship"): 0.05}
    )
    assert google.empty.to_list() == [B]
    assert tags(clarifai) == {(B, "people"): 0.75}
    assert clarifai.failed.rows() == [(A, "no such model")]


def test_memespectors_csv_without_scores_has_scores_of_one(tmp_path: Path) -> None:
    [azure] = read(
        tmp_path / "x.csv", as_csv([memespector_row(MA_Success="True", MA_Tags="sky; tree")])
    )
    assert tags(azure) == {(A, "sky"): 1.0, (A, "tree"): 1.0}


def test_a_label_that_tears_memespectors_lists_is_said(tmp_path: Path) -> None:
    row = memespector_row(OS_Success="True", OS_Labels="a; b; c", OS_Label_Scores="0.5; 0.25")
    with pytest.raises(InputError, match="JSON file instead"):
        read(tmp_path / "x.csv", as_csv([row]))


def test_memespectors_json(tmp_path: Path) -> None:
    tasks = [
        {
            "ImageLocation": A,
            "ImageLocationType": "Uri",
            "GoogleInvocation": {
                "APIResponse": {
                    "LabelAnnotations": [{"Mid": "/m/1", "Description": "a; b", "Score": 0.9}],
                    "LogoAnnotations": [{"Description": "Acme", "Score": 0.25}],
                    "WebDetection": {"WebEntities": [{"Description": "Ship", "Score": 0.5}]},
                    "FullTextAnnotation": None,
                },
                "ExceptionRasied": None,
            },
            "ClarifaiInvocation": {
                "APIResponse": {
                    "Status": {"Code": 10000},
                    "Outputs": [{"Data": {"Concepts": [{"Id": "x", "Name": "man", "Value": 0.5}]}}],
                }
            },
            "AzureInvocation": {
                "APIResponse": {
                    "tags": [{"name": "indoor", "confidence": 0.5}],
                    "objects": [{"object": "chair", "confidence": 0.75}],
                    "categories": [{"name": "people_", "score": 0.125}],
                }
            },
            "OpenSourceInvocation": {
                "APIResponse": {
                    "Results": [{"ModelName": "m", "Labels": [{"Label": "cat", "Score": 0.5}]}]
                }
            },
            "FlatResults": {"Image_Location": A},
        },
        {
            "ImageLocation": B,
            "GoogleInvocation": {
                "APIResponse": None,
                "ExceptionRasied": {"ClassName": "E", "Message": "We can not\naccess the URL"},
            },
        },
    ]
    found = {each.program: each for each in read(tmp_path / "x.json", json.dumps(tasks))}
    google = found["memespector-google"]
    assert tags(google) == {(A, "a; b"): 0.9, (A, "logo:Acme"): 0.25, (A, "web:Ship"): 0.5}
    assert google.failed.rows() == [(B, "We can not access the URL")]
    assert tags(found["memespector-clarifai"]) == {(A, "man"): 0.5}
    assert tags(found["memespector-azure"]) == {
        (A, "indoor"): 0.5,
        (A, "object:chair"): 0.75,
        (A, "category:people_"): 0.125,
    }
    assert tags(found["memespector-open-source"]) == {(A, "cat"): 0.5}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("filename;label;confidence\na.jpg;cat;0,5\nb.jpg;;\n", {}),
        ("image\ttag\tscore\na.jpg\tcat\t50%\nb.jpg\t\t\n", {}),
        ("a.jpg,cat,50\nb.jpg,,\n", None),
        ('{"file": "a.jpg", "tag": "cat", "score": 0.5}\n{"file": "b.jpg"}\n', {}),
        (
            "who,what,how,where\na.jpg,cat,50,x\nb.jpg,,,\n",
            {
                "image_column": "who",
                "tag_column": "what",
                "score_column": "how",
                "score_scale": 100.0,
            },
        ),
    ],
    ids=["semicolons", "per cent", "no header", "json lines", "named columns"],
)
def test_any_table(tmp_path: Path, text: str, options: dict[str, object] | None) -> None:
    if options is None:
        with pytest.raises(InputError, match="--image-column"):
            read(tmp_path / "x.txt", text)
        return
    [foreign] = read(tmp_path / "x.txt", text, **options)
    assert tags(foreign) == {("a.jpg", "cat"): 0.5}
    assert foreign.empty.to_list() == ["b.jpg"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("image,tag,score\na.jpg,cat,high\n", "no number: 'high'"),
        ("image,tag,score\na.jpg,cat,87\n", "--score-scale"),
        ("image,tag,score\na.jpg,cat,-0.5\n", "from 0 to 1"),
        ("image,tag,score\na.jpg,cat,nan\n", "from 0 to 1"),
        ("image,tag,score\n", "names no image"),
        (f"image,tag,score\na.jpg,{'x' * 10_001},0.5\n", "'x{40}'... of a.jpg has over 10,000"),
        ("image,size\na.jpg,3\n", "--tag-column"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read(tmp_path / "x.csv", text)
    assert "\n" not in str(caught.value)


KNOWN = [
    Known("1" * 64, "https://example.org/a%20b/Bild%20%C3%A4.jpg?x=1"),
    Known("2" * 64, "https://example.org/other/cat.png"),
    Known("3" * 64, "/home/me/pictures/cat.png"),
    Known("4" * 64, "/home/me/pictures/dog.png"),
    Known("4" * 64, "https://example.org/dog-again.png"),
]


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("https://example.org/a%20b/Bild%20%C3%A4.jpg?x=1", "1"),
        ("https://example.org/a%2520b/Bild%2520%25C3%25A4.jpg?x=1", "1"),
        ("https://example.org/a b/Bild ä.jpg?x=1", "1"),
        ("Bild ä.jpg", "1"),
        (r"C:\Users\me\dog.png", "4"),
        ("https://elsewhere.org/x/dog-again.png?size=large", "4"),
        ("2" * 64, "2"),
        (f"images/22/{'2' * 64}.jpg", "2"),
        ("/home/me/pictures/cat.png", "3"),
    ],
)
def test_images_are_found(name: str, image: str) -> None:
    assert match_images([name], KNOWN).images == {name: image * 64}


def test_what_is_not_found_has_its_reason() -> None:
    found = match_images(["cat.png", "mouse.png"], KNOWN)
    assert found.images == {}
    assert found.unmatched == {"cat.png": AMBIGUOUS, "mouse.png": NOT_FOUND}


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("animals/cat.png", "1"),
        (r"C:\stamps\food\cat.png", "2"),
        ("/old/zoo/animals/cat.png", "3"),
        ("https://example.org/animals/cat.png", None),
        ("plants/cat.png", None),
    ],
)
def test_of_files_of_one_name_the_folders_say_which(name: str, image: str | None) -> None:
    places = ("/data/stamps/animals", "/data/stamps/food", "/data/zoo/animals")
    known = [
        Known(str(number) * 64, f"{place}/cat.png") for number, place in enumerate(places, start=1)
    ]
    if name == "animals/cat.png":
        known.pop()
    found = match_images([name], known)
    assert found.images.get(name) == (image and image * 64)
    assert found.unmatched.get(name) == (None if image else AMBIGUOUS)


def test_only_the_way_that_was_asked_for() -> None:
    names = ["2" * 64, "https://example.org/dog-again.png", "dog.png"]
    for how, place in (("content", 0), ("url", 1)):
        assert list(match_images(names, KNOWN, how).images) == [names[place]]  # type: ignore[arg-type]
    assert list(match_images(names, KNOWN, "name").images) == names[1:]


def test_files_are_found_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "renamed.jpg").write_bytes(b"bytes of a picture")
    image = sha256(b"bytes of a picture").hexdigest()
    known = [Known(image, "https://example.org/1.jpg")]
    name = r"D:\old\renamed.jpg"
    assert match_images([name], known, folder=tmp_path).images == {name: image}
    assert match_images([name], known).unmatched == {name: NOT_FOUND}
    assert match_images(["../renamed.jpg/"], known, folder=tmp_path / "x").images == {}


@given(name=st.text(max_size=40), locations=st.lists(st.text(min_size=1, max_size=20), max_size=4))
def test_any_text_is_found_or_not(name: str, locations: list[str]) -> None:
    known = [Known(f"{number:064x}", text) for number, text in enumerate(locations)]
    found = match_images([name], known)
    assert set(found.images) | set(found.unmatched) == {name}
    if locations.count(name) == 1:
        assert name in found.images or found.unmatched[name] == AMBIGUOUS
