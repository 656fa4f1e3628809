"""The driver: each shard once, lanes one at a time, lost processes forgiven, errors not."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import TagatlasError
from tagatlas_shards.driver import FAILED_IN_A_ROW, TRIES, Ended, drive
from tagatlas_shards.shard import Lane, Report, Shard


@dataclass
class Simulation:
    """Processes in a time of its own.

    Attributes:
        processes: their number.
        dice: how long shards take.
        comes: what comes of the n-th try at a shard; None is a loss of its process.
        now: the time, in seconds.
        begun: when each try at a shard began and ended, in order.
    """

    processes: int
    dice: random.Random
    comes: Callable[[str, int], Report | None]
    now: float = 0.0
    begun: list[tuple[str, float, float]] = field(default_factory=list)
    stopped: bool = False
    _under_way: list[tuple[float, Shard]] = field(default_factory=list)
    _tries: Counter[str] = field(default_factory=Counter)

    def hire(self) -> None:
        """All are there."""

    def is_free(self) -> bool:
        return len(self._under_way) < self.processes

    def give(self, shard: Shard) -> None:
        end = self.now + self.dice.uniform(0.1, 10)
        self.begun.append((shard.name, self.now, end))
        self._under_way.append((end, shard))
        self._tries[shard.name] += 1

    def wait(self, seconds: float) -> list[Ended]:
        until = self.now + seconds
        ended = [pair for pair in self._under_way if pair[0] <= until]
        self.now = until
        self._under_way = [pair for pair in self._under_way if pair[0] > until]
        found = []
        for _, shard in ended:
            report = self.comes(shard.name, self._tries[shard.name])
            found.append(Ended(shard, report, "" if report else "a process"))
        return found

    def stop(self) -> None:
        self.stopped = True

    def close(self) -> None:
        """Nothing is open."""


def lanes_of(lengths: list[int], rest: float = 0.0) -> list[Lane]:
    return [
        Lane([Shard(f"{number}-{place}", (place,)) for place in range(length)], rest)
        for number, length in enumerate(lengths)
    ]


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=12),
    st.integers(1, 5),
    st.integers(0, 2**32),
    st.floats(0, 3),
)
def test_each_shard_comes_once_and_lanes_are_worked_on_one_at_a_time(
    lengths: list[int], processes: int, seed: int, rest: float
) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret

    def comes(name: str, number: int) -> Report | None:
        return None if number < TRIES and dice.random() < 0.2 else Report(file=name)

    pool = Simulation(processes, dice, comes)
    lanes = lanes_of(lengths, rest)
    done = [
        (shard.name, report.file)
        for shard, report in drive(lanes, pool, stop=Event(), clock=lambda: pool.now)
    ]
    every = [shard.name for lane in lanes for shard in lane.shards]
    assert sorted(done) == sorted((name, name) for name in every)
    by_lane: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for each in pool.begun:
        by_lane[each[0].partition("-")[0]].append(each)
    for tries in by_lane.values():
        for (_, _, before), (_, after, _) in pairwise(tries):
            assert after >= before + rest - 1e-6, "two at a time, or without a rest"
        names = [name for name, _, _ in tries]
        assert names == sorted(names, key=lambda name: int(name.partition("-")[2]))


def test_a_shard_that_loses_each_process_is_given_up_and_named() -> None:
    pool = Simulation(
        2,
        random.Random(1),  # noqa: S311 - no secret
        lambda name, _: None if name == "1-0" else Report(file=name),
    )
    warnings: list[str] = []
    found = {
        shard.name: report
        for shard, report in drive(
            lanes_of([1, 2, 1]), pool, stop=Event(), warn=warnings.append, clock=lambda: pool.now
        )
    }
    assert set(found) == {"0-0", "1-0", "1-1", "2-0"}
    assert found["1-0"].error == "3 processes were lost over it, at last a process"
    assert found["1-1"].file == "1-1"
    assert [name for name, _, _ in pool.begun].count("1-0") == TRIES
    assert warnings == ["a process was lost; its shard 1-0 is done again"] * (TRIES - 1)


def test_errors_are_not_tried_again_and_several_in_a_row_end_the_run() -> None:
    pool = Simulation(1, random.Random(1), lambda *_: Report(error="no model"))  # noqa: S311
    stop = Event()
    found = list(drive(lanes_of([1] * 20), pool, stop=stop, clock=lambda: pool.now))
    assert len(found) == len(pool.begun) == FAILED_IN_A_ROW
    assert stop.is_set()
    assert pool.stopped


def test_after_a_stop_what_is_under_way_still_comes() -> None:
    pool = Simulation(3, random.Random(1), lambda name, _: Report(file=name))  # noqa: S311
    stop = Event()
    found = []
    for shard, _ in drive(lanes_of([2] * 10), pool, stop=stop, clock=lambda: pool.now):
        found.append(shard.name)
        stop.set()
    assert sorted(found) == sorted(name for name, _, _ in pool.begun)
    assert 1 <= len(found) < 20
    assert pool.stopped


def test_ctrl_c_while_it_waits_ends_like_a_stop_and_is_raised_at_the_end() -> None:
    class Interrupted(Simulation):
        def wait(self, seconds: float) -> list[Ended]:
            if self.begun and not self.stopped:
                raise KeyboardInterrupt
            return super().wait(seconds)

    pool = Interrupted(3, random.Random(1), lambda name, _: Report(file=name))  # noqa: S311
    found: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        found.extend(
            shard.name
            for shard, _ in drive(lanes_of([2] * 10), pool, stop=Event(), clock=lambda: pool.now)
        )
    assert len(found) == len(pool.begun) == 3


def test_an_error_of_the_pool_lets_others_put_away_what_they_have() -> None:
    class Broken(Simulation):
        def wait(self, seconds: float) -> list[Ended]:
            if self.begun and not self.stopped:
                raise TagatlasError("a node does not see the images")
            return super().wait(seconds)

    pool = Broken(2, random.Random(1), lambda name, _: Report(file=name))  # noqa: S311
    with pytest.raises(TagatlasError, match="does not see"):
        list(drive(lanes_of([2] * 10), pool, stop=Event(), clock=lambda: pool.now))
    assert pool.stopped
    assert pool.wait(100) == []
