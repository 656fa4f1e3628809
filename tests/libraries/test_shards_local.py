"""A pool of processes of this machine: one that is killed costs its shard in flight, no more."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from shard_jobs import AskingJob, Unstartable

from tagatlas.errors import PluginError, TagatlasError
from tagatlas_shards.driver import drive
from tagatlas_shards.local import LocalPool
from tagatlas_shards.place import Place
from tagatlas_shards.shard import Lane, Shard

pytestmark = pytest.mark.slow

SHARDS, ITEMS = 12, 5


class Server(ThreadingHTTPServer):
    """Answers with what it is asked, and may kill a process of a pool.

    Attributes:
        asked: how often each item was asked about.
        strikes: at these requests a process is killed.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: Counter[str] = Counter()
        self.strikes: set[int] = set()
        self.pool: LocalPool | None = None
        self._lock = Lock()

    def count(self, item: str) -> None:
        """Count a request, and strike if it is time to."""
        with self._lock:
            self.asked[item] += 1
            if self.pool is not None and self.asked.total() in self.strikes:
                pids = self.pool.pids
                os.kill(pids[self.asked.total() % len(pids)], signal.SIGKILL)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed."""


class _Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        item = self.path.lstrip("/")
        self.server.count(item)
        self.send_response(200)
        self.send_header("Content-Length", str(len(item)))
        self.end_headers()
        self.wfile.write(item.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that runs as long as the test."""
    with Server() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def job(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AskingJob:
    """A job that processes can import."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))
    place = Place(str(tmp_path))
    place.put("seen", b"")
    return AskingJob(place, "results", "seen", f"http://127.0.0.1:{server.server_port}")


def lanes() -> list[Lane]:
    return [
        Lane([Shard(f"s{number}", tuple(f"{number}-{item}" for item in range(ITEMS)))])
        for number in range(SHARDS)
    ]


def test_killed_processes_cost_their_shards_in_flight(server: Server, job: AskingJob) -> None:
    dice = random.Random(5)  # noqa: S311 - no secret
    server.strikes = set(dice.sample(range(5, SHARDS * ITEMS), 3))
    server.pool = pool = LocalPool(job)
    warnings: list[str] = []
    try:
        found = {
            shard.name: report
            for shard, report in drive(lanes(), pool, stop=Event(), warn=warnings.append)
        }
    finally:
        pool.close()
    assert sorted(found) == sorted(f"s{number}" for number in range(SHARDS))
    for number in range(SHARDS):
        expected = "\n".join(f"{number}-{item}" for item in range(ITEMS))
        assert found[f"s{number}"].error == ""
        assert job.place.get(found[f"s{number}"].file).decode() == expected
    assert max(server.asked.values()) <= 4
    assert server.asked.total() <= SHARDS * ITEMS + 3 * ITEMS
    assert 1 <= len(warnings) <= 3
    assert "(killed by signal 9) was lost; its shard" in warnings[0]


def test_a_stop_puts_away_what_is_done(server: Server, job: AskingJob) -> None:
    stop = Event()
    pool = LocalPool(job, processes=1)
    try:
        found = []
        for _, report in drive(lanes(), pool, stop=stop):
            found.append(report.file)
            stop.set()
    finally:
        pool.close()
    kept = [item for file in found if file for item in job.place.get(file).decode().split("\n")]
    assert sorted(kept) == sorted(server.asked), "all that was answered, and nothing else"
    assert len(kept) < SHARDS * ITEMS


def test_processes_that_do_not_start_end_the_run(job: AskingJob) -> None:
    broken = Unstartable(job.place, job.folder, job.marker, job.endpoint)
    pool = LocalPool(broken)
    try:
        with pytest.raises(PluginError, match=r"-m tagatlas_shards\.process shows why"):
            list(drive(lanes(), pool, stop=Event()))
    finally:
        pool.close()


def test_a_process_that_cannot_work_here_ends_the_run(job: AskingJob) -> None:
    job.place.remove("seen")
    pool = LocalPool(job)
    try:
        with pytest.raises(TagatlasError, match="do not see"):
            list(drive(lanes(), pool, stop=Event()))
    finally:
        pool.close()
