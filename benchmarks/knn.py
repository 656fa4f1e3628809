"""The exact nearest neighbours of the graph builder ``knn`` against scikit-learn's brute force.

Random embeddings of 1,280 values, as the tagger ``imagenet`` gives them; ten neighbours each. Both
multiply all pairs in float32. Alternating rounds; ratios of the medians of the time on the wall and
of processor time::

    python benchmarks/knn.py --images 10000
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
from sklearn.neighbors import NearestNeighbors

from tagatlas_builders.knn.search import nearest_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

VALUES = 1280
NEIGHBOURS = 10


def random_units(images: int) -> NDArray[np.float32]:
    """Rows of length 1, above 0 as features after a ReLU are."""
    rows = np.random.default_rng(0).random((images, VALUES), dtype=np.float32)
    units: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units


def ours(units: NDArray[np.float32]) -> NDArray[np.int32]:
    """The search of the builder."""
    return nearest_rows(units, NEIGHBOURS)[0]


def theirs(units: NDArray[np.float32]) -> NDArray[np.int64]:
    """The reference; a row is its own first neighbour there."""
    search = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, metric="cosine", algorithm="brute")
    found: NDArray[np.int64] = search.fit(units).kneighbors(units, return_distance=False)
    return found[:, 1:]


def timed(way: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    units = random_units(options.images)
    same = np.mean([len(set(a) & set(b)) for a, b in zip(ours(units), theirs(units), strict=True)])
    print(
        f"{options.images:,} images, medians of {options.rounds}: {same / NEIGHBOURS:.2%} the same"
    )
    figures: dict[str, list[tuple[float, float]]] = {"knn": [], "scikit-learn": []}
    for _ in range(options.rounds):
        figures["knn"].append(timed(lambda: ours(units)))
        figures["scikit-learn"].append(timed(lambda: theirs(units)))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    for name, (wall, processor) in medians.items():
        print(f"{name:12} {wall:7.2f} s, {processor:7.2f} s of processors")
    ratios = [b / a for a, b in zip(medians["knn"], medians["scikit-learn"], strict=True)]
    print(f"knn: {ratios[0]:.1f} times as fast, {ratios[1]:.1f} times by processor time")


if __name__ == "__main__":
    main()
