"""The driver: hands out shards, and hands back what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from threading import Event
from time import monotonic
from typing import Protocol

from tagatlas.wording import count
from tagatlas_shards.shard import Lane, Report, Shard

TRIES = 3
"""Processes that may be lost over one shard; errors of the work itself are not tried again."""

FAILED_IN_A_ROW = 3
"""Shards in a row that end with an error, with none finished between them, that end the run."""

WAIT = 0.25
"""Maximum seconds until it is looked whether to stop, and for new nodes."""

GRACE = 30.0
"""Maximum seconds that shards get to put away what they have when nobody takes it any more."""


@dataclass(frozen=True)
class Ended:
    """A shard that is no longer worked on.

    Attributes:
        shard: the shard; pools may drop its items.
        report: what came of it; None if the process that had it is lost.
        lost: what is known of that loss.
    """

    shard: Shard
    report: Report | None
    lost: str = ""


class Pool(Protocol):
    """Processes that work on shards, one each at a time."""

    def hire(self) -> None:
        """Start processes where there is room for more, such as in place of lost ones."""

    def is_free(self) -> bool:
        """Whether a process is ready for a shard."""

    def give(self, shard: Shard) -> None:
        """Give a shard to a process that is ready."""

    def wait(self, seconds: float) -> list[Ended]:
        """Wait until something happens, or for so many seconds; returns the shards that ended.

        Raises:
            TagatlasError: a process cannot work here, or none starts.
        """

    def stop(self) -> None:
        """Have all shards end soon; what is done of them is put away."""

    def close(self) -> None:
        """End all processes now."""


@dataclass
class _Lanes:
    """The lanes with shards left; long ones come first.

    Attributes:
        lanes: all of them.
        clock: gives seconds.
    """

    lanes: Sequence[Lane]
    clock: Callable[[], float]
    _next: list[int] = field(default_factory=list)
    _ready: list[tuple[int, int]] = field(default_factory=list)
    _resting: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = [0] * len(self.lanes)
        for number in range(len(self.lanes)):
            self._open(number)

    def __bool__(self) -> bool:
        return bool(self._ready or self._resting)

    def take(self) -> tuple[int, Shard] | None:
        """The number of a lane, which is closed now, and its next shard; None if all rest."""
        while self._resting and self._resting[0][0] <= self.clock():
            self._open(heappop(self._resting)[1])
        if not self._ready:
            return None
        number = heappop(self._ready)[1]
        return number, self.lanes[number].shards[self._next[number]]

    def ended(self, number: int, *, again: bool) -> None:
        """Open a lane again for the same shard or the next one, once it has rested."""
        lane = self.lanes[number]
        self._next[number] += not again
        if self._next[number] < len(lane.shards):
            heappush(self._resting, (self.clock() + lane.rest, number))

    def clear(self) -> None:
        """Give up all that is left."""
        self._ready.clear()
        self._resting.clear()

    def _open(self, number: int) -> None:
        left = len(self.lanes[number].shards) - self._next[number]
        heappush(self._ready, (-left, number))


def drive(
    lanes: Sequence[Lane],
    pool: Pool,
    *,
    stop: Event,
    warn: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = monotonic,
) -> Iterator[tuple[Shard, Report]]:
    """Have a pool work on all shards; yields what came of each as soon as it has ended.

    The shard of a lost process is given to another one, :data:`TRIES` times at most. The first
    Ctrl-C while it waits ends it like ``stop``; KeyboardInterrupt is raised at the end.

    Args:
        lanes: the shards; those of a lane are worked on one after the other.
        pool: does the work; closed by the caller.
        stop: once it is set, no further shard is begun, and those under way end soon. Also set
            here after :data:`FAILED_IN_A_ROW` errors.
        warn: called with a line when processes are lost.
        clock: gives seconds.

    Raises:
        TagatlasError: see :meth:`Pool.wait`.
    """
    waiting = _Lanes(lanes, clock)
    under_way: dict[str, int] = {}
    losses: Counter[str] = Counter()
    failed_in_a_row = 0
    is_stopping = is_interrupted = False
    try:
        while waiting or under_way:
            if stop.is_set() and not is_stopping:
                is_stopping = True
                waiting.clear()
                pool.stop()
                continue
            if waiting:
                pool.hire()
            while pool.is_free() and (taken := waiting.take()) is not None:
                number, shard = taken
                under_way[shard.name] = number
                pool.give(shard)
            try:
                ended = pool.wait(WAIT)
            except KeyboardInterrupt:
                if is_interrupted:
                    under_way.clear()  # nobody waits for them
                    raise
                is_interrupted = True
                stop.set()
                warn("stopping: what is done is kept; Ctrl-C again ends it at once")
                continue
            for each in ended:
                number = under_way.pop(each.shard.name)
                report = each.report
                if report is None:
                    losses[each.shard.name] += 1
                    is_last = losses[each.shard.name] >= TRIES
                    if not is_stopping:
                        waiting.ended(number, again=not is_last)
                    if not is_last:
                        warn(f"{each.lost} was lost; its shard {each.shard.name} is done again")
                        continue
                    lost = count(TRIES, "process")
                    report = Report(error=f"{lost} were lost over it, at last {each.lost}")
                elif not is_stopping:
                    waiting.ended(number, again=False)
                failed_in_a_row = failed_in_a_row + 1 if report.error else 0
                if failed_in_a_row >= FAILED_IN_A_ROW:
                    stop.set()
                yield each.shard, report
    finally:
        _put_away(pool, len(under_way), clock)
    if is_interrupted:
        raise KeyboardInterrupt


def _put_away(pool: Pool, shards: int, clock: Callable[[], float]) -> None:
    """Let shards under way end in good order after an error: the next run finds their files."""
    if not shards:
        return
    pool.stop()
    until = clock() + GRACE
    while shards > 0 and clock() < until:
        shards -= len(pool.wait(WAIT))
