"""The server behind ``tagatlas view``; ``tests/web/test_annotate.py`` has the page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from viewed_atlas import make_map, viewed_atlas
from viewing import Viewing, viewing

from tagatlas.atlas import open_atlas
from tagatlas.contracts import Variant
from tagatlas.plugins import load_plugins
from tagatlas.steps.load import load_map
from tagatlas_web.server.address import listen, port_of

ARROW = {"kind": "arrow", "begin": [0.0, 0.0], "end": [1.0, 1.0], "colour": "#aa0000", "text": ""}
JSON = {"Content-Type": "application/json"}
UUID = "ebbe3e09-0a33-4238-a6aa-5b1ef9c609d1"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewed_atlas(tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def shared(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas that tests change by annotations of their own."""
    return Path(shutil.copytree(untouched, tmp_path_factory.mktemp("shared") / "x.atlas"))


@pytest.fixture(scope="module")
def server(shared: Path) -> Iterator[Viewing]:
    with viewing(shared) as running:
        yield running


@pytest.fixture
def atlas(untouched: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(untouched, tmp_path / "own.atlas"))


def refused(atlas: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """What the command says that begins to serve nothing."""
    command: list[str | Path] = [sys.executable, "-m", "tagatlas", "view", atlas, "--no-open"]
    return subprocess.run([*command, *flags], capture_output=True, text=True, check=False)


def test_the_page_and_its_files_are_served(server: Viewing) -> None:
    page = server.ask("")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert b"data-live=" in page.body
    for name in ("viewer.js", "viewer.css", "data/atlas.js", "data/ids.js", "data/details/0.js"):
        assert server.ask(name).status == 200, name


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1:{port}.evil.example"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["", "viewer.js", "api/annotations?map=one&since=0"])
def test_whoever_comes_from_elsewhere_is_refused(
    server: Viewing, headers: dict[str, str], path: str
) -> None:
    meant = {name: value.format(port=server.port) for name, value in headers.items()}
    answer = server.ask(path, headers=meant)
    assert answer.status == 403
    assert server.root.strip("/").encode() not in answer.body


def test_a_change_from_elsewhere_is_refused(server: Viewing) -> None:
    change = json.dumps({"map": "one", "base": 0, "content": ARROW}).encode()
    id_ = str(uuid4())
    foreign = JSON | {"Origin": "http://evil.example"}
    assert server.ask(f"api/annotations/{id_}", "PUT", change, foreign).status == 403
    assert server.ask(f"api/annotations/{id_}", "OPTIONS", headers=foreign).status == 403
    assert id_ not in server.contents()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        "/favicon.ico",
        "/x/",
        "/{token}x/",
        "/{cut}/",
        "/x/{token}/",
        "//{token}/",
    ],
)
def test_whoever_does_not_know_the_token_is_refused(server: Viewing, path: str) -> None:
    token = server.root.strip("/")
    meant = path.format(token=token, cut=token[:-1])
    assert server.ask(meant, whole=True).status == 403


def test_the_other_name_of_this_machine_and_the_page_itself_are_let_in(server: Viewing) -> None:
    for host in ("localhost", "127.0.0.1"):
        name = f"{host}:{server.port}"
        headers = {"Host": name, "Origin": f"http://{name}", "Sec-Fetch-Site": "same-origin"}
        assert server.ask("", headers=headers).status == 200


