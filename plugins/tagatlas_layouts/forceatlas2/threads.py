"""Divides the work of an iteration among threads, where that helps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np

from tagatlas.toolkit import processors

NODES_PER_THREAD = 10_000
"""Nodes for each thread. From 30,000 nodes on two threads were 1.3 to 1.6 times faster than one, at
a tenth more work for the processors; at 4,000 nodes sharing cost more than it saved."""

_RANGES_PER_THREAD = 8
"""Ranges are handed out as threads come free, so that a slow one does not hold up the others."""

Shares = Callable[[Callable[[int, int], None], int], None]
"""Type of functions that run work on ranges of a number of pieces, and wait for its end."""


def threads_for(threads: int, nodes: int) -> int:
    """Number of threads to work with.

    Args:
        threads: the requested number; 0 takes as many as help.
        nodes: of the network.
    """
    return threads or max(1, min(processors(), nodes // NODES_PER_THREAD))


def alone(work: Callable[[int, int], None], count: int) -> None:
    """Do all ``count`` pieces of the work in this thread."""
    work(0, count)


@contextmanager
def shared_among(threads: int) -> Iterator[Shares]:
    """Give a function that divides work among this number of threads, and waits for its end.

    Idle threads sleep, so that they take no time from other programs.
    """
    if threads == 1:
        yield alone
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="forceatlas2") as pool:

        def share(work: Callable[[int, int], None], count: int) -> None:
            bounds = np.linspace(0, count, threads * _RANGES_PER_THREAD + 1).astype(int).tolist()
            for _ in pool.map(work, bounds[:-1], bounds[1:]):
                pass

        yield share
