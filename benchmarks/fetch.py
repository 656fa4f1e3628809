"""Speed of fetching, against a bare aiohttp loop over the same pictures from the same server.

    python benchmarks/fetch.py [--images 400] [--rounds 5] [--concurrency 32]

Prints, as medians over the rounds, each round measuring all of them in turn:

- our download alone (checks of addresses, limits, retries, redirects) / the bare loop;
- the full fetch (download, decode, resize, hash, store) / the bare loop;
- the full fetch / the same normalising and storing without any network.

The server runs in a process of its own and answers from memory.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import numpy as np
from PIL import Image

from tagatlas.contracts import ImageStatus
from tagatlas.fetch import Address, FetchOptions
from tagatlas.fetch.download import download, open_session
from tagatlas.fetch.engine import fetch, keep
from tagatlas_files.store import FileStore

SIZE = (1200, 900)


def photographs(count: int) -> list[bytes]:
    """Different JPEGs of about 100 KB each, as busy as a photograph."""
    random = np.random.default_rng(0)
    pictures = []
    for _ in range(8):
        coarse = random.integers(0, 256, (12, 16, 3), np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC), float)
        noisy = smooth + random.normal(0, 9, smooth.shape)
        encoded = io.BytesIO()
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(encoded, "JPEG", quality=62)
        pictures.append(encoded.getvalue())
    # A number behind the picture's end makes another file of it, with the same work to do.
    return [pictures[number % 8] + b"%08d" % number for number in range(count)]


class Responder(asyncio.Protocol):
    """Answers ``GET /<number>`` with the body of that number; as little HTTP as will do."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies
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
            body = self._bodies[int(head.split(b" ", 2)[1][1:])]
            headers = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(headers % len(body) + body)


def run_server(bodies: Sequence[bytes], port: Connection) -> None:
    """Serve for ever; tell the port first."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Responder(bodies), "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def run_loop(
    urls: Sequence[str], concurrency: int, get: Callable[[str], Awaitable[bytes]]
) -> int:
    """Get all URLs with so many workers; returns the number of bytes."""
    waiting = iter(urls)

    async def work() -> int:
        return sum([len(await get(url)) for url in waiting])

    return sum(await asyncio.gather(*(work() for _ in range(concurrency))))


def bare_loop(urls: Sequence[str], concurrency: int) -> int:
    """The reference: nothing but aiohttp."""

    async def run() -> int:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def get(url: str) -> bytes:
                async with session.get(url) as answer:
                    return await answer.read()

            return await run_loop(urls, concurrency, get)

    return asyncio.run(run())


def download_alone(urls: Sequence[str], options: FetchOptions) -> int:
    """Our download, with its limits and checks."""

    async def run() -> int:
        async with open_session(options) as session:

            async def get(url: str) -> bytes:
                return (await download(session, url, options)).data

            return await run_loop(urls, options.concurrency, get)

    return asyncio.run(run())


def full_fetch(urls: Sequence[str], options: FetchOptions) -> None:
    """Download, decode, resize, hash and store, into an empty store."""
    addresses = [Address(key, url) for key, url in enumerate(urls)]
    with tempfile.TemporaryDirectory() as folder:
        for outcomes in fetch(addresses, FileStore(Path(folder)), options):
            assert all(outcome.status == ImageStatus.OK for outcome in outcomes)


def without_network(bodies: Sequence[bytes], options: FetchOptions) -> None:
    """The same decoding, resizing, hashing and storing, from memory."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as threads:
        store = FileStore(Path(folder))
        list(threads.map(lambda body: keep(body, store, options), bodies))


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed of fetching, as ratios.")
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=32)
    chosen = parser.parse_args()
    options = FetchOptions(
        allow_private=True, concurrency=chosen.concurrency, per_host=chosen.concurrency
    )
    bodies = photographs(chosen.images)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=run_server, args=(bodies, theirs), daemon=True)
    server.start()
    port = ours.recv()
    urls = [f"http://127.0.0.1:{port}/{number}" for number in range(len(bodies))]

    rounds = []
    for _ in range(chosen.rounds):
        bare = seconds(lambda: bare_loop(urls, options.concurrency))
        alone = seconds(lambda: download_alone(urls, options))
        full = seconds(lambda: full_fetch(urls, options))
        memory = seconds(lambda: without_network(bodies, options))
        rounds.append((alone / bare, full / bare, full / memory, len(urls) / full))
    server.terminate()
    server.join()

    alone, full, network, rate = (statistics.median(column) for column in zip(*rounds, strict=True))
    kilobytes = sum(map(len, bodies)) / len(bodies) / 1000
    print(
        f"{len(urls)} JPEGs of {SIZE[0]} x {SIZE[1]} pixels and {kilobytes:.0f} KB, "
        f"{options.concurrency} at once, {os.cpu_count()} cores; medians of {chosen.rounds} rounds"
    )
    print(f"download alone / bare aiohttp loop            {alone:6.2f} times its time")
    print(f"full fetch / bare aiohttp loop                {full:6.2f} times its time")
    print(f"full fetch / decode, resize and store alone   {network:6.2f} times its time")
    print(f"full fetch                                    {rate:6.0f} images/s")


if __name__ == "__main__":
    main()
