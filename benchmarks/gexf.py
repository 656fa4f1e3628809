"""The GEXF writer against ``networkx.write_gexf``: time and peak memory.

Both write the same network, with labels, attributes, positions, sizes and colours: networkx gets
them as node attributes ``viz``. Reported for networkx: writing alone, and with building the graph,
which the writer here does not need. Every run is a process of its own; runs take turns; medians
are printed::

    python benchmarks/gexf.py --images 70000 --edges 1000000
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import networkx as nx
import numpy as np
import polars as pl

from tagatlas.contracts import Map, Provenance
from tagatlas.testing import MemoryStore
from tagatlas_exports.gephi.gexf import write_gexf
from tagatlas_exports.gephi.renderer import gephi_nodes
from tagatlas_rendering import cluster_colours

TAGS_PER_IMAGE = 14
CLUSTERS = 20


def random_map(images: int, edges: int) -> Map:
    """Images with distinct random tags; one tag for every five images."""
    dice = np.random.default_rng(0)
    tags = max(images // 5, TAGS_PER_IMAGE)
    count = images + tags
    ids = [sha256(str(row).encode()).hexdigest() for row in range(images)]
    labels = [f"tag & label {row}" for row in range(tags)]
    sources = np.arange(edges, dtype=np.int32) % images
    # A stride per image keeps the tags of one image apart.
    rounds = np.arange(edges) // images
    targets = images + (dice.integers(0, tags, images)[sources] + 7 * rounds) % tags
    nodes = pl.DataFrame(
        {
            "id": ids + [f"tag:{label}" for label in labels],
            "kind": ["image"] * images + ["tag"] * tags,
            "label": [f"picture {row}.jpg" for row in range(images)] + labels,
            "x": dice.normal(0, 100, count),
            "y": dice.normal(0, 100, count),
            "width": np.ones(count),
            "height": np.ones(count),
            "cluster": dice.integers(0, CLUSTERS, count).astype(np.int32),
            "frequency": np.ones(count, dtype=np.int64),
            "records": np.ones(count, dtype=np.int64),
            "subcluster": np.zeros(count, dtype=np.int32),
            "typicality": np.ones(count),
            "out_degree": np.ones(count, dtype=np.int64),
            "in_degree": np.ones(count, dtype=np.int64),
        }
    )
    clusters = pl.DataFrame(
        {
            "cluster": np.arange(CLUSTERS, dtype=np.int32),
            "name": [f"cluster {row}" for row in range(CLUSTERS)],
        }
    )
    records = pl.DataFrame(
        {"image": ids, "location": [f"https://example.org/{row}.jpg?a&b" for row in range(images)]}
    )
    return Map(
        name="random",
        collection="random",
        nodes=nodes,
        sources=sources,
        targets=targets.astype(np.int32),
        weights=dice.random(edges).astype(np.float32) + np.float32(0.01),
        directed=True,
        clusters=clusters,
        subclusters=clusters.head(1).rename({"cluster": "subcluster"}),
        stability=1.0,
        outlines={},
        tags=pl.LazyFrame(),
        records=records,
        provenance=Provenance([], {}, None, images, {}, "none", "none", {}, {}),
        store=MemoryStore(),
    )


def streamed(map_: Map, path: Path) -> float:
    """What is measured; the node table is part of it. Returns the seconds of writing."""
    start = time.perf_counter()
    with path.open("wb") as file:
        write_gexf(map_, gephi_nodes(map_), file)
    return time.perf_counter() - start


def networkx(map_: Map, path: Path) -> float:
    """The reference. Returns the seconds of writing, without those of building the graph."""
    graph = nx.DiGraph()
    colours = cluster_colours(map_.clusters)
    for row in gephi_nodes(map_).iter_rows(named=True):
        red, green, blue = colours[row["cluster"]]
        viz = {
            "color": {"r": red, "g": green, "b": blue},
            "position": {"x": row.pop("x"), "y": row.pop("y"), "z": 0.0},
            "size": row.pop("width") / 2,
        }
        present = {name: value for name, value in row.items() if value is not None}
        graph.add_node(present.pop("id"), viz=viz, **present)
    ids = map_.nodes["id"].to_list()
    for source, target, weight in zip(
        map_.sources, map_.targets, map_.weights.tolist(), strict=True
    ):
        graph.add_edge(ids[source], ids[target], weight=weight)
    start = time.perf_counter()
    nx.write_gexf(graph, path)
    return time.perf_counter() - start


Write = Callable[[Map, Path], float]
Figures = tuple[float, float, float, float]
"""Seconds of writing, seconds in all, MB of peak memory, MB of file."""


def measure(write: Write, images: int, edges: int) -> Figures:
    """Run in a fresh process, whose memory before the writing is taken off."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (write, images, edges))


def _measured(write: Write, images: int, edges: int) -> Figures:
    map_ = random_map(images, edges)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.gexf"
        write(random_map(20, 20), path)  # imports and caches are not what is measured
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        writing = write(map_, path)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        return writing, seconds, peak / 1024, path.stat().st_size / 1e6


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", type=int, default=70_000)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    figures: dict[str, list[Figures]] = {"streamed": [], "networkx": []}
    for _ in range(options.runs):
        for name, write in (("streamed", streamed), ("networkx", networkx)):
            figures[name].append(measure(write, options.images, options.edges))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in figures.items()
    }
    print(f"{options.images:,} images, {options.edges:,} edges, medians of {options.runs}")
    for name, (writing, seconds, peak, size) in medians.items():
        print(
            f"{name:9} {writing:6.2f} s writing, {seconds:6.2f} s in all, {peak:6.0f} MB above"
            f" start, {size:5.0f} MB file"
        )
    ours, theirs = medians["streamed"], medians["networkx"]
    print(
        f"streamed: {theirs[0] / ours[0]:.1f} times as fast as networkx writes,"
        f" {theirs[1] / ours[1]:.1f} times as fast as it builds and writes,"
        f" {ours[2] / theirs[2]:.2f} of the memory"
    )


if __name__ == "__main__":
    main()
