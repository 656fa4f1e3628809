"""Time and memory of grouping near duplicates: few that are alike, and crowds.

    python benchmarks/crowds.py [--few 1000 10000 100000 1000000] [--crowd 250 1000 10000]

Prints, each measured in a process of its own after all is compiled: for images of which one in a
hundred is a copy of another, seconds of processor by hashes alone and by all looks, and memory at
most; and the same for memes, one photograph with other words each time, all of them near each
other by hashes. The former have random hashes, and signatures and thumbnails of a few
drawn memes.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tagatlas_duplicates import alike_groups, make_signature, near_groups, perceptual_hash

FEW_DRAWN = 100
SIZE = (205, 240)


def memes(count: int) -> Iterator[Image.Image]:
    """A photograph with words above and below."""
    chosen = random.Random(6)  # noqa: S311
    with Image.open(
        Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    ) as source:
        photograph = source.convert("RGB").resize(SIZE)
    font = ImageFont.load_default(20)
    for _ in range(count):
        meme = photograph.copy()
        draw = ImageDraw.Draw(meme)
        for y in (4, SIZE[1] - 28):
            words = "".join(chosen.choices("ABCDEFGHIKLMNOPRSTUVW  ", k=14))
            draw.text((12, y), words, "white", font, stroke_width=2, stroke_fill="black")
        yield meme


def drawn(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint8], list[bytes]]:
    """Hashes that all memes have, shape (count, any), their sketches, and their thumbnails."""
    hashes, sketches, thumbnails = [], [], []
    for picture in memes(count):
        signature = make_signature(picture)
        hashes.append([each or 0 for each in (perceptual_hash(picture), *signature.hashes)])
        sketches.append(np.frombuffer(signature.sketch, np.uint8))
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=85)
        thumbnails.append(buffer.getvalue())
    kept = np.array(hashes, dtype=np.uint64)
    return kept[:, (kept != 0).all(axis=0)], np.array(sketches), thumbnails  # none has borders


def spread(hashes: NDArray[np.uint64], count: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes of that many images, far from each other but for one in a hundred; what they show."""
    rng = np.random.default_rng(0)
    shown = rng.integers(0, len(hashes), count)
    moved = rng.integers(0, 2**64, count, dtype=np.uint64)
    copies = np.arange(count // 100, count, 100)
    shown[copies], moved[copies] = shown[copies - 1], moved[copies - 1]
    return hashes[shown] ^ moved[:, None], shown


def measure(kind: str, count: int) -> str:
    """A line of figures for that many images."""
    hashes, sketches, thumbnails = drawn(count if kind == "crowd" else FEW_DRAWN)
    shown = np.arange(len(hashes))

    def looks(some: NDArray[np.uint64], what: NDArray[np.int64]) -> NDArray[np.int64]:
        return alike_groups(
            some,
            np.ones(some.shape, dtype=np.bool_),
            np.full((len(some), 2), SIZE, dtype=np.float64),
            lambda places: sketches[what[places]],
            lambda place: thumbnails[what[place]],
            "copy",
        )

    compiling, shows = spread(hashes[:FEW_DRAWN], 10_000)
    near_groups(compiling[:, 0])
    looks(compiling, shows)
    if kind == "few":
        hashes, shown = spread(hashes, count)
    start = time.process_time()
    near_groups(hashes[:, 0])
    middle = time.process_time()
    leaders = looks(hashes, shown)
    end = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    joined = int((leaders != np.arange(count)).sum())
    return (
        f"{kind} {count:>9,}: {middle - start:.2f} s by hashes, {end - middle:.2f} s by looks, "
        f"{joined:,} joined; {memory:,.0f} MiB"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Grouping of few near duplicates and of crowds.")
    parser.add_argument("--few", type=int, nargs="*", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--crowd", type=int, nargs="*", default=[250, 1_000, 10_000])
    parser.add_argument("--only", nargs=2, metavar=("KIND", "COUNT"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only:
        print(measure(chosen.only[0], int(chosen.only[1])), flush=True)
        return
    for kind, counts in (("few", chosen.few), ("crowd", chosen.crowd)):
        for count in counts:
            only = ["--only", kind, str(count)]
            subprocess.run([sys.executable, __file__, *only], check=True)


if __name__ == "__main__":
    main()
