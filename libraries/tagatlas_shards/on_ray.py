"""A pool of processes on the nodes of a Ray cluster; only actors and ``ray.wait`` are used.

Jobs and shards are put into Ray's object store, and calls get references to them: no argument has
anything in it that Ray might print or keep.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tagatlas.errors import MissingDependency, TagatlasError
from tagatlas.wording import one_line
from tagatlas_shards.driver import Ended
from tagatlas_shards.shard import Job, Report, Shard
from tagatlas_shards.worker import Worker

if TYPE_CHECKING:
    import ray
    from ray.actor import ActorHandle

ON_THIS_CLUSTER = "auto"
"""The address of the cluster that this machine is in, or that RAY_ADDRESS names."""

LOOK = 2.0
"""Seconds between two looks at the cluster's nodes."""

STARTS = 5
"""Processes in a row that are lost before they are ready, after which no further one is started."""

PATIENCE = 60.0
"""Seconds in which a cluster must show a node with room for a process."""


def require_ray(asked: str) -> None:
    """Make sure that Ray is installed.

    Args:
        asked: what needs it, such as ``--on auto``.

    Raises:
        MissingDependency: it is not; the message names the extra.
    """
    from importlib.util import find_spec

    if find_spec("ray") is None:
        raise MissingDependency(f"{asked} needs Ray: pip install 'tagatlas[ray]'")


@dataclass
class _Hand:
    """A process on a node.

    Attributes:
        actor: the process.
        node: the id of its node.
        name: of the node, for messages.
        waits_for: its answer to the call under way; None if it is free.
        shard: that it works on; None while it makes ready.
    """

    actor: ActorHandle[Worker]
    node: str
    name: str
    waits_for: ray.ObjectRef[object] | None
    shard: Shard | None = None


class RayPool:
    """Processes on the nodes of a cluster: one on each, or one for each share of a GPU."""

    def __init__(self, job: Job, address: str) -> None:
        """Connect; no process is started yet.

        Args:
            job: of all shards.
            address: :data:`ON_THIS_CLUSTER`, or ``ray://HOST:PORT``.

        Raises:
            TagatlasError: there is no such cluster.
        """
        import ray

        self._ray = ray
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
                where = "here" if address == ON_THIS_CLUSTER else f"at {address}"
                raise TagatlasError(
                    f"there is no Ray cluster {where} ({one_line(str(error))[:200]}): start one "
                    "with ray start --head, or leave out --on"
                ) from error
        self._gpus = job.gpus
        self._job = ray.put(job)
        self._hands: list[_Hand] = []
        self._looked = float("-inf")
        self._alone_since = monotonic()
        self._lost_early = 0

    def hire(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.hire`.

        Raises:
            TagatlasError: for a minute no node has room.
        """
        now = monotonic()
        if now - self._looked < LOOK:
            return
        self._looked = now
        with self._reached():
            nodes = self._ray.nodes()
        for node in nodes:
            if node["Alive"]:
                here = sum(hand.node == node["NodeID"] for hand in self._hands)
                for share in room_for(node["Resources"], self._gpus)[here:]:
                    self._start(node["NodeID"], node["NodeManagerHostname"], share)
        if self._hands:
            self._alone_since = now
        elif now - self._alone_since > PATIENCE:
            what = f"{self._gpus:g} GPUs" if self._gpus else "a processor"
            raise TagatlasError(
                f"no node of the Ray cluster has {what} for a process: ray status shows what "
                "there is; run it again when there is more"
            )

    def is_free(self) -> bool:
        """See :meth:`~tagatlas_shards.driver.Pool.is_free`."""
        return any(hand.waits_for is None for hand in self._hands)

    def give(self, shard: Shard) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.give`."""
        hand = next(hand for hand in self._hands if hand.waits_for is None)
        hand.waits_for = hand.actor.work.remote(self._ray.put(shard))
        hand.shard = replace(shard, items=(), given=None)  # these are many, and put now

    def wait(self, seconds: float) -> list[Ended]:
        """See :meth:`~tagatlas_shards.driver.Pool.wait`."""
        waiting = {hand.waits_for: hand for hand in self._hands if hand.waits_for is not None}
        if not waiting:
            sleep(seconds)
            return []
        with self._reached():
            done, _ = self._ray.wait(list(waiting), num_returns=1, timeout=seconds)
            more, _ = self._ray.wait(list(waiting), num_returns=len(waiting), timeout=0)
        return [
            ended
            for answer in dict.fromkeys([*done, *more])
            if (ended := self._taken(waiting[answer])) is not None
        ]

    def stop(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.stop`."""
        for hand in self._hands:
            with suppress(self._ray.exceptions.RayError):  # it is gone, which `wait` finds
                hand.actor.stop.remote()

    def close(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.close`."""
        for hand in self._hands:
            self._end(hand)
        self._hands.clear()
        if self._is_ours:
            self._ray.shutdown()

    def _start(self, node: str, name: str, share: Mapping[str, float]) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = (
            self._ray.remote(Worker)
            .options(
                num_cpus=share["CPU"],
                num_gpus=share.get("GPU", 0),
                max_concurrency=2,  # one call works, another one may stop it
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
            )
            .remote(self._job)
        )
        self._hands.append(_Hand(actor, node, name, actor.begin.remote()))

    def _taken(self, hand: _Hand) -> Ended | None:
        """What the answer of a process says of its shard."""
        try:
            with self._reached():
                answer = self._ray.get(hand.waits_for)
        except self._ray.exceptions.RayError as error:
            self._hands.remove(hand)
            self._end(hand)  # it may be cut off only: nobody else may do its shard meanwhile
            if hand.shard is None:
                self._mind_start(error)
                return None
            return Ended(hand.shard, None, f"a process on {hand.name} ({type(error).__name__})")
        shard, hand.shard, hand.waits_for = hand.shard, None, None
        if isinstance(answer, Report) and shard is not None:
            return Ended(shard, answer)
        if answer:
            raise TagatlasError(str(answer))
        self._lost_early = 0
        return None

    def _mind_start(self, error: Exception) -> None:
        """Count processes that are lost before they are ready.

        Raises:
            TagatlasError: none gets ready.
        """
        self._lost_early += 1
        if self._lost_early >= STARTS:
            raise TagatlasError(
                f"processes on the Ray cluster do not start ({one_line(str(error))[:300]}): is "
                "tagatlas installed on every node?"
            ) from error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say in one line that the cluster is gone."""
        try:
            yield
        except ConnectionError as error:
            raise TagatlasError(
                f"the Ray cluster cannot be reached any more ({one_line(str(error))[:200]}): what "
                "is finished is kept; run it again when it is there"
            ) from error

    def _end(self, hand: _Hand) -> None:
        with suppress(self._ray.exceptions.RayError, ValueError):
            self._ray.kill(hand.actor)


def room_for(resources: Mapping[str, float], gpus: float) -> Sequence[Mapping[str, float]]:
    """The share of a node that each process on it gets.

    Args:
        resources: of the node: ``CPU`` and ``GPU``.
        gpus: GPUs that a process takes; 0 if it takes none, and all processors of the node.
    """
    processors = resources.get("CPU", 0.0)
    if not gpus:
        return [{"CPU": processors}] if processors >= 1 else []
    number = int(resources.get("GPU", 0.0) / gpus + 1e-9)
    each = processors / max(number, 1)
    return [{"CPU": float(int(each)) if each >= 1 else round(each, 2), "GPU": gpus}] * number
