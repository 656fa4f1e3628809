from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from bench_plugins import PLANTED, dark_and_light
from strangers import lay_plugin

from tagatlas.errors import InputError
from tagatlas_compare import Results, bench, join_results, write_results
from tagatlas_compare.benching.page.ranking import table_lines
from tagatlas_compare.benching.results.assembling import assemble
from tagatlas_compare.benching.results.folder import read_tasks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``mine`` and ``theirs`` have one backend each, on the same task."""
    folder = tmp_path_factory.mktemp("joining")
    lay_plugin(folder / "site", "planted_taggers", PLANTED)
    pictures = dark_and_light(folder / "pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder / "site")
        bench(pictures, "tones", out=folder / "mine", labels="folder", timed=0)
        bench(pictures, "swapped", out=folder / "theirs", labels="folder", timed=0)
        bench(pictures, "swapped", out=folder / "others", labels="folder", timed=0, top=1)
    return folder


@pytest.fixture
def place(measured: Path, tmp_path: Path) -> Path:
    for name in ("mine", "theirs", "others"):
        shutil.copytree(measured / name / "results", tmp_path / name / "results")
    return tmp_path


def change(folder: Path, **fields: object) -> Path:
    """Change fields of the one entrant's file in a folder."""
    [path] = (folder / "results").rglob("entrants/*.json")
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(document | fields), "utf-8")
    return path


def only(folder: Path) -> Results:
    [found] = read_tasks(folder).values()
    return assemble(found)


def test_results_on_the_same_task_come_into_one_table(place: Path) -> None:
    lines = join_results(place / "mine", [place / "theirs"])
    assert lines == ["joined: 1 entrant on 12 images of pictures"]
    found = only(place / "mine")
    assert sorted(each.backend for each in found.entrants) == ["swapped", "tones"]
    assert found.standing is not None
    assert len(found.standing.ranks) == 2
    assert join_results(place / "mine", [place / "theirs"]) == lines
    assert only(place / "mine") == found, "joined twice is joined once"


def test_joined_results_have_one_level_of_chance(place: Path) -> None:
    path = change(place / "theirs")
    document = json.loads(path.read_text("utf-8"))
    probe = document["entrants"][0]["figures"]["probe"]
    probe |= {"chance": 0.9, "chance_low": 0.85, "chance_high": 0.95}
    document["entrants"][0]["figures"]["probe"] = probe
    path.write_text(json.dumps(document), "utf-8")
    join_results(place / "mine", [place / "theirs"])
    found = only(place / "mine")
    figures = {each.backend: each.figures["probe"] for each in found.entrants}
    assert {each.chance for each in figures.values()} == {0.9}
    assert found.standing is not None
    for rank in found.standing.ranks:
        assert rank.value == pytest.approx(figures[rank.backend].adjusted)


def test_results_with_other_options_stay_apart_and_it_is_said_why(place: Path) -> None:
    lines = join_results(place / "mine", [place / "others"])
    assert lines[0] == "joined: 1 entrant on 12 images of pictures"
    assert lines[1].startswith("apart: pictures, task ")
    assert lines[1].endswith("other options (--top)")
    assert len(read_tasks(place / "mine")) == 2


def test_the_same_backend_on_another_machine_is_kept_twice(place: Path) -> None:
    join_results(place / "mine", [place / "theirs"])
    change(place / "theirs", machine={"processor": "another"})
    lines = join_results(place / "mine", [place / "theirs"])
    assert "swapped is kept twice: it was measured on another machine" in lines
    found = only(place / "mine")
    labels = [each.backend for each in found.entrants]
    assert len(set(labels)) == 3
    assert sum(label.startswith("swapped (") for label in labels) == 2
    assert join_results(place / "mine", [place / "theirs"]) == lines
    assert only(place / "mine") == found


def test_pages_escape_what_strangers_say(place: Path) -> None:
    change(place / "theirs", collection="<script>alert(1)</script>", machine={"cpu": "<b>x"})
    join_results(place / "theirs", [place / "mine"])
    page = write_results(place / "theirs").read_text("utf-8")
    assert "<script" not in page
    assert "<b>x" not in page


