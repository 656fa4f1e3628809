"""A world for shards: serves pictures and answers a tagger, counts both, and kills at random."""

from __future__ import annotations

import random
import select
import socket
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from tagatlas.testing import sample_images

PER_HOST = 4
"""Simultaneous requests that a host takes."""

SERVICE = 0.01
"""Seconds that an answer takes, so that requests overlap."""

PLUGIN = '''
"""Asks a server about each image."""

from dataclasses import dataclass
from urllib.request import urlopen

import numpy as np

from tagatlas import Tag, Tagger, TaggerSpec, TagResult, hookimpl


@dataclass(frozen=True)
class Options:
    endpoint: str = ""


class CountedTagger(Tagger):
    batch_size = 2
    concurrency = 2

    def __init__(self, options):
        self._endpoint = options.endpoint

    def tag(self, images):
        return [self._ask(image.id) for image in images]

    def _ask(self, image_id):
        with urlopen(self._endpoint + "/tag/" + image_id) as response:
            raw = response.read()
        tags = [Tag(label, int(image_id[:6], 16) / 2**24) for label in raw.decode().split()]
        return TagResult.ok(tags, raw, np.frombuffer(bytes.fromhex(image_id), np.uint8) / 255)

    def fingerprint(self):
        return "counted 1"


@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="counted", summary="Asks.", options=Options, factory=CountedTagger)]
'''


class World(ThreadingHTTPServer):
    """Serves pictures at two hosts, and their copies at an archive.

    Attributes:
        asked: how often each path was asked for, with its host.
        peak: the most simultaneous requests of living clients, by host.
        faults: what went wrong here.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, addresses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.addresses = addresses
        self.asked: Counter[str] = Counter()
        self.peak: Counter[str] = Counter()
        self.faults: list[BaseException | None] = []
        self._lock = Lock()
        self._open: dict[str, set[socket.socket]] = defaultdict(set)
        self._pictures = [image.data for image in sample_images(addresses, (64, 48))]
        self._dice = random.Random(20240229)  # noqa: S311 - no secret
        self._plan: list[str] = []
        self._gap = (1, 1)
        self._left = 0
        self._strike: Callable[[str], None] = lambda _: None

    @property
    def urls(self) -> list[str]:
        """The addresses of pictures: of one large host, and of another one."""
        hosts = ["127.0.0.1", "127.0.0.1", "localhost"]
        return [
            f"http://{hosts[number % 3]}:{self.server_port}/picture/{number}.jpg"
            for number in range(self.addresses)
        ]

    @property
    def archive(self) -> str:
        """The address of an archive that has a part of what is gone."""
        return f"http://localhost:{self.server_port}/web"

    @property
    def endpoint(self) -> str:
        """Where the tagger asks."""
        return f"http://127.0.0.1:{self.server_port}"

    def lie_in_wait(
        self, kinds: Sequence[str], gap: tuple[int, int], strike: Callable[[str], None]
    ) -> None:
        """Strike once for each kind, in some order, so many requests after each other."""
        with self._lock:
            self._plan = [*kinds]
            self._dice.shuffle(self._plan)
            self._gap, self._strike = gap, strike
            self._left = self._dice.randint(*gap)

    def rest(self) -> list[str]:
        """Strike no more; returns the kinds that were left."""
        with self._lock:
            left, self._plan = self._plan, []
            return left

    def reply(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer to a path."""
        kind, _, rest = path.lstrip("/").partition("/")
        if kind == "tag":
            return 200, f"theme{int(rest[:8], 16) % 4} thing{int(rest[8:16], 16) % 9}".encode()
        number = int(path.rpartition("/")[2].removesuffix(".jpg"))
        if kind == "web":
            return (200, self._pictures[number]) if number % 20 == 9 else (404, b"no copy")
        if number % 10 == 9:
            return 404, b"gone"
        return 200, self._pictures[number - 1 if number % 10 == 8 else number]

    def begin(self, host: str, path: str, client: socket.socket) -> None:
        """Count a request, and strike if it is time to."""
        with self._lock:
            self.asked[f"{host}{path}"] += 1
            if not path.startswith("/tag/"):
                self._open[host] = {each for each in self._open[host] if _is_alive(each)} | {client}
                self.peak[host] = max(self.peak[host], len(self._open[host]))
            self._left -= 1
            is_due = self._plan and self._left <= 0
            kind = self._plan.pop() if is_due else ""
            if is_due:
                self._left = self._dice.randint(*self._gap)
        if kind:
            self._strike(kind)
        time.sleep(SERVICE)

    def end(self, host: str, client: socket.socket) -> None:
        """A request is answered."""
        with self._lock:
            self._open[host].discard(client)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """A client that is gone is what this is about; anything else is a fault."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.faults.append(error)


class _Answer(BaseHTTPRequestHandler):
    """Answers one request."""

    server: World

    def do_GET(self) -> None:
        """Answer."""
        host = self.headers["Host"].partition(":")[0]
        self.server.begin(host, self.path, self.connection)
        try:
            status, body = self.server.reply(self.path)
        finally:
            self.server.end(host, self.connection)
        self.send_response(status)
        self.send_header("Content-Type", "image/jpeg" if status == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


def _is_alive(client: socket.socket) -> bool:
    """Whether a client still waits for its answer."""
    with suppress(OSError, ValueError):
        readable, _, _ = select.select([client], [], [], 0)
        return not readable or client.recv(1, socket.MSG_PEEK) != b""
    return False


@contextmanager
def turning(addresses: int) -> Iterator[World]:
    """A world that turns as long as the block."""
    with World(addresses) as world:
        thread = Thread(target=world.serve_forever, name="world")
        thread.start()
        yield world
        world.shutdown()
        thread.join()
    assert world.faults == []


def contents(atlas: Path) -> dict[str, list[tuple[object, ...]]]:
    """What an atlas holds of fetching and tagging, in an order of its own, bit for bit."""
    queries = {
        "addresses": "SELECT location, status, reason, http_status, final_url, content_type, way, "
        "refused_by, placeholder, sha256 FROM addresses "
        "LEFT JOIN images ON images.id = addresses.image ORDER BY location",
        "images": "SELECT sha256, width, height, format, bytes, frames, perceptual_hash, "
        "stored_image, stored_thumbnail, signatures.* FROM images "
        "LEFT JOIN signatures ON signatures.image = images.id ORDER BY sha256",
        "answers": "SELECT sha256, status, kind, message, raw FROM answers "
        "JOIN images ON images.id = answers.image ORDER BY sha256",
        "tags": "SELECT sha256, labels.label, score FROM tags "
        "JOIN images ON images.id = tags.image JOIN labels ON labels.id = tags.label "
        "ORDER BY sha256, labels.label",
        "embeddings": "SELECT sha256, vector FROM embeddings "
        "JOIN images ON images.id = embeddings.image ORDER BY sha256",
    }
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as connection:
        held = {name: connection.execute(query).fetchall() for name, query in queries.items()}
    held["images"] = [(*row[:9], *row[10:]) for row in held["images"]]  # without a row's number
    return held
