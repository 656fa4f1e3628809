"""Shards and lanes: each item once, and no host gets more than from a single process."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas_fetching import Address
from tagatlas_fetching.host_names import host_of
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_shards.partition import (
    address_lanes,
    id_lanes,
    registered_domain,
    shares,
    turns,
)

POLICIES = st.builds(
    HostPolicy,
    connections=st.integers(1, 16),
    rate=st.one_of(st.just(0.0), st.floats(0.01, 1000)),
)
NAMES = ["a.example.org", "b.example.org", "example.org", "x.co.uk", "y.co.uk", "127.0.0.1", "::1"]
COLLECTIONS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=120).map(
    lambda hosts: [
        Address(key, f"http://{f'[{host}]' if ':' in host else host}/{key}.jpg")
        for key, host in enumerate(hosts)
    ]
)


def ids_of(count: int) -> list[str]:
    return sorted(sha256(str(number).encode()).hexdigest() for number in range(count))


@given(st.integers(0, 600), st.integers(1, 50))
def test_each_image_is_in_one_shard_of_its_prefix(count: int, most: int) -> None:
    ids = ids_of(count)
    shards = [shard for lane in id_lanes(ids, most) for shard in lane.shards]
    assert sorted(str(each) for shard in shards for each in shard.items) == ids
    for shard in shards:
        prefix = shard.name.partition("-")[0]
        assert all(str(each).startswith(prefix) for each in shard.items)
    assert len({shard.name for shard in shards}) == len(shards)


@given(st.integers(1, 400), st.integers(0, 400))
def test_images_of_a_shard_stay_together_when_the_collection_grows(before: int, more: int) -> None:
    ids = ids_of(before + more)
    old = id_lanes(sorted(ids[:before]), most=30)
    of_new = {
        str(each): lane.shards[0].name.partition("-")[0]
        for lane in id_lanes(ids, most=30)
        for each in lane.shards[0].items
    }
    for lane in old:
        prefix = lane.shards[0].name.partition("-")[0]
        assert all(of_new[str(each)].startswith(prefix) for each in lane.shards[0].items)


def test_a_shard_that_grew_is_another_shard() -> None:
    ids = ids_of(40)
    names = {lane.shards[0].name for lane in id_lanes(ids)}
    grown = {lane.shards[0].name for lane in id_lanes([*ids, "f" * 64])}
    assert len(grown - names) == 1
    assert len(names - grown) == 1


@given(COLLECTIONS, POLICIES, st.dictionaries(st.sampled_from(NAMES), POLICIES), st.integers(1, 30))
def test_lanes_together_keep_to_the_limits_of_each_host(
    addresses: list[Address], common: HostPolicy, special: dict[str, HostPolicy], most: int
) -> None:
    hosts = Hosts(common, special)
    lanes = address_lanes(addresses, hosts, most=most)
    done = [each for lane in lanes for shard in lane.shards for each in shard.items]
    assert sorted(done, key=lambda each: each.key) == addresses  # type: ignore[attr-defined]

    parts: dict[str, list[HostPolicy]] = defaultdict(list)
    sizes: dict[str, list[int]] = defaultdict(list)
    domains: dict[str, set[int]] = defaultdict(set)
    for number, lane in enumerate(lanes):
        for host in {host_of(each) for shard in lane.shards for each in shard.items}:  # type: ignore[arg-type]
            policy = lane.shards[0].given.for_host(host)  # type: ignore[attr-defined]
            assert all(shard.given.for_host(host) == policy for shard in lane.shards)  # type: ignore[attr-defined]
            parts[host].append(policy)
            sizes[host].append(sum(len(shard.items) for shard in lane.shards))
            if policy.rate:
                assert lane.rest >= 1 / policy.rate - 1e-9
        domains[registered_domain(host)].add(number)
    for host, policies in parts.items():
        whole = hosts.for_host(host)
        assert sum(each.connections for each in policies) <= whole.connections
        assert sum(each.rate for each in policies) <= whole.rate * (1 + 1e-9)
        assert all(each.rate for each in policies) == bool(whole.rate)
        if len(policies) == 1:
            continue
        share = sum(host_of(each) == host for each in addresses) / len(addresses)
        assert share > 0.05, "only large hosts are split"
        of_one = sum(sizes[host]) / whole.connections
        for each, size in zip(policies, sizes[host], strict=True):
            assert size == pytest.approx(of_one * each.connections, abs=1), "lanes end together"


@given(POLICIES, st.data())
def test_shares_are_the_whole(policy: HostPolicy, data: st.DataObject) -> None:
    parts = data.draw(st.integers(1, policy.connections))
    each = shares(policy, parts)
    assert sum(share.connections for share in each) == policy.connections
    assert sum(share.rate for share in each) == pytest.approx(policy.rate)
    assert all(
        share.rate == pytest.approx(policy.rate * share.connections / policy.connections)
        for share in each
    )
    assert all(share.connections >= 1 for share in each)


def test_hosts_of_a_domain_share_a_lane() -> None:
    many = [Address(key, f"http://host{key}.example.org/x.jpg") for key in range(100)]
    [lane] = address_lanes(many, Hosts())
    assert len(lane.shards[0].items) == 100


def test_a_domain_larger_than_lanes_are_on_average_is_alone() -> None:
    small = [f"host.example{number}.org" for number in range(1000)]
    large = [f"host{number}.large.org" for number in range(5)]
    hosts = [*small, *large * 40]
    lanes = address_lanes(
        [Address(key, f"http://{host}/{key}.jpg") for key, host in enumerate(hosts)], Hosts()
    )
    found = [
        {host_of(each) for shard in lane.shards for each in shard.items}  # type: ignore[arg-type]
        for lane in lanes
    ]
    assert set(large) in found
    assert sum(map(len, found)) == len({*hosts})


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.data())
def test_hosts_take_turns(counts: list[int], data: st.DataObject) -> None:
    every = [
        (host, rank)
        for rank in range(max(counts))
        for host, count in enumerate(counts)
        if rank < count
    ]
    begin = data.draw(st.integers(0, len(every) - 1))
    end = data.draw(st.integers(begin + 1, len(every)))
    assert [*turns(np.array(counts), begin, end)] == every[begin:end]


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("pbs.twimg.com", "twimg.com"),
        ("twimg.com", "twimg.com"),
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("bbc.co.uk", "bbc.co.uk"),
        ("WWW.Example.ORG.", "example.org"),
        ("192.168.10.1", "192.168.10.1"),
        ("[::1]", "::1"),
        ("localhost", "localhost"),
        ("?", "?"),
    ],
)
def test_registered_domains(host: str, domain: str) -> None:
    assert registered_domain(host) == domain
