"""Outlines of clusters against the layout, in processor time.

    python benchmarks/outlines.py [--images 10000] [--rounds 5]

A collection of planted topics is mapped with default settings. Then its nodes are placed and its
outlines are drawn again, in turn. Placing is laying out and removing overlaps. Medians. On two
busy cores the layout alone, placing and outlines took 1.30, 2.67 and 0.73 seconds with 10,000
images; with 1,420 drawings, mapped by ``imagenet``, 0.38, 0.53 and 0.24. Outlines took 3.8 and 2.1
seconds when other clusters' images were cut out before shrinking and growing, not between.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from scale import write_tables

from tagatlas.contracts import no_progress
from tagatlas.plugins import load_plugins
from tagatlas.toolkit import default_clusterer
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.cluster import outlines
from tagatlas_mapping.layout import spectral_start
from tagatlas_mapping.maps.clusters import compare_images, find_clusters
from tagatlas_mapping.maps.members import find_members
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.places import place_nodes
from tagatlas_mapping.maps.prepare import prepare_drawing


def works(folder: Path) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    layout, clusterer = ForceAtlas2Layout(ForceAtlas2Options()), default_clusterer(load_plugins())
    prepare_drawing(layout, clusterer)
    images, tags = (
        pl.read_parquet(folder / "images.parquet"),
        pl.scan_parquet(folder / "tags.parquet"),
    )
    options = MapOptions()
    network = BipartiteBuilder(BipartiteOptions()).build(images, tags)
    members = find_members(network, images, None, options.size_by)
    compared = compare_images(members, images, tags, None, options.sample)
    found = find_clusters(members, compared, clusterer, options, progress=no_progress)
    start = spectral_start(network, options.seed)

    def place() -> object:
        return place_nodes(
            members, found, compared, layout, options, old_positions=None, progress=no_progress
        )

    drawn = place_nodes(
        members, found, compared, layout, options, old_positions=None, progress=no_progress
    ).images
    clusters = found.of_image["cluster"].to_numpy()[drawn.shown]
    return {
        "layout": lambda: layout.place(
            network, start=start, seed=options.seed, progress=no_progress
        ),
        "placing": place,
        "outlines": lambda: outlines(drawn.positions, drawn.enclosed, clusters, gap=drawn.margin),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write_tables(arguments.images, Path(scratch))
        measured = works(Path(scratch))
        spent: dict[str, list[float]] = {name: [] for name in measured}
        for _ in range(arguments.rounds):
            for name, work in measured.items():
                begun = time.process_time()
                work()
                spent[name].append(time.process_time() - begun)
    seconds = {name: statistics.median(each) for name, each in spent.items()}
    print(", ".join(f"{name} {each:.2f} s" for name, each in seconds.items()))
    print(
        f"outlines: {seconds['outlines'] / seconds['placing']:.2f} of placing,"
        f" {seconds['outlines'] / seconds['layout']:.2f} of the layout alone"
    )


if __name__ == "__main__":
    main()
