"""From a table of tags in Parquet to the poster, at sizes up to ten million images.

Usage: python benchmarks/scale.py [--tables FOLDER] [--files] [IMAGES ...]
                                                  (1000 10000 100000 1000000 unless said)

For each size a collection of planted topics is written to Parquet, with about 15 tags an image;
pictures are thumbnails, of which a few hundred differ. Then a fresh process reads the tables,
builds the network, lays it out, clusters it and draws ``map.png``, all with default settings.
Printed are of each step the seconds, those of processors, and the peak of memory; of all, these and
the share of an image's ten nearest that are of its topic. Nothing runs at the same time, and
compiling is not counted. With ``--tables`` the tables stay in a folder, and are read again from
there; those of ten million images take 1.6 GB. With ``--files`` the map is also saved in an atlas,
and its own tables and its web map are written, some kilobytes for each image.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from drawn_pictures import ThumbnailStore, sizes
from planted_topics import neighbour_agreement, planted_parts

import tagatlas
from tagatlas.catalog import StoredMap
from tagatlas.contracts import Map, Provenance, no_progress
from tagatlas.plugins import load_plugins
from tagatlas.toolkit import default_clusterer
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_exports.tables import TablesOptions
from tagatlas_exports.tables.renderer import TablesRenderer
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.names import named_by_annotations
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.prepare import prepare_drawing
from tagatlas_posters.engine import PosterOptions
from tagatlas_posters.poster import PosterRenderer
from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DRAWS = (14, 24)
"""Draws of tags per image: about 15 are left where those drawn twice count once."""
_AT_ONCE = 1_000_000
"""Images of a file."""
_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_OWN_UNIT = 30 if sys.platform == "darwin" else 20
"""Exponent of two of the unit of ``ru_maxrss`` in GB: bytes on macOS, else KB."""


@dataclass(frozen=True)
class Cost:
    """What a step took.

    Attributes:
        seconds: until it was done.
        worked: seconds of processors, which other programs on the machine change little.
        peak: memory of the process in GB, at most.
    """

    seconds: float
    worked: float
    peak: float


@dataclass
class Clock:
    """Costs of each step, in order."""

    costs: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what the block does."""
        _begin_peak()
        began, worked = time.perf_counter(), time.process_time()
        yield
        spent = time.perf_counter() - began, time.process_time() - worked
        self.costs[name] = Cost(*spent, _peak())


def _begin_peak() -> None:
    """Forget the peak of memory so far, where the system can: on Linux."""
    if _RESET.exists():
        _RESET.write_text("5")


def _peak() -> float:
    """The peak of memory in GB since it was forgotten, or since the process began."""
    if _STATUS.exists():
        (line,) = [each for each in _STATUS.read_text().splitlines() if each.startswith("VmHWM")]
        return int(line.split()[1]) / (1 << 20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << _OWN_UNIT)


def write_tables(images: int, folder: Path) -> int:
    """Write ``images`` and ``tags``, in files of a million images; returns the number of tags."""
    for name in ("images", "tags"):
        (folder / name).mkdir(parents=True)
    width, height = sizes(images)
    frequency = np.random.default_rng(0).zipf(2.0, images).clip(max=10_000)
    rows = range(images)
    parts = (rows[first : first + _AT_ONCE] for first in rows[::_AT_ONCE])
    ids = pl.concat([_ids(part) for part in parts]).sort()
    count = 0
    for number, part in enumerate(planted_parts(images, draws=DRAWS, at_once=_AT_ONCE)):
        some = slice(number * _AT_ONCE, number * _AT_ONCE + len(part.topics))
        table = pl.DataFrame(
            {
                "id": ids[some],
                "label": [f"{row}.jpg" for row in range(some.start, some.stop)],
                "pixel_width": width[some],
                "pixel_height": height[some],
                "records": np.ones(len(part.topics), dtype=np.int64),
                "frequency": frequency[some],
                "topic": part.topics,
            }
        )
        table.write_parquet(folder / "images" / f"{number:05}.parquet")
        labels = pl.Series("label", [f"tag {tag}" for tag in range(int(part.tags.max()) + 1)])
        rank = labels.rank("ordinal").to_numpy()  # numbers are sorted much faster than texts
        order = np.lexsort((rank[part.tags], -part.scores, part.images))
        tags = pl.DataFrame(
            {
                "image": table["id"].gather(part.images[order]),
                "tag": labels.gather(part.tags[order]),
                "score": part.scores[order].astype(np.float64),
            }
        )
        tags.write_parquet(folder / "tags" / f"{number:05}.parquet")
        count += tags.height
    return count


