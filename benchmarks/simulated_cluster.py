"""How long a cluster fetches very many addresses, in a time of its own.

    python benchmarks/simulated_cluster.py [--nodes 1000] [--millions 100] [--hosts 300000]

What is real: the addresses' numbers, which take the memory that they take in a run, the lanes made
of them, their shards and names, and the driver that hands these out. What is simulated: the text
of an address, how fast a host answers (seconds of an answer are drawn for each host), how much a
node fetches at most, and the clock. A shard takes as long as its slowest host, or as the node for
all of its addresses, whichever is more, and some seconds to be handed out and put away.

Printed is the time until all is fetched beside the least that any way of handing out could take:
the longest time that a host needs for its addresses alone, or that all nodes need for everything;
how much of the nodes' time was used until half, and until 95 %, of the addresses were done; and
the seconds that the driver itself took, which are real.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from threading import Event

import numpy as np
from driver_memory import megabytes
from numpy.typing import NDArray

from tagatlas_fetching import Address
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_shards.driver import Ended, drive
from tagatlas_shards.partition import address_lanes
from tagatlas_shards.shard import Report, Shard

ANSWER, SPREAD = 0.3, 0.7
"""Median of the seconds that hosts take for an answer, and sigma of their logarithm."""

NODE = 100.0
"""Images per second that a node fetches at most."""

OVERHEAD = 1.0
"""Seconds of a shard besides its downloads."""


@dataclass(frozen=True)
class Web:
    """Hosts with addresses, and how fast they answer.

    Attributes:
        names: of the hosts.
        counts: of their addresses, shape (hosts,).
        seconds: of an answer, shape (hosts,).
        policies: limits of the hosts.
    """

    names: Sequence[str]
    counts: NDArray[np.int64]
    seconds: NDArray[np.float64]
    policies: Hosts

    @classmethod
    def drawn(cls, addresses: int, hosts: int, seed: int = 1) -> Web:
        """Sizes by Zipf's law; each host has one address at least."""
        dice = np.random.default_rng(seed)
        shares = 1 / np.arange(1, hosts + 1)
        counts = 1 + ((addresses - hosts) * shares / shares.sum()).astype(np.int64)
        counts[0] += addresses - counts.sum()
        seconds = ANSWER * np.exp(SPREAD * dice.standard_normal(hosts))
        names = [f"images.site{number}.example" for number in range(hosts)]
        return cls(names, counts, seconds, Hosts(HostPolicy()))

    def addresses(self) -> Addresses:
        """All addresses, those of a host one after the other."""
        hosts = np.repeat(np.arange(len(self.names), dtype=np.int32), self.counts)

        def read(keys: Sequence[int]) -> list[Address]:
            of_each = hosts[np.array(keys)].tolist()
            return [
                Address(key, f"https://{self.names[host]}/{key}.jpg")
                for key, host in zip(keys, of_each, strict=True)
            ]

        return Addresses(np.arange(len(hosts)), hosts, self.names, read)

    def rates(self) -> NDArray[np.float64]:
        """Answers per second of each host, at all the connections that it may have."""
        return self.policies.common.connections / self.seconds


@dataclass
class Nodes:
    """Nodes that work on shards in a time of their own; a pool of the driver.

    Attributes:
        count: of nodes.
        web: what they fetch from.
        hosts: the number of each address's host.
        now: the time, in seconds.
        busy: seconds of all nodes that a shard was worked on.
        done: the time, the addresses fetched by then, and the seconds busy, after each shard.
    """

    count: int
    web: Web
    hosts: NDArray[np.int32]
    now: float = 0.0
    busy: float = 0.0
    done: list[tuple[float, int, float]] = field(default_factory=list)
    _under_way: list[tuple[float, int, int, Shard]] = field(default_factory=list)
    _given: int = 0

    def hire(self) -> None:
        """All are there."""

    def is_free(self) -> bool:
        """Whether a node has nothing to do."""
        return len(self._under_way) < self.count

    def give(self, shard: Shard) -> None:
        """Have a node work on a shard."""
        seconds = self._seconds(shard)
        self.busy += seconds
        self._given += 1
        size = len(shard.items)
        heappush(self._under_way, (self.now + seconds, self._given, size, Shard(shard.name, ())))

    def wait(self, seconds: float) -> list[Ended]:
        """Wait for the next shard to end, or for these seconds if none is under way."""
        if not self._under_way:
            self.now += seconds
            return []
        self.now, _, size, shard = heappop(self._under_way)
        before = self.done[-1][1] if self.done else 0
        self.done.append((self.now, before + size, self.busy))
        return [Ended(shard, Report(file=shard.name))]

    def stop(self) -> None:
        """Nothing is to be stopped."""

    def close(self) -> None:
        """Nothing is open."""

    def _seconds(self, shard: Shard) -> float:
        keys = [each.key for each in shard.items if isinstance(each, Address)]
        hosts, counts = np.unique(self.hosts[keys], return_counts=True)
        rates = self.web.rates()[hosts]
        if isinstance(shard.given, Hosts) and shard.given.special:
            shares = [shard.given.for_host(self.web.names[host]).connections for host in hosts]
            rates = rates * shares / self.web.policies.common.connections
        return OVERHEAD + max(float((counts / rates).max()), len(keys) / NODE)


def simulate(nodes: int, addresses: int, hosts: int) -> None:
    """Hand out everything, and print how long it took."""
    web = Web.drawn(addresses, hosts)
    wanted = web.addresses()
    began = time.perf_counter()
    lanes = address_lanes(wanted, web.policies)
    made = time.perf_counter() - began
    pool = Nodes(nodes, web, wanted.hosts)
    began = time.perf_counter()
    shards = sum(1 for _ in drive(lanes, pool, stop=Event(), clock=lambda: pool.now))
    driven = time.perf_counter() - began
    alone = float((web.counts / web.rates()).max())
    together = addresses / nodes / NODE
    bound = max(alone, together)
    print(
        f"{nodes:,} nodes, {addresses:,} addresses of {hosts:,} hosts "
        f"(the largest has {web.counts[0] / addresses:.1%}): {len(lanes):,} lanes, "
        f"{shards:,} shards\n"
        f"  slowest host alone {alone / 3600:,.2f} h, all nodes' work {together / 3600:,.2f} h, "
        f"until all is fetched {pool.now / 3600:,.2f} h: {pool.now / bound:.3f} of the bound"
    )
    assert pool.done[-1][1] == addresses
    for share in (0.5, 0.95, 1.0):
        when, _, busy = next(each for each in pool.done if each[1] >= share * addresses)
        print(
            f"  {share:.0%} of the addresses after {when / 3600:,.2f} h, nodes busy for "
            f"{min(busy / (when * nodes), 1):.0%} of it"
        )
    print(
        f"  real: lanes made in {made:,.0f} s, shards handed out in {driven:,.0f} s "
        f"({1000 * driven / shards:.1f} ms each, most of it to make up addresses), "
        f"{megabytes():,.0f} MB at most"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--millions", type=float, default=100)
    parser.add_argument("--hosts", type=int, default=300_000)
    given = parser.parse_args()
    simulate(given.nodes, int(given.millions * 1_000_000), given.hosts)


if __name__ == "__main__":
    main()
