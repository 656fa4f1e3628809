"""The layout ``forceatlas2`` beside the package fa2, or networkx where that is not installed.

Usage: python benchmarks/layout.py [IMAGES ...]        (1000 10000 unless said; 300 with networkx)

Prints, for each size, how many times faster ``forceatlas2`` is at the same settings, from the same
start, in the same number of iterations, on one thread each, compilation excluded (its time is
printed first), and how well both keep topics together. Then, on three collections of each size,
what the default settings reach, what they would without `embeddedness_influence` (which makes of
the network another one, so that any engine would gain by it), and UMAP of the images' tags, where
the package umap-learn is installed.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from planted_topics import PlantedTopics, neighbour_agreement, planted_topics
from scipy.sparse import csr_matrix

from tagatlas.contracts import Layout, no_progress
from tagatlas.layout import spectral_start
from tagatlas.network import Network
from tagatlas_forceatlas2 import ForceAtlas2Options
from tagatlas_forceatlas2.engine import simulate
from tagatlas_forceatlas2.graph import graph_of
from tagatlas_forceatlas2.layout import ForceAtlas2Layout
from tagatlas_umap import UmapOptions
from tagatlas_umap.layout import UmapLayout

HAS_FA2 = importlib.util.find_spec("fa2") is not None
HAS_UMAP = importlib.util.find_spec("umap") is not None
RUNS = 3
SEEDS = (7, 8, 9)
ITERATIONS = 50
RADIUS = 1000.0

Positions = NDArray[np.float64]


def ours(network: Network, start: Positions, *, linlog: bool) -> Positions:
    """Gephi's defaults, and no early stop."""
    options = ForceAtlas2Options(
        iterations=ITERATIONS, linlog=linlog, scaling=2.0, gravity=1.0, convergence=0.0
    )
    graph = graph_of(network, edge_weight_influence=1.0, dissuade_hubs=False)
    return simulate(graph, start, options, no_progress, np.zeros(len(start), dtype=np.bool_))


def with_fa2(network: Network, start: Positions, *, linlog: bool) -> Positions:
    """The same with fa2."""
    from fa2 import ForceAtlas2

    engine = ForceAtlas2(linLogMode=linlog, scalingRatio=2.0, gravity=1.0, verbose=False)
    adjacency = csr_matrix(network.adjacency(), dtype=np.float64)
    return np.array(engine.forceatlas2(adjacency, pos=start, iterations=ITERATIONS))


def with_networkx(network: Network, start: Positions, *, linlog: bool) -> Positions:
    """The same with networkx, which computes all pairs."""
    graph = network.to_networkx().to_undirected()
    names = network.nodes["id"].to_list()
    placed = nx.forceatlas2_layout(
        graph,
        pos=dict(zip(names, start, strict=True)),
        max_iter=ITERATIONS,
        scaling_ratio=2.0,
        gravity=1.0,
        linlog=linlog,
        weight="weight",
    )
    return np.array([placed[name] for name in names])


def timed(work: Callable[[], Positions]) -> tuple[float, Positions]:
    """Seconds that the work took, and its result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def compare(collection: PlantedTopics, reference: Callable[..., Positions]) -> None:
    """Print the ratio of the reference's time to ours, run by run in turn."""
    network = collection.network
    start = spectral_start(network, seed=0)
    start *= RADIUS / np.abs(start).max()
    for linlog in (False, True):
        ratios, agreements = [], (0.0, 0.0)
        for _ in range(RUNS):
            our_time, our_places = timed(partial(ours, network, start, linlog=linlog))
            their_time, their_places = timed(partial(reference, network, start, linlog=linlog))
            ratios.append(their_time / our_time)
            agreements = (
                neighbour_agreement(our_places, collection.topics),
                neighbour_agreement(their_places, collection.topics),
            )
        print(
            f"{collection.images:>7,} images, linlog {linlog!s:5}: {statistics.median(ratios):.1f}"
            f" times faster [{min(ratios):.1f} to {max(ratios):.1f}], neighbours of the same topic"
            f" {agreements[0]:.3f}, theirs {agreements[1]:.3f}"
        )


def placed_by(layout: Layout, collection: PlantedTopics) -> tuple[float, float]:
    """Seconds from the network to positions, and the agreement of neighbours.

    The start is in the time.
    """

    def work() -> Positions:
        start = spectral_start(collection.network, seed=0)
        return layout.place(collection.network, start=start, seed=0, progress=no_progress)

    seconds, placed = timed(work)
    return seconds, neighbour_agreement(placed, collection.topics)


def show_quality(images: int) -> None:
    """Print what the default settings reach, beside those of Gephi's forces and UMAP."""
    layouts: dict[str, Layout] = {
        "default settings": ForceAtlas2Layout(ForceAtlas2Options()),
        "embeddedness 0": ForceAtlas2Layout(ForceAtlas2Options(embeddedness_influence=0.0)),
    }
    if HAS_UMAP:
        layouts["umap"] = UmapLayout(UmapOptions())
        placed_by(layouts["umap"], planted_topics(300))  # compiles
    collections = [planted_topics(images, seed) for seed in SEEDS]
    times = {}
    for name, layout in layouts.items():
        results = [placed_by(layout, collection) for collection in collections]
        times[name] = [seconds for seconds, _ in results]
        shares = " ".join(f"{agreement:.3f}" for _, agreement in results)
        print(
            f"{images:>7,} images, {name}: neighbours of the same topic {shares},"
            f" {statistics.median(times[name]):.2f} s"
        )
    if HAS_UMAP:
        pairs = zip(times["umap"], times["default settings"], strict=True)
        ratio = statistics.median(theirs / ours for theirs, ours in pairs)
        print(f"{images:>7,} images: default settings {ratio:.1f} times faster than umap")


def main() -> None:
    """Run the benchmark."""
    began = time.perf_counter()
    ForceAtlas2Layout(ForceAtlas2Options()).prepare()
    print(f"kernels compiled or read from the cache in {time.perf_counter() - began:.1f} s")
    reference = with_fa2 if HAS_FA2 else with_networkx
    print(f"reference: {'fa2' if HAS_FA2 else 'networkx (fa2 is not installed)'};", end=" ")
    print(f"{ITERATIONS} iterations, medians of {RUNS} runs")
    sizes = [int(size) for size in sys.argv[1:]]
    for images in sizes or ([1000, 10000] if HAS_FA2 else [300]):
        compare(planted_topics(images), reference)
    for images in sizes or [1000, 10000]:
        show_quality(images)


if __name__ == "__main__":
    main()
