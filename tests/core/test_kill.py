"""A run that is killed (SIGKILL) again and again loses at most what was in flight, and ends well.

The moments are chosen by what the process has done, not by the clock: a server that it fetches
from and asks kills it at a random one of its requests, before, within or after the answer; a line
that it prints does the same for the steps that ask nobody.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Lock, Thread
from typing import Literal

import pytest
from command import Starter
from strangers import install_plugin

from tagatlas.atlas import open_atlas
from tagatlas.contracts import ALWAYS_KEPT, ImageStatus
from tagatlas.plugins import load_plugins
from tagatlas.testing import sample_images

pytestmark = pytest.mark.slow

ADDRESSES = 60
DEAD = range(19, ADDRESSES, 20)
COPIES = range(18, ADDRESSES, 20)
IMAGES = ADDRESSES - len(DEAD) - len(COPIES)

BATCH, CONCURRENCY = 2, 2
IN_FLIGHT = BATCH * CONCURRENCY
"""Images asked about and not yet stored: a batch may wait to be stored while all threads ask."""

PLUGIN = f'''
"""Asks a server about each image, and tells it when the map is being rendered."""

from dataclasses import dataclass
from urllib.request import urlopen

from tagatlas import Renderer, RendererSpec, Tag, Tagger, TaggerSpec, TagResult, hookimpl


@dataclass(frozen=True)
class Options:
    endpoint: str = ""


class AskingTagger(Tagger):
    batch_size = {BATCH}
    concurrency = {CONCURRENCY}
    local = False

    def __init__(self, options):
        self._endpoint = options.endpoint

    def tag(self, images):
        return [self._ask(image.id) for image in images]

    def _ask(self, image_id):
        with urlopen(self._endpoint + "/tag/" + image_id) as response:
            raw = response.read()
        return TagResult.ok([Tag(label, 0.9) for label in raw.decode().split()], raw)

    def fingerprint(self):
        return "asking 1"


class HalfwayRenderer(Renderer):
    def __init__(self, options):
        self._endpoint = options.endpoint

    def render(self, map_, folder):
        with urlopen(self._endpoint + "/render") as response:
            response.read()
        (folder / "halfway.txt").write_text("here")
        return [folder / "halfway.txt"]


@hookimpl
def tagatlas_taggers():
    return [
        TaggerSpec(name="asking", summary="Asks.", options=Options, factory=AskingTagger)
    ]


@hookimpl
def tagatlas_renderers():
    return [
        RendererSpec(name="halfway", summary="Tells.", options=Options, factory=HalfwayRenderer)
    ]
'''

Moment = Literal["before", "within", "after"]
MOMENTS: tuple[Moment, ...] = ("before", "within", "after")


@dataclass
class Ambush:
    """Kills a process at one of the events it is seen to cause; used by many threads.

    Attributes:
        countdown: by how an event begins, which one of them is the last.
        moment: before, within or after the answer to that event.
        struck: how that event begins; empty as long as it has not come.
        process: the process, once it is started.
    """

    countdown: dict[str, int]
    moment: Moment
    struck: str = ""
    process: Future[int] = field(default_factory=Future)
    _lock: Lock = field(default_factory=Lock)

    def is_due(self, event: str) -> bool:
        """Whether this event is the one."""
        with self._lock:
            for prefix in [prefix for prefix in self.countdown if event.startswith(prefix)]:
                self.countdown[prefix] -= 1
                if not self.struck and self.countdown[prefix] == 0:
                    self.struck = prefix
                    return True
            return False

    def strike(self) -> None:
        """Kill the process, unless it came to its end before."""
        with suppress(ProcessLookupError):
            os.kill(self.process.result(timeout=60), signal.SIGKILL)


class World(ThreadingHTTPServer):
    """Serves the pictures, answers the tagger, and counts both.

    Attributes:
        asked: how often each image was asked about.
        fetched: how often each picture was asked for.
        ambush: what lies in wait.
        faults: what went wrong here.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: Counter[str] = Counter()
        self.fetched: Counter[str] = Counter()
        self.ambush = Ambush({}, "before")
        self.faults: list[BaseException | None] = []
        self._lock = Lock()
        self._pictures = [image.data for image in sample_images(ADDRESSES, (64, 48))]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def reply(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer to a path."""
        _, kind, *rest = path.split("/")
        if kind == "picture":
            number = int(rest[0].removesuffix(".jpg"))
            with self._lock:
                self.fetched[path] += 1
            if number in DEAD:
                return 404, b"gone"
            return 200, self._pictures[number - 1 if number in COPIES else number]
        if kind == "tag":
            (image,) = rest
            with self._lock:
                self.asked[image] += 1
            return 200, f"theme{int(image[:8], 16) % 4} thing{int(image[8:16], 16) % 9}".encode()
        return 200, b"well"

    def handle_error(
        self, request: socket | tuple[bytes, socket], client_address: tuple[str, int]
    ) -> None:
        """A client that is gone is what this is about; anything else is a fault."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.faults.append(error)


class Answer(BaseHTTPRequestHandler):
    """Answers one request, and kills who sent it where that is due."""

    server: World

    def do_GET(self) -> None:
        """Answer."""
        due = self.server.ambush.is_due(self.path)
        moment = self.server.ambush.moment if due else None
        status, body = self.server.reply(self.path)
        if moment == "before":
            self.server.ambush.strike()
        self.send_response(status)
        self.send_header("Content-Type", "image/jpeg" if "picture" in self.path else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        if moment == "within":
            self.server.ambush.strike()
        self.wfile.write(body[len(body) // 2 :])
        if moment == "after":
            self.server.ambush.strike()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def world() -> Iterator[World]:
    """A world that turns as long as the test."""
    with World() as server:
        thread = Thread(target=server.serve_forever, name="world")
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    assert server.faults == []


@dataclass(frozen=True)
class Runner:
    """Starts ``tagatlas run`` as a process of its own."""

    starter: Starter
    world: World
    site: Path
    urls: Path

    def run(self, atlas: Path, ambush: Ambush) -> int:
        """Run until the end or until the ambush strikes; returns the exit status."""
        self.world.ambush = ambush
        flags = ["--backend", "asking", "--concurrency", str(CONCURRENCY), "--allow-private"]
        words: list[str | Path] = ["run", self.urls, "--out", atlas, *flags]
        variables = {
            **os.environ,
            "PYTHONPATH": str(self.site),
            "NO_PROXY": "127.0.0.1",
            "TAGATLAS_ASKING_ENDPOINT": self.world.url,
            "TAGATLAS_HALFWAY_ENDPOINT": self.world.url,
            "TAGATLAS_POSTER_WIDTH": "400",
        }
        said = []
        with self.starter.started(words, self.site, variables) as process:
            ambush.process.set_result(process.pid)
            for line in process.errors:
                said.append(line)
                if ambush.is_due(line):
                    ambush.strike()
        assert process.returncode in (0, -signal.SIGKILL), "".join(said)
        return process.returncode


@pytest.fixture
def runner(starter: Starter, world: World, tmp_path: Path) -> Runner:
    """Runs a list of URLs with the asking backend."""
    folder = tmp_path / "plugin"
    folder.mkdir()
    urls = tmp_path / "urls.txt"
    lines = [f"{world.url}/picture/{number}.jpg\n" for number in range(ADDRESSES)]
    urls.write_text("".join(lines), "utf-8")
    return Runner(starter, world, install_plugin(folder, "askingtagger", "asking", PLUGIN), urls)


@dataclass(frozen=True)
class Kept:
    """What an atlas holds.

    Attributes:
        settled: number of addresses of which it is known what became of them.
        answered: ids of the images whose answer is stored.
    """

    settled: int
    answered: frozenset[str]


def inspect(folder: Path) -> Kept:
    """Check that an atlas is sound, and say what it holds."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with open_atlas(folder, load_plugins(), write=False) as atlas:
        images = set(atlas.catalog.addresses.images()["id"])
        for image in images:
            for variant in ALWAYS_KEPT:
                assert atlas.store.get(image, variant).endswith(b"\xff\xd9"), "half a JPEG"
        pending = atlas.catalog.addresses.counts()[ImageStatus.PENDING]
        known = sum(atlas.catalog.addresses.counts().values())
        backend = atlas.catalog.tagging.last_used()
        if backend is None:
            return Kept(known - pending, frozenset())
        unanswered = atlas.catalog.tagging.unanswered(backend.id, retry_failed=True)
        answered = images.difference(unanswered)
        assert set(atlas.catalog.tagging.tags(backend.id).collect()["image"]) == answered, (
            "half an answer"
        )
        return Kept(known - pending, frozenset(answered))


@pytest.mark.thorough
@pytest.mark.parametrize(("stride", "fewest"), [(40, 3), (10, 20)])
def test_killed_again_and_again(
    runner: Runner, world: World, tmp_path: Path, stride: int, fewest: int
) -> None:
    quiet = tmp_path / "quiet.atlas"
    assert runner.run(quiet, Ambush({}, "before")) == 0
    assert len(world.asked) == world.asked.total() == IMAGES
    world.asked.clear()
    world.fetched.clear()

    dice = random.Random(20240229)  # noqa: S311 - no secret
    killed = tmp_path / "killed.atlas"
    late = {"tagging:": 1, "/render": 1}
    strikes: Counter[str] = Counter()
    kept = Kept(0, frozenset())
    while True:
        ambush = Ambush({"/": dice.randint(1, stride), **late}, dice.choice(MOMENTS))
        asked_before = Counter(world.asked)
        status = runner.run(killed, ambush)
        found = inspect(killed)
        asked = world.asked - asked_before
        assert not kept.answered.intersection(asked), "an answer was kept, and asked for again"
        assert found.answered >= kept.answered, "an answer was lost"
        assert len(found.answered) >= len(kept.answered) + len(asked) - IN_FLIGHT
        assert found.settled >= kept.settled
        kept = found
        if status == 0 and not ambush.struck:
            break
        strikes[ambush.struck] += status != 0
        late.pop(ambush.struck, None)

    assert strikes.total() >= fewest
    assert set(world.asked) == kept.answered
    assert len(kept.answered) == IMAGES
    assert world.asked.total() <= IMAGES + strikes.total() * IN_FLIGHT
    assert kept.settled == ADDRESSES
    for name in ("tags.csv", "clusters.csv", "nodes.csv", "edges.csv", "network.gexf"):
        path = Path("maps", "asking", name)
        assert (killed / path).read_bytes() == (quiet / path).read_bytes(), name

    fetched, asked_in_all = Counter(world.fetched), Counter(world.asked)
    assert runner.run(killed, Ambush({}, "before")) == 0
    assert (world.fetched, world.asked) == (fetched, asked_in_all), "done twice"
