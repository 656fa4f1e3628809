"""Time and memory of finding copies among many images, of which half have some.

    python benchmarks/copies.py [IMAGES ...] [--share 0.5] [--kept FOLDER]

Half of the images (``--share``) are in families of 2 to 20 copies, or among 1,000 memes of one
template with other words each; the others are alone. Hashes, sketches and thumbnails are those of
drawn memes, with hashes of each family moved to a place of its own, and a few bits and cells of
each copy changed. Prints, each measured in a process of its own after all is compiled: seconds,
those of processors, memory at most, beside what holds the planted images, and a digest of the
groups, to compare versions of the method. ``--kept`` keeps the groups as NumPy files.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
from crowds import SIZE, drawn
from numpy.typing import NDArray

from tagatlas_duplicates import alike_levels

MEMES = 1000
SEEDS = 100
MOST = 20
BITS = 3
"""Bits changed in each hash of a copy, at most: its hashes then differ in at most 6."""


def families(images: int, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """The number of each image's family: the memes are number 0."""
    sizes = rng.integers(2, MOST + 1, images)
    several = int(share * images)
    together = np.repeat(np.arange(images), sizes)[: max(0, several - MEMES)]
    first = together[-1] + 1 if len(together) else 0
    alone = first + np.arange(images - len(together) - min(MEMES, several))
    rest = rng.permutation(np.concatenate([together, alone]) + 1)
    return np.concatenate([rest, np.zeros(images - len(rest), dtype=np.int64)])


def measure(images: int, share: float, kept: Path | None) -> str:
    """A line of figures for that many images."""
    hashes, sketches, thumbnails = drawn(MEMES)
    rng = np.random.default_rng(0)
    family = families(images, share, rng)
    shown = np.where(family > 0, family % SEEDS, np.arange(images) % len(hashes))
    moved = rng.integers(0, 2**64, images + 1, dtype=np.uint64)
    planted = hashes[shown] ^ moved[family][:, None]
    for _ in range(BITS):
        planted ^= np.uint64(1) << rng.integers(0, 64, planted.shape, dtype=np.uint64)
    present = np.ones(planted.shape, dtype=np.bool_)
    sizes = np.tile(np.array(SIZE, dtype=np.float64), (images, 1))

    def sketches_at(places: NDArray[np.int64]) -> NDArray[np.uint8]:
        found = sketches[shown[places]]
        found[np.arange(len(places)), places % 4096] ^= 3  # one cell is a little brighter or darker
        return found

    def thumbnail(place: int) -> bytes:
        return thumbnails[int(shown[place])]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    levels = alike_levels(planted, present, sizes, sketches_at, thumbnail, ("copy", "same"))
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if kept is not None:
        np.save(kept / f"{images}.npy", np.array(levels))
    digest = sha256(np.array(levels).tobytes()).hexdigest()[:12]
    groups = " and ".join(f"{len(np.unique(leaders)):,}" for leaders in levels)
    return (
        f"{images:9,} images {seconds:8.1f} s {work:8.1f} s of processors "
        f"{memory / (1 << 20):5.2f} GB; {groups} groups, {digest}"
    )


def main() -> None:
    """Measure each in a process of its own, and print."""
    parser = argparse.ArgumentParser(description="Copies among many images.")
    parser.add_argument("images", type=int, nargs="*", default=[10_000, 30_000, 100_000])
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only is not None:
        print(measure(options.only, options.share, options.kept), flush=True)
        return
    kept = [] if options.kept is None else ["--kept", str(options.kept)]
    command = [sys.executable, __file__, *kept, "--share", str(options.share), "--only"]
    subprocess.run([*command, "2000"], check=True, stdout=subprocess.DEVNULL)  # compiles
    for images in options.images:
        subprocess.run([*command, str(images)], check=True)


if __name__ == "__main__":
    main()
