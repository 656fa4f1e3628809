"""A password in an address never leaves the catalog, whatever command or plugin writes."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import ClassVar

import click
import polars as pl
import pytest

import tagatlas
from tagatlas import Progress, no_progress
from tagatlas.cli import COMMANDS as BUILT_IN
from tagatlas.cli import exit_status
from tagatlas.cli.command import Command
from tagatlas.errors import InputError, MissingDependency, TagatlasError
from tagatlas.masking import as_shown, masked, without_queries
from tagatlas.plugins import COMMANDS, RENDERERS, load_plugins
from tagatlas.testing import sample_images
from tagatlas_compare import compare
from tagatlas_imports import import_tags
from tagatlas_rendering import signed_addresses
from tagatlas_web.server.files import MapFiles

PASSWORD = "-".join(["S3cret", "Pass"])
USER = "alice"
SIGNATURE = "f00dfeed"
SIGNED_TAG = f"https://x.org/dog.jpg?signature={SIGNATURE}"
NAMES = list(load_plugins().of_kind(RENDERERS))


class Pictures(BaseHTTPRequestHandler):
    """Gives a picture at ``/ok1.jpg`` and so on, if the password is right; else 404."""

    images: ClassVar = [each.data for each in sample_images(12)]
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        number = self.path.partition(".jpg")[0].removeprefix("/ok")
        is_there = number.isdigit() and self.headers.get("Authorization") is not None
        body = self.images[int(number)] if is_there else b""
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def address(host: str, name: str) -> str:
    query = f"token={SIGNATURE}&X-Amz-Signature={SIGNATURE}"
    return f"http://{USER}:{PASSWORD}@{host}/{name}.jpg?{query}"


@pytest.fixture(scope="module")
def folder(host: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the atlas, its table, and a table of tags."""
    folder = tmp_path_factory.mktemp("shown")
    urls = [address(host, f"ok{number}") for number in range(12)]
    urls += [address(host, "gone"), address("host.invalid", "x"), "//alice:S3cret-Pass@10.0.0.1/"]
    table = pl.DataFrame({"image_url": urls, "seen in": [f"page {url}" for url in urls]})
    table.write_csv(folder / "table.csv")
    found = pl.DataFrame(
        {"image": urls[:11], "tag": [*["cat", SIGNED_TAG] * 5, "cat"], "score": 0.9}
    )
    found.write_csv(folder / "tags.csv")
    added = tagatlas.add(folder / "x.atlas", folder / "table.csv")
    assert PASSWORD not in repr(added)
    with tagatlas.open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        report = tagatlas.fetch(
            atlas,
            allow_private=True,
            retries=0,
            recover=("wayback",),
            archive=f"http://{host}/archive",
        )
        assert report.images == 12
        assert PASSWORD not in repr(report)
        for name in ("one", "two"):
            [imported] = import_tags(atlas, folder / "tags.csv", name=name)
            assert imported.counts["ok"] == 11
            assert PASSWORD not in repr(imported)
        mapped = tagatlas.map(atlas, backend="one")
        assert mapped.images == 11
    return folder


def texts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it."""
    data = path.read_bytes()
    yield path.name.encode()
    yield from unpacked(data)


def unpacked(data: bytes) -> Iterator[bytes]:
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif data.startswith(b"PAR1"):
        yield repr(pl.read_parquet(data).to_dicts()).encode()
    elif data.startswith(b"%PDF"):
        for part in data.split(b"stream\n")[1:]:
            yield zlib.decompressobj().decompress(part) if part[:1] == b"x" else part


def files_with(folder: Path, text: str) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith("catalog.sqlite")
        and any(text.encode() in each for each in texts(path))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_export_has_the_password_or_on_demand_a_query(
    folder: Path, tmp_path: Path, name: str
) -> None:
    try:
        report = tagatlas.export(folder / "x.atlas", name, tmp_path / "all")
    except MissingDependency as missing:
        pytest.skip(str(missing))
    assert report.files
    assert PASSWORD not in repr(report)
    assert files_with(tmp_path, PASSWORD) == files_with(tmp_path, f"{USER}:") == []
    assert report.signed == 11
    short = tagatlas.export(folder / "x.atlas", name, tmp_path / "short", without_queries=True)
    assert (short.signed, short.publishing) == (0, "")
    assert files_with(tmp_path / "short", SIGNATURE) == []


def values_of(folder: Path, host: str) -> Mapping[str, str]:
    """Arguments of commands, by name; that of an unknown name is ``x``."""
    return {
        "atlas": str(folder / "x.atlas"),
        "location": str(folder / "table.csv"),
        "file": str(folder / "tags.csv"),
        "backends": "one",
        "formats": "tables",
        "image": address(host, "ok3"),
        "out": str(folder / "out"),
    }


GIVEN = ("backends", "image")
"""Options that are not required, and say what a command works on."""

SERVES = ("view",)
"""Commands that do not end by themselves; that one's files are those of the renderer ``web``."""


