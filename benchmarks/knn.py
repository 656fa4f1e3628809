"""Nearest neighbours: exact ones against scikit-learn's, approximate ones against exact.

Planted embeddings like those of the tagger ``imagenet`` or of CLIP: themes of about 400 images and
parts of themes, in 64 dimensions that vary less and less, of which 1,280 features after a ReLU are
made, or 512 with both signs; rounded to float16. Real embeddings are read with ``--embeddings``
from a NumPy file. Ten neighbours each::

    python benchmarks/knn.py --images 10000           # exact: knn and scikit-learn in turns
    python benchmarks/knn.py --approximate 100000 1000000 [--values 512] [--embeddings FILE.npy]

``--approximate`` prints, at each number of images: recall against the exact neighbours of 1,000 of
them, time on the wall and of processors, highest memory, and what all pairs would take, from the
time of those 1,000.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tagatlas.toolkit import likely_nearest_rows
from tagatlas_builders.knn.search import nearest_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NEIGHBOURS = 10
ASKED = 1_000
FEATURES, CLIP = 1280, 512
_LATENT = 64
_THEME = 400
_AT_ONCE = 20_000


def planted(images: int, values: int) -> NDArray[np.float32]:
    """Embeddings of themes and parts of themes; not of unit length, shape (images, values)."""
    dice = np.random.default_rng(0)
    scale = (np.arange(1, _LATENT + 1) ** -0.5).astype(np.float32)
    themes = dice.normal(size=(max(2, images // _THEME), _LATENT)).astype(np.float32)
    parts = dice.normal(size=(8 * len(themes), _LATENT)).astype(np.float32)
    mixed = dice.normal(size=(_LATENT, values)).astype(np.float32)
    found = np.empty((images, values), dtype=np.float32)
    for start in range(0, images, _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        part = dice.integers(len(parts), size=len(some))
        own = dice.normal(size=(len(some), _LATENT)).astype(np.float32)
        rows = (themes[part // 8] + 0.7 * parts[part] + 0.7 * own) * scale @ mixed
        some[:] = (np.maximum(rows, 0) if values == FEATURES else rows).astype(np.float16)
    return found


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows, each of length 1."""
    units: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units


def timed(way: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    way()
    return time.perf_counter() - wall, time.process_time() - processor


def compare_exact(images: int, rounds: int) -> None:
    """Print how the exact search compares with scikit-learn's; both multiply all pairs."""
    from sklearn.neighbors import NearestNeighbors

    units = unit_rows(planted(images, FEATURES))

    def theirs() -> NDArray[np.int64]:
        search = NearestNeighbors(n_neighbors=NEIGHBOURS + 1, metric="cosine", algorithm="brute")
        found: NDArray[np.int64] = search.fit(units).kneighbors(units, return_distance=False)
        return found[:, 1:]  # a row is its own first neighbour there

    ours = nearest_rows(units, NEIGHBOURS)[0]
    print(f"{images:,} images, medians of {rounds}: {shared(ours, theirs()):.2%} the same")
    figures: dict[str, list[tuple[float, float]]] = {"knn": [], "scikit-learn": []}
    for _ in range(rounds):
        figures["knn"].append(timed(lambda: nearest_rows(units, NEIGHBOURS)))
        figures["scikit-learn"].append(timed(theirs))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    for name, (wall, processor) in medians.items():
        print(f"{name:12} {wall:7.2f} s, {processor:7.2f} s of processors")
    ratios = [b / a for a, b in zip(medians["knn"], medians["scikit-learn"], strict=True)]
    print(f"knn: {ratios[0]:.1f} times as fast, {ratios[1]:.1f} times by processor time")


def shared(one: NDArray[np.integer], other: NDArray[np.integer]) -> float:
    """Share of the neighbours in one that the other has, too."""
    both = [len(set(a) & set(b)) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    return sum(both) / one.size


def exact_neighbours(rows: NDArray[np.float32], asked: NDArray[np.intp]) -> NDArray[np.intp]:
    """The true neighbours of some rows, in any order, shape (m, NEIGHBOURS)."""
    best = np.full((len(asked), NEIGHBOURS), -2, dtype=np.float32)
    found = np.zeros(best.shape, dtype=np.intp)
    sought = unit_rows(rows[asked])
    for start in range(0, len(rows), _AT_ONCE):
        others = np.arange(start, min(start + _AT_ONCE, len(rows)))
        cosines = sought @ unit_rows(rows[others]).T
        cosines[asked[:, None] == others] = -2
        cosines = np.hstack([best, cosines])
        places = np.argpartition(-cosines, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        best = np.take_along_axis(cosines, places, axis=1)
        is_new = places >= NEIGHBOURS
        kept = np.take_along_axis(found, np.where(is_new, 0, places), axis=1)
        found = np.where(is_new, start + places - NEIGHBOURS, kept)
    return found


def measure_approximate(name: str, rows: NDArray[np.float32]) -> None:
    """Print recall and time of approximate neighbours."""
    asked = np.random.default_rng(1).choice(len(rows), min(ASKED, len(rows)), replace=False)
    truth: list[NDArray[np.intp]] = []
    wall, processor = timed(lambda: truth.append(exact_neighbours(rows, asked)))
    found: list[NDArray[np.int32]] = []
    took = timed(lambda: found.append(likely_nearest_rows(rows, NEIGHBOURS)[0]))
    times = len(rows) / len(asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{len(rows):9,} {name}: recall {shared(truth[0], found[0][asked]):.3f},"
        f" {took[0]:.0f} s, {took[1]:.0f} s of processors, {peak:.1f} GB with the embeddings;"
        f" all pairs: {wall * times:,.0f} s, {processor * times:,.0f} s of processors",
        flush=True,
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--approximate", type=int, nargs="*")
    parser.add_argument("--values", type=int, choices=(FEATURES, CLIP), default=FEATURES)
    parser.add_argument("--embeddings", type=Path, help="a .npy file, shape (n, d)")
    options = parser.parse_args()
    if options.approximate is None and options.embeddings is None:
        compare_exact(options.images, options.rounds)
        return
    likely_nearest_rows(planted(1000, CLIP), NEIGHBOURS)  # compiles
    if options.embeddings is not None:
        measure_approximate("real", np.load(options.embeddings).astype(np.float32))
    for images in options.approximate or ():
        measure_approximate(f"of {options.values} values", planted(images, options.values))


if __name__ == "__main__":
    main()
