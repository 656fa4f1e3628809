"""A job for processes of shards that asks a server about each item; imported by them, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from urllib.request import urlopen

from tagatlas_shards.place import Place
from tagatlas_shards.shard import Desk, Fault, Job, Results, Shard


@dataclass(frozen=True)
class AskingJob(Job):
    """Asks about each item of a shard.

    Attributes:
        endpoint: of the server.
    """

    place: Place
    folder: str
    marker: str
    endpoint: str
    gpus: float = 0.0

    def begin(self) -> Desk:
        return _AskingDesk(self.endpoint)


@dataclass(frozen=True)
class _AskingDesk(Desk):
    endpoint: str

    def work(self, shard: Shard, stop: Event) -> Results:
        answers = []
        for item in shard.items:
            if stop.is_set():
                break
            with urlopen(f"{self.endpoint}/{item}") as response:  # noqa: S310 - this machine's
                answers.append(response.read())
        return Results(b"\n".join(answers), is_whole=len(answers) == len(shard.items))

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        return (), ()


class Unstartable(AskingJob):
    """A job that its process cannot even read."""

    def __setstate__(self, state: object) -> None:
        raise RuntimeError("it ends the process")
