"""The catalog of many images: answers in its file, and in sealed parts.

    python benchmarks/catalog.py 200000 1000000

Each image has 15 tags of 3,000 labels, which follow Zipf's law, and answers are stored in the order
of ids, 2,000 at once, as tagging stores them. Each line is a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl

from tagatlas.catalog import Catalog
from tagatlas.catalog.database import Database
from tagatlas.contracts import Tag, TagResult

TAGS, LABELS, AT_ONCE, BETWEEN = 15, 3000, 2000, 100_000
HEADS = ("images", "answers", "store", "seal", "tags", "unanswered", "file", "parts", "peak")

ResultT = TypeVar("ResultT")


def main() -> None:
    """Print a table; with ``--in``, measure once and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--in", dest="place", choices=("file", "parts"))
    given = parser.parse_args()
    if given.place:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Path(folder), given.counts[0], given.place)))
        return
    print(("{:>11}" * len(HEADS)).format(*HEADS), " (seconds, MB)")
    for count in given.counts:
        for place in ("file", "parts"):
            words = [sys.executable, __file__, str(count), "--in", place]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            row = (f"{found[head]:,.1f}" for head in HEADS[2:])
            print(f"{count:>11,}{place:>11}" + "".join(f"{each:>11}" for each in row), flush=True)


def measure(folder: Path, count: int, place: str) -> dict[str, float]:
    """Seconds and megabytes of one catalog."""
    ids = sorted(hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
    insert_images(folder / "catalog.sqlite", ids)
    rng = np.random.default_rng(1)
    labels = [f"label {number}" for number in range(LABELS)]
    found = dict.fromkeys(HEADS[2:], 0.0)
    with Catalog(folder / "catalog.sqlite") as catalog:
        tagging = catalog.tagging
        backend = tagging.use("seer", "1")
        for begin in range(0, count, AT_ONCE):
            some = ids[begin : begin + AT_ONCE]
            chosen = (rng.zipf(1.3, (len(some), 2 * TAGS)) - 1) % LABELS
            scores = rng.random((len(some), TAGS), dtype=np.float32).tolist()
            answers = [
                TagResult.ok(
                    [
                        Tag(labels[label], score)
                        for label, score in zip(
                            list(dict.fromkeys(row))[:TAGS], given, strict=False
                        )
                    ]
                )
                for row, given in zip(chosen.tolist(), scores, strict=True)
            ]
            batch = list(zip(some, answers, strict=True))
            found["store"] += timed(lambda batch=batch: tagging.store(backend, batch))[0]  # type: ignore[misc]
            is_last = begin + AT_ONCE >= count
            if place == "parts" and ((begin + AT_ONCE) % BETWEEN == 0 or is_last):
                left = 0 if is_last else BETWEEN - 1
                found["seal"] += timed(lambda left=left: tagging.seal(backend, unsealed=left))[0]  # type: ignore[misc]
    found["file"] = (folder / "catalog.sqlite").stat().st_size / 1e6
    found["parts"] = sum(path.stat().st_size for path in folder.glob("answers/*")) / 1e6
    with Catalog(folder / "catalog.sqlite") as catalog:
        found["unanswered"], _ = timed(
            lambda: catalog.tagging.unanswered(backend, retry_failed=False)
        )
        found["tags"], summed = timed(
            lambda: (
                catalog.tagging.tags(backend)
                .select(pl.len(), pl.col("score").sum(), pl.col("tag").n_unique())
                .collect(engine="streaming")
            )
        )
    assert summed.item(0, 0) > 2 * count
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return found


def timed(work: Callable[[], ResultT]) -> tuple[float, ResultT]:
    """How many seconds it takes, and its result."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def insert_images(path: Path, ids: list[str]) -> None:
    """Images with an address and a record each."""
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO sources VALUES (1, 'list', 'table', '', '', '', '')")
        connection.executemany(
            "INSERT INTO images (id, sha256, width, height, format, bytes, frames) "
            "VALUES (?, ?, 640, 480, 'jpeg', 100000, 1)",
            enumerate(ids, 1),
        )
        connection.execute(
            "INSERT INTO addresses (id, location, local, status, image) "
            "SELECT id, 'https://example.org/' || id || '.jpg', 0, 'ok', id FROM images"
        )
        connection.execute("INSERT INTO records SELECT id, 1, id, 1, '{}' FROM images")


if __name__ == "__main__":
    main()
