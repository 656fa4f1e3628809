"""Parts work into shards: images by their ids, addresses by lanes of registered domains."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from ipaddress import ip_address
from math import ceil
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from tagatlas_fetching import Address
from tagatlas_fetching.addresses import Addresses, Read
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_shards.shard import Lane, Made, Shard

Keys = NDArray[np.int64]

IMAGES = 4096
"""Maximum images of a shard on average."""

ADDRESSES = 2000
"""Maximum addresses of a shard."""

LEAST = 500
"""Addresses of a lane on average, of more than :data:`FEWEST` lanes."""

FEWEST, MOST = 8, 4096
"""Lanes of small hosts, at least and at most; those without addresses are left out."""

LARGE = 0.05
"""Share of all addresses above which a host is split over several lanes."""

_DIGITS = 6
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gob", "mil", "net", "ne", "or", "org"})


def id_lanes(ids: Sequence[str], most: int = IMAGES) -> list[Lane]:
    """Shards of images by the first digits of their ids, each a lane of its own.

    Ids are hashes, so the shards are of about one size, and the images of a shard stay together
    when the collection grows. A shard's name ends in a digest of its ids: one that has grown, or
    that lacks what is answered, is another shard, with a file of its own.

    Args:
        ids: of images, each once, in id order.
        most: images of a shard on average.
    """
    digits = 1
    while len(ids) > most * 16**digits and digits < _DIGITS:
        digits += 1
    lanes, begin = [], 0
    while begin < len(ids):
        prefix = ids[begin][:digits]
        end = bisect_right(ids, prefix, begin, key=lambda each: each[:digits])
        lanes.append(Lane(Made(1, partial(_id_shard, ids, prefix, slice(begin, end)))))
        begin = end
    return lanes


def _id_shard(ids: Sequence[str], prefix: str, some: slice, _: int) -> Shard:
    items = tuple(ids[some])
    return Shard(f"{prefix}-{_digest(items)}", items)


def address_lanes(
    addresses: Sequence[Address], hosts: Hosts, prefix: str = "lane-", most: int = ADDRESSES
) -> list[Lane]:
    """Lanes of addresses such that no host gets more requests than from a single process.

    All hosts of a registered domain are in one lane, which one process at a time works on: a domain
    with more addresses than lanes have on average is alone in its lane, where no other one that is
    slower holds it up. A host with more than :data:`LARGE` of all addresses is split over several
    lanes, each with its part of the host's connections, and that part of its rate and addresses, so
    that together they keep to its limits. A lane rests between two shards as long as between two
    requests to its slowest host.

    A shard's addresses are read when it is handed out.

    Args:
        addresses: of the web, each once.
        hosts: policies of the hosts.
        prefix: of the shards' names.
        most: addresses of a shard.

    Returns:
        Lanes of shards of :class:`~tagatlas_fetching.Address`; ``given`` are their :class:`Hosts`.
    """
    wanted = Addresses.of(addresses)
    by_host = dict(sorted(wanted.by_host(), key=itemgetter(0)))
    buckets = min(max(len(wanted) // LEAST, FEWEST), MOST)
    by_domain: dict[str, list[str]] = defaultdict(list)
    lanes: list[Lane] = []
    for host, keys in by_host.items():
        policy = hosts.for_host(host)
        parts = min(policy.connections, ceil(len(keys) / len(wanted) / LARGE), len(keys))
        if len(keys) > LARGE * len(wanted) and parts > 1:
            begin = connections = 0
            for number, share in enumerate(shares(policy, parts)):
                connections += share.connections
                end = len(keys) * connections // policy.connections
                part = Hosts(hosts.common, {**hosts.special, host: share})
                name = f"{prefix}{host}-{number}"
                if end > begin:
                    lanes.append(_lane([keys[begin:end]], [share], wanted.read, part, name, most))
                begin = end
        else:
            by_domain[registered_domain(host)].append(host)
    together: dict[str, list[str]] = defaultdict(list)
    for domain, names in by_domain.items():
        is_small = sum(len(by_host[name]) for name in names) * buckets <= len(wanted)
        together[f"{_bucket(domain, buckets):04}" if is_small else domain] += names
    for lane, names in sorted(together.items()):
        policies = [hosts.for_host(name) for name in names]
        of_each = [by_host[name] for name in names]
        lanes.append(_lane(of_each, policies, wanted.read, hosts, f"{prefix}{lane}", most))
    return lanes


def shares(policy: HostPolicy, parts: int) -> list[HostPolicy]:
    """The parts of a host's limits that so many lanes get; together they are its limits.

    Args:
        policy: the host's.
        parts: number of lanes; at most its connections.
    """
    each, more = divmod(policy.connections, parts)
    return [
        replace(policy, connections=part, rate=policy.rate * part / policy.connections)
        for part in (each + (number < more) for number in range(parts))
    ]


def registered_domain(host: str) -> str:
    """The domain of a host that somebody has registered, as far as names alone tell.

    That is the last two labels, three below the likes of ``co.uk``; an IP address is its own. A
    list of public suffixes would be exact: where this is too coarse, a lane has more hosts.
    """
    name = host.lower().rstrip(".").strip("[]")
    try:
        ip_address(name)
    except ValueError:
        labels = name.split(".")
        is_below = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
        return ".".join(labels[-3 if is_below else -2 :])
    return name


def _lane(
    of_each: Sequence[Keys],
    policies: Iterable[HostPolicy],
    read: Read,
    hosts: Hosts,
    name: str,
    most: int,
) -> Lane:
    """A lane in which hosts take turns, so that each shard has many of them."""
    counts = np.array([len(keys) for keys in of_each])
    total = int(counts.sum())

    def make(place: int) -> Shard:
        places = turns(counts, place * most, min((place + 1) * most, total))
        items = tuple(read([int(of_each[host][rank]) for host, rank in places]))
        digest = _digest(f"{each.key} {each.location}" for each in items)
        return Shard(f"{_safe(name)}-{digest}", items, hosts)

    rates = [policy.rate for policy in policies if policy.rate]
    return Lane(Made(ceil(total / most), make), rest=1 / min(rates) if rates else 0.0)


def turns(counts: NDArray[np.int64], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The hosts whose turn it is at some places, each with the place among its own addresses.

    In each round, every host that has any left has one turn.

    Args:
        counts: of addresses, by host.
        begin: the first place.
        end: the place after the last one, which is higher.
    """

    def before(number: int) -> int:
        return int(np.minimum(counts, number).sum())

    rounds = range(int(counts.max()) + 1)
    first = bisect_right(rounds, begin, key=before) - 1
    last = bisect_right(rounds, end - 1, key=before) - 1
    of_each = np.clip(counts, first, last + 1) - first
    hosts = np.repeat(np.arange(len(counts)), of_each)
    ranks = first + np.arange(len(hosts)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
    some = np.lexsort((hosts, ranks))[begin - before(first) : end - before(first)]
    return zip(hosts[some].tolist(), ranks[some].tolist(), strict=True)


def _bucket(domain: str, buckets: int) -> int:
    return int.from_bytes(sha256(domain.encode(errors="surrogatepass")).digest()[:8]) % buckets


def _digest(items: Iterable[str]) -> str:
    lines = "".join(f"{each}\n" for each in items)
    return sha256(lines.encode(errors="surrogatepass")).hexdigest()[:16]


def _safe(name: str) -> str:
    """A name that every file system takes; its shards' digests tell them apart."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name)[:60]
