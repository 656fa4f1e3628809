"""Tagging and fetching on two nodes of a cluster, beside one process with as many processors.

    PYTHONPATH=tests/support python benchmarks/distributed.py [--images 2048] [--addresses 4000]

A Ray cluster of two nodes of one processor each runs on this machine, which needs two processors
that do nothing else. What tags and fetches is the real code, with the tagger ``imagenet`` and
pictures of 640 x 480 pixels, which a server on loopback serves at many hosts. In turns, both do the
same images: their processes are started and warm, and the catalog is left out. Printed are medians
of images per second, and the efficiency: that of the nodes by that of the process. Then the seconds
that a shard takes beside its work: of one that does nothing, and of one with a single image or
address, less what these take among many.

``driver_memory.py`` measures the driver's memory, ``simulated_cluster.py`` simulates a large
cluster.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

import ray
from fetch import Responder, photographs
from ray_cluster import Nodes
from tag import generate

from tagatlas.contracts import ImageCopy, ImageStore, NoOptions, Tagger
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_shards import FetchJob, Notes, Place, TagJob, fetch_in_shards, tag_in_shards
from tagatlas_shards.driver import drive
from tagatlas_shards.on_ray import ON_THIS_CLUSTER, RayPool
from tagatlas_shards.shard import Desk, Fault, Job, Lane, Results, Shard
from tagatlas_stores.files import FileStore
from tagatlas_taggers.imagenet import ImageNetOptions
from tagatlas_taggers.imagenet.tagger import ImageNetTagger
from tagatlas_tagging import prepare, tag_images

SIZE, QUALITY = (640, 480), 90
HOSTS = 40
EMPTY = 100
"""Shards that do nothing."""
SINGLE = 16
"""Shards of a single item."""
GOALS = {"tagging": 0.9, "fetching": 0.85}


@dataclass(frozen=True)
class MakeStore:
    """Makes a store in a folder."""

    folder: Path

    def __call__(self, notes: Notes) -> ImageStore:  # noqa: ARG002 - the contract
        """See :class:`TagJob`."""
        return FileStore(NoOptions(), self.folder)


def make_tagger() -> Tagger:
    """The tagger that tags."""
    return ImageNetTagger(ImageNetOptions())


@dataclass(frozen=True)
class NoWork(Job):
    """A job whose shards do nothing, but put a file."""

    place: Place
    folder: str
    marker: str
    gpus: float = 0.0

    def begin(self) -> Desk:
        """Nothing is to be made ready."""
        return NoDesk()


class NoDesk(Desk):
    """Does nothing."""

    def work(self, shard: Shard, stop: Event) -> Results:  # noqa: ARG002 - the contract
        """A result of one byte."""
        return Results(b"x", is_whole=True)

    def told(self) -> tuple[Sequence[str], Sequence[Fault]]:
        """Nothing."""
        return (), ()


def serve(pictures: Sequence[bytes], port: Connection) -> None:
    """Serve pictures at all hosts of this machine for ever; tell the port first."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Responder(pictures), "0.0.0.0", 0, backlog=1024)  # noqa: S104 - 127.0.0.1 to 127.0.0.40
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def served() -> Iterator[Callable[[int, int], list[Address]]]:
    """A server, while the block runs; gives addresses of pictures, from a number on."""
    pictures = photographs(SIZE)
    fresh = multiprocessing.get_context("spawn")  # Ray minds signals in a fork of this process
    ours, theirs = fresh.Pipe()
    server = fresh.Process(target=serve, args=(pictures, theirs), daemon=True)
    server.start()
    port = ours.recv()
    try:
        yield lambda begin, count: [
            Address(number, f"http://127.0.0.{1 + number % HOSTS}:{port}/{number}.jpg")
            for number in range(begin, begin + count)
        ]
    finally:
        server.terminate()


@contextmanager
def two_nodes() -> Iterator[None]:
    """A cluster of two nodes of one processor each, while the block runs."""
    with Nodes(workers=2) as nodes:
        ray.init(address=nodes.address, log_to_driver=False)
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def ready(job: Job) -> Iterator[RayPool]:
    """A pool whose processes are ready on both nodes."""
    job.place.put(job.marker, b"")
    pool = RayPool(job, ON_THIS_CLUSTER)
    try:
        pool.hire()
        while not all(hand.waits_for is None for hand in pool._hands) or len(pool._hands) < 2:
            pool.wait(1.0)
            pool.hire()
        yield pool
    finally:
        pool.close()


def timed(work: Callable[[], int], count: int) -> float:
    """Seconds of some work on so many items."""
    began = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - began
    if done != count:
        raise RuntimeError(f"{done} of {count} done")
    return seconds


