"""A search for processes of shards, imported by these, that kills one of them."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event

from tagatlas_shards.searching import SearchDesk, SearchJob
from tagatlas_shards.shard import Desk, Results, Shard


class DyingSearchJob(SearchJob):
    """A search whose third shard kills its process; says in a file what was begun."""

    def begin(self) -> Desk:
        desk = super().begin()
        assert isinstance(desk, SearchDesk)
        return _DyingDesk(desk.job, desk.among)


class _DyingDesk(SearchDesk):
    def work(self, shard: Shard, stop: Event) -> Results:
        folder = Path(self.job.place.location)
        with (folder / "begun").open("a", encoding="utf-8") as begun:
            begun.write(f"{shard.name}\n")
        if shard.name.endswith("-000002") and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().work(shard, stop)
