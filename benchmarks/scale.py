"""From a table of tags in Parquet to the poster, at sizes up to a million images.

Usage: python benchmarks/scale.py [IMAGES ...]        (1000 10000 100000 1000000 unless said)

For each size a collection of planted topics is written to Parquet, with about 15 tags an image;
pictures are thumbnails, of which a few hundred differ. Then a fresh process reads the tables,
builds the network, lays it out, clusters it and draws ``map.png``, all with default settings.
Printed are the seconds of each step and of all, the peak of memory, and the share of an image's
ten nearest that are of its topic. Nothing runs at the same time, and compiling is not counted.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from drawn_pictures import ThumbnailStore, sizes
from planted_topics import neighbour_agreement, planted_topics

from tagatlas.contracts import Map, Provenance, no_progress
from tagatlas.plugins import load_plugins
from tagatlas.toolkit import default_clusterer
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.prepare import prepare_drawing
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.poster import PosterRenderer

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DRAWS = (14, 24)
"""Draws of tags per image: about 15 are left where those drawn twice count once."""


@dataclass
class Clock:
    """Seconds of each step, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what the block does."""
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began


def write_tables(images: int, folder: Path) -> int:
    """Write ``images.parquet`` and ``tags.parquet``; returns the number of tags."""
    planted = planted_topics(images, draws=DRAWS)
    ids = pl.Series("id", [sha256(str(row).encode()).hexdigest() for row in range(images)])
    width, height = sizes(images)
    random = np.random.default_rng(0)
    table = pl.DataFrame(
        {
            "id": ids,
            "label": [f"{row}.jpg" for row in range(images)],
            "pixel_width": width,
            "pixel_height": height,
            "records": np.ones(images, dtype=np.int64),
            "frequency": random.zipf(2.0, images).clip(max=10_000),
            "topic": planted.topics,
        }
    )
    table.sort("id").write_parquet(folder / "images.parquet")
    network = planted.network
    tags = pl.DataFrame(
        {
            "image": ids.gather(network.sources),
            "tag": network.nodes["label"].gather(network.targets),
            "score": network.weights.astype(np.float64),
        }
    )
    ordered = tags.sort("image", "score", "tag", descending=[False, True, False])
    ordered.write_parquet(folder / "tags.parquet")
    return tags.height


def draw(folder: Path) -> tuple[dict[str, float], float, float]:
    """Tables to poster: seconds by step, peak memory in GB, agreement of neighbours."""
    layout = ForceAtlas2Layout(ForceAtlas2Options())
    clusterer = default_clusterer(load_plugins())
    prepare_drawing(layout, clusterer)
    clock = Clock()
    with clock.step("read"):
        images = pl.read_parquet(folder / "images.parquet")
        tags = pl.scan_parquet(folder / "tags.parquet")
    with clock.step("network"):
        network = BipartiteBuilder(BipartiteOptions()).build(images, tags)
    with clock.step("map"):
        drawn = draw_map(
            network,
            images,
            tags,
            layout,
            clusterer,
            MapOptions(),
            old_positions={},
            progress=no_progress,
        )
    with clock.step("poster"):
        made = Map(
            name="scale",
            collection=f"{images.height:,} images",
            **vars(drawn),
            tags=tags,
            records=pl.DataFrame(),
            provenance=Provenance([], {}, None, images.height, {}, "planted", "planted", {}, {}),
            store=ThumbnailStore(),
        )
        PosterRenderer(PosterOptions()).render(made, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    placed = made.images.join(images.select("id", "topic"), on="id", maintain_order="left")
    agreement = neighbour_agreement(placed.select("x", "y").to_numpy(), placed["topic"].to_numpy())
    return clock.seconds, peak, agreement


def main() -> None:
    """Print the curve."""
    context = multiprocessing.get_context("spawn")
    for images in [int(size) for size in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            with context.Pool(1) as process:
                tags = process.apply(write_tables, (images, folder))
            with context.Pool(1) as process:
                seconds, peak, agreement = process.apply(draw, (folder,))
            steps = ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items())
            print(
                f"{images:>9,} images, {tags / images:.1f} tags each: {sum(seconds.values()):.1f} s"
                f" ({steps}), {peak:.2f} GB, neighbours of the same topic {agreement:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
