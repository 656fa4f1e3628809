"""Whose turn it is."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tagatlas.fetch import Address
from tagatlas.fetch.schedule import Schedule, host_of


def addresses(*hosts: str) -> list[Address]:
    return [Address(key, f"http://{host}/{key}.jpg") for key, host in enumerate(hosts)]


def test_hosts_take_turns() -> None:
    schedule = Schedule(addresses(*"aaabbc"), per_host=9, concurrency=9)
    order = []
    while (address := schedule.take()) is not None:
        order.append(host_of(address))
        schedule.give_back(address)
    assert order == ["a", "b", "c", "a", "b", "a"]


def test_one_host_gets_no_more_than_its_limit() -> None:
    schedule = Schedule(addresses(*"aaaa"), per_host=2, concurrency=9)
    first = schedule.take()
    assert first is not None
    assert schedule.take() is not None
    assert schedule.take() is None
    schedule.give_back(first)
    assert schedule.take() is not None
    assert schedule.take() is None


def test_slow_hosts_leave_room_for_a_quick_one() -> None:
    """Of ten hosts, nine never answer: the tenth is fetched to its end all the same."""
    slow = [f"slow{number}" for number in range(9)]
    schedule = Schedule(addresses(*[*slow, "quick"] * 50), per_host=8, concurrency=20)
    hanging = quick = 0
    while hanging < 20 and (address := schedule.take()) is not None:
        if host_of(address) == "quick":
            quick += 1
            schedule.give_back(address)
        else:
            hanging += 1
    assert quick == 50


def test_paths_on_this_machine_share_the_whole() -> None:
    local = [Address(key, f"/pictures/{key}.jpg", local=True) for key in range(10)]
    schedule = Schedule(local, per_host=1, concurrency=10)
    assert all(schedule.take() is not None for _ in range(10))
    assert schedule.take() is None


def test_odd_locations_have_a_host_too() -> None:
    odd = [Address(0, "http://["), Address(1, ""), Address(2, "mailto:x"), Address(3, "http://b/")]
    schedule = Schedule(odd, per_host=8, concurrency=8)
    assert {schedule.take() for _ in odd} == set(odd)


@given(
    hosts=st.lists(st.sampled_from("abcde"), max_size=60),
    per_host=st.integers(1, 4),
    concurrency=st.integers(1, 8),
    data=st.data(),
)
def test_everything_is_taken_once_and_within_the_limits(
    hosts: list[str], per_host: int, concurrency: int, data: st.DataObject
) -> None:
    wanted = addresses(*hosts)
    schedule = Schedule(wanted, per_host=per_host, concurrency=concurrency)
    under_way: list[Address] = []
    taken: list[Address] = []
    while True:
        address = schedule.take() if len(under_way) < concurrency else None
        if address is not None:
            under_way.append(address)
            taken.append(address)
            assert max(Counter(map(host_of, under_way)).values()) <= per_host
        elif under_way:
            place = data.draw(st.integers(0, len(under_way) - 1))
            schedule.give_back(under_way.pop(place))
        else:
            break
    assert sorted(address.key for address in taken) == [address.key for address in wanted]
