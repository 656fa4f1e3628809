"""Grouping near duplicates, against comparing every hash with every other.

    python benchmarks/duplicates.py [--rounds 3]

Half of the hashes are random, the others differ from one of those in up to ten bits. Prints, as
medians over the rounds, each measuring both in turn on 20,000 hashes: how many times quicker the
index is; and how long a million hashes take with it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tagatlas_duplicates import NEAR_BITS
from tagatlas_duplicates.groups import among_few, among_many

SMALL = 20_000
LARGE = 1_000_000


def hashes(count: int, seed: int) -> NDArray[np.uint64]:
    """Hashes of which half have a copy that is near, or nearly so."""
    random = np.random.default_rng(seed)
    originals = random.integers(0, 2**64, count // 2, dtype=np.uint64)
    flips = np.uint64(1) << random.integers(0, 64, (count // 2, 10), dtype=np.uint64)
    flips[random.random(flips.shape) < 0.5] = 0
    return np.concatenate([originals, originals ^ np.bitwise_xor.reduce(flips, axis=1)])


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grouping of near duplicates.")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    among_many(hashes(100, 0), NEAR_BITS)  # compiles
    ratios = []
    for number in range(chosen.rounds):
        some = hashes(SMALL, number)
        ratios.append(
            seconds(lambda some=some: among_few(some, NEAR_BITS))  # type: ignore[misc] # bound now
            / seconds(lambda some=some: among_many(some, NEAR_BITS))  # type: ignore[misc]
        )
    print(f"{SMALL:,} hashes: {statistics.median(ratios):.0f} times as quick as comparing all")
    many = hashes(LARGE, 0)
    taken = [seconds(lambda: among_many(many, NEAR_BITS)) for _ in range(chosen.rounds)]
    print(f"{LARGE:,} hashes: {statistics.median(taken):.1f} s")


if __name__ == "__main__":
    main()
