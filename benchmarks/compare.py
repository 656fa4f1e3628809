"""Time and memory of a comparison's report, at 100,000 images and three backends.

Usage: python benchmarks/compare.py [IMAGES] [--keep ATLAS]

Three backends with planted topics, about 15 tags an image and a share of errors each are put into
an atlas through its catalog, and mapped with default settings; both are timed by themselves. Then a
fresh process makes the comparison, as ``tagatlas compare`` does: from the catalog to
``report.html``, its charts and its tables, thumbnails included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from drawn_pictures import DISTINCT, thumbnail
from planted_topics import PlantedTopics, planted_topics

import tagatlas
from tagatlas.contracts import ImageStatus, Records, Tag, TagResult, Variant
from tagatlas_compare import compare, write_comparison
from tagatlas_fetching.outcome import FetchOutcome, StoredImage

IMAGES = 100_000
DRAWS = (14, 24)
"""Draws of tags per image: about 15 are left where those drawn twice count once."""
BACKENDS = {"first": 0.0, "second": 0.2, "third": 0.5}
"""The share of tags that each gives at random."""
AT_ONCE = 5_000


def fill(atlas: tagatlas.Atlas, images: int) -> None:
    """Put the images and the backends' tags into an atlas."""
    planted = planted_topics(images, draws=DRAWS)
    names = [f"/pictures/{row}.jpg" for row in range(images)]
    ids = [sha256(name.encode()).hexdigest() for name in names]
    table = pl.DataFrame(
        {"location": names, "frequency": 1}, schema_overrides={"frequency": pl.Int64}
    )
    atlas.catalog.records.add("pictures", "folder", Records(table, "a folder", local=True))
    outcomes = [
        FetchOutcome(
            address.key,
            ImageStatus.OK,
            image=StoredImage(image, 1024, 768, "jpeg", 100_000, 1),
        )
        for address, image in zip(
            atlas.catalog.addresses.with_status([ImageStatus.PENDING]), ids, strict=True
        )
    ]
    for start in range(0, images, AT_ONCE):
        atlas.catalog.addresses.store(outcomes[start : start + AT_ONCE])
    for image in ids[:DISTINCT]:
        atlas.store.put(image, Variant.THUMBNAIL, thumbnail(int(image[:8], 16) % DISTINCT))
    for seed, (name, errors) in enumerate(BACKENDS.items()):
        backend = atlas.catalog.tagging.use(name, f"planted, {errors:.0%} errors")
        results = taggings(planted, errors, seed)
        for start in range(0, images, AT_ONCE):
            some = slice(start, start + AT_ONCE)
            answers = list(zip(ids[some], results[some], strict=True))
            atlas.catalog.tagging.store(backend, answers)


def taggings(planted: PlantedTopics, errors: float, seed: int) -> list[TagResult]:
    """What a backend says of each image."""
    dice = np.random.default_rng(seed)
    network = planted.network
    labels = network.nodes["label"].to_list()
    wrong = dice.random(network.edge_count) < errors
    others = dice.integers(planted.images, network.node_count, network.edge_count)
    targets = np.where(wrong, others, network.targets)
    tags: list[dict[str, float]] = [{} for _ in range(planted.images)]
    for image, tag, score in zip(
        network.sources.tolist(), targets.tolist(), network.weights.tolist(), strict=True
    ):
        tags[image][labels[tag]] = score
    return [TagResult.ok([Tag(*pair) for pair in own.items()]) for own in tags]


def draw_maps(atlas: tagatlas.Atlas) -> None:
    """Make the map of each backend."""
    for name in BACKENDS:
        tagatlas.map(atlas, backend=name)


def prepare(folder: Path, images: int) -> dict[str, float]:
    """Seconds that filling the atlas and making the maps took."""
    seconds = {}
    with tagatlas.open_atlas(folder, tagatlas.load_plugins(), create=True) as atlas:
        began = time.perf_counter()
        fill(atlas, images)
        seconds["filling"] = time.perf_counter() - began
        draw_maps(atlas)
        seconds["maps"] = time.perf_counter() - began - seconds["filling"]
    return seconds


def report(folder: Path) -> tuple[dict[str, float], float, pl.DataFrame]:
    """Seconds of each step, peak memory in GB, and the figures."""
    began = time.perf_counter()
    with tagatlas.open_atlas(folder, tagatlas.load_plugins()) as atlas:
        found = compare(atlas, list(BACKENDS))
        compared = time.perf_counter()
        write_comparison(found, folder / "report", atlas.store)
    seconds = {"comparing": compared - began, "writing": time.perf_counter() - compared}
    seconds["of the processor"] = time.process_time()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20), found.measures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", type=int, nargs="?", default=IMAGES)
    parser.add_argument("--keep", type=Path, help="where the atlas is made and left")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch, "compared.atlas")
        if not (folder / "catalog.sqlite").exists():
            with context.Pool(1) as process:
                prepared = process.apply(prepare, (folder, arguments.images))
            print(", ".join(f"{name} {spent:.0f} s" for name, spent in prepared.items()))
        with context.Pool(1) as process:
            seconds, peak, figures = process.apply(report, (folder,))
    steps = ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items())
    print(
        f"{arguments.images:,} images, {len(BACKENDS)} backends: "
        f"{seconds['comparing'] + seconds['writing']:.1f} s"
        f" ({steps}), {peak:.2f} GB"
    )
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True):
        print(figures.select("a", "b", "measure", "k", "value", "low", "high", "chance"))


if __name__ == "__main__":
    main()
