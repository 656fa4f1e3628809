"""Runs commands on atlases whose processes are killed, and compares what comes of it."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from command import Starter
from shard_world import PER_HOST, PLUGIN, World, contents
from strangers import lay_plugin

ADDRESSES = 160
"""Addresses of a collection."""

KILLS = int(os.environ.get("SHARD_KILLS", "1"))
"""How often each kind is struck."""

GAP = (15, 60)
"""Requests from one strike to the next."""

FETCH = ("--allow-private", "--recover", "wayback", "--per-host", str(PER_HOST), "--pause", "0.1")
TAG = ("--backend", "counted")


class Runner:
    """Runs commands on atlases.

    Attributes:
        driver: the process of the command that runs.
        tasks: done by the main thread while a command runs, such as starting a node again.
        dice: choose what is killed.
        variables: of the commands.
    """

    def __init__(self, starter: Starter, world: World, folder: Path) -> None:
        self.starter, self.world, self.folder = starter, world, folder
        site = folder / "site"
        site.mkdir()
        lay_plugin(site, "countedtagger", PLUGIN)
        urls = folder / "urls.txt"
        urls.write_text("".join(f"{url}\n" for url in world.urls), "utf-8")
        self.urls = urls
        self.driver = 0
        self.tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.variables = {
            **os.environ,
            "PYTHONPATH": str(site),
            "NO_PROXY": "127.0.0.1,localhost",
            "TAGATLAS_COUNTED_ENDPOINT": world.endpoint,
            "TAGATLAS_ARCHIVE": world.archive,
        }
        self.dice = random.Random(7)  # noqa: S311 - no secret

    def command(self, *words: str | Path, may_fail: Collection[int] = ()) -> int:
        """Run a command, which may be killed; returns its exit status."""
        said: list[str] = []
        with self.starter.started(words, self.folder, self.variables) as process:
            self.driver = process.pid

            def read() -> None:
                said.extend(process.errors)
                self.tasks.put(None)

            with ThreadPoolExecutor(1) as reader:
                reader.submit(read)
                while (task := self.tasks.get()) is not None:
                    task()
        fine = (0, -signal.SIGKILL, *may_fail)
        if process.returncode not in fine and "failed: 3 processes" not in said[-1]:
            raise AssertionError("".join(said))
        return process.returncode or 0

    def until_done(self, *words: str | Path) -> None:
        """Run a command again and again, until it comes to its end."""
        while self.command(*words) != 0:
            pass


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for each in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in each.read_text("ascii").split()]
    return found


def command_line(pid: int) -> str:
    """The command line of a process; empty if it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8").replace("\0", " ")
    return ""


def same_as_one_process(
    runner: Runner, strike: Callable[[str], None], kinds: list[str], where: str
) -> None:
    """Fetch and tag a collection under fire until all strikes are done, and compare.

    Args:
        runner: runs the commands.
        strike: kills something of a kind.
        kinds: of all strikes, in any order.
        where: the work is done, for ``--on``.
    """
    world = runner.world
    quiet = runner.folder / "quiet.atlas"
    assert runner.command("add", quiet, runner.urls) == 0
    assert runner.command("fetch", quiet, *FETCH) == 0
    assert runner.command("tag", quiet, *TAG) == 0
    expected = contents(quiet)
    assert {row[1] for row in expected["addresses"]} == {"ok", "missing"}
    assert {row[6] for row in expected["addresses"]} == {"", "wayback"}

    for step, flags in (("fetch", FETCH), ("tag", TAG)):
        number, left = 0, kinds
        while left:
            number += 1
            killed = runner.folder / f"{step}-{number}.atlas"
            assert runner.command("add", killed, runner.urls) == 0
            if step == "tag":
                assert runner.command("fetch", killed, *FETCH) == 0
            world.asked.clear()
            world.peak.clear()
            world.lie_in_wait(left, GAP, strike)
            runner.until_done(step, killed, *flags, "--on", where)
            before, left = len(left), world.rest()
            assert max(world.asked.values()) <= before - len(left) + 1
            assert all(peak <= PER_HOST for peak in world.peak.values()), world.peak
            held = contents(killed)
            parts = ["addresses", "images"] if step == "fetch" else list(expected)
            for part in parts:
                assert held[part] == expected[part], part
            assert not [*killed.glob("shards/**/*.parquet")], "left behind"

            asked = world.asked.total()
            assert runner.command(step, killed, *flags, "--on", where) == 0
            assert world.asked.total() == asked, "done twice"
