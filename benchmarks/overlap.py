"""How images are arranged on the map: overlaps removed, or in a grid.

Usage: python benchmarks/overlap.py [IMAGES or ATLAS ...]        (1000 10000 50000 unless said)

On the default layout of planted topics, or of an atlas's map (`tagatlas run FOLDER --out ATLAS`
makes one), with sizes by out-degree and by a frequency with a heavy tail. Prints for each way the
time, how many of an image's ten nearest are the same as in the layout, and how many are of its
topic (of its cluster in an atlas); of free arrangements also how far images moved, in median sides
of an image, what is left of overlaps, and how much of the map's rectangle is image. The ways:

- remove_overlaps, ours, and without spreading crowds first;
- noverlap, the usual one: overlapping circles push each other apart until none do, or for 500
  rounds; up to 10,000 images;
- arrange_in_grid, ours, and up to 2,000 images the assignment to the same cells with the least sum
  of squared moves, which takes time in proportion to the third power of their number.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from planted_topics import neighbour_agreement, planted_topics
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

import tagatlas
from tagatlas.contracts import no_progress
from tagatlas.network import IMAGE, Network
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.layout import (
    arrange_in_grid,
    compile_kernels,
    image_boxes,
    remove_overlaps,
    spectral_start,
)
from tagatlas_mapping.layout.overlap import grow_apart

NEIGHBOURS = 10
ROUNDS = 500
MOST_FOR_NOVERLAP = 10_000
MOST_FOR_ASSIGNMENT = 2_000
FILL = tagatlas.MapOptions().fill

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


def assigned(positions: Array, cells: Array) -> Array:
    """Each point at one of the cells, stretched over the map, with the least squared moves."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    stretched = low + (cells - cells.min(axis=0)) / np.ptp(cells, axis=0) * (high - low)
    _, chosen = linear_sum_assignment(cdist(positions, stretched, "sqeuclidean"))
    return np.asarray(cells[chosen])


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


def collection(named: str) -> tuple[Network, NDArray[np.int64], Array]:
    """The network, images first, the topic of each image and its aspect."""
    if named.isdigit():
        planted = planted_topics(int(named))
        aspect = np.exp(np.random.default_rng(0).normal(0.1, 0.35, planted.images))
        return planted.network, planted.topics, aspect
    with tagatlas.open_atlas(Path(named), tagatlas.load_plugins()) as atlas:
        drawn = tagatlas.load_map(atlas)
    network = Network(
        drawn.nodes.select("id", "kind", "label"), drawn.sources, drawn.targets, drawn.weights
    )
    images = drawn.images
    assert network.is_kind(IMAGE)[: images.height].all(), "images come first"
    aspect = (images["width"] / images["height"]).to_numpy()
    return network, images["cluster"].to_numpy().astype(np.int64), aspect


def measured(
    way: str, arrange: Callable[[], Array], before: Array, topics: NDArray[np.int64]
) -> Array:
    """Print how an arrangement keeps neighbours, and give it."""
    began = time.process_time()
    after = arrange()
    seconds = time.process_time() - began
    print(
        f"  {way}: {seconds:.2f} s, neighbours shared {shared_neighbours(before, after):.3f},"
        f" of the same topic {neighbour_agreement(after, topics):.3f}"
        f" ({neighbour_agreement(before, topics):.3f} in the layout)",
        end="",
    )
    return after


def compare(named: str) -> None:
    """Print what all ways of arranging a collection do."""
    network, topics, aspect = collection(named)
    images = len(topics)
    start = spectral_start(network, seed=0)
    layout = ForceAtlas2Layout(ForceAtlas2Options())
    before = layout.place(network, start=start, seed=0, progress=no_progress)[:images]
    quantities = {
        "out-degree": network.out_degrees()[:images].astype(float),
        "frequency": np.random.default_rng(0).pareto(1.5, images) + 1,
    }
    for size_by, quantity in quantities.items():
        print(f"{images:,} images of {named}, free, sized by {size_by}")
        boxes = image_boxes(quantity, aspect, before, FILL)
        ways: dict[str, Callable[[Array, Array], Array]] = {
            "remove_overlaps": remove_overlaps,
            "the same without spreading": grow_apart,
        }
        if images <= MOST_FOR_NOVERLAP:
            ways["noverlap"] = noverlap
        for way, remove in ways.items():
            after = measured(way, partial(remove, before, boxes), before, topics)
            moved = np.hypot(*(after - before).T) / np.median(boxes)
            print(
                f", moved {moved.mean():.1f}, {overlapping(after, boxes):,} pairs overlap,"
                f" {filled(after, boxes):.2f} filled"
            )
    print(f"{images:,} images of {named}, in a grid")
    grid = measured(
        "arrange_in_grid", lambda: arrange_in_grid(before, aspect).positions, before, topics
    )
    print()
    if images <= MOST_FOR_ASSIGNMENT:
        measured("least squared moves", partial(assigned, before, grid), before, topics)
        print()


def main() -> None:
    """Run the benchmark."""
    compile_kernels()
    for named in sys.argv[1:] or ["1000", "10000", "50000"]:
        compare(named)


if __name__ == "__main__":
    main()
