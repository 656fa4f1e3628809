"""A pool of processes of this machine, which needs no cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from tagatlas.errors import PluginError, TagatlasError
from tagatlas_shards.driver import Ended
from tagatlas_shards.shard import Job, Report, Shard

PROCESSES = 2
"""Processes of a pool: taggers and fetching use all processors within each."""

STARTS = 3
"""Processes in a row that end before they are ready, after which no further one is started."""


class LocalPool:
    """Processes of this machine; they end when this process ends, even if it is killed."""

    def __init__(self, job: Job, processes: int = PROCESSES) -> None:
        """Set up; nothing is started yet.

        Args:
            job: of all shards.
            processes: their number.
        """
        self._job = job
        self._count = processes
        self._processes: list[_Process] = []
        self._ended_early = 0

    @property
    def pids(self) -> Sequence[int]:
        """Ids of the processes."""
        return [each.pid for each in self._processes]

    def hire(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.hire`."""
        while len(self._processes) < self._count:
            self._processes.append(_Process(self._job))

    def is_free(self) -> bool:
        """See :meth:`~tagatlas_shards.driver.Pool.is_free`."""
        return any(each.is_free for each in self._processes)

    def give(self, shard: Shard) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.give`."""
        next(each for each in self._processes if each.is_free).give(shard)

    def wait(self, seconds: float) -> list[Ended]:
        """See :meth:`~tagatlas_shards.driver.Pool.wait`."""
        by_connection = {each.connection: each for each in self._processes}
        ended = []
        for connection in wait(list(by_connection), seconds):
            process = by_connection[connection]  # type: ignore[index] # of those given
            try:
                answer = process.connection.recv()
            except (EOFError, OSError):
                self._processes.remove(process)
                code = process.end()
                if process.shard is not None:
                    ended.append(Ended(process.shard, None, f"a process ({_ending(code)})"))
                self._mind_start(process)
                continue
            if isinstance(answer, Report) and process.shard is not None:
                ended.append(Ended(process.shard, answer))
                process.shard = None
            elif answer:
                raise TagatlasError(str(answer))
            else:
                process.is_ready, self._ended_early = True, 0
        return ended

    def stop(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.stop`."""
        for process in self._processes:
            process.stop()

    def close(self) -> None:
        """See :meth:`~tagatlas_shards.driver.Pool.close`."""
        for process in self._processes:
            process.end()
        self._processes.clear()

    def _mind_start(self, process: _Process) -> None:
        """Count processes that end before they are ready.

        Raises:
            PluginError: none gets ready.
        """
        if process.is_ready:
            return
        self._ended_early += 1
        if self._ended_early >= STARTS:
            raise PluginError(
                f"processes for shards do not start: {sys.executable} -m tagatlas_shards.process "
                "shows why"
            )


class _Process:
    """A process, and the shard that it works on."""

    def __init__(self, job: Job) -> None:
        mine, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tagatlas_shards.process"], stdin=theirs.fileno()
            )
        self.connection = Connection(mine.detach())
        self.shard: Shard | None = None
        self.is_ready = False
        self._send(job)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_free(self) -> bool:
        return self.is_ready and self.shard is None

    def give(self, shard: Shard) -> None:
        self.shard = shard
        self._send(shard)

    def stop(self) -> None:
        self._send(None)

    def end(self) -> int:
        """End it now; returns its exit status."""
        self.connection.close()
        with suppress(OSError):
            self._process.kill()
        return self._process.wait()

    def _send(self, message: Job | Shard | None) -> None:
        with suppress(OSError):  # it is gone, which the next wait finds
            self.connection.send(message)


def _ending(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit status {code}"
