"""A comparison for processes of shards, imported by these, that kills one of them."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tagatlas.contracts import ImageStore, NoOptions
from tagatlas_shards.comparing import CompareDesk, CompareJob
from tagatlas_shards.notes import Notes
from tagatlas_shards.shard import Desk, Results, Shard
from tagatlas_stores.files import FileStore


@dataclass(frozen=True)
class StoreIn:
    """Makes the image store of a folder."""

    folder: Path

    def __call__(self, notes: Notes) -> ImageStore:
        return FileStore(NoOptions(), self.folder)


class DyingCompareJob(CompareJob):
    """A comparison whose third shard kills its process; says in a file what was begun."""

    def begin(self) -> Desk:
        desk = super().begin()
        assert isinstance(desk, CompareDesk)
        return _DyingDesk(desk.place, desk.store, desk.notes)


class _DyingDesk(CompareDesk):
    def work(self, shard: Shard, stop: Event) -> Results:
        folder = Path(self.place.location)
        with (folder / "begun").open("a", encoding="utf-8") as begun:
            begun.write(f"{shard.name}\n")
        lines = (folder / "begun").read_text("utf-8").splitlines()
        if len(lines) == 3 and not (folder / "died").exists():
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().work(shard, stop)
