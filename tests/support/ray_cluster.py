"""A Ray cluster of several nodes on this machine, whose nodes can be killed."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from ray.cluster_utils import Cluster
from shard_kills import children, command_line

MEMORY = 80_000_000
"""Bytes of a node's object store; the least that Ray takes is a little below."""

TRIES = 4
"""Tries to start a node."""

T = TypeVar("T")

_PORTS = (
    "metrics_agent_port",
    "metrics_export_port",
    "dashboard_agent_listen_port",
    "runtime_env_agent_port",
)


class Nodes:
    """A head without processors, and nodes of one processor each."""

    def __init__(self, workers: int) -> None:
        """Start them.

        Args:
            workers: nodes beside the head.
        """
        head = {"num_cpus": 0, "object_store_memory": MEMORY, "include_dashboard": False}
        self._cluster = _tried(
            lambda: Cluster(initialize_head=True, head_node_args={**head, **_ports()})
        )
        self._nodes: list[Any] = []
        for _ in range(workers):
            self.add()

    @property
    def address(self) -> str:
        """Where drivers connect."""
        return str(self._cluster.address)

    def actors(self) -> list[int]:
        """Ids of the processes of actors."""
        raylets = [
            each.process.pid for node in self._nodes for each in node.all_processes["raylet"]
        ]
        return [
            child
            for raylet in raylets
            for child in children(raylet)
            if command_line(child).startswith("ray::Worker")
        ]

    def kill(self, dice: random.Random) -> None:
        """Kill a node."""
        node = self._nodes.pop(dice.randrange(len(self._nodes)))
        self._cluster.remove_node(node, allow_graceful=False)

    def add(self) -> None:
        """Start a node; only the main thread can do that."""
        node = _tried(
            lambda: self._cluster.add_node(
                wait=False, num_cpus=1, object_store_memory=MEMORY, **_ports()
            )
        )
        self._nodes.append(node)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cluster.shutdown()


def _tried(start: Callable[[], T]) -> T:
    """What is started; again if it failed, since an agent has 15 s to start on a busy machine."""
    for _ in range(TRIES - 1):
        with suppress(Exception):  # Ray raises no narrower class
            return start()
    return start()


def _ports() -> dict[str, int]:
    """Free ports for a node's agents: without them, there are more agents to wait for."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in _PORTS]
        for each in sockets:
            each.bind(("", 0))
        return dict(zip(_PORTS, (each.getsockname()[1] for each in sockets), strict=True))
