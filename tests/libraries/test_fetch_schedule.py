"""Whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_fetching import Address
from tagatlas_fetching.host_names import host_of
from tagatlas_fetching.hosts import HostPolicy
from tagatlas_fetching.schedule import Schedule, Try
from tagatlas_fetching.waiting import Waiting


def addresses(*hosts: str) -> list[Address]:
    return [Address(key, f"http://{host}/{key}.jpg") for key, host in enumerate(hosts)]


def scheduled(
    wanted: list[Address],
    *,
    per_host: int = 9,
    host_rate: float = 0.0,
    concurrency: int = 9,
    rate: float = 0.0,
    patience: int = 3,
    pause: float = 1.0,
    later: int = 100,
) -> Schedule:
    policy = HostPolicy(per_host, host_rate)
    return Schedule(
        wanted,
        policies=lambda _: policy,
        concurrency=concurrency,
        rate=rate,
        patience=patience,
        pause=pause,
        later=later,
    )


def taken(schedule: Schedule, now: float = 0.0) -> Try:
    tried = schedule.take(now)
    assert tried is not None
    return tried


def test_hosts_take_turns() -> None:
    schedule = scheduled(addresses(*"aaabbc"))
    order = []
    while (tried := schedule.take(0.0)) is not None:
        order.append(tried.host)
        schedule.give_back(tried, 0.0)
    assert order == ["a", "b", "c", "a", "b", "a"]
    assert len(schedule) == 0


def test_one_host_gets_no_more_than_its_limit() -> None:
    schedule = scheduled(addresses(*"aaaa"), per_host=2)
    first = taken(schedule)
    taken(schedule)
    assert schedule.take(0.0) is None
    schedule.give_back(first, 0.0)
    taken(schedule)
    assert schedule.take(0.0) is None


def test_slow_hosts_leave_room_for_a_quick_one() -> None:
    """Of ten hosts, nine never answer: the tenth is fetched to its end all the same."""
    slow = [f"slow{number}" for number in range(9)]
    schedule = scheduled(addresses(*[*slow, "quick"] * 50), per_host=8, concurrency=20)
    hanging = quick = 0
    while hanging < 20 and (tried := schedule.take(0.0)) is not None:
        if tried.host == "quick":
            quick += 1
            schedule.give_back(tried, 0.0)
        else:
            hanging += 1
    assert quick == 50


def test_requests_to_a_host_are_spaced() -> None:
    schedule = scheduled(addresses(*"aaab"), host_rate=2.0)
    assert {taken(schedule).host, taken(schedule).host} == {"a", "b"}
    assert schedule.take(0.0) is None
    assert schedule.next_moment() == 0.5
    assert schedule.take(0.4) is None
    assert taken(schedule, 0.5).host == "a"
    assert schedule.take(0.9) is None
    assert taken(schedule, 3.0).host == "a"
    assert schedule.next_moment() is None


def test_all_requests_are_spaced() -> None:
    schedule = scheduled(addresses(*"abc"), rate=4.0)
    taken(schedule)
    assert schedule.take(0.2) is None
    assert schedule.next_moment() == 0.25
    taken(schedule, 0.25)


def test_another_try_waits_for_its_moment_and_for_all_first_ones() -> None:
    schedule = scheduled(addresses(*"aaa"), per_host=1)
    first = taken(schedule)
    schedule.give_back(first, 0.0)
    again = replace(first, number=2)
    schedule.add(again, 5.0, 0.0)
    second = taken(schedule, 1.0)
    assert second.address.key == 1
    schedule.give_back(second, 6.0)
    third = taken(schedule, 6.0)
    assert third.address.key == 2
    schedule.give_back(third, 6.0)
    assert taken(schedule, 6.0) == again
    assert len(schedule) == 0


def test_a_host_that_cannot_be_reached_rests_and_is_then_tried_by_one_alone() -> None:
    schedule = scheduled(addresses(*"aaaaaa"), per_host=3)
    under_way = [taken(schedule), taken(schedule), taken(schedule)]
    for tried in under_way:  # together, which counts once
        schedule.give_back(tried, 0.0)
        assert not schedule.failed("a", 0.0, answered=False)
    assert schedule.take(0.0) is None
    moment = schedule.next_moment()
    assert moment is not None
    assert 0.5 <= moment <= 1.0
    probe = taken(schedule, moment)
    assert schedule.take(moment) is None
    schedule.succeeded("a")
    schedule.give_back(probe, moment)
    taken(schedule, moment)
    taken(schedule, moment)


def test_a_host_rests_longer_each_time_and_is_given_up_in_the_end() -> None:
    schedule = scheduled(addresses(*"aaaaaaaa"), per_host=1, patience=4)
    now, pauses, tried = 0.0, [], []
    while True:
        tried.append(taken(schedule, now))
        schedule.give_back(tried[-1], now)
        if schedule.failed("a", now, answered=False):
            break
        moment = schedule.next_moment()
        assert moment is not None
        pauses.append(moment - now)
        now = moment
    assert len(pauses) == 4
    for power, pause in enumerate(pauses):
        assert 2**power / 2 <= pause <= 2**power
    assert [each.address.key for each in tried] == [0, 5, 2, 7, 4]  # spread, once it fails
    assert [each.address.key for each in schedule.abandon("a")] == [1, 3, 6]
    assert schedule.is_given_up("a")
    assert len(schedule) == 0
    assert schedule.take(1e9) is None


def test_failures_that_the_share_of_the_dead_explains_cost_no_rest() -> None:
    """One address in three is there: ten failures in a row say nothing, forty do."""
    schedule = scheduled(addresses(*"a" * 200), per_host=1)

    def try_next(outcome: str) -> None:
        schedule.give_back(taken(schedule), 0.0)
        if outcome == "there":
            schedule.succeeded("a")
        else:
            schedule.failed("a", 0.0, answered=True)

    for _ in range(10):
        for outcome in ("there", "dead", "dead"):
            try_next(outcome)
    for _ in range(8):
        try_next("dead")
    try_next("there")
    for _ in range(40):
        if schedule.next_moment() != 0.0:
            break
        try_next("dead")
    else:
        pytest.fail("a host that is down never rests")


def test_a_host_that_is_asked_too_much_is_asked_more_slowly_for_a_while() -> None:
    schedule = scheduled(addresses(*"a" * 100), per_host=1, pause=4.0)

    def gap() -> float:
        schedule.give_back(taken(schedule, now), now)
        moment = schedule.next_moment()
        return 0.0 if moment is None else moment - now

    now = 0.0
    assert gap() == 0.0
    for _ in range(10):
        schedule.overloaded("a", now, 0.0)
    assert gap() == pytest.approx(1.0)
    for _ in range(30):
        schedule.succeeded("a")
    now = 2.0
    assert gap() == 0.0


def test_a_host_gets_the_pause_it_asks_for() -> None:
    schedule = scheduled(addresses(*"aa"), per_host=1)
    schedule.give_back(taken(schedule), 0.0)
    assert not schedule.overloaded("a", 0.0, wait=20.0)
    moment = schedule.next_moment()
    assert moment is not None
    assert 20.5 <= moment <= 21.0


def test_a_host_that_asks_for_ever_is_given_up_at_once() -> None:
    schedule = scheduled(addresses(*"ab"))
    schedule.give_back(taken(schedule), 0.0)
    assert schedule.overloaded("a", 0.0, wait=float("inf"))
    assert not schedule.is_given_up("b")


@given(st.integers(1, 70), st.lists(st.booleans(), max_size=80))
def test_addresses_are_taken_once_in_order_or_spread(count: int, choices: list[bool]) -> None:
    waiting = Waiting(np.arange(count))
    found = [waiting.elsewhere() if spread else waiting.first() for spread in choices[:count]]
    assert len(waiting) == count - len(found)
    found += waiting.rest()
    assert sorted(found) == list(range(count))


def test_spread_addresses_leave_no_large_gap() -> None:
    waiting = Waiting(np.arange(1000))
    found = sorted(waiting.elsewhere() for _ in range(31))
    assert max(after - before for before, after in pairwise([0, *found, 1000])) <= 64


def test_paths_on_this_machine_share_the_whole() -> None:
    local = [Address(key, f"/pictures/{key}.jpg", local=True) for key in range(10)]
    schedule = scheduled(local, per_host=1, host_rate=0.1, concurrency=10, rate=0.1)
    assert all(schedule.take(0.0) is not None for _ in range(10))
    assert schedule.take(0.0) is None


def test_odd_locations_have_a_host_too() -> None:
    odd = [Address(0, "http://["), Address(1, ""), Address(2, "mailto:x"), Address(3, "http://b/")]
    schedule = scheduled(odd)
    assert {taken(schedule).address for _ in odd} == set(odd)


@given(
    hosts=st.lists(st.sampled_from("abcde"), max_size=60),
    per_host=st.integers(1, 4),
    concurrency=st.integers(1, 8),
    host_rate=st.sampled_from([0.0, 1.0, 7.0]),
    later=st.integers(1, 9),
    data=st.data(),
)
def test_everything_is_taken_once_and_within_the_limits(
    hosts: list[str],
    per_host: int,
    concurrency: int,
    host_rate: float,
    later: int,
    data: st.DataObject,
) -> None:
    wanted = addresses(*hosts)
    schedule = scheduled(
        wanted,
        per_host=per_host,
        concurrency=concurrency,
        host_rate=host_rate,
        patience=10**6,
        later=later,
    )
    under_way: list[Try] = []
    waiting = 0
    settled: list[Address] = []
    started: dict[str, float] = {}
    now = 0.0
    while under_way or len(schedule):
        tried = schedule.take(now) if len(under_way) < concurrency else None
        if tried is not None:
            under_way.append(tried)
            waiting -= tried.number > 1
            assert max(Counter(each.host for each in under_way).values()) <= per_host
            if host_rate and tried.host in started:
                assert now - started[tried.host] >= 1 / host_rate - 1e-9
            started[tried.host] = now
        elif under_way:
            tried = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)))
            schedule.give_back(tried, now)
            match data.draw(st.sampled_from(["fine", "again", "dead", "down"])):
                case "fine":
                    schedule.succeeded(tried.host)
                    settled.append(tried.address)
                case "again" if tried.number < 3:
                    schedule.add(replace(tried, number=tried.number + 1), now + 2.0, now)
                    waiting += 1
                    assert waiting <= later + concurrency, "many wait for another try"
                case "dead" | "down" as failure:
                    answered = failure == "dead"
                    assert not schedule.failed(tried.host, now, answered=answered)
                    settled.append(tried.address)
                case _:
                    settled.append(tried.address)
        else:
            moment = schedule.next_moment()
            assert moment is not None, "something waits, and nothing would wake it"
            assert moment >= now
            now = moment
    assert sorted(address.key for address in settled) == [address.key for address in wanted]


def test_the_addresses_of_a_host_given_up_wait_for_room_for_their_copies() -> None:
    """What takes memory for each dead address, a try at a copy, waits in a limited number."""
    schedule = scheduled(addresses(*"a" * 5000, *"b" * 10), per_host=1, concurrency=2, later=50)
    tries = {taken(schedule).host: 0 for _ in "ab"}
    assert set(tries) == {"a", "b"}
    schedule.overloaded("a", 0.0, wait=float("inf"))
    settled = copies = most = 0

    def settle(waiting: Iterator[Try]) -> None:
        nonlocal settled, copies, most
        for tried in waiting:
            settled += 1
            copies += 1
            schedule.add(Try(tried.address, "http://archive/x", "archive", "way"), 0.0, 0.0)
            most = max(most, copies)

    settle(schedule.abandon("a"))
    while settled < 4999:
        copy = taken(schedule)
        assert copy.way, "no first try while so many wait"
        copies -= 1
        schedule.give_back(copy, 0.0)
        settle(schedule.abandoned())
    assert most <= 50 + 1000
    assert len(schedule) == copies + 9


@pytest.mark.parametrize("location", ["http://a.org/1", "http://A.ORG:80/2", "https://a.org/3"])
def test_a_host_is_one_host_however_it_is_written(location: str) -> None:
    assert host_of(Address(0, location)) == "a.org"
