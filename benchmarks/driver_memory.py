"""Memory of the driver of shards, by the number of addresses of an atlas.

    python benchmarks/driver_memory.py [MILLIONS ...] [--folder FOLDER]     (1 4 10 unless said)

For each size, an atlas is written straight into SQLite: addresses of 300,000 hosts, whose sizes
follow Zipf's law, and as many images. Then a fresh process does what ``tagatlas fetch --on`` and
``tag --on`` do, but for the work itself: it opens the atlas, makes sure that the addresses are
trusted, makes the lanes, and hands out all shards to a pool that has each done at once. Printed are
the most memory that the process had after each step (what is loaded at its start is the first),
how many shards there were, and the seconds of the steps. A size leaves with its folder of about
0.6 GB a million.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import numpy as np

from tagatlas import open_atlas
from tagatlas.contracts import ImageStatus
from tagatlas_fetching.hosts import Hosts
from tagatlas_shards.driver import Ended, drive
from tagatlas_shards.partition import address_lanes, id_lanes
from tagatlas_shards.shard import Lane, Report, Shard

HOSTS = 300_000
MILLION = 1_000_000
_AT_ONCE = 100_000


def zipf_hosts(addresses: int, hosts: int = HOSTS, seed: int = 1) -> Iterator[list[int]]:
    """The number of each address's host, in parts; sizes of hosts follow Zipf's law."""
    dice = np.random.default_rng(seed)
    shares = np.cumsum(1 / np.arange(1, hosts + 1))
    for begin in range(0, addresses, _AT_ONCE):
        drawn = dice.random(min(_AT_ONCE, addresses - begin)) * shares[-1]
        yield np.searchsorted(shares, drawn).tolist()


def write_atlas(folder: Path, addresses: int) -> None:
    """Write an atlas of so many pending addresses, and as many images of the last of them."""
    with open_atlas(folder, create=True) as atlas:
        trust = atlas.settings.trust
        connection = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO sources (id, location, plugin, recognised, digest, added_at) "
            "VALUES (1, 'urls.csv', 'table', '', '', '2024-02-29')"
        )
        key = 0
        for hosts in zipf_hosts(addresses):
            locations = [
                f"https://images{host % 7}.site{host}.example/2024/02/{key + place:012x}.jpg"
                for place, host in enumerate(hosts, 1)
            ]
            connection.executemany(
                "INSERT INTO addresses (id, location, local) VALUES (?, ?, 0)",
                enumerate(locations, key + 1),
            )
            connection.executemany(
                "INSERT INTO records (source, address, frequency, columns) VALUES (1, ?, 1, '{}')",
                ((number,) for number in range(key + 1, key + len(hosts) + 1)),
            )
            trust.accept(addresses=locations)
            key += len(hosts)
        connection.execute("COMMIT")
        connection.close()


def fetch_all(folder: Path, addresses: int) -> None:
    """Have every address lead to an image of its own, whose ids are in order: that is quickest."""
    connection = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO images (id, sha256, width, height, format, bytes, frames) "
        "VALUES (?, ?, 640, 480, 'jpeg', 100000, 1)",
        (
            (number, f"{int((number - 1) / addresses * 2**64):016x}{number:048x}")
            for number in range(1, addresses + 1)
        ),
    )
    connection.execute("UPDATE addresses SET status = 'ok', image = id")
    connection.execute("COMMIT")
    connection.close()


@dataclass
class AtOnce:
    """A pool that has each shard done at once.

    Attributes:
        shards: number of shards given.
        items: number of their items.
    """

    shards: int = 0
    items: int = 0
    _given: list[Shard] = field(default_factory=list)

    def hire(self) -> None:
        """All are there."""

    def is_free(self) -> bool:
        """Up to a thousand shards are under way."""
        return len(self._given) < 1000

    def give(self, shard: Shard) -> None:
        """Take a shard, and drop its items, as the pool on Ray does once they are sent."""
        self._given.append(Shard(shard.name, ()))
        self.shards += 1
        self.items += len(shard.items)

    def wait(self, seconds: float) -> list[Ended]:  # noqa: ARG002 - nothing is waited for
        """All that were given have ended."""
        given, self._given = self._given, []
        return [Ended(shard, Report(file=shard.name)) for shard in given]

    def stop(self) -> None:
        """Nothing is to be stopped."""

    def close(self) -> None:
        """Nothing is open."""


def megabytes() -> float:
    """The most memory that this process had; of Linux alone, where `getrusage` has its parent's."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def hand_out(lanes: Sequence[Lane]) -> AtOnce:
    """Have the real driver hand out all shards."""
    pool = AtOnce()
    for _ in drive(lanes, pool, stop=Event()):
        pass
    return pool


def measure(folder: Path, step: str) -> None:
    """Print the most memory and the seconds of each part of a step's driver."""
    said = [f"{megabytes():,.0f} MB"]
    with open_atlas(folder) as atlas:
        began = time.perf_counter()
        if step == "fetch":
            atlas.require_trust("this asks the network")
            said.append(f"trust {megabytes():,.0f} MB {time.perf_counter() - began:,.0f} s")
            began = time.perf_counter()
            wanted = atlas.catalog.addresses.with_status([ImageStatus.PENDING])
            said.append(f"addresses {megabytes():,.0f} MB {time.perf_counter() - began:,.0f} s")
            began = time.perf_counter()
            lanes = address_lanes(wanted, Hosts())
        else:
            ids = atlas.catalog.tagging.unanswered(1, retry_failed=False)
            said.append(f"images {megabytes():,.0f} MB {time.perf_counter() - began:,.0f} s")
            began = time.perf_counter()
            lanes = id_lanes(ids)
        said.append(
            f"{len(lanes):,} lanes {megabytes():,.0f} MB {time.perf_counter() - began:,.0f} s"
        )
        began = time.perf_counter()
        pool = hand_out(lanes)
        said.append(
            f"{pool.shards:,} shards of {pool.items:,} handed out {megabytes():,.0f} MB "
            f"{time.perf_counter() - began:,.0f} s"
        )
    print(f"  {step}: {' | '.join(said)}", flush=True)


def run(sizes: Sequence[float], folder: Path) -> None:
    """Write an atlas of each size, and measure in fresh processes."""
    environment = {**os.environ, "TAGATLAS_DATA": str(folder / "data")}
    os.environ.update(environment)
    for size in sizes:
        addresses = int(size * MILLION)
        atlas = folder / f"{addresses}.atlas"
        began = time.perf_counter()
        write_atlas(atlas, addresses)
        print(
            f"{addresses:,} addresses, written in {time.perf_counter() - began:,.0f} s", flush=True
        )
        subprocess.run([sys.executable, __file__, "--measure", "fetch", str(atlas)], check=True)
        fetch_all(atlas, addresses)
        subprocess.run([sys.executable, __file__, "--measure", "tag", str(atlas)], check=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("millions", nargs="*", type=float, default=[1, 4, 10])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("STEP", "ATLAS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(Path(given.measure[1]), given.measure[0])
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        run(given.millions, Path(folder))


if __name__ == "__main__":
    main()
