"""Different pictures must not be joined, and copies must: before and after the second look.

    python benchmarks/twins.py --openclipart /usr/share/openclipart \
        --stamps /usr/share/tuxpaint [--drawings 2300] [--every 10] [--times 1000 10000]

Every picture of :mod:`twin_pictures` is put into one collection, and of every tenth of its kind
all copies. What is joined is right where both are copies of one picture, their pixels are equal,
or ``twins.csv`` lists them: two files of one drawing, as seen by eye. Prints, for hashes alone
(before) and with the second look (after, and of what money is shared by), the share of joined
images that are right, with a Wilson interval of 95 %; the share of copies found by kind and by
what was done to them; both also for the half that limits were chosen on and for the other, held
out; and time and memory for 1,000, 10,000 and 100,000 images. Where there are more than were made,
they are repeated with other hashes.
"""

from __future__ import annotations

import argparse
import csv
import resource
import time
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from twin_pictures import COPIES, different_pictures

from tagatlas_duplicates import (
    SKETCH_BYTES,
    alike_groups,
    make_signature,
    near_groups,
    perceptual_hash,
)

LABELS = Path(__file__).with_name("twins.csv")
STARS = "stars"


@dataclass(frozen=True, eq=False)
class Collection:
    """Images in their order: originals first.

    Attributes:
        kinds: of each image.
        names: of its original.
        copies: what was done to it; empty for an original.
        originals: place of its original.
        hashes: shape (n, 1 + HASHES).
        present: shape (n, 1 + HASHES).
        sketches: shape (n, SKETCH_BYTES).
        sizes: shape (n, 2).
        thumbnails: of each image, as they are stored.
        held_out: whether each is of the half on which no limit was chosen.
    """

    kinds: list[str]
    names: list[str]
    copies: list[str]
    originals: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    present: NDArray[np.bool_]
    sketches: NDArray[np.uint8]
    sizes: NDArray[np.float64]
    thumbnails: list[bytes]
    held_out: NDArray[np.bool_]


def encoded(picture: Image.Image) -> bytes:
    """A thumbnail as it is stored."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def thumbnail(picture: Image.Image) -> Image.Image:
    """A picture as it is hashed where images are normalised."""
    scale = min(1.0, 256 / max(picture.size))
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def collect(openclipart: Path, stamps: Path, drawings: int, every: int) -> Collection:
    """Make all pictures and copies."""
    rows: list[tuple[str, str, str, int, Image.Image, tuple[int, int], bool]] = []
    later = []
    numbers: Counter[str] = Counter()
    for place, picture in enumerate(different_pictures(openclipart, stamps, drawings)):
        own = picture.pixels
        held_out = numbers[picture.kind] // every % 2 == 1
        rows.append((picture.kind, picture.name, "", place, thumbnail(own), own.size, held_out))
        if numbers[picture.kind] % every == 0:
            for name, change in COPIES.items():
                copy = change(own)
                small = thumbnail(copy)
                row = (picture.kind, picture.name, name, place, small, copy.size, held_out)
                later.append(row)
        numbers[picture.kind] += 1
    rows += later
    signatures = [make_signature(row[4]) for row in rows]
    whole = [perceptual_hash(row[4]) for row in rows]
    all_hashes = [(own, *each.hashes) for own, each in zip(whole, signatures, strict=True)]
    present = np.array([[each is not None for each in some] for some in all_hashes])
    return Collection(
        kinds=[row[0] for row in rows],
        names=[row[1] for row in rows],
        copies=[row[2] for row in rows],
        originals=np.array([row[3] for row in rows]),
        hashes=np.array([[each or 0 for each in some] for some in all_hashes], dtype=np.uint64),
        present=present & present[:, :1],
        sketches=np.array([np.frombuffer(each.sketch, np.uint8) for each in signatures]),
        sizes=np.array([row[5] for row in rows], dtype=np.float64),
        thumbnails=[encoded(row[4]) for row in rows],
        held_out=np.array([row[6] for row in rows]),
    )


def grouped(some: Collection, level: str) -> NDArray[np.int64]:
    """The place of each image's leader."""
    if level == "hash":
        leaders = np.arange(len(some.hashes))
        there = np.flatnonzero(some.present[:, 0])
        leaders[there] = there[near_groups(some.hashes[there, 0])]
        return leaders
    return alike_groups(
        some.hashes,
        some.present,
        some.sizes,
        lambda places: some.sketches[places],
        lambda place: some.thumbnails[place],
        level,
    )


def same_pictures(some: Collection) -> NDArray[np.int64]:
    """Of each image the number of what it shows: labels and equal pixels joined."""
    parents = np.arange(len(some.names))

    def root(place: int) -> int:
        while parents[place] != place:
            place = int(parents[place])
        return place

    first: dict[object, int] = {}
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = {name: row[0] for row in csv.reader(file) for name in row}
    for place in np.flatnonzero(np.array(some.copies) == ""):
        keys: list[object] = [
            (some.sketches[place].tobytes(), *some.sizes[place]),
            ("label", labels.get(some.names[place], some.names[place])),
        ]
        for key in keys:
            parents[root(int(place))] = root(first.setdefault(key, int(place)))
    return np.array([root(int(original)) for original in some.originals])


