"""Shards, lanes of them, and what comes of a shard."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import overload

from tagatlas_shards.place import Place


@dataclass(frozen=True)
class Shard:
    """A part of the work, done by one process in one go.

    Attributes:
        name: no other shard of the same items has it, and it names the file of results.
        items: what is to be done, such as ids or addresses; picklable.
        given: what else is to be known for them, such as limits of hosts; picklable.
    """

    name: str
    items: Sequence[object]
    given: object = None


class Made(Sequence[Shard]):
    """Shards that are made each time they are asked for: their items are not kept in memory."""

    def __init__(self, count: int, make: Callable[[int], Shard]) -> None:
        """Take what makes them.

        Args:
            count: of shards.
            make: gives the shard at a place, from 0; the same one each time.
        """
        self._count = count
        self._make = make

    def __len__(self) -> int:
        """Number of shards."""
        return self._count

    @overload
    def __getitem__(self, place: int) -> Shard: ...
    @overload
    def __getitem__(self, place: slice) -> list[Shard]: ...
    def __getitem__(self, place: int | slice) -> Shard | list[Shard]:
        """Make one shard, or some."""
        places = range(self._count)[place]
        return self._make(places) if isinstance(places, int) else [*map(self._make, places)]


@dataclass(frozen=True)
class Lane:
    """Shards of which only one is worked on at a time.

    Attributes:
        shards: in order; at least one.
        rest: seconds between two of them.
    """

    shards: Sequence[Shard]
    rest: float = 0.0


@dataclass(frozen=True)
class Fault:
    """An unexpected error that cost one item.

    Attributes:
        item: that failed, such as ``image`` and an id.
        kind: the error's class.
        text: with its traceback.
    """

    item: str
    kind: str
    text: str


@dataclass(frozen=True)
class Report:
    """What came of a shard.

    Attributes:
        file: name of the file with its results; empty if there are none.
        error: why it was not finished, one line; empty if it was, or was stopped.
        warnings: lines for the user.
        faults: of single items.
    """

    file: str = ""
    error: str = ""
    warnings: Sequence[str] = ()
    faults: Sequence[Fault] = ()


@dataclass(frozen=True)
class Results:
    """Results of a shard before they are put away.

    Attributes:
        data: the file's bytes; empty if there are no results.
        is_whole: whether they are those of all items.
        error: see :class:`Report`.
    """

    data: bytes
    is_whole: bool
    error: str = ""


class Desk(ABC):
    """Where a process works on shards, one after the other."""

    @abstractmethod
    def work(self, shard: Shard, stop: Event) -> Results:
        """Work on a shard; once ``stop`` is set, begin nothing more and return what there is."""

    @abstractmethod
    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """The warnings and faults since the last call."""


class Job(ABC):
    """The work that all shards have in common. Picklable, and shows no secrets.

    Attributes:
        place: where results are put; it has the file ``marker``.
        folder: of the results in ``place``.
        marker: name of a file by which a process knows that it sees the place.
        gpus: GPUs that one process takes; fractions share one.
    """

    place: Place
    folder: str
    marker: str
    gpus: float

    @abstractmethod
    def begin(self) -> Desk:
        """Make ready for shards, such as by loading a model; in the process that works on them.

        Raises:
            TagatlasError: this process cannot work on them.
        """
