"""Shards whose processes and drivers are killed: the same answers as from one process.

The moments are chosen by what is asked, not by the clock: a server strikes at some of the requests
that it gets. The variable ``SHARD_KILLS`` says how often each kind is struck, once by default.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from command import Starter
from shard_kills import ADDRESSES, KILLS, Runner, children, command_line, same_as_one_process
from shard_world import World, turning

pytestmark = [
    pytest.mark.slow,
    pytest.mark.thorough,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes by /proc"),
]


@pytest.fixture
def world() -> Iterator[World]:
    """A world that turns as long as the test."""
    with turning(ADDRESSES) as world:
        yield world


def test_processes_and_drivers_killed_on_this_machine(
    starter: Starter, world: World, tmp_path: Path
) -> None:
    runner = Runner(starter, world, tmp_path)

    def strike(kind: str) -> None:
        pid = runner.driver
        if kind == "worker":
            shards = "tagatlas_shards.process"
            pid = runner.dice.choice([e for e in children(pid) if shards in command_line(e)])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    same_as_one_process(runner, strike, ["worker", "driver"] * KILLS, "local")


@pytest.mark.extras("ray")
def test_nodes_processes_and_drivers_killed_on_a_cluster(
    starter: Starter, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray_cluster import Nodes

    monkeypatch.setenv("RAY_agent_register_timeout_ms", "300000")
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "40")
    runner = Runner(starter, world, tmp_path)
    monkeypatch.setenv("PYTHONPATH", runner.variables["PYTHONPATH"])
    for name in ("TAGATLAS_COUNTED_ENDPOINT", "NO_PROXY"):
        monkeypatch.setenv(name, runner.variables[name])
    with Nodes(workers=2) as nodes:
        runner.variables["RAY_ADDRESS"] = nodes.address

        def strike(kind: str) -> None:
            if kind == "node":
                nodes.kill(runner.dice)
                runner.tasks.put(nodes.add)
                return
            pids = [runner.driver] if kind == "driver" else nodes.actors()
            with suppress(ProcessLookupError):
                os.kill(runner.dice.choice(pids), signal.SIGKILL)

        same_as_one_process(runner, strike, ["node", "worker", "driver"] * KILLS, "auto")