def commands() -> list[str]:
    """The commands that work on an atlas."""
    from tagatlas.cli import _Commands

    group = _Commands()
    context = click.Context(group)
    found = []
    for name in [*BUILT_IN, *load_plugins().of_kind(COMMANDS)]:
        made = group.get_command(context, name)
        names = {each.name for each in made.params} if isinstance(made, Command) else set()
        if names & {"atlas", "location"} and name not in SERVES:
            found.append(name)
    return found


def words_of(name: str, values: Mapping[str, str]) -> list[str]:
    """The words of a call with all that the command needs, and a folder for what it writes."""
    from tagatlas.cli import _Commands

    group = _Commands()
    made = group.get_command(click.Context(group), name)
    assert made is not None
    words = [name]
    for each in made.params:
        value = values.get(each.name or "", "x")
        if isinstance(each, click.Argument):
            words.append(value)
        elif isinstance(each, click.Option) and (each.required or each.name in GIVEN):
            words += [each.opts[0], value] * (2 if each.name == "backends" else 1)
    return words


@pytest.mark.slow
def test_a_comparison_has_on_demand_no_query(folder: Path, tmp_path: Path) -> None:
    with tagatlas.open_atlas(folder / "x.atlas") as atlas:
        compare(atlas, ["one", "two"], out=tmp_path / "all", gallery=12)
        compare(atlas, ["one", "two"], out=tmp_path / "short", gallery=12, without_queries=True)
    assert files_with(tmp_path / "all", SIGNATURE)
    assert files_with(tmp_path / "short", SIGNATURE) == []
    assert files_with(tmp_path / "short", "ok1")


