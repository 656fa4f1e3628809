"""Fetching is killed (SIGKILL) at fifty random moments: nothing is lost or half-written."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest
from command import Starter

from tagatlas.atlas import open_atlas
from tagatlas.contracts import ALWAYS_KEPT, ImageStatus, Records
from tagatlas.plugins import load_plugins
from tagatlas.steps.verify import verify_images
from tagatlas.testing import sample_images

pytestmark = pytest.mark.slow

ADDRESSES = 1200
PICTURES = 900
"""The last addresses lead to pictures that others lead to."""


class Archive(ThreadingHTTPServer):
    """Serves pictures, and kills who asks at one of its requests."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.pictures = [image.data for image in sample_images(PICTURES, (96, 64))]
        self.asked: Counter[int] = Counter()
        self.countdown = 0
        self.moment = ""
        self.process: Future[int] = Future()
        self._lock = threading.Lock()

    def lie_in_wait(self, requests: int, moment: str) -> None:
        """Kill the next process at so many requests from now."""
        self.countdown, self.moment, self.process = requests, moment, Future()

    def is_due(self, number: int) -> bool:
        """Count a request; whether it is the one."""
        with self._lock:
            self.asked[number] += 1
            self.countdown -= 1
            return self.countdown == 0

    def strike(self) -> None:
        """Kill the process, unless it came to its end before."""
        with suppress(ProcessLookupError):
            os.kill(self.process.result(timeout=60), signal.SIGKILL)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is what this is about; anything else is a fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came


class Answer(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server: Archive

    def do_GET(self) -> None:
        """Answer, and kill before, within or after that where it is due."""
        number = int(self.path[1:])
        moment = self.server.moment if self.server.is_due(number) else ""
        body = self.server.pictures[number % PICTURES]
        if moment == "before":
            self.server.strike()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:500])
        if moment == "within":
            self.server.strike()
        self.wfile.write(body[500:])
        if moment == "after":
            self.server.strike()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(starter: Starter, atlas: Path, archive: Archive) -> int:
    """Fetch until the end or the death; the exit status."""
    flags = ["--allow-private", "--host-rate", "0", "--retries", "0"]
    with starter.started(["fetch", atlas, *flags], atlas.parent, os.environ) as process:
        archive.process.set_result(process.pid)
        said = process.errors.read()
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode


def check(folder: Path) -> int:
    """Make sure that an atlas is sound; returns how many addresses are settled."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with open_atlas(folder, load_plugins(), write=False) as atlas:
        assert verify_images(atlas).damages == [], "half-written, or lost"
        counts = atlas.catalog.addresses.counts()
        settled = counts[ImageStatus.OK]
        assert settled + counts[ImageStatus.PENDING] == ADDRESSES
    for path in folder.glob("images/*/*.jpg"):  # also those that the catalog does not know yet
        assert path.read_bytes().endswith(b"\xff\xd9"), "half a JPEG"
    return settled


@pytest.mark.thorough
@pytest.mark.parametrize("times", [4, 50])
def test_killed_again_and_again(
    starter: Starter, archive: Archive, tmp_path: Path, times: int
) -> None:
    folder = tmp_path / "x.atlas"
    urls = [f"http://127.0.0.1:{archive.server_port}/{number}" for number in range(ADDRESSES)]
    with open_atlas(folder, load_plugins(), create=True) as atlas:
        table = pl.DataFrame({"location": urls}).with_columns(frequency=pl.lit(1, dtype=pl.Int64))
        atlas.settings.trust.accept(addresses=urls)
        atlas.catalog.records.add("urls", "table", Records(table, "URLs"))

    dice = random.Random(20240301)  # noqa: S311 - no secret
    kills = settled = 0
    while kills < times:
        requests = dice.randint(1, 2_000 // times)
        archive.lie_in_wait(requests, dice.choice(["before", "within", "after"]))
        assert run(starter, folder, archive) == -signal.SIGKILL
        kills += 1
        now_settled = check(folder)
        assert now_settled >= settled, "an image was lost"
        settled = now_settled
        assert max(archive.asked.values()) <= kills
    archive.lie_in_wait(-1, "")
    assert run(starter, folder, archive) == 0
    assert check(folder) == ADDRESSES
    assert max(archive.asked.values()) <= kills + 1

    expected = {hashlib.sha256(data).hexdigest() for data in archive.pictures}
    assert len(expected) == PICTURES
    for folder_name in ("images", "thumbnails"):
        stored = [path.stem for path in (folder / folder_name).glob("*/*.jpg")]
        assert sorted(stored) == sorted(expected), "lost or doubled"
    assert len(ALWAYS_KEPT) == 2
    asked = Counter(archive.asked)
    archive.lie_in_wait(-1, "")
    assert run(starter, folder, archive) == 0
    assert archive.asked == asked, "fetched twice"