def _ids(rows: range) -> pl.Series:
    return pl.Series("id", [sha256(str(row).encode()).hexdigest() for row in rows])


def draw(folder: Path, out: Path, *, files: bool) -> tuple[dict[str, Cost], int, float]:
    """Tables to poster: costs by step, number of links, agreement of neighbours.

    Args:
        folder: with the tables.
        out: where files are written.
        files: also save the map in an atlas, and write its own tables and its web map.
    """
    layout = ForceAtlas2Layout(ForceAtlas2Options())
    clusterer = default_clusterer(load_plugins())
    prepare_drawing(layout, clusterer)
    clock = Clock()
    with clock.step("read"):
        images = pl.read_parquet(folder / "images")
        tags = pl.scan_parquet(folder / "tags")
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
            old_positions=None,
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
        PosterRenderer(PosterOptions()).render(made, out)
    if files:
        with clock.step("saving"), tagatlas.open_atlas(out / "atlas", create=True) as atlas:
            backend = atlas.catalog.tagging.use("planted", "planted")
            atlas.catalog.maps.save(StoredMap("scale", backend, "", {}, drawn))
        with clock.step("tables"):
            named = named_by_annotations(drawn, ())
            made = replace(made, **vars(named), records=_records(images))
            TablesRenderer(TablesOptions()).render(made, out)
        with clock.step("web map"):
            WebRenderer(WebOptions()).render(made, out)
    placed = made.images.join(images.select("id", "topic"), on="id", maintain_order="left")
    agreement = neighbour_agreement(placed.select("x", "y").to_numpy(), placed["topic"].to_numpy())
    return clock.costs, len(drawn.sources), agreement


def _records(images: pl.DataFrame) -> pl.DataFrame:
    """A record of each image, as of a map that is loaded."""
    return images.select(
        pl.col("id").alias("image"),
        ("https://example.org/pictures/" + pl.col("label")).alias("location"),
        "frequency",
        pl.lit("{}").alias("columns"),
        pl.col("id").alias("copy"),
    )


def main() -> None:
    """Print the curve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=Path, help="where tables stay and are read from again")
    parser.add_argument(
        "--files", action="store_true", help="also save it, write tables and web map"
    )
    parser.add_argument("images", type=int, nargs="*", default=SIZES)
    chosen = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for images in chosen.images:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (chosen.tables or Path(scratch)) / str(images)
            if not folder.exists():
                with context.Pool(1) as process:
                    process.apply(write_tables, (images, folder))
            with context.Pool(1) as process:
                drawn = process.apply(draw, (folder, Path(scratch)), {"files": chosen.files})
            _print(images, *drawn)


def _print(images: int, costs: dict[str, Cost], links: int, agreement: float) -> None:
    """Print what a size took."""
    steps = ", ".join(
        f"{name} {each.seconds:.1f} s ({each.worked:.1f} worked, {each.peak:.2f} GB)"
        for name, each in costs.items()
    )
    seconds = sum(each.seconds for each in costs.values())
    worked = sum(each.worked for each in costs.values())
    peak = max(each.peak for each in costs.values())
    print(
        f"{images:>10,} images, {links / images:.1f} links each: {seconds:.1f} s"
        f" ({worked:.1f} worked), {peak:.2f} GB: {steps}; neighbours of the same topic"
        f" {agreement:.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