@pytest.mark.parametrize("path", ["", "viewer.js", "nothing.js", "api/annotations?since=x"])
def test_every_answer_says_what_browsers_must_keep_to(server: Viewing, path: str) -> None:
    for answer in (server.ask(path), server.ask(path, headers={"Host": "evil.example"})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert not re.search(r"unsafe|http:|https:|\*", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "../../../catalog.sqlite",
        "..%2f..%2f..%2fcatalog.sqlite",
        "data/../../../../catalog.sqlite",
        "data/..%5c..%5ccatalog.sqlite",
        "%2e%2e/%2e%2e/%2e%2e/catalog.sqlite",
        "%252e%252e/catalog.sqlite",
        "/etc/passwd",
        "//etc/passwd",
        "%2fetc%2fpasswd",
        "data/atlas.js%00.html",
        ".state",
        "data",
        "pictures/aa/../../../../../catalog.sqlite",
        "pictures/aa/..%2f..%2fcatalog.sqlite",
        "files/one/..%2f..%2f..%2fcatalog.sqlite",
        "files/..%2f..%2fcatalog.sqlite/map.png",
        "files/one/nodes.csv",
        "files/other/map.png",
    ],
)
def test_nothing_else_is_served(server: Viewing, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 404
    assert b"SQLite format" not in answer.body
    assert b"root:" not in answer.body


@pytest.mark.slow
def test_a_link_out_of_the_viewer_is_not_followed(atlas: Path) -> None:
    with viewing(atlas) as server:
        (atlas / "maps" / "one" / "viewer" / "out.js").symlink_to(atlas / "catalog.sqlite")
        assert server.ask("out.js").status == 404


def test_pictures_and_stored_images_come_from_the_atlas(server: Viewing, shared: Path) -> None:
    copies = shared / "maps" / "one" / "viewer" / "images"
    shutil.rmtree(copies, ignore_errors=True)  # an export of the page has its own
    for folder, variant in (("pictures", Variant.THUMBNAIL), ("images", Variant.IMAGE)):
        with open_atlas(shared, load_plugins(), write=False) as opened:
            image = opened.catalog.addresses.images()["id"][0]
            wanted = opened.store.get(image, variant)
        answer = server.ask(f"{folder}/{image[:2]}/{image}.jpg")
        assert (answer.headers["content-type"], answer.body) == ("image/jpeg", wanted)
        assert server.ask(f"{folder}/aa/{'a' * 64}.jpg").status == 404
    assert not copies.exists()


def test_a_change_is_told_to_those_who_ask(server: Viewing) -> None:
    id_ = str(uuid4())
    kept = server.put(ARROW, id_=id_)
    assert (kept.status, kept.json["id"], kept.json["content"]) == (200, id_, ARROW)
    revision = kept.json["revision"]
    assert isinstance(revision, int)
    told = server.ask(f"api/annotations?map=one&since={revision - 1}").json
    assert told["revision"] == revision
    assert told["changes"] == [kept.json]
    again = server.ask(f"api/annotations?map=one&since={revision}").json
    assert (again["revision"], again["changes"]) == (revision, [])
    assert server.put(None, base=revision, id_=id_).json["content"] is None
    assert server.contents()[id_] is None


def test_of_two_changes_of_one_annotation_the_second_is_refused(server: Viewing) -> None:
    id_ = str(uuid4())
    first = server.put(ARROW, id_=id_).json["revision"]
    assert isinstance(first, int)
    theirs = server.put(ARROW | {"text": "theirs"}, base=first, id_=id_).json
    refused = server.put(ARROW | {"text": "mine"}, base=first, id_=id_)
    assert (refused.status, refused.json) == (409, {"present": theirs})
    unknown = server.put(ARROW, base=first)
    assert (unknown.status, unknown.json) == (409, {"present": None})
    assert server.contents()[id_] == ARROW | {"text": "theirs"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"map":"one","base":0}',
        b'{"map":"one","base":"0","content":null}',
        b'{"map":"third","base":0,"content":null}',
        b'{"map":"one","base":0,"content":{"kind":"circle"}}',
        b'{"map":"one","base":0,"content":null,"more":1}',
        json.dumps({"map": "one", "base": 0, "content": ARROW | {"colour": "red"}}).encode(),
        json.dumps({"map": "one", "base": 0, "content": ARROW | {"text": "a" * 5001}}).encode(),
    ],
    ids=lambda body: repr(body[:60]),
)
def test_what_is_no_change_is_refused_in_a_line(server: Viewing, body: bytes) -> None:
    before = server.contents()
    answer = server.ask(f"api/annotations/{uuid4()}", "PUT", body, JSON)
    assert answer.status == 400
    error = answer.json["error"]
    assert isinstance(error, str)
    assert error
    assert "\n" not in error
    assert server.contents() == before


@pytest.mark.parametrize("id_", ["1", "..", UUID.upper(), f"{UUID}x"])
def test_an_annotation_is_known_by_a_uuid(server: Viewing, id_: str) -> None:
    assert server.put(ARROW, id_=id_).status in (400, 404, 405)


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "9" * 30, ""])
def test_since_is_a_revision(server: Viewing, since: str) -> None:
    assert server.ask(f"api/annotations?map=one&since={since}").status == 400


def test_a_map_that_is_not_there_has_no_annotations(server: Viewing) -> None:
    assert server.ask("api/annotations?map=third&since=0").status == 400


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_only_json_is_read(server: Viewing, kind: str) -> None:
    change = json.dumps({"map": "one", "base": 0, "content": ARROW}).encode()
    headers = {"Content-Type": kind} if kind else {}
    assert server.ask(f"api/annotations/{uuid4()}", "PUT", change, headers).status == 415
    order = b'{"map":"one","format":"svg"}'
    assert server.ask("api/export", "POST", order, headers).status == 415


def test_too_much_is_not_read(server: Viewing) -> None:
    large = json.dumps({"map": "one", "base": 0, "content": "a" * (1 << 20)}).encode()
    assert server.ask(f"api/annotations/{uuid4()}", "PUT", large, JSON).status == 413