def wilson(right: int, total: int) -> str:
    """A share with its interval of 95 %."""
    if total == 0:
        return "none"
    z, share = 1.96, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total**2)) / (1 + z * z / total)
    return f"{share:.4f} ({middle - half:.4f} to {middle + half:.4f}; {right:,} of {total:,})"


def print_precision(some: Collection, leaders: NDArray[np.int64], truth: NDArray[np.int64]) -> None:
    """Shares of what was joined that is right: images, pairs, and originals alone."""
    kinds = np.array(some.kinds)
    joined = leaders != np.arange(len(leaders))
    right = truth == truth[leaders]
    for name, chosen in (
        ("all", joined),
        ("without stars", joined & (kinds != STARS)),
        ("chosen on", joined & ~some.held_out),
        ("held out", joined & some.held_out),
    ):
        share = wilson(int(right[chosen].sum()), int(chosen.sum()))
        print(f"  right, images stood for, {name}: {share}")
    pairs = all_right = 0
    stars = kinds == STARS
    for place in np.unique(leaders[joined & ~stars]):
        counts = Counter(truth[(leaders == place) & ~stars].tolist()).values()
        size = sum(counts)
        pairs += size * (size - 1) // 2
        all_right += sum(count * (count - 1) // 2 for count in counts)
    print(f"  right, pairs in one group, without stars: {wilson(all_right, pairs)}")
    wrong = Counter(kinds[joined & ~right].tolist())
    print(f"  different pictures lost to another, by kind: {dict(wrong) or 'none'}")


def print_recall(some: Collection, found: dict[str, NDArray[np.bool_]]) -> None:
    """Shares of copies that were joined with their original, before and after."""
    kinds, copies = np.array(some.kinds), np.array(some.copies)
    names = list(dict.fromkeys(some.kinds))
    print("\ncopies found, before > after: " + ", ".join(names))
    parts = {"all": copies != "", "held out": (copies != "") & some.held_out}
    for copy in [*COPIES, *parts]:
        cells = []
        for kind in [*names, "all"]:
            chosen = parts.get(copy, copies == copy)
            if kind != "all":
                chosen = chosen & (kinds == kind)
            shares = [each[chosen].mean() for each in found.values()]
            cells.append(f"{shares[0]:.2f} > {shares[1]:.2f}")
        print(f"  {copy:26s} " + "  ".join(cells))


def repeated(some: Collection, count: int) -> Collection:
    """That many images: the same ones again with other hashes, as near to each other as before."""
    random = np.random.default_rng(0)
    places = np.arange(count) % len(some.names)
    turns = np.arange(count) // len(some.names)
    others = random.integers(0, 2**64, turns.max() + 1, dtype=np.uint64)
    others[0] = 0
    return Collection(
        kinds=[],
        names=[],
        copies=[],
        originals=places,
        hashes=some.hashes[places] ^ others[turns][:, None],
        present=some.present[places],
        sketches=some.sketches[places],
        sizes=some.sizes[places],
        thumbnails=[some.thumbnails[place] for place in places],
        held_out=some.held_out[places],
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Different pictures and copies.")
    parser.add_argument("--openclipart", type=Path, required=True)
    parser.add_argument("--stamps", type=Path, required=True)
    parser.add_argument("--drawings", type=int, default=2300)
    parser.add_argument("--every", type=int, default=10, help="of which all copies are made")
    parser.add_argument("--times", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--list", type=Path, help="write joined originals that are not labelled")
    chosen = parser.parse_args()
    some = collect(chosen.openclipart, chosen.stamps, chosen.drawings, chosen.every)
    assert some.sketches.shape[1] == SKETCH_BYTES
    truth = same_pictures(some)
    originals = np.array(some.copies) == ""
    numbers = dict(Counter(np.array(some.kinds)[originals].tolist()))
    print(f"{originals.sum():,} different pictures {numbers}")
    print(f"{(~originals).sum():,} copies of {len(set(some.originals[~originals].tolist())):,}")
    found = {}
    for level in ("hash", "copy", "same"):
        print(f"{level}:")
        leaders = grouped(some, level)
        print_precision(some, leaders, truth)
        found[level] = truth[leaders] == truth
        found[level] &= leaders != np.arange(len(leaders))
        if level == "copy" and chosen.list:
            with chosen.list.open("w", encoding="utf-8", newline="") as file:
                for place in np.flatnonzero(originals & (truth != truth[leaders])):
                    csv.writer(file).writerow([some.names[place], some.names[leaders[place]]])
    print_recall(some, found)
    print("\nimages: seconds of CPU before > after; memory at most")
    for count in chosen.times:
        many = repeated(some, count)
        taken = []
        for level in ("hash", "copy"):
            start = time.process_time()
            grouped(many, level)
            taken.append(time.process_time() - start)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {count:>7,}: {taken[0]:.2f} > {taken[1]:.2f}; {memory:,.0f} MiB")


if __name__ == "__main__":
    main()
