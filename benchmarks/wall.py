"""How well walls are sorted: `--arrangement grid`, with and without likeness.

Usage: python benchmarks/wall.py [ATLAS ...] [--folders 1] [--seeds 3] [--scale 10000 100000]

Of each atlas (`tagatlas run FOLDER --out ATLAS` makes one, and its map) the newest map's images
are arranged by position only, then sorted by likeness without and with the pull to their cluster.
Printed are the means over the seeds of: the share of the images in the eight cells around an image
that come from its folder (`--folders` deep), the same of its cluster, and processor time. Beside
them: vc-flas (`pip install vc-flas`) on the same vectors, if it is installed, and the share of an
image's eight nearest by likeness that are of its folder, which a wall can hardly pass.

Then processor time and the topics' share for vectors of planted topics at each size of --scale.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import polars as pl
from numpy.typing import NDArray

import tagatlas
from tagatlas_mapping.cluster.components import components
from tagatlas_mapping.cluster.neighbours import similar_images
from tagatlas_mapping.cluster.scores import score_matrix
from tagatlas_mapping.cluster.vectors import Vectors, image_vectors
from tagatlas_mapping.layout import Sorting, compile_kernels
from tagatlas_mapping.layout.grid import assign_cells
from tagatlas_mapping.maps.wall import PULL, cluster_means

COMPONENTS = 32
RATIO = 4 / 3
AROUND = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]

Cells = NDArray[np.int64]
Labels = NDArray[np.int64]


def same_around(cells: Cells, labels: Labels) -> float:
    """Share of the images in the eight cells around an image that have its label."""
    columns, rows = cells.max(axis=0) + 3
    held = np.full((columns, rows), -1)
    held[cells[:, 0] + 1, cells[:, 1] + 1] = labels
    around = np.stack([np.roll(held, step, axis=(0, 1)) for step in AROUND])
    there = (held >= 0) & (around >= 0)
    return float((around == held)[there].mean())


def same_nearest(vectors: Vectors, labels: Labels) -> float:
    """Share of an image's eight nearest by likeness that have its label."""
    nearest, _ = similar_images(vectors, 8)
    return float((labels[nearest] == labels[:, None])[nearest >= 0].mean())


def sorted_by_vc_flas(features: NDArray[np.float32], columns: int, seed: int) -> Cells:
    """Cells by the reference implementation."""
    import vc_flas  # type: ignore[import-not-found, unused-ignore]

    rows = -(-len(features) // columns)
    sorting = vc_flas.flas(vc_flas.Grid.from_features(features, (rows, columns)), seed=seed).sorting
    row, column = np.nonzero((sorting >= 0) & (sorting < len(features)))
    cells = np.empty((len(features), 2), dtype=np.int64)
    cells[sorting[row, column]] = np.column_stack([column, row])
    return cells


def report(way: str, figures: Sequence[tuple[float, float, float]]) -> None:
    """Print the means of one way."""
    folder, cluster, seconds = np.mean(figures, axis=0)
    print(f"  {way}: same folder {folder:.3f}, same cluster {cluster:.3f}, {seconds:.2f} s")


def compare(folder: Path, depth: int, seeds: int) -> None:
    """Print the figures of an atlas."""
    with tagatlas.open_atlas(folder, tagatlas.load_plugins()) as atlas:
        drawn = tagatlas.load_map(atlas)
        backend = atlas.catalog.tagging.last_used(drawn.provenance.tagger)
        assert backend is not None, "the map's backend is in the atlas"
        tags = drawn.tags.collect().lazy()
        located = atlas.catalog.addresses.images().select("id", "location")
        images = drawn.images.select("id", "x", "y", "cluster").join(
            located, on="id", how="left", maintain_order="left"
        )
        embeddings = atlas.catalog.tagging.embeddings(backend.id, images["id"])
    paths = images["location"].to_list()
    root = os.path.commonpath(paths)
    folders = ["/".join(PurePosixPath(os.path.relpath(p, root)).parts[:-1][:depth]) for p in paths]
    labels = np.unique(folders, return_inverse=True)[1].astype(np.int64)
    clusters = images["cluster"].to_numpy()
    vectors = image_vectors(score_matrix(images, tags)[0], embeddings)
    began = time.process_time()
    own = components(vectors, COMPONENTS)
    reduced = time.process_time() - began
    pulled = (1 - PULL) * own + PULL * cluster_means(own, clusters)
    positions = images.select(pl.col("x", "y").cast(pl.Float64)).to_numpy()
    columns = round((len(images) * RATIO) ** 0.5)
    print(
        f"{folder.name}: {len(images):,} images in {labels.max() + 1} folders and"
        f" {clusters.max() + 1} clusters; eight nearest by likeness of the folder"
        f" {same_nearest(vectors, labels):.3f}; components take {reduced:.2f} s"
    )
    ways: dict[str, Callable[[int], Cells]] = {
        "by position": lambda _: assign_cells(positions, columns, 1.0),
        "by likeness": lambda seed: assign_cells(positions, columns, 1.0, Sorting(own, seed)),
        "and cluster": lambda seed: assign_cells(positions, columns, 1.0, Sorting(pulled, seed)),
    }
    if importlib.util.find_spec("vc_flas"):
        ways["vc-flas by likeness"] = lambda seed: sorted_by_vc_flas(own, columns, seed)
        ways["vc-flas and cluster"] = lambda seed: sorted_by_vc_flas(pulled, columns, seed)
    for way, arrange in ways.items():
        figures = []
        for seed in range(seeds):
            began = time.process_time()
            cells = arrange(seed)
            seconds = time.process_time() - began
            figures.append((same_around(cells, labels), same_around(cells, clusters), seconds))
        report(way, figures)


def planted(count: int) -> None:
    """Print the figures of planted topics, whose images lie anywhere at first."""
    random = np.random.default_rng(0)
    topics = random.integers(0, 60, count)
    means = random.normal(size=(60, COMPONENTS))
    features = (means[topics] + random.normal(size=(count, COMPONENTS))).astype(np.float32)
    positions = random.normal(size=(count, 2))
    began = time.process_time()
    columns = round((count * RATIO) ** 0.5)
    cells = assign_cells(positions, columns, 1.0, Sorting(features, seed=0))
    seconds = time.process_time() - began
    share = same_around(cells, topics)
    print(f"{count:,} images of 60 planted topics: same topic {share:.3f}, {seconds:.1f} s")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("atlases", nargs="*", type=Path)
    parser.add_argument("--folders", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scale", nargs="*", type=int, default=[10_000, 100_000])
    given = parser.parse_args()
    compile_kernels()
    for atlas in given.atlases:
        compare(atlas, given.folders, given.seeds)
    for count in given.scale:
        planted(count)


if __name__ == "__main__":
    main()