def test_no_path_of_strangers_is_used(place: Path) -> None:
    path = change(place / "theirs")
    document = json.loads(path.read_text("utf-8"))
    document["entrants"][0]["per_image"] = "../../../../etc/passwd"
    path.write_text(json.dumps(document), "utf-8")
    join_results(place / "mine", [place / "theirs"])
    assert {each.per_image.partition("/")[0] for each in only(place / "mine").entrants} == {
        "images"
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"task": 5}, "no file of results"),
        ({"schema": "tagatlas-bench-1"}, "no file of results"),
        ({"entrants": []}, "0 entrants"),
        ({"made_at": "x" * 5000}, "no file of results"),
        ({"coders": {"codes": [{"code": "dark", "alpha": 7}]}}, r"coders.codes\[0\].alpha"),
        ({"coders": {"mean_kappa": -40}}, "coders.mean_kappa"),
    ],
)
def test_damaged_results_are_refused_in_a_line(
    place: Path, fields: dict[str, object], said: str
) -> None:
    change(place / "theirs", **fields)
    with pytest.raises(InputError, match=said) as caught:
        join_results(place / "mine", [place / "theirs"])
    assert "\n" not in str(caught.value)
    assert len(only(place / "mine").entrants) == 1


def test_other_labels_than_the_digest_stands_for_are_refused(place: Path) -> None:
    [truth] = (place / "theirs" / "results").rglob("truth.csv")
    text = truth.read_text("utf-8").replace("dark", "middle", 1).replace("light", "dark", 1)
    truth.write_text(text.replace("middle", "light"), "utf-8")
    with pytest.raises(InputError, match=r"its digest stands for|the document says"):
        join_results(place / "mine", [place / "theirs"])


@pytest.mark.parametrize("name", ["truth.csv", "images", "entrants"])
@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"{" * 5000, b"image,coded,codes\n1,2"])
def test_no_damage_gives_a_traceback(place: Path, name: str, text: bytes) -> None:
    [task] = (place / "theirs" / "results").iterdir()
    path = task / name
    path = path if path.is_file() else next(path.iterdir())
    path.write_bytes(text)
    with pytest.raises(InputError):
        join_results(place / "mine", [place / "theirs"])


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("clusters", "0 1"),
        ("clusters", ""),
        ("clusters", " ".join(["2147483647"] * 20)),
        ("clusters", "x"),
        ("clusters", " ".join(["1"] * 10)),
        ("probe", "NaN"),
        ("probe", "0.123"),
        ("probe", ""),
        ("recall", "much"),
        ("status", "failed"),
        ("probe", "inf"),
        ("probe", "1e300"),
        ("neighbours", "-inf"),
    ],
)
def test_images_that_do_not_carry_the_figures_are_refused_by_column(
    place: Path, column: str, cell: str
) -> None:
    [path] = (place / "theirs" / "results").rglob("images/*.csv")
    table = pl.read_csv(path, infer_schema=False)
    table.with_columns(pl.lit(cell).alias(column)).write_csv(path)
    with pytest.raises(InputError, match=f"column {column}") as caught:
        join_results(place / "mine", [place / "theirs"])
    assert str(path) in str(caught.value)


def test_a_missing_figure_is_refused(place: Path) -> None:
    path = change(place / "theirs")
    document = json.loads(path.read_text("utf-8"))
    del document["entrants"][0]["figures"]["probe"]
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match="probe is missing"):
        join_results(place / "mine", [place / "theirs"])


def test_a_missing_table_of_images_is_said(place: Path) -> None:
    [path] = (place / "theirs" / "results").rglob("images/*.csv")
    path.unlink()
    said = "swapped has no rank: its table of results for each image is missing."
    assert said in join_results(place / "mine", [place / "theirs"])
    found = only(place / "mine")
    assert found.standing is not None
    assert [rank.backend for rank in found.standing.ranks] == ["tones"]
    assert said in table_lines(found)
    assert said in (place / "mine" / "leaderboard.html").read_text("utf-8")


