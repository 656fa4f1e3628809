"""What many images in an atlas take to be mapped, drawn, listed and searched by the commands.

An atlas of planted topics with about 15 tags an image is made without pictures: its records and the
outcomes of fetching and tagging are stored as the steps store them. Then each command runs in a
process of its own; printed are its seconds on the wall and of processors, and its peak of memory::

    python benchmarks/steps.py [IMAGES] [--atlas FOLDER] [--commands info map render]

With ``--atlas`` the atlas is kept, and used again if it is there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from drawn_pictures import sizes
from planted_topics import planted_topics

from tagatlas.atlas import open_atlas
from tagatlas.contracts import ImageStatus, Records, Tag, TagResult
from tagatlas_duplicates import SKETCH_BYTES, Signature
from tagatlas_fetching import FetchOutcome, StoredImage

DRAWS = (14, 24)
"""Draws of tags per image, as in ``scale.py``."""
AT_ONCE = 20_000
COMMANDS = ("info", "map", "render")


def make_atlas(folder: Path, images: int) -> None:
    """Make an atlas of planted topics."""
    planted = planted_topics(images, draws=DRAWS)
    random = np.random.default_rng(0)
    ids = [sha256(str(row).encode()).hexdigest() for row in range(images)]
    records = pl.DataFrame(
        {
            "location": [f"https://example.org/{row}.jpg" for row in range(images)],
            "frequency": random.zipf(2.0, images).clip(max=10_000),
            "year": [str(1990 + row % 30) for row in range(images)],
        }
    )
    wide, high = sizes(images)
    hashes = random.integers(0, 2**63, (images, 2), dtype=np.int64)
    signature = (None,) * 8

    def outcomes() -> Iterator[FetchOutcome]:
        for row in range(images):
            first, second = hashes[row].tolist()
            own = Signature((second, *signature), bytes(SKETCH_BYTES))
            yield FetchOutcome(
                row + 1,
                ImageStatus.OK,
                image=StoredImage(
                    *(ids[row], int(wide[row]), int(high[row]), "jpeg", 200_000, 1, first, own)
                ),
            )

    network = planted.network
    labels = network.nodes["label"].to_list()
    begins = np.searchsorted(network.sources, np.arange(images + 1))

    def answers() -> Iterator[tuple[str, TagResult]]:
        for row in range(images):
            some = slice(begins[row], begins[row + 1])
            tags = zip(network.targets[some].tolist(), network.weights[some].tolist(), strict=True)
            yield ids[row], TagResult.ok([Tag(labels[tag], score) for tag, score in tags])

    with open_atlas(folder, create=True) as atlas:
        atlas.catalog.records.add("planted.csv", "table", Records(records, "planted"))
        some_outcomes, some_answers = outcomes(), answers()
        while stored := list(islice(some_outcomes, AT_ONCE)):
            atlas.catalog.addresses.store(stored)
        backend = atlas.catalog.tagging.use("imagenet", "planted")
        while told := list(islice(some_answers, AT_ONCE)):
            atlas.catalog.tagging.store(backend, told)


def measured(words: list[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak of memory in GB of a command."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tagatlas", *words], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"tagatlas {' '.join(words)} failed")
    seconds = time.perf_counter() - began
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / (1 << 20)


def timed(name: str, work: Callable[[], object]) -> None:
    """Run and print."""
    began = time.perf_counter()
    work()
    print(f"{name:10} {time.perf_counter() - began:8.1f} s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Many images in an atlas.")
    parser.add_argument("images", type=int, nargs="?", default=100_000)
    parser.add_argument("--atlas", type=Path)
    parser.add_argument("--commands", nargs="+", default=COMMANDS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        atlas = options.atlas or Path(scratch) / "many.atlas"
        if not atlas.exists():
            timed("made", lambda: make_atlas(atlas, options.images))
        for command in options.commands:
            seconds, processor, memory = measured([command, str(atlas)])
            print(
                f"{command:10} {seconds:8.1f} s {processor:8.1f} s of processors {memory:6.2f} GB",
                flush=True,
            )


if __name__ == "__main__":
    main()