def fetched(batches: Iterable[list[FetchOutcome]]) -> int:
    """The number of images; an address without one ends the measurement."""
    outcomes = [outcome for batch in batches for outcome in batch]
    if bad := [each.reason for each in outcomes if each.image is None]:
        raise RuntimeError(f"{len(bad)} not fetched, such as {bad[0]}")
    return len(outcomes)


def no_fault(fault: Fault) -> None:
    """An unexpected error ends the measurement."""
    raise RuntimeError(fault.text)


def say(what: str, count: int, one: Sequence[float], nodes: Sequence[float]) -> None:
    """Print a comparison."""
    alone, together = (count / statistics.median(each) for each in (one, nodes))
    print(
        f"{what}: one process of two processors {alone:.1f}/s, two nodes of one each "
        f"{together:.1f}/s: efficiency {together / alone:.2f} (goal {GOALS[what]})",
        flush=True,
    )


def compare_tagging(folder: Path, images: int, rounds: int) -> None:
    """Tag the same images by both, in turns; then shards of one image each."""
    store = FileStore(NoOptions(), folder)
    made = [generate(SIZE, QUALITY, number) for number in range(images)]
    tagger = make_tagger()
    for begin in range(0, images, 500):
        store.put_many(
            [ImageCopy(image.id, tagger.variant, image.data) for image in made[begin : begin + 500]]
        )
    ids = sorted(image.id for image in made)
    prepare(tagger)
    job = TagJob(
        Place(str(folder / "shards")), "answers", "seen", 0.0, tagger.fingerprint(),
        MakeStore(folder), make_tagger,
    )  # fmt: skip

    def by_one() -> int:
        return sum(len(call.answers) for call in tag_images(ids, store, tagger))

    def by_nodes(some: Sequence[str]) -> int:
        calls = tag_in_shards(some, job, pool, stop=Event(), warn=print, on_fault=no_fault)
        return sum(len(call.answers) for call in calls)

    with ready(job) as pool:
        one, nodes = [], []
        for _ in range(rounds):
            one.append(timed(by_one, images))
            nodes.append(timed(lambda: by_nodes(ids), images))
        say("tagging", images, one, nodes)
        first = {each[:1]: each for each in ids}
        single = timed(lambda: by_nodes(sorted(first.values())), len(first))
        of_one = 2 * single / len(first) - 2 * statistics.median(nodes) / images
        print(f"  a shard of one image: {1000 * of_one:.0f} ms beside its work", flush=True)


def compare_fetching(folder: Path, addresses: int, rounds: int) -> None:
    """Fetch the same addresses by both, in turns; then shards of one address each."""
    options = FetchOptions(allow_private=True, robots=False, per_host=8, host_rate=0)
    hosts = Hosts(HostPolicy(connections=8))
    numbers = iter(range(0, 1_000_000_000, 1_000_000))
    job = FetchJob(Place(str(folder / "shards")), "fetched", "seen", options, MakeStore(folder))
    store = FileStore(NoOptions(), folder)

    def by_one(some: Sequence[Address]) -> int:
        return fetched(fetch(some, store, options, hosts=hosts))

    def by_nodes(some: Sequence[Address], most: int = 2000) -> int:
        batches = fetch_in_shards(
            some, job, pool, hosts=hosts, recoveries={}, warn=print, on_fault=no_fault, most=most
        )
        return fetched(batches)

    with served() as serving, ready(job) as pool:
        one, nodes = [], []
        for _ in range(rounds):
            some, others = (serving(next(numbers), addresses) for _ in range(2))
            one.append(timed(lambda: by_one(some), addresses))  # noqa: B023 - called at once
            nodes.append(timed(lambda: by_nodes(others), addresses))  # noqa: B023 - called at once
        say("fetching", addresses, one, nodes)
        few = serving(next(numbers), SINGLE)
        single = timed(lambda: by_nodes(few, most=1), SINGLE)
        of_one = 2 * single / SINGLE - 2 * statistics.median(nodes) / addresses
        print(f"  a shard of one address: {1000 * of_one:.0f} ms beside its work", flush=True)


def measure_shards(folder: Path) -> None:
    """Hand out shards that do nothing."""
    job = NoWork(Place(str(folder / "shards")), "nothing", "seen")
    lanes = [Lane([Shard(f"shard-{number}", ())]) for number in range(EMPTY)]
    with ready(job) as pool:
        seconds = timed(lambda: sum(1 for _ in drive(lanes, pool, stop=Event())), EMPTY)
    print(f"a shard that does nothing: {1000 * seconds / EMPTY:.1f} ms of the driver", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--images", type=int, default=2048)
    parser.add_argument("--addresses", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, two_nodes():
        measure_shards(Path(folder, "nothing"))
        compare_tagging(Path(folder, "tagged"), given.images, given.rounds)
        compare_fetching(Path(folder, "fetched"), given.addresses, given.rounds)


if __name__ == "__main__":
    main()