@pytest.mark.parametrize("name", commands())
def test_no_command_says_or_writes_the_password(
    folder: Path,
    host: str,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = tmp_path / "work"
    shutil.copytree(folder, copy)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAGATLAS_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("TAGATLAS_RETRIES", "0")
    words = words_of(name, values_of(copy, host))
    for further in ([], ["--json"], ["--debug"]):
        exit_status([*words, *further])
        said = capsys.readouterr()
        assert said.out + said.err
        assert PASSWORD not in said.out + said.err
    for each in (copy / "table.csv", copy / "tags.csv"):
        each.unlink()
    assert files_with(tmp_path, PASSWORD) == []


def test_the_catalog_still_has_it(folder: Path) -> None:
    with sqlite3.connect(folder / "x.atlas" / "catalog.sqlite") as catalog:
        [(found,)] = catalog.execute(
            "SELECT count(*) FROM addresses WHERE location LIKE '%S3cret-Pass%'"
        )
    assert found == 15
    assert files_with(folder / "x.atlas", PASSWORD) == []
    assert "fetched/addresses.csv" in files_with(folder / "x.atlas", "host.invalid")


def test_an_archive_is_asked_without_the_password(folder: Path) -> None:
    assert (folder / "x.atlas").exists()
    asked = [path for path in Pictures.seen if path.startswith("/archive")]
    assert len(asked) == 3
    assert all("host" in path or "127.0.0.1" in path or "10.0.0.1" in path for path in asked)
    assert not any(USER in path or PASSWORD in path for path in asked)


@pytest.mark.slow
def test_what_is_handed_out_is_as_shown(folder: Path) -> None:
    with tagatlas.open_atlas(folder / "x.atlas", load_plugins()) as atlas:
        loaded = tagatlas.load_map(atlas)
        handed = [
            loaded.records.to_dicts(),
            loaded.provenance,
            tagatlas.info(atlas),
            compare(atlas, ["one", "two"], out=None),
        ]
        assert PASSWORD not in repr(handed)
        assert "token=" in repr(loaded.records["location"].to_list())


def test_an_address_as_shown_names_what_is_removed(folder: Path, host: str) -> None:
    with tagatlas.open_atlas(folder / "x.atlas", load_plugins(), write=False) as atlas:
        named = address(host, "ok3").replace(f"{USER}:{PASSWORD}@", "")
        report = tagatlas.remove(atlas, named, dry_run=True)
        assert report.extent.locations == [named]


@contextmanager
def silent() -> Iterator[Progress]:
    """A progress that nobody sees."""
    yield no_progress


def test_the_viewer_says_how_many_addresses_carry_keys(folder: Path) -> None:
    def files(*, shorter: bool) -> MapFiles:
        plugins = load_plugins()
        return MapFiles(folder / "x.atlas", plugins, {}, {}, silent, shorter)

    assert files(shorter=False).publishing("one") == (
        "11 addresses carry a signature or a token: before you publish the files, write them with "
        "--without-queries"
    )
    assert files(shorter=True).publishing("one") == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/?u=https%3A//user%3Apw%40h.example/x.jpg",
        "https%3A//user:pw@h.example",
        "https:%2F%2Fuser:pw@h.example",
        "https://a.example/?u=%2F%2Fuser%3Apw%40h.example",
        "https%253A//user%253Apw%2540h.example",
        "https:/\t/user:pw@h.example",
        "https:\\\n/user:pw@h.example",
    ],
)
def test_an_address_within_another_is_shown_without_its_user(address: str) -> None:
    for shown in (as_shown(address), masked(address)):
        assert "user" not in shown
        assert "pw" not in shown
        assert "h.example" in shown


@pytest.mark.parametrize(
    "address", ["https://h/a/@user/x", "https://h/path%40x", "https://h/what%3Fname.jpg"]
)
def test_other_signs_of_an_address_stay(address: str) -> None:
    assert as_shown(address) == masked(address) == without_queries(address) == address


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "http:",
        "http://",
        "http:@",
        "://a:",
        "//:@ ",
        "%3A%2F%2F",
        "?&",
        "http://?;x=",
        "%25",
        '"',
        "\n//",
        "\t",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    for start in ("", "http:", "//a:b", "@"):
        for end in ("", "@", "%40", "?", "%3f", "/@"):
            assert as_shown(f"{start}{text}{end}") is not None
            assert without_queries(f"{start}{text}{end}?") is not None


@pytest.mark.parametrize(
    ("query", "is_signed"),
    [
        ("X-Amz-Signature=1", True),
        ("a=1&X-Goog-Signature=1", True),
        ("sig=1", True),
        ("se=1&sp=r&sig=1", True),
        ("Expires=1&Signature=2&Key-Pair-Id=3", True),
        ("access_token=1", True),
        ("oh=1&oe=2", True),
        ("api_key=1", True),
        ("format=jpg&name=orig", False),
        ("design=1", False),
        ("keyword=sig", False),
        ("monkey=1", False),
    ],
)
def test_which_addresses_carry_keys(query: str, is_signed: bool) -> None:
    for columns in ("{}", json.dumps({"more": f"http://other/x?{query}"})):
        urls = [f"http://host/1.jpg?{query}" if columns == "{}" else "http://host/1.jpg"]
        records = pl.DataFrame({"location": urls, "columns": columns})
        assert signed_addresses(records) == int(is_signed)


@pytest.mark.parametrize("error", [InputError, TagatlasError])
def test_no_error_says_it(error: type[TagatlasError]) -> None:
    assert str(error("no http://a:b@host/x")) == "no http://host/x"


