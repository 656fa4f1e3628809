"""What the default settings of the layout ``forceatlas2`` reach, beside UMAP.

Usage: python benchmarks/layout.py [IMAGES ...]        (1000 10000 unless said)

Prints, on three collections of each size, how well the default settings keep topics together and
in what time, what they would without `embeddedness_influence` (which makes of the network another
one, so that any engine would gain by it), and UMAP of the images' tags, where the package
umap-learn is installed. Times are of the processor, without compilation; ours is printed first.
For other ForceAtlas2 engines see layout_peers.py, for threads layout_threads.py.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from planted_topics import PlantedTopics, neighbour_agreement, planted_topics

from tagatlas.contracts import Layout, no_progress
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_layouts.umap import UmapLayout, UmapOptions
from tagatlas_mapping.layout import spectral_start

HAS_UMAP = importlib.util.find_spec("umap") is not None
SEEDS = (7, 8, 9)

Positions = NDArray[np.float64]


def timed(work: Callable[[], Positions]) -> tuple[float, Positions]:
    """Processor seconds that the work took, and its result."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


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
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in layouts}
    for seed in SEEDS:
        collection = planted_topics(images, seed)
        for name, layout in layouts.items():
            results[name].append(placed_by(layout, collection))
    for name, runs in results.items():
        shares = " ".join(f"{agreement:.3f}" for _, agreement in runs)
        print(
            f"{images:>7,} images, {name}: neighbours of the same topic {shares},"
            f" {statistics.median(seconds for seconds, _ in runs):.2f} s"
        )
    if HAS_UMAP:
        pairs = zip(results["umap"], results["default settings"], strict=True)
        ratios = [theirs / ours for (theirs, _), (ours, _) in pairs]
        print(
            f"{images:>7,} images: default settings {statistics.median(ratios):.1f} times faster"
            f" than umap [{min(ratios):.1f} to {max(ratios):.1f}]"
        )


def main() -> None:
    """Run the benchmark."""
    began = time.perf_counter()
    ForceAtlas2Layout(ForceAtlas2Options()).prepare()
    print(f"kernels compiled or read from the cache in {time.perf_counter() - began:.1f} s")
    for images in [int(size) for size in sys.argv[1:]] or [1000, 10000]:
        show_quality(images)


if __name__ == "__main__":
    main()
