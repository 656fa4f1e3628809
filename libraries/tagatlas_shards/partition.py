"""Parts work into shards: images by their ids, addresses by lanes of registered domains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from ipaddress import ip_address
from itertools import zip_longest
from math import ceil

from tagatlas_fetching import Address
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_fetching.schedule import host_of
from tagatlas_shards.shard import Lane, Shard

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
    by_prefix: dict[str, list[str]] = defaultdict(list)
    for each in ids:
        by_prefix[each[:digits]].append(each)
    return [
        Lane([Shard(f"{prefix}-{_digest(some)}", tuple(some))])
        for prefix, some in sorted(by_prefix.items())
    ]


def address_lanes(
    addresses: Sequence[Address], hosts: Hosts, prefix: str = "lane-", most: int = ADDRESSES
) -> list[Lane]:
    """Lanes of addresses such that no host gets more requests than from a single process.

    All hosts of a registered domain are in one lane, which one process at a time works on. A host
    with more than :data:`LARGE` of all addresses is split over several lanes, each with its part
    of the host's connections and rate, so that together they keep to its limits. A lane rests
    between two shards as long as between two requests to its slowest host.

    Args:
        addresses: of the web.
        hosts: policies of the hosts.
        prefix: of the shards' names.
        most: addresses of a shard.

    Returns:
        Lanes of shards of :class:`~tagatlas_fetching.Address`; ``given`` are their :class:`Hosts`.
    """
    by_host: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        by_host[host_of(address)].append(address)
    buckets = min(max(len(addresses) // LEAST, FEWEST), MOST)
    small: dict[int, list[str]] = defaultdict(list)
    lanes: list[Lane] = []
    for host, some in sorted(by_host.items()):
        policy = hosts.for_host(host)
        parts = min(policy.connections, ceil(len(some) / len(addresses) / LARGE), len(some))
        if len(some) > LARGE * len(addresses) and parts > 1:
            for number, share in enumerate(shares(policy, parts)):
                part = Hosts(hosts.common, {**hosts.special, host: share})
                lanes.append(
                    _lane([some[number::parts]], [share], part, f"{prefix}{host}-{number}", most)
                )
        else:
            small[_bucket(registered_domain(host), buckets)].append(host)
    for bucket, names in sorted(small.items()):
        policies = [hosts.for_host(name) for name in names]
        of_each = [by_host[name] for name in names]
        lanes.append(_lane(of_each, policies, hosts, f"{prefix}{bucket:04}", most))
    return lanes


def shares(policy: HostPolicy, parts: int) -> list[HostPolicy]:
    """The parts of a host's limits that so many lanes get; together they are its limits.

    Args:
        policy: the host's.
        parts: number of lanes; at most its connections.
    """
    each, more = divmod(policy.connections, parts)
    return [
        replace(policy, connections=each + (number < more), rate=policy.rate / parts)
        for number in range(parts)
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
    of_each: Sequence[Sequence[Address]],
    policies: Iterable[HostPolicy],
    hosts: Hosts,
    name: str,
    most: int,
) -> Lane:
    """A lane in which hosts take turns, so that each shard has many of them."""
    turns = [each for some in zip_longest(*of_each) for each in some if each is not None]
    rates = [policy.rate for policy in policies if policy.rate]
    shards = []
    for begin in range(0, len(turns), most):
        some = turns[begin : begin + most]
        digest = _digest(f"{each.key} {each.location}" for each in some)
        shards.append(Shard(f"{_safe(name)}-{digest}", tuple(some), hosts))
    return Lane(shards, rest=1 / min(rates) if rates else 0.0)


def _bucket(domain: str, buckets: int) -> int:
    return int.from_bytes(sha256(domain.encode(errors="surrogatepass")).digest()[:8]) % buckets


def _digest(items: Iterable[str]) -> str:
    digest = sha256()
    for each in items:
        digest.update(each.encode(errors="surrogatepass") + b"\n")
    return digest.hexdigest()[:16]


def _safe(name: str) -> str:
    """A name that every file system takes; its shards' digests tell them apart."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in name)[:60]
