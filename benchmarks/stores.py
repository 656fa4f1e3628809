"""Seconds, files and requests of the image stores, as multiples of those of the store ``pack``.

Run: ``python benchmarks/stores.py [COPIES] [COPIES_IN_S3]``. The stores take turns with parts of
the copies, of 2 kB each, so that a busy machine slows all alike: they are put as fetching puts
them, by 8 threads or in batches of the store's size, and then read in the order of ids, 64 at
once, as tagging does. Processor: seconds of this process for both, which others on the machine
change least. S3 is moto's server on this machine, without the time that a network takes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Thread

import fsspec

from tagatlas.contracts import ImageCopy, ImageStore, NoOptions, Variant
from tagatlas_stores.files import FileStore
from tagatlas_stores.fsspec import FsspecOptions, FsspecStore
from tagatlas_stores.pack import PackOptions
from tagatlas_stores.pack.store import PackStore

BYTES = 2048
THREADS = 8
AT_ONCE = 64
PARTS = 4
"""Turns of each store."""


@dataclass
class Measured:
    """A store, and what was measured of it.

    Attributes:
        open: opens it.
        objects: counts its files.
        requests: counts the requests to its service so far.
    """

    name: str
    open: Callable[[], ImageStore]
    objects: Callable[[], int]
    requests: Callable[[], int] = lambda: 0
    processor: float = 0.0
    put: float = 0.0
    put_requests: int = 0
    first: float = 0.0
    read: float = 0.0
    read_requests: int = 0


def main() -> None:
    """Print a line per store."""
    local = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    remote = int(sys.argv[2]) if len(sys.argv) > 2 else 4_000
    with tempfile.TemporaryDirectory() as name, s3() as (endpoint, requests):
        atlas = Path(name)
        compare(
            local,
            [
                Measured(
                    "files",
                    lambda: FileStore(NoOptions(), atlas / "a"),
                    lambda: count(atlas / "a"),
                ),
                Measured(
                    "fsspec, file://",
                    lambda: FsspecStore(FsspecOptions(f"file://{name}/b"), atlas),
                    lambda: count(atlas / "b"),
                ),
                Measured(
                    "pack",
                    lambda: PackStore(PackOptions(), atlas / "c"),
                    lambda: count(atlas / "c"),
                ),
            ],
        )
        fs = fsspec.filesystem("s3", endpoint_url=endpoint)
        fs.mkdir("single")
        fs.mkdir("packed")
        compare(
            remote,
            [
                Measured(
                    "fsspec, s3://",
                    lambda: FsspecStore(FsspecOptions("s3://single/x", endpoint), atlas),
                    lambda: len(fs.find("single")),
                    requests,
                ),
                Measured(
                    "pack, s3://",
                    lambda: PackStore(PackOptions("s3://packed/x", endpoint), atlas),
                    lambda: len(fs.find("packed")),
                    requests,
                ),
            ],
        )


def compare(copies: int, stores: Sequence[Measured]) -> None:
    """Measure stores, in turns, and print each beside the last."""
    with ThreadPoolExecutor(THREADS) as threads:
        for part in range(PARTS):
            wanted = made(copies * part // PARTS, copies * (part + 1) // PARTS)
            for each in stores:
                measure(each, wanted, threads)
    print(f"{copies:,} copies of {BYTES:,} bytes; in brackets as multiples of the last")
    last = stores[-1]
    for each in stores:
        print(
            f"{each.name}: {each.objects():,} files ({each.objects() / last.objects():,.0f}), "
            f"put in {each.put:.1f} s ({each.put / last.put:.1f}), "
            f"first copy of an opened store {each.first / PARTS:.2f} s, read in {each.read:.1f} s "
            f"({each.read / last.read:.1f}), "
            f"processor {each.processor:.1f} s ({each.processor / last.processor:.1f})"
            + f", {each.put_requests:,} and {each.read_requests:,} requests"
            * bool(each.put_requests)
        )


def measure(store: Measured, copies: Sequence[ImageCopy], threads: ThreadPoolExecutor) -> None:
    """Put copies into a store, and read them again."""
    spent = time.process_time()
    opened, asked, begun = store.open(), store.requests(), time.perf_counter()
    if opened.batch_size == 1:
        list(threads.map(lambda copy: opened.holds(copy) or opened.put(*copy), copies))
    else:
        for begin in range(0, len(copies), opened.batch_size):
            batch = copies[begin : begin + opened.batch_size]
            opened.put_many([copy for copy in batch if not opened.holds(copy)])
    store.put += time.perf_counter() - begun
    store.put_requests += store.requests() - asked
    wanted = sorted((copy.image_id, copy.variant) for copy in copies)
    opened, asked, begun = store.open(), store.requests(), time.perf_counter()
    opened.get(*wanted[0])
    store.first += time.perf_counter() - begun
    for begin in range(0, len(wanted), AT_ONCE):
        found = opened.get_many(wanted[begin : begin + AT_ONCE])
        assert all(data is not None and len(data) == BYTES for data in found)
    store.read += time.perf_counter() - begun
    store.read_requests += store.requests() - asked
    store.processor += time.process_time() - spent


def made(begin: int, end: int) -> list[ImageCopy]:
    """Copies with some numbers."""
    ids = [sha256(str(number).encode()).hexdigest() for number in range(begin, end)]
    return [ImageCopy(each, Variant.THUMBNAIL, bytes.fromhex(each) * (BYTES // 32)) for each in ids]


def count(folder: Path) -> int:
    """Number of files below a folder."""
    return sum(len(files) for _, _, files in os.walk(folder))


@contextmanager
def s3() -> Iterator[tuple[str, Callable[[], int]]]:
    """A server that speaks S3; its URL, and a count of the requests to it so far."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines: list[str] = []
        found = None
        while found is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
        reader = Thread(target=lambda: lines.extend(process.stderr or ()))
        reader.start()
        try:
            yield found[0], lambda: len(lines)
        finally:
            process.terminate()
            reader.join()


if __name__ == "__main__":
    main()
