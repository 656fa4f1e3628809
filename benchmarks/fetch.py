"""Fetching against img2dataset: the same URLs, the same work, alternating in one run.

    python -m venv /tmp/img2dataset && /tmp/img2dataset/bin/pip install img2dataset
    python benchmarks/fetch.py --img2dataset /tmp/img2dataset/bin/python [--images N] [--rounds 3]

Each round fetches all URLs from a server on loopback, once with tagatlas (an atlas with its
catalog, its copies and its thumbnails) and once with img2dataset (folders of files), both with
pictures decoded, resized to a longer side of 512 pixels, encoded at quality 90 and stored; and
decodes, resizes and encodes some of them without any network, in as many processes as there are
cores: the limit of what fetching can reach. Without ``--img2dataset``, tagatlas and the limit
alone are measured; ``--images 100000 --size 96x72 --rounds 1`` shows whether memory stays flat.

The disk may take more time than all else: ext4 passes by whatever was deleted in the last minutes
as it looks for room for a new file, 2 to 3 ms an image after other runs. ``TMPDIR=/dev/shm`` has
both programs write into memory instead. The server takes a fiftieth of the time of tagatlas.

Prints medians over the rounds. Memory is the proportional set size (PSS) of all processes of a
program, so that what they share counts once; its highest sum is given.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image

from tagatlas_fetching import FetchOptions
from tagatlas_fetching.workers import Workers

SIDE = 512
QUALITY = 90
CONCURRENCY = 64

OURS = """
import sys
from pathlib import Path
import polars as pl
from tagatlas.atlas import open_atlas
from tagatlas.contracts import Records
from tagatlas_fetching import FetchOptions
from tagatlas.steps.fetch import fetch_collection
from tagatlas.plugins import load_plugins

urls = Path(sys.argv[1]).read_text().split()
options = FetchOptions(
    concurrency={concurrency}, per_host={concurrency}, host_rate=0, max_side={side},
    allow_private=True,
)
with open_atlas(Path(sys.argv[2]), load_plugins(), create=True) as atlas:
    table = pl.DataFrame({{"location": urls}}).with_columns(frequency=pl.lit(1, dtype=pl.Int64))
    atlas.catalog.records.add("urls", "table", Records(table, "URLs"))
    report = fetch_collection(atlas, options)
    assert report.counts["ok"] == len(urls), report.counts
"""

THEIRS = """
import sys
from img2dataset import download

if __name__ == "__main__":
    download(
        url_list=sys.argv[1], input_format="txt", output_folder=sys.argv[2],
        output_format="files", image_size={side}, resize_mode="keep_ratio_largest",
        resize_only_if_bigger=True, encode_quality={quality}, processes_count={cores},
        thread_count={concurrency}, number_sample_per_shard=1000, enable_wandb=False,
    )
"""


@dataclass(frozen=True)
class Measured:
    """What one run took: seconds, seconds of processor time, and the highest memory in MB."""

    seconds: float
    processor: float
    megabytes: float


def photographs(size: tuple[int, int]) -> list[bytes]:
    """Eight JPEGs, as busy as photographs; of about 100 KB each where they have 1200 x 900 pixels.

    Args:
        size: width and height in pixels.
    """
    random = np.random.default_rng(0)
    pictures = []
    for _ in range(8):
        coarse = random.integers(0, 256, (12, 16, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC), float)
        noisy = smooth + random.normal(0, 9, smooth.shape)
        encoded = io.BytesIO()
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(encoded, "JPEG", quality=62)
        pictures.append(encoded.getvalue())
    return pictures


def body_of(pictures: Sequence[bytes], number: int) -> bytes:
    """One of many files: a number behind a picture's end makes another of it, as much work."""
    return pictures[number % len(pictures)] + b"%08d" % number


class Responder(asyncio.Protocol):
    """Answers ``GET /<number>.jpg`` with the body of that number; as little HTTP as will do."""

    def __init__(self, pictures: Sequence[bytes]) -> None:
        self._pictures = pictures
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A request, or a part of one."""
        assert self._transport is not None
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            number = int(head.split(b" ", 2)[1][1:].partition(b".")[0])
            body = body_of(self._pictures, number)
            closes = b"connection: close" in head.lower()
            headers = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n%s\r\n"
            self._transport.write(
                headers % (len(body), b"Connection: close\r\n" if closes else b"") + body
            )
            if closes:
                self._transport.close()


def run_server(pictures: Sequence[bytes], port: Connection) -> None:
    """Serve for ever; tell the port first."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Responder(pictures), "127.0.0.1", 0, backlog=1024)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def memory_of(process: int) -> int:
    """Proportional set size of a process and all its descendants, in bytes (Linux)."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    total, family = 0, [process]
    while family:
        one = family.pop()
        family += children.get(one, [])
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total


def measure(command: Sequence[str]) -> tuple[Measured, list[float]]:
    """Run a program; also its memory in MB, twice a second."""
    begun, processor = time.perf_counter(), processor_time()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        samples = [0.0]
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.5):
                samples.append(memory_of(process.pid) / 1e6)

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = process.wait()
        seconds = time.perf_counter() - begun
        ended.set()
        watcher.join()
        said.seek(0)
        assert status == 0, said.read().decode()[-2000:]
    return Measured(seconds, processor_time() - processor, max(samples)), samples


def processor_time() -> float:
    """Seconds of processor time that this process and its ended children have taken."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def limit(pictures: Sequence[bytes], count: int) -> tuple[float, float]:
    """Images a second that are decoded, resized and encoded without any network.

    Returns:
        By the clock, and by processor time.
    """
    processor = processor_time()
    cores = os.cpu_count() or 1
    options = FetchOptions(max_side=SIDE)
    with Workers(cores, options) as workers, ThreadPoolExecutor(cores) as threads:
        list(threads.map(workers.normalise, pictures))  # until all processes are there
        begun = time.perf_counter()
        bodies = (body_of(pictures, number) for number in range(count))
        done = sum(1 for _ in threads.map(workers.normalise, bodies))
        rate = done / (time.perf_counter() - begun)
    return rate, (done + len(pictures)) / (processor_time() - processor)