def test_names_of_others_are_a_line_without_control_characters(place: Path) -> None:
    path = change(place / "theirs", collection="\x1b[2Jour\npictures")
    document = json.loads(path.read_text("utf-8"))
    document["entrants"][0]["backend"] = "a\nb\u202e\x1b[31m"
    path.write_text(json.dumps(document), "utf-8")
    lines = join_results(place / "mine", [place / "theirs"])
    assert all(line.isprintable() for line in lines)
    found = only(place / "mine")
    assert "a b\\u202e\\x1b[31m" in [each.backend for each in found.entrants]
    assert all(line.isprintable() for line in table_lines(found))


FIGURES = {
    "clusters": {"value": 0.25, "low": 0.1, "high": 0.4, "images": 12},
    "precision_at_10": {"value": 0.25, "images": 12},
    "recall": {"value": 0.0, "low": 0.0, "high": 0.5, "images": 12},
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clusters", "column clusters: its value is 1, the document says 0.25"),
        ("precision_at_10", "is not the mean of the labels'"),
        ("recall", "column recall: its .* is .*, the document says"),
    ],
)
def test_figures_that_their_tables_do_not_give_are_refused(
    place: Path, name: str, said: str
) -> None:
    [path] = (place / "theirs" / "results").rglob("entrants/*.json")
    document = json.loads(path.read_text("utf-8"))
    document["entrants"][0]["figures"][name] |= FIGURES[name]
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match=said):
        join_results(place / "mine", [place / "theirs"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("right", 5),
        ("having", 7),
        ("given", 13),
        ("images", 10**9),
        ("precision", 0.99),
        ("f1", "0.5"),
        ("f1_high", 0.5),
        ("kappa", 1.0),
        ("alpha", None),
        ("rule", "another"),
        ("kappa_with_coders", 7),
        ("threshold", -3),
    ],
)
def test_results_of_codes_that_their_counts_do_not_give_are_refused(
    place: Path, name: str, value: object
) -> None:
    [path] = (place / "theirs" / "results").rglob("entrants/*.json")
    document = json.loads(path.read_text("utf-8"))
    cells = document["entrants"][0]["codes"]["codes"][1]
    assert cells[name] != value
    cells[name] = value
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match=r"entrants\[0\]\.codes"):
        join_results(place / "mine", [place / "theirs"])


def test_means_of_codes_that_the_codes_do_not_give_are_refused(place: Path) -> None:
    [path] = (place / "theirs" / "results").rglob("entrants/*.json")
    document = json.loads(path.read_text("utf-8"))
    document["entrants"][0]["codes"]["mean_f1"]["threshold"]["all"] = 0.123
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match=r"mean_f1\.threshold\.all"):
        join_results(place / "mine", [place / "theirs"])


def test_what_the_sender_says_is_marked(place: Path) -> None:
    join_results(place / "mine", [place / "theirs"])
    found = only(place / "mine")
    assert {each.backend: each.joined for each in found.entrants} == {
        "swapped": True,
        "tones": False,
    }
    said = "The results of swapped come from another folder"
    assert any(line.startswith(said) for line in table_lines(found))
    assert said in (place / "mine" / "leaderboard.html").read_text("utf-8")
    join_results(place / "theirs", [place / "mine"])
    assert {each.backend: each.joined for each in only(place / "theirs").entrants} == {
        "swapped": False,
        "tones": True,
    }


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_changed_if_the_last_of_several_folders_is_damaged(place: Path) -> None:
    before = contents(place / "mine")
    change(place / "others", task=5)
    with pytest.raises(InputError):
        join_results(place / "mine", [place / "theirs", place / "others"])
    assert contents(place / "mine") == before


def test_of_a_damaged_folder_of_ones_own_it_is_said_what_to_delete(place: Path) -> None:
    path = change(place / "mine", task=5)
    with pytest.raises(InputError, match="delete this file") as joining:
        join_results(place / "mine", [place / "theirs"])
    with pytest.raises(InputError, match="delete this file") as writing:
        write_results(place / "mine")
    assert str(path) in str(joining.value)
    assert str(path) in str(writing.value)
    path.unlink()
    assert join_results(place / "mine", [place / "theirs"])


def test_a_folder_without_results_is_said(place: Path) -> None:
    with pytest.raises(InputError, match="has no results"):
        join_results(place / "mine", [place])