@pytest.mark.parametrize(
    ("format_", "name", "begins"),
    [
        ("poster", "map.png", b"\x89PNG"),
        ("svg", "map.svg", b"<?xml"),
        ("pdf", "map.pdf", b"%PDF"),
        ("web", "viewer.zip", b"PK"),
    ],
)
def test_exports_are_written_and_can_be_taken_away(
    server: Viewing, shared: Path, format_: str, name: str, begins: bytes
) -> None:
    done = server.send("api/export", {"map": "one", "format": format_}, "POST")
    assert done.status == 200, done.body
    assert done.json["path"] == str(shared / "maps" / "one" / name)
    assert done.json["note"] == ""  # no address carries a key
    taken = server.ask(str(done.json["url"]))
    assert taken.body == (shared / "maps" / "one" / name).read_bytes()
    assert taken.body.startswith(begins)
    assert taken.headers["content-disposition"].startswith("attachment")
    if format_ == "web":
        with zipfile.ZipFile(BytesIO(taken.body)) as archive:
            assert {"viewer/index.html", "viewer/data/atlas.js"} <= set(archive.namelist())
            assert b"data-live" not in archive.read("viewer/index.html")


@pytest.mark.parametrize(
    "order", [{"map": "one", "format": "gephi"}, {"map": "../..", "format": "svg"}, {"map": "one"}]
)
def test_other_exports_are_refused(server: Viewing, order: dict[str, str]) -> None:
    assert server.send("api/export", order, "POST").status == 400


@pytest.mark.slow
def test_an_atlas_has_its_port_unless_it_is_taken(atlas: Path) -> None:
    with viewing(atlas) as first, viewing(atlas) as second:
        assert first.port == port_of(atlas) != second.port
        assert first.root != second.root
        assert any("is taken" in line for line in second.said)
        assert first.said[0].startswith("view: preparing the page of the map one")
        first.put(ARROW | {"text": "seen by both"})
        assert first.contents() == second.contents()
        taken = refused(atlas, "--port", str(first.port))
        assert taken.returncode == 2
        assert f"port {first.port} cannot be used" in taken.stderr
    with viewing(atlas) as again:
        assert again.port == first.port


@pytest.mark.slow
def test_a_port_can_be_chosen(atlas: Path) -> None:
    with listen(0, otherwise_any=False) as free:
        port = free.getsockname()[1]
    with viewing(atlas, "--port", str(port)) as server:
        assert server.port == port


@pytest.mark.slow
def test_it_serves_while_another_process_works_on_the_atlas(atlas: Path) -> None:
    with open_atlas(atlas, load_plugins(), write=True), viewing(atlas) as server:
        assert server.put(ARROW).status == 200


@pytest.mark.slow
def test_windows_hear_of_a_map_made_anew_and_find_it_at_their_next_load(atlas: Path) -> None:
    with viewing(atlas) as server:
        before = server.ask("api/annotations?map=one&since=0").json["map"]
        page, map_file = server.ask("").body, server.ask("data/maps/0.js").body
        assert f'data-live="{before}"'.encode() in page
        with open_atlas(atlas, load_plugins()) as opened:
            make_map(opened, seed=5)
        after = server.ask("api/annotations?map=one&since=0").json["map"]
        assert after != before
        assert f'data-live="{after}"'.encode() in server.ask("").body
        assert server.ask("data/maps/0.js").body != map_file


@pytest.mark.slow
def test_a_name_is_told_with_the_number_that_its_cluster_has(atlas: Path) -> None:
    with open_atlas(atlas, load_plugins(), write=False) as opened:
        second = load_map(opened, "one").clusters.row(1, named=True)
    name = {"kind": "name", "level": "cluster", "number": 0, "name": "Mine"}
    name |= {"typical": second["typical"], "automatic_name": second["automatic_name"]}
    with viewing(atlas) as server:
        kept = server.put(name).json["content"]
        assert kept == name | {"number": 1}
        assert list(server.contents().values()) == [kept]


@pytest.mark.slow
def test_an_interrupt_ends_it_cleanly(atlas: Path) -> None:
    with viewing(atlas) as server:
        idle = HTTPConnection("127.0.0.1", server.port)
        idle.request("GET", f"{server.root}viewer.css")
        assert idle.getresponse().read()
        assert server.interrupt() == 0
        idle.close()
        assert server.process.stderr
        assert server.process.stderr.read() == ""


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(atlas: Path) -> None:
    kept: dict[str, str] = {}
    with viewing(atlas) as server:

        def write() -> None:
            while True:
                id_, text = str(uuid4()), f"change {len(kept)}"
                try:
                    if server.put(ARROW | {"text": text}, id_=id_).status == 200:
                        kept[id_] = text
                except OSError:
                    return
                if len(kept) == 25:
                    server.process.kill()

        writers = [Thread(target=write) for _ in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert len(kept) >= 25
    with viewing(atlas) as again:
        there = again.contents()
        assert {id_: there[id_] for id_ in kept} == {
            id_: ARROW | {"text": text} for id_, text in kept.items()
        }


@pytest.mark.slow
def test_a_map_that_is_not_there_is_said(atlas: Path) -> None:
    missing = refused(atlas, "--map", "../third")
    assert missing.returncode == 2
    assert "there are: one" in missing.stderr
    assert not (atlas / "third").exists()
