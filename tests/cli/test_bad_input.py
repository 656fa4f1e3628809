from __future__ import annotations

import fcntl
import json
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command import Run

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

HOSTILE = [
    "quotes \"and\" 'more'",
    "commas, and; semicolons",
    "=cmd|' C calc'!A0",
    "emoji 🦜👩‍👩‍👧",
    "عربي من اليمين",
    "a" * 200,
    "<script>alert(1)<script>",
    "-dash first",
    "%2e%2e",
    "back\\slash",
    "new\nline",
]


def one_line(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The command's error, after checking that it is nothing but one line."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("tagatlas: ")
    return line


@pytest.fixture
def folder(tmp_path: Path, picture: MakePicture) -> Path:
    """A folder of six pictures."""
    made = tmp_path / "pictures"
    made.mkdir()
    for seed in range(6):
        (made / f"{seed}.jpg").write_bytes(picture(seed=seed, size=(320, 240)))
    return made


@pytest.mark.slow
def test_a_missing_file_is_one_line_and_makes_no_atlas(tagatlas: Run, tmp_path: Path) -> None:
    done = tagatlas("run", "not-there.csv", "--out", "x.atlas")
    assert "not-there.csv" in one_line(done, 1)
    assert not (tmp_path / "x.atlas").exists()
    (tmp_path / "mine").mkdir()
    one_line(tagatlas("run", "not-there.csv", "--out", "mine/a/b/x.atlas"), 1)
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.slow
def test_an_option_that_made_a_command_fail_is_not_kept(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    (tmp_path / "urls.csv").write_text("image,author\nhttps://a.example/1.jpg,someone\n")
    assert tagatlas("add", "x.atlas", folder).returncode == 0
    wrong = ("urls.csv", "--url-column", "author")
    assert "--url-column" in one_line(tagatlas("add", "x.atlas", *wrong), 1)
    assert not (tmp_path / "x.atlas" / "atlas.toml").exists()
    settings = '[plugin.table]\ncolumns_to_keep = ["all"]  # by hand\n'
    (tmp_path / "x.atlas" / "atlas.toml").write_text(settings)
    one_line(tagatlas("run", *wrong, "--out", "x.atlas", "--per-host", "1"), 1)
    assert (tmp_path / "x.atlas" / "atlas.toml").read_text() == settings
    assert tagatlas("add", "x.atlas", "urls.csv").returncode == 0


def install(folder: Path, name: str, source: str) -> dict[str, str]:
    """Install a plugin of one module; returns the variable with which it is found."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[tagatlas]\n{name} = {name}\n")
    (folder / f"{name}.py").write_text(source)
    return {"PYTHONPATH": str(folder)}


def test_ctrl_c_while_the_command_still_loads_is_one_line(tagatlas: Run, tmp_path: Path) -> None:
    source = """
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored if tests run in the background
signal.raise_signal(signal.SIGINT)
"""
    plugin = install(tmp_path / "plugins", "slow", source)
    done = tagatlas("run", "urls.csv", "--out", "x.atlas", variables=plugin)
    assert "stopped" in one_line(done, 130)


@pytest.mark.slow
@pytest.mark.parametrize("lazy", [False, True])
def test_a_layout_without_its_package_is_said_before_anything_is_done(
    tagatlas: Run, tmp_path: Path, folder: Path, lazy: bool
) -> None:
    source = """
from tagatlas import Layout, LayoutSpec, hookimpl

class Heavy(Layout):
    def place(self, network, *, start, seed, progress):
        import a_package_that_is_not_there

def make(options):
    if LAZY:
        return Heavy()
    import a_package_that_is_not_there

@hookimpl
def tagatlas_layouts():
    needs = ("a_package_that_is_not_there",) if LAZY else ()
    return [LayoutSpec(name="heavy", summary=".", factory=make, extra="more", needs=needs)]
"""
    plugin = install(tmp_path / "plugins", "heavy", source.replace("LAZY", str(lazy)))
    run = ("run", folder, "--out", "x.atlas", "--layout", "heavy")
    said = one_line(tagatlas(*run, variables=plugin), 1)
    assert "layout heavy (heavy 1.0) needs: pip install 'more'" in said
    assert not (tmp_path / "x.atlas").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"url,frequency\n", "no "),
        (b"name,colour\nx,red\n", "'name', 'colour'"),
        (b"name,place\nhttp\x00,\n", "'name', 'place'"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line(
    tagatlas: Run, tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    assert says in one_line(tagatlas("add", "x.atlas", "list.csv"), 1)


def test_a_column_that_is_not_there_lists_those_that_are(tagatlas: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("picture,who\nhttps://x.org/1.jpg,me\n")
    line = one_line(tagatlas("add", "x.atlas", "list.csv", "--url-column", "image"), 1)
    assert "'picture', 'who'" in line


def test_a_folder_without_images_is_one_line(tagatlas: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_line(tagatlas("add", "x.atlas", "empty"), 1)


def test_an_atlas_of_a_newer_schema_is_left_alone(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    assert tagatlas("add", "x.atlas", folder).returncode == 0
    connection = sqlite3.connect(tmp_path / "x.atlas" / "catalog.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "update it" in one_line(tagatlas("fetch", "x.atlas"), 1)


@pytest.mark.slow
def test_a_second_process_on_the_same_atlas_is_one_line(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    assert tagatlas("add", "x.atlas", folder).returncode == 0
    with (tmp_path / "x.atlas" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another process" in one_line(tagatlas("fetch", "x.atlas"), 1)
    assert tagatlas("fetch", "x.atlas").returncode == 0


@pytest.mark.slow
def test_a_folder_that_holds_something_else_does_not_become_an_atlas(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    assert "other files" in one_line(tagatlas("run", folder, "--out", folder), 1)
    (tmp_path / "file").write_text("mine")
    assert "is a file" in one_line(tagatlas("run", folder, "--out", "file"), 1)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.slow
def test_what_is_chosen_is_checked_before_any_work(tagatlas: Run, folder: Path) -> None:
    run = ("run", folder, "--out", "x.atlas")
    assert "--width" in one_line(tagatlas(*run, "--width", "wide"), 2)
    assert "did you mean imagenet?" in one_line(tagatlas(*run, "--backend", "imagnet"), 2)
    assert "not in use" in one_line(tagatlas(*run, "--url-column", "x"), 2)
    variables = {"TAGATLAS_SEED": "minus one"}
    assert "TAGATLAS_SEED" in one_line(tagatlas(*run, variables=variables), 2)


@pytest.mark.parametrize("limit", ["some", "-1", "nan%", "5%%", ""])
def test_a_limit_of_failures_that_is_none_is_refused_before_any_work(
    tagatlas: Run, tmp_path: Path, folder: Path, limit: str
) -> None:
    done = tagatlas("run", folder, "--out", "x.atlas", f"--max-failures={limit}")
    assert f"a number or a share like 5%, not {limit!r}" in one_line(done, 2)
    assert not (tmp_path / "x.atlas").exists()


@pytest.mark.parametrize(
    "name", ["../../elsewhere", "a/b", "a\\b", "..", ".hidden", "a\nb", "é" * 101]
)
def test_a_map_is_not_called_by_what_leads_elsewhere(
    tagatlas: Run, tmp_path: Path, folder: Path, name: str
) -> None:
    run = tagatlas("run", folder, "--out", "x.atlas", "--map", name)
    assert "map" in one_line(run, 2)
    assert {entry.name for entry in tmp_path.iterdir()} == {"pictures"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rnu",), "there is no command rnu; did you mean run?"),
        (("everything",), "there is no command everything; tagatlas --help lists them"),
        (("run", "--thresold", "1"), "there is no option --thresold; did you mean --threshold?"),
        (("run", "--bogus"), "there is no option --bogus"),
        (("demo", "--bogus"), "there is no option --bogus"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest_if_any_is_near(
    tagatlas: Run, words: Sequence[str], said: str
) -> None:
    assert one_line(tagatlas(*words), 2) == f"tagatlas: {said}"


def test_a_backend_without_its_key_is_refused_and_not_kept(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    assert tagatlas("add", "x.atlas", folder).returncode == 0
    tag = ("tag", "x.atlas", "--backend", "clarifai", "--budget", "5")
    done = tagatlas(*tag, variables={"CLARIFAI_PAT": ""})
    assert "clarifai needs a key: put it into CLARIFAI_PAT" in one_line(done, 1)
    assert not (tmp_path / "x.atlas" / "atlas.toml").exists()


@pytest.mark.slow
def test_maps_and_renderings_before_their_time_say_what_to_do(
    tagatlas: Run, tmp_path: Path, folder: Path
) -> None:
    assert tagatlas("add", "x.atlas", folder).returncode == 0
    said = "no backend has tagged anything in x.atlas: run tagatlas tag first"
    assert said in one_line(tagatlas("map", "x.atlas"), 2)
    assert "x.atlas has no map; make one" in one_line(tagatlas("render", "x.atlas"), 2)
    assert "no atlas at y.atlas" in one_line(tagatlas("tag", "y.atlas"), 1)


@pytest.mark.slow
def test_corrupt_giant_and_oddly_named_images_cost_nobody_else(
    tagatlas: Run, tmp_path: Path, folder: Path, picture: MakePicture
) -> None:
    (folder / "corrupt.jpg").write_bytes(picture(seed=8)[:200])
    (folder / "giant.png").write_bytes(picture("PNG", size=(5000, 4000), mode="1"))
    (folder / "page.jpg").write_bytes(b"<!doctype html><html><body>not here</body></html>")
    for seed, name in enumerate(HOSTILE, start=100):
        (folder / f"{name}.png").write_bytes(picture("PNG", seed=seed))
    done = tagatlas(
        "run",
        folder,
        "--out",
        "x.atlas",
        "--max-pixels",
        "1000000",
        "--minimum-score",
        "0",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    addresses = facts["fetch"]["addresses"]
    assert addresses["ok"] == 6 + len(HOSTILE)
    assert addresses["refused"] == 1
    assert addresses["unreadable"] + addresses["blocked"] == 2
    assert Path(tmp_path, facts["render"]["open"]).exists()


@pytest.mark.slow
def test_dead_and_html_answering_urls_are_counted_and_more_than_allowed_is_status_3(
    tagatlas: Run, tmp_path: Path, image_server: ImageServer, picture: MakePicture
) -> None:
    urls = [image_server.serve(f"/{seed}.jpg", picture(seed=seed)) for seed in range(4)]
    urls.append(image_server.serve("/copy.jpg", picture(seed=0)))
    urls.append(
        image_server.serve("/page.jpg", b"<!doctype html><p>hello", content_type="text/html")
    )
    urls.append(image_server.url("/gone.jpg"))
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    assert tagatlas("add", "x.atlas", "urls.txt").returncode == 0
    fetch = ("fetch", "x.atlas", "--json", "--allow-private", "--max-failures")
    done = tagatlas(*fetch, "1")
    assert done.returncode == 3, done.stderr
    facts = json.loads(done.stdout)
    assert facts["images"] == 4
    assert {name: count for name, count in facts["addresses"].items() if count} == {
        "ok": 5,
        "missing": 1,
        "blocked": 1,
    }
    assert tagatlas(*fetch, "50%").returncode == 0
    assert image_server.requests["/0.jpg"] == 1
    assert "--max-failures takes" in tagatlas("fetch", "x.atlas", "--max-failures", "few").stderr


@pytest.mark.slow
def test_private_addresses_are_refused_unless_allowed(
    tagatlas: Run, tmp_path: Path, image_server: ImageServer, picture: MakePicture
) -> None:
    (tmp_path / "urls.txt").write_text(image_server.serve("/1.jpg", picture()))
    assert tagatlas("add", "x.atlas", "urls.txt").returncode == 0
    facts = json.loads(tagatlas("fetch", "x.atlas", "--json").stdout)
    assert facts["addresses"]["refused"] == 1
    facts = json.loads(
        tagatlas("fetch", "x.atlas", "--json", "--allow-private", "--retry-failed").stdout
    )
    assert facts["addresses"]["ok"] == 1
    assert "allow_private = true" in (tmp_path / "x.atlas" / "atlas.toml").read_text()


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("run", "--json", "--nonsense"), 2, "there is no option --nonsense"),
        (("run", "x", "--json", "--resolution"), 2, "requires an argument"),
        (("nonsense", "--json"), 2, "there is no command nonsense"),
        (("add", "--json"), 2, "Missing argument"),
        (("--json",), 2, "there is no option --json here"),
        (("info", "x", "y", "--json"), 2, "unexpected extra argument"),
        (("info", "nowhere.atlas", "--json", "--debug"), 1, "there is no atlas"),
    ],
)
def test_whatever_fails_under_json_is_said_as_json(
    tagatlas: Run, words: tuple[str, ...], status: int, error: str
) -> None:
    done = tagatlas(*words)
    assert done.returncode == status, done.stderr
    facts = json.loads(done.stdout)
    assert list(facts) == ["error"]
    assert error in facts["error"]
    assert done.stderr


def test_a_search_for_json_asks_for_none(tagatlas: Run) -> None:
    assert tagatlas("search", "nowhere.atlas", "--", "--json", "more").stdout == ""


@pytest.mark.parametrize("command", ["run", "export", "compare"])
def test_an_empty_path_is_refused(tagatlas: Run, folder: Path, command: str) -> None:
    further = ["--format", "svg"] if command == "export" else []
    done = tagatlas(command, folder, "--out", "", *further)
    assert "'--out': a path cannot be empty" in one_line(done, 2)


def test_a_negation_in_the_wrong_place_is_told_the_right_one(tagatlas: Run, folder: Path) -> None:
    done = tagatlas("render", folder, "--poster-no-legend")
    assert "there is no option --poster-no-legend; did you mean --no-poster-legend?" in (
        one_line(done, 2)
    )