@pytest.mark.parametrize(
    ("text", "shown", "short"),
    [
        ("http://a:b@h/x?token=q@r", "http://h/x?token=q@r", "http://h/x"),
        ("http://a:p@ss@h/x", "http://h/x", "http://h/x"),
        (r"http:\\a:b@h\x", r"http:\\h\x", r"http:\\h\x"),
        ("//a:b@h/x?y", "//h/x?y", "//h/x"),
        ("http://a:b c@h/d e.jpg", "http://h/d e.jpg", "http://h/d e.jpg"),
        ("http://al\nice:b@h/x", "http://h/x", "http://h/x"),
        ("see s3://k:s@b/x, mail m@b.org", "see s3://b/x, mail m@b.org", None),
        ("https://w.org/2000id_/http://a:b@h/?c", "https://w.org/2000id_/http://h/?c", None),
        ("https://p/u=http%3A%2F%2Fa%3Ab%40h%2Fx", "https://p/u=http%3A%2F%2Fh%2Fx", None),
        ("https://p/https%3A%2F%2Fm.org%2F%40me", "https://p/https%3A%2F%2Fm.org%2F%40me", None),
        ("https://f.org/photos/12@N07/1.jpg", "https://f.org/photos/12@N07/1.jpg", None),
        ("http://h//foo@bar.jpg", "http://h//foo@bar.jpg", None),
        ("https://a.org, mail m@b.org", "https://a.org, mail m@b.org", None),
        ('see http://a:b"c@h/x now', "see http://h/x now", None),
        ('"http://a:b"c@h/x"', '"http://h/x"', None),
        ("at http://a:b>c@h/", "at http://h/", None),
        ("see http://a:b c@h/x", "see http://h/x", None),
        ('see http://a:b@c"d@h/x now', "see http://h/x now", None),
        ("see http://a:b@<c@h now", "see http://h now", None),
        ("see http://a:b@c d@h/x now", "see http://h/x now", None),
        ('see http://a:b"@c d"e@h/x now', "see http://h/x now", None),
        ("see http://a:b@h/x and mail m@b.org", "see http://h/x and mail m@b.org", None),
        ("see http://a:b@h and mail m@b.org.", "see http://h and mail m@b.org.", None),
        ('["http://a:b@h","m@b.org/x"]', '["http://h","m@b.org/x"]', None),
        ("see http://a:b\u2003c@h/x", "see http://h/x", None),
        ("see http://a:b\tc@h/x", "see http://h/x", None),
        ('see http://p/u=http:%2F%2Fa:b"c@h/', "see http://p/u=http:%2F%2Fh/", None),
        ('{"u":"https://h:80","m":"m@b.org"}', '{"u":"https://h:80","m":"m@b.org"}', None),
        ('{"u":"https://h","m":"m@b.org"}', '{"u":"https://h","m":"m@b.org"}', None),
        ('<a href="https://h:80">m@b.org</a>', '<a href="https://h:80">m@b.org</a>', None),
        ("see https://h: mail m@b.org", "see https://h: mail m@b.org", None),
        ("http://h/a\tb?t=s", "http://h/a\tb?t=s", "http://h/a\tb"),
        ("see http://h/a\r\n?t=s now", "see http://h/a\r\n?t=s now", "see http://h/a\r\n now"),
        ("http://h/?a=1\n&t=s", "http://h/?a=1\n&t=s", "http://h/"),
        ('http://h/a"b?t=s', 'http://h/a"b?t=s', 'http://h/a"b'),
        ("http://h/<x>?t=s", "http://h/<x>?t=s", "http://h/<x>"),
        ("http://h/a\u00a0b?t=s", "http://h/a\u00a0b?t=s", "http://h/a\u00a0b"),
        ("http://h/?s\nhttp://i/?s", "http://h/?s\nhttp://i/?s", "http://h/\nhttp://i/"),
        (
            '<a href="http://h/?s">so?</a>',
            '<a href="http://h/?s">so?</a>',
            '<a href="http://h/">so?</a>',
        ),
        ("/home/x@y/z what?", "/home/x@y/z what?", "/home/x@y/z what?"),
    ],
)
def test_an_address_as_shown(text: str, shown: str, short: str | None) -> None:
    assert as_shown(text) == as_shown(shown) == shown
    assert "a:b@" not in masked(text)
    assert short is None or without_queries(shown) == short
