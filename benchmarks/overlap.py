"""Overlap removal beside a naive one, on the default layout of planted topics.

Usage: python benchmarks/overlap.py [IMAGES ...]        (1000 10000 unless said)

The reference is the usual noverlap: overlapping circles push each other apart until none do, or
for 500 rounds. Prints for both the time, the images' ten nearest neighbours that are the same
before and after, what is left of overlaps, and how much of the map's rectangle is image.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray
from planted_topics import neighbour_agreement, planted_topics
from scipy.spatial import cKDTree

from tagatlas.contracts import no_progress
from tagatlas.layout import compile_kernels, image_boxes, remove_overlaps, spectral_start
from tagatlas_forceatlas2 import ForceAtlas2Options
from tagatlas_forceatlas2.layout import ForceAtlas2Layout

NEIGHBOURS = 10
ROUNDS = 500
FILL = 0.5

Array = NDArray[np.float64]


def noverlap(positions: Array, boxes: Array) -> Array:
    """Circles around the boxes push each other apart."""
    placed = positions.copy()
    radii = np.hypot(boxes[:, 0], boxes[:, 1]) / 2
    for _ in range(ROUNDS):
        pairs = cKDTree(placed).query_pairs(2 * radii.max(), output_type="ndarray")
        first, second = pairs[:, 0], pairs[:, 1]
        offsets = placed[second] - placed[first]
        distances = np.maximum(np.hypot(offsets[:, 0], offsets[:, 1]), 1e-12)
        depths = radii[first] + radii[second] - distances
        touching = depths > 0
        if not touching.any():
            break
        pushes = (0.25 * depths / distances)[touching, None] * offsets[touching]
        np.subtract.at(placed, first[touching], pushes)
        np.add.at(placed, second[touching], pushes)
    return placed


def shared_neighbours(before: Array, after: Array) -> float:
    """Mean share of each image's nearest that are the same."""
    nearest = range(2, NEIGHBOURS + 2)
    _, first = cKDTree(before).query(before, k=nearest)
    _, second = cKDTree(after).query(after, k=nearest)
    same = np.asarray(first)[:, :, None] == np.asarray(second)[:, None, :]
    return float(same.any(axis=2).mean())


def overlapping(centres: Array, boxes: Array) -> int:
    """Number of pairs of boxes that overlap by more than a thousandth of their size."""
    reach = float(np.hypot(boxes[:, 0], boxes[:, 1]).max())
    pairs = cKDTree(centres).query_pairs(reach, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    depths = 1 - np.abs(centres[first] - centres[second]) / ((boxes[first] + boxes[second]) / 2)
    return int((depths.min(axis=1) > 1e-3).sum())


def filled(centres: Array, boxes: Array) -> float:
    """Share of the rectangle around all boxes that is box, if they do not overlap."""
    sides = (centres + boxes / 2).max(axis=0) - (centres - boxes / 2).min(axis=0)
    return float(boxes.prod(axis=1).sum() / sides.prod())


def main() -> None:
    """Run the benchmark."""
    compile_kernels()
    layout = ForceAtlas2Layout(ForceAtlas2Options())
    for images in [int(size) for size in sys.argv[1:]] or [1000, 10000]:
        collection = planted_topics(images)
        start = spectral_start(collection.network, seed=0)
        placed = layout.place(collection.network, start=start, seed=0, progress=no_progress)
        before = placed[:images]
        random = np.random.default_rng(0)
        boxes = image_boxes(
            random.pareto(1.5, images) + 1, np.exp(random.normal(0.1, 0.35, images)), before, FILL
        )
        seconds = {}
        for name, remove in {"remove_overlaps": remove_overlaps, "noverlap": noverlap}.items():
            began = time.perf_counter()
            after = remove(before, boxes)
            seconds[name] = time.perf_counter() - began
            print(
                f"{images:>7,} images, {name:15}: {seconds[name]:6.2f} s,"
                f" shared neighbours {shared_neighbours(before, after):.3f},"
                f" of the same topic {neighbour_agreement(after, collection.topics):.3f}"
                f" (before {neighbour_agreement(before, collection.topics):.3f}),"
                f" {overlapping(after, boxes):,} pairs overlap, {filled(after, boxes):.2f} filled"
            )
        ratio = seconds["noverlap"] / seconds["remove_overlaps"]
        print(f"{images:>7,} images: {ratio:.1f} times faster than noverlap")


if __name__ == "__main__":
    main()
