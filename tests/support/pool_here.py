"""A pool of one worker in this process, to see what shards are given and what comes of them."""

from __future__ import annotations

from tagatlas_shards.driver import Ended
from tagatlas_shards.shard import Job, Shard
from tagatlas_shards.worker import Worker


class PoolHere:
    """One worker in this process.

    Attributes:
        given: the shards that it got.
    """

    def __init__(self, job: Job) -> None:
        self._worker = Worker(job)
        self._is_begun = False
        self._ended: list[Ended] = []
        self.given: list[Shard] = []

    def hire(self) -> None:
        if not self._is_begun:
            assert self._worker.begin() == ""
            self._is_begun = True

    def is_free(self) -> bool:
        return not self._ended

    def give(self, shard: Shard) -> None:
        self.given.append(shard)
        self._ended.append(Ended(shard, self._worker.work(shard)))

    def wait(self, seconds: float) -> list[Ended]:
        ended, self._ended = self._ended, []
        return ended

    def stop(self) -> None:
        self._worker.stop()

    def close(self) -> None: ...
