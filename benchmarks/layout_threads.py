"""The layout ``forceatlas2`` on more threads, on a free machine and on a busy one.

Usage: python benchmarks/layout_threads.py [IMAGES ...]        (3000 10000 30000 100000 unless said)

Prints, for each size, how many times faster as many threads as there are cores are than one, by the
clock, and how much more processor time they take; then the same while as many other processes as
there are cores keep the machine busy, and what the automatic choice takes. Runs are taken in turn.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from planted_topics import planted_topics

from tagatlas.contracts import no_progress
from tagatlas.network import Network
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.engine import simulate
from tagatlas_layouts.forceatlas2.graph import Graph, graph_of
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_layouts.forceatlas2.threads import threads_for
from tagatlas_mapping.layout import spectral_start

RUNS = 5
CORES = os.cpu_count() or 1
WORK = 500_000
"""Nodes times iterations of a run."""


def burn() -> None:
    """Keep a core busy for ever."""
    while True:
        pass


@contextmanager
def busy_machine() -> Iterator[None]:
    """As many other processes as there are cores work all the time."""
    burners = [multiprocessing.get_context("spawn").Process(target=burn) for _ in range(CORES)]
    for burner in burners:
        burner.start()
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.join()


def run(graph: Graph, start: np.ndarray, threads: int) -> tuple[float, float]:
    """Seconds by the clock and of processors, of a layout at Gephi's defaults."""
    options = ForceAtlas2Options(
        iterations=max(1, WORK // len(start)),
        scaling=2.0,
        gravity=1.0,
        convergence=0.0,
        threads=threads,
    )
    clock, processors = time.perf_counter(), time.process_time()
    simulate(graph, start, options, no_progress)
    return time.perf_counter() - clock, time.process_time() - processors


def compare(network: Network, machine: str) -> None:
    """Print the ratio of one thread's times to those of as many as there are cores."""
    start = spectral_start(network, seed=0)
    start *= 1000.0 / np.abs(start).max()
    graph = graph_of(network, edge_weight_influence=1.0, dissuade_hubs=False)
    pairs = [(run(graph, start, 1), run(graph, start, CORES)) for _ in range(RUNS)]
    faster = [one[0] / many[0] for one, many in pairs]
    dearer = [many[1] / one[1] for one, many in pairs]
    print(
        f"{network.node_count:>8,} nodes, {machine}: {CORES} threads"
        f" {statistics.median(faster):.2f} times faster [{min(faster):.2f} to {max(faster):.2f}],"
        f" {statistics.median(dearer):.2f} times the processor time;"
        f" automatic: {threads_for(0, network.node_count)}"
    )


def main() -> None:
    """Run the benchmark."""
    ForceAtlas2Layout(ForceAtlas2Options()).prepare()
    load = os.getloadavg()[0]
    print(f"{CORES} cores; {load:.1f} other processes were running on average in the last minute")
    for images in [int(size) for size in sys.argv[1:]] or [3000, 10000, 30000, 100000]:
        network = planted_topics(images).network
        compare(network, "as it is")
        with busy_machine():
            compare(network, "busy")


if __name__ == "__main__":
    main()
