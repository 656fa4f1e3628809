"""Sources that read page by page: each page is kept, and reading goes on after the last of them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from strangers import lay_plugin

import tagatlas as library
from tagatlas.atlas import open_atlas
from tagatlas.errors import InputError

PAGES = 8

PLUGIN = """
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import urlopen
from tagatlas import Page, PagedSource, Records, SourceSpec, hookimpl
from tagatlas.errors import InputError


@dataclass(frozen=True)
class Options:
    kind: str = "jpg"


class Book(PagedSource):
    def __init__(self, options):
        self._kind = options.kind

    def pages(self, location, after):
        import json
        import polars as pl

        for number in range(0 if after is None else int(after) + 1, 8):
            try:
                with urlopen(f"http://{location.removeprefix('book:')}/{number}") as answer:
                    names = json.load(answer)
            except HTTPError as error:
                raise InputError(f"page {number} cannot be had: {error.code}") from error
            urls = [f"https://example.org/{name}.{self._kind}" for name in names]
            rest = {"number": [str(number)] * len(urls)} if number % 2 else {}
            table = pl.DataFrame(
                {"location": urls, "frequency": [1] * len(urls), **rest},
                {"location": pl.String, "frequency": pl.Int64} | dict.fromkeys(rest, pl.String),
            )
            yield Page(Records(table, f"a book of {number + 1} pages"), str(number), number + 1, 8)


@hookimpl
def tagatlas_sources():
    return [SourceSpec(name="book", summary="A book.", options=Options, factory=Book,
                       accepts=lambda location: location.startswith("book:"))]
"""


class Library(ThreadingHTTPServer):
    """Serves pages of names, and counts; fails or kills the reader at a page.

    Attributes:
        asked: how often each page was asked for.
        broken: the page that is not served.
        deadly: the page that kills the reader, and whether after it was answered.
        reader: the process.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: Counter[int] = Counter()
        self.broken = -1
        self.deadly = (-1, False)
        self.reader: Future[int] = Future()

    @property
    def location(self) -> str:
        return f"book:127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Library

    def do_GET(self) -> None:
        number = int(self.path.strip("/"))
        self.server.asked[number] += 1
        deadly, afterwards = self.server.deadly
        if number == deadly and not afterwards:
            os.kill(self.server.reader.result(60), signal.SIGKILL)
            return
        self.send_response(503 if number == self.server.broken else 200)
        self.end_headers()
        self.wfile.write(json.dumps([f"{number}-{place}" for place in range(3)]).encode())
        if number == deadly:
            self.wfile.flush()
            os.kill(self.server.reader.result(60), signal.SIGKILL)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def books() -> Iterator[Library]:
    with Library() as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "site"
    lay_plugin(site, "bookplugin", PLUGIN)
    monkeypatch.syspath_prepend(site)
    return site


def records(atlas: Path) -> list[str]:
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as connection:
        found = connection.execute(
            "SELECT location FROM records JOIN addresses ON addresses.id = address "
            "ORDER BY records.id"
        )
        return [location for (location,) in found]


WANTED = [f"https://example.org/{page}-{place}.jpg" for page in range(PAGES) for place in range(3)]


def add(site: Path, atlas: Path, books: Library) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tagatlas", "add", str(atlas), books.location]
    books.reader = Future()
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(site)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    books.reader.set_result(process.pid)
    out, err = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.mark.slow
@pytest.mark.parametrize("afterwards", [False, True])
def test_a_killed_reading_goes_on_and_no_page_is_read_twice_but_the_one_in_flight(
    site: Path, books: Library, tmp_path: Path, afterwards: bool
) -> None:
    atlas = tmp_path / "x.atlas"
    for deadly in (0, 4, PAGES - 1):
        books.deadly = deadly, afterwards
        assert add(site, atlas, books).returncode == -signal.SIGKILL
        assert records(atlas) == []
    books.deadly = -1, False
    done = add(site, atlas, books)
    assert done.returncode == 0, done.stderr
    assert records(atlas) == WANTED
    assert all(
        1 <= books.asked[page] <= (2 if page in (0, 4, PAGES - 1) else 1) for page in range(PAGES)
    )
    assert "a book of 8 pages" in done.stdout
    assert "read on after page 7" in done.stdout + done.stderr
    again = add(site, atlas, books)
    assert again.returncode == 0
    assert records(atlas) == WANTED
    assert f"reading: {PAGES} of {PAGES}" in again.stderr


def test_what_was_read_before_a_failure_is_kept_even_of_a_new_atlas(
    site: Path, books: Library, tmp_path: Path
) -> None:
    books.broken = 5
    with pytest.raises(InputError, match="page 5 cannot be had: 503"):
        library.add(tmp_path / "x.atlas", books.location)
    books.broken = -1
    report = library.add(tmp_path / "x.atlas", books.location)
    assert (report.records, report.recognised) == (3 * PAGES, "a book of 8 pages")
    assert records(tmp_path / "x.atlas") == WANTED
    assert books.asked == Counter(dict.fromkeys(range(PAGES), 1)) + Counter({5: 1})
    assert site.exists()


def test_a_reading_with_other_options_or_of_long_ago_begins_anew(
    site: Path, books: Library, tmp_path: Path
) -> None:
    def fail(kind: str = "jpg") -> None:
        with pytest.raises(InputError):
            library.add(tmp_path / "x.atlas", books.location, book_kind=kind)

    books.broken = 2
    fail()
    fail("png")
    assert books.asked[0] == 2
    with closing(sqlite3.connect(tmp_path / "x.atlas" / "catalog.sqlite")) as connection:
        connection.execute("UPDATE pages SET kept_at = '2020-02-02T00:00:00+00:00'")
        connection.commit()
    fail("png")
    assert books.asked[0] == 3
    fail("png")
    assert books.asked[0] == 3
    assert site.exists()


def test_nothing_of_a_reading_is_left_when_it_is_done(
    site: Path, books: Library, tmp_path: Path
) -> None:
    library.add(tmp_path / "x.atlas", books.location)
    with open_atlas(tmp_path / "x.atlas") as atlas:
        assert not atlas.catalog.pages.any()
        assert site.exists()


def test_pages_that_somebody_else_changed_are_read_again(
    site: Path, books: Library, tmp_path: Path
) -> None:
    """The user's mark is not theirs, and a token says what is asked for next."""
    books.broken = 2
    with pytest.raises(InputError):
        library.add(tmp_path / "x.atlas", books.location)
    with closing(sqlite3.connect(tmp_path / "x.atlas" / "catalog.sqlite")) as connection:
        connection.execute("UPDATE pages SET token = '6'")
        connection.commit()
    books.broken = -1
    library.add(tmp_path / "x.atlas", books.location)
    assert records(tmp_path / "x.atlas") == WANTED
    assert site.exists()
