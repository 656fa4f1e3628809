"""Throughput and memory of tagging through a paid service, against a server of its protocol.

The server runs on loopback, in a process of its own, and takes 100 ms for each call. The reference
is what a client reaches that never waits for anything but the service: calls at once x images per
call / 100 ms; the time is that from the first call to the last answer. Memory is the largest
resident set of the process that tags. Collections are made without fetching, of pictures of about
9 kB each; backends have their default settings, but no limit of calls per second::

    PYTHONPATH=tests/support python benchmarks/paid.py [IMAGES ...]     (1000 10000 50000)
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl
from vision_servers import KEY, ClarifaiServer, GoogleVisionServer, running

from tagatlas.atlas import open_atlas
from tagatlas.contracts import ImageStatus, Records, Variant
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.steps.tag import tag_collection
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOutcome, StoredImage

LATENCY = 0.1
PICTURES = 64
SIZE = (640, 480)
SETUPS = {
    "clarifai": {"images_per_call": 32, "calls_at_once": 4},
    "google-vision": {"images_per_call": 16, "calls_at_once": 4},
}
SERVERS = {"clarifai": ClarifaiServer, "google-vision": GoogleVisionServer}


@dataclass(frozen=True)
class Seen:
    """What the server saw: images, and seconds from the first call to the last answer."""

    images: int
    seconds: float


def main() -> None:
    """Measure and print."""
    sizes = [int(word) for word in sys.argv[1:]] or [1000, 10_000, 50_000]
    print("backend         images   images/s    ideal   ratio     memory")
    for backend, setup in SETUPS.items():
        ideal = setup["images_per_call"] * setup["calls_at_once"] / LATENCY
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, serving(backend) as server:
                atlas = Path(folder) / "x.atlas"
                make_atlas(atlas, size)
                endpoint = server.recv()
                with multiprocessing.get_context("spawn").Pool(1) as process:
                    memory = process.apply(tag, (atlas, backend, endpoint))
                server.send("how was it")
                seen: Seen = server.recv()
            assert seen.images == size
            rate = seen.images / seen.seconds
            print(
                f"{backend:<14} {size:>7,} {rate:>10,.0f} {ideal:>8,.0f} {rate / ideal:>7.2f}"
                f" {memory:>7,.0f} MB",
                flush=True,
            )


def tag(atlas: Path, backend: str, endpoint: str) -> float:
    """Tag an atlas; returns the memory that it took, in megabytes."""
    os.environ["CLARIFAI_PAT"] = os.environ["GOOGLE_API_KEY"] = KEY
    plugins = load_plugins()
    options = {**SETUPS[backend], "endpoint": endpoint, "calls_per_second": 100_000.0}
    with open_atlas(atlas, plugins) as opened:
        report = tag_collection(opened, plugins.choose(TAGGERS, backend, options))
    assert report.counts["ok"] == report.asked
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


@contextmanager
def serving(backend: str) -> Iterator[Connection]:
    """A server in a process of its own; it sends its endpoint, and what it saw when asked."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(backend, there))
    process.start()
    yield here
    process.join()


def serve(backend: str, asked: Connection) -> None:
    """Serve until asked how it was."""
    server = SERVERS[backend]()
    server.latency = LATENCY
    moments: list[float] = []
    server.on_call = server.on_end = lambda _: moments.append(time.monotonic())
    with running(server, can_cut=False):
        asked.send(server.endpoint)
        asked.recv()
        asked.send(Seen(sum(server.calls), max(moments) - min(moments)))


def make_atlas(folder: Path, size: int) -> None:
    """An atlas of so many images, as if they had been fetched; a few pictures serve for all."""
    pictures = [image.data for image in sample_images(PICTURES, SIZE)]
    locations = [f"https://example.org/{number}.jpg" for number in range(size)]
    table = pl.DataFrame({"location": locations, "frequency": [1] * size})
    with open_atlas(folder, load_plugins(), create=True) as atlas:
        atlas.catalog.records.add("made", "table", Records(table, "made"))
        outcomes = []
        for address in atlas.catalog.addresses.with_status([ImageStatus.PENDING]):
            data = pictures[address.key % PICTURES]
            image_id = sha256(f"{address.key}".encode()).hexdigest()
            for variant in Variant:
                place = folder / str(atlas.store.locate(image_id, variant))
                place.parent.mkdir(parents=True, exist_ok=True)
                first = folder / f"{address.key % PICTURES}.jpg"
                if not first.exists():
                    first.write_bytes(data)
                place.hardlink_to(first)
            image = StoredImage(image_id, *SIZE, format="JPEG", bytes=len(data), frames=1)
            outcomes.append(FetchOutcome(address.key, ImageStatus.OK, image=image))
        atlas.catalog.addresses.store(outcomes)


if __name__ == "__main__":
    main()