def program(template: str) -> str:
    """One of the two programs, with the options of this benchmark."""
    return template.format(
        concurrency=CONCURRENCY, side=SIDE, quality=QUALITY, cores=os.cpu_count()
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Fetching against img2dataset, alternating.")
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="1200x900", help="Of the pictures, in pixels.")
    parser.add_argument("--img2dataset", help="A Python that has img2dataset installed.")
    chosen = parser.parse_args()
    width, height = map(int, chosen.size.split("x"))
    pictures = photographs((width, height))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=run_server, args=(pictures, there), daemon=True)
    server.start()
    port = here.recv()

    ours: list[Measured] = []
    theirs: list[Measured] = []
    limits: list[tuple[float, float]] = []
    course: list[float] = []
    for number in range(chosen.rounds):
        with tempfile.TemporaryDirectory() as folder:
            urls = Path(folder, "urls.txt")
            lines = (f"http://127.0.0.1:{port}/{image}.jpg" for image in range(chosen.images))
            urls.write_text("\n".join(lines))
            script = Path(folder, "theirs.py")
            script.write_text(program(THEIRS))
            limits.append(limit(pictures, 500))
            our = [sys.executable, "-c", program(OURS), str(urls), f"{folder}/ours.atlas"]
            measured, course = measure(our)
            ours.append(measured)
            print(
                f"round {number + 1}: tagatlas {measured}, limit {limits[-1][0]:.0f}/s", flush=True
            )
            if chosen.img2dataset:
                their = [chosen.img2dataset, str(script), str(urls), f"{folder}/theirs"]
                theirs.append(measure(their)[0])
                stored = sum(1 for _ in Path(folder, "theirs").rglob("*.jpg"))
                assert stored == chosen.images, f"img2dataset stored {stored}"
                print(f"round {number + 1}: img2dataset {theirs[-1]}", flush=True)
    server.terminate()
    server.join()
    print(f"{chosen.images:,} JPEGs of {width} x {height} pixels, {os.cpu_count()} cores")
    report(chosen.images, ours, theirs, limits, course)


def report(
    images: int,
    ours: Sequence[Measured],
    theirs: Sequence[Measured],
    limits: Sequence[tuple[float, float]],
    course: Sequence[float],
) -> None:
    """Print the medians."""
    median = statistics.median
    print_program("tagatlas", images, ours)
    by_clock, by_processor = zip(*limits, strict=True)
    print(f"the limit    {median(by_clock):8.1f} images/s {median(by_processor):8.1f} a CPU second")
    shares = (images / our.seconds / most for our, most in zip(ours, by_clock, strict=True))
    print(f"share of the limit reached     {median(shares):6.2f}")
    shares = (images / our.processor / most for our, most in zip(ours, by_processor, strict=True))
    print(f"the same by processor time     {median(shares):6.2f}")
    tenth = max(1, len(course) // 10)
    means = [statistics.mean(course[tenth * part : tenth * (part + 1)]) for part in range(10)]
    print("memory over the last run, MB   " + " ".join(f"{mean:.0f}" for mean in means))
    if theirs:
        print_program("img2dataset", images, theirs)
        pairs = list(zip(ours, theirs, strict=True))
        faster = median(their.seconds / our.seconds for our, their in pairs)
        cheaper = median(their.processor / our.processor for our, their in pairs)
        leaner = median(our.megabytes / their.megabytes for our, their in pairs)
        print(f"tagatlas / img2dataset         {faster:6.2f} times the images/s")
        print(f"the same by processor time     {cheaper:6.2f} times")
        print(f"tagatlas / img2dataset         {leaner:6.2f} of the memory")


def print_program(name: str, images: int, runs: Sequence[Measured]) -> None:
    """Print the medians of one program."""
    rate = statistics.median(images / run.seconds for run in runs)
    effort = statistics.median(images / run.processor for run in runs)
    memory = statistics.median(run.megabytes for run in runs)
    print(f"{name:12} {rate:8.1f} images/s {effort:8.1f} a CPU second {memory:8.0f} MB")


if __name__ == "__main__":
    main()
