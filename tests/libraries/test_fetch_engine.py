"""A batch of addresses, from the first request to the last outcome."""

from __future__ import annotations

import asyncio
import selectors
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tagatlas.contracts import ALWAYS_KEPT, ImageCopy, ImageStatus, ImageStore, Variant
from tagatlas.errors import StorageError
from tagatlas.testing import MemoryStore
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch, fetch_batch

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

LOCAL = FetchOptions(allow_private=True, retries=0, concurrency=8, per_host=4, host_rate=0)


class WatchedStore(MemoryStore):
    """Notes what is put, and has room for so many puts only."""

    def __init__(self, room: int = 10_000) -> None:
        super().__init__()
        self.puts: list[tuple[str, Variant]] = []
        self._room = room

    def put(self, image_id: str, variant: Variant, data: bytes) -> None:
        if len(self.puts) >= self._room:
            raise StorageError("no room left; make some")
        self.puts.append((image_id, variant))
        super().put(image_id, variant, data)


class BatchStore(WatchedStore):
    """Takes some copies at once, and notes which were there when an outcome came."""

    batch_size = 30

    def __init__(self, room: int = 10_000) -> None:
        super().__init__(room)
        self.batches: list[int] = []

    def put_many(self, copies: Sequence[ImageCopy]) -> None:
        super().put_many(copies)
        self.batches.append(len(copies))


def fetched(
    addresses: Sequence[Address], store: ImageStore, options: FetchOptions = LOCAL
) -> dict[int, FetchOutcome]:
    outcomes = list(chain.from_iterable(fetch(addresses, store, options)))
    by_key = {outcome.key: outcome for outcome in outcomes}
    assert len(by_key) == len(outcomes)
    return by_key


def pictures(server: ImageServer, picture: MakePicture, count: int) -> list[Address]:
    """Addresses of so many different pictures."""
    return [Address(key, server.serve(f"/{key}.jpg", picture(seed=key))) for key in range(count)]


@pytest.mark.slow
def test_one_outcome_per_address(
    image_server: ImageServer, picture: MakePicture, tmp_path: Path
) -> None:
    data = picture("PNG", size=(300, 200))
    (tmp_path / "a.png").write_bytes(data)
    url = image_server.serve("/a.jpg", data, content_type="text/plain")
    page = image_server.serve("/page.jpg", b"<html>Log in first</html>")
    gone = image_server.url("/gone.jpg")
    addresses = [
        Address(10, url),
        Address(11, str(tmp_path / "a.png"), local=True),
        Address(12, page),
        Address(13, gone),
        Address(14, str(tmp_path / "gone.png"), local=True),
        Address(15, "file:///etc/passwd"),
        Address(16, str(tmp_path / "a.png")),
    ]
    store = MemoryStore()
    outcomes = fetched(addresses, store)
    image = outcomes[10].image
    assert image is not None
    assert (image.width, image.height, image.format) == (300, 200, "png")
    assert (image.bytes, image.frames) == (len(data), 1)
    assert all(store.has(image.id, variant) for variant in ALWAYS_KEPT)
    assert outcomes[10] == FetchOutcome(
        10,
        ImageStatus.OK,
        image=image,
        http_status=200,
        final_url=url,
        content_type="text/plain",
    )
    assert outcomes[11] == FetchOutcome(11, ImageStatus.OK, image=image)
    assert (outcomes[12].status, outcomes[12].http_status) == (ImageStatus.BLOCKED, 200)
    assert (outcomes[13].status, outcomes[13].final_url) == (ImageStatus.MISSING, gone)
    assert (outcomes[14].status, outcomes[14].http_status) == (ImageStatus.MISSING, None)
    assert (outcomes[15].status, outcomes[15].attempts) == (ImageStatus.REFUSED, 0)
    assert outcomes[16].status == ImageStatus.REFUSED
    assert all(outcome.reason for outcome in outcomes.values() if outcome.image is None)


def test_nothing_to_fetch() -> None:
    assert fetched([], MemoryStore()) == {}


@pytest.mark.slow
def test_an_image_is_stored_once(image_server: ImageServer, picture: MakePicture) -> None:
    data = picture()
    image_server.serve("/1.jpg", data)
    image_server.serve("/2.jpg", data)
    store = WatchedStore()
    one = fetched([Address(1, image_server.url("/1.jpg"))], store)[1]
    assert len(store.puts) == 2
    two = fetched([Address(2, image_server.url("/2.jpg"))], store)[2]
    assert one.image == two.image
    assert len(store.puts) == 2


def test_options_reach_the_pictures(image_server: ImageServer, picture: MakePicture) -> None:
    url = image_server.serve("/a.jpg", picture(size=(64, 48)))
    few_pixels = fetched([Address(1, url)], MemoryStore(), replace(LOCAL, max_pixels=64 * 48 - 1))
    few_bytes = fetched([Address(1, url)], MemoryStore(), replace(LOCAL, max_bytes=100))
    assert few_pixels[1].status == few_bytes[1].status == ImageStatus.REFUSED
    assert few_pixels[1].reason != few_bytes[1].reason


@pytest.mark.slow
def test_a_host_is_not_asked_for_more_than_its_limit(
    image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture()
    busy, busiest = 0, 0
    full = asyncio.Event()

    async def wait_for_company(_: web.Request) -> web.StreamResponse:
        nonlocal busy, busiest
        busy += 1
        busiest = max(busiest, busy)
        if busy == 3:
            full.set()
        await full.wait()
        busy -= 1
        return web.Response(body=data)

    addresses = [
        Address(key, image_server.behave(f"/{key}.jpg", wait_for_company)) for key in range(30)
    ]
    outcomes = fetched(addresses, MemoryStore(), replace(LOCAL, concurrency=8, per_host=3))
    assert {outcome.status for outcome in outcomes.values()} == {ImageStatus.OK}
    assert busiest == 3


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


@pytest.mark.slow
def test_a_host_that_hangs_keeps_nobody_waiting(
    image_server: ImageServer, picture: MakePicture
) -> None:
    good = pictures(image_server, picture, 40)
    image_server.behave("/hang", hang)
    hanging = [
        Address(100 + key, f"http://localhost:{image_server.port}/hang") for key in range(40)
    ]
    outcomes = fetch(hanging + good, MemoryStore(), replace(LOCAL, timeout=60))
    first = list(islice(chain.from_iterable(outcomes), len(good)))
    assert {outcome.key for outcome in first} == {address.key for address in good}
    outcomes.close()


@pytest.mark.slow
def test_closing_early_leaves_nothing_behind(
    image_server: ImageServer, picture: MakePicture
) -> None:
    addresses = pictures(image_server, picture, 200)
    image_server.behave("/hang", hang)
    addresses[1:1] = [Address(1000, image_server.url("/hang"))]
    before = set(threading.enumerate())
    outcomes = fetch(addresses, MemoryStore(), LOCAL)
    first = next(outcomes)
    outcomes.close()
    assert set(threading.enumerate()) == before
    assert image_server.requests.total() <= len(first) + 3 * LOCAL.concurrency


@pytest.mark.slow
def test_a_full_store_ends_the_run(image_server: ImageServer, picture: MakePicture) -> None:
    addresses = pictures(image_server, picture, 200)
    outcomes: list[FetchOutcome] = []
    store = WatchedStore(room=40)
    batch = chain.from_iterable(fetch(addresses, store, LOCAL))
    with pytest.raises(StorageError, match="no room left"):
        outcomes.extend(batch)
    assert {outcome.status for outcome in outcomes} == {ImageStatus.OK}
    stored = {image_id for image_id, variant in store.puts if variant == Variant.THUMBNAIL}
    assert {outcome.image.id for outcome in outcomes if outcome.image} == stored
    assert image_server.requests.total() <= 20 + 2 * LOCAL.concurrency


@pytest.mark.slow
def test_copies_are_gathered_and_an_outcome_comes_when_its_are_put(
    image_server: ImageServer, picture: MakePicture
) -> None:
    addresses = pictures(image_server, picture, 60)
    addresses += [Address(100 + key, image_server.url(f"/{key}.jpg")) for key in range(20)]
    addresses.append(Address(999, image_server.url("/gone.jpg")))
    store, outcomes = BatchStore(), list[FetchOutcome]()
    for outcome in chain.from_iterable(fetch(addresses, store, LOCAL)):
        outcomes.append(outcome)
        if outcome.image is not None:
            assert all(store.has(outcome.image.id, variant) for variant in ALWAYS_KEPT)
    assert len(outcomes) == 81
    assert Counter(outcome.status for outcome in outcomes) == {
        ImageStatus.OK: 80,
        ImageStatus.MISSING: 1,
    }
    assert len(store.puts) == len(set(store.puts)) == 120
    assert sum(store.batches) == 120
    assert max(store.batches) > 2  # together, and about as many as are best
    assert max(store.batches) <= BatchStore.batch_size + 2 * LOCAL.concurrency


@pytest.mark.slow
def test_closing_early_waits_for_what_is_being_put(
    image_server: ImageServer, picture: MakePicture
) -> None:
    addresses, store = pictures(image_server, picture, 100), BatchStore()
    before = set(threading.enumerate())
    outcomes = fetch(addresses, store, LOCAL)
    first = next(outcomes)
    outcomes.close()
    assert set(threading.enumerate()) == before
    assert sum(store.batches) == len(store.puts)
    assert all(outcome.image and store.has(outcome.image.id, Variant.IMAGE) for outcome in first)


@pytest.mark.slow
def test_what_a_full_store_does_not_take_has_no_outcome(
    image_server: ImageServer, picture: MakePicture
) -> None:
    addresses = pictures(image_server, picture, 200)
    store, outcomes = BatchStore(room=80), list[FetchOutcome]()
    with pytest.raises(StorageError, match="no room left"):
        outcomes.extend(chain.from_iterable(fetch(addresses, store, LOCAL)))
    put = {image_id for image_id, variant in store.puts if variant == Variant.THUMBNAIL}
    assert {outcome.image.id for outcome in outcomes if outcome.image} <= put
    assert image_server.requests.total() < 200


@pytest.mark.slow
def test_it_works_where_an_event_loop_is_running(
    image_server: ImageServer, picture: MakePicture
) -> None:
    addresses = pictures(image_server, picture, 5)

    async def notebook() -> dict[int, FetchOutcome]:
        return fetched(addresses, MemoryStore())

    assert len(asyncio.run(notebook())) == 5


@pytest.mark.slow
def test_it_works_as_part_of_an_event_loop(image_server: ImageServer, picture: MakePicture) -> None:
    addresses = pictures(image_server, picture, 5)

    async def run() -> set[int]:
        return {outcome.key async for outcome in fetch_batch(addresses, MemoryStore(), LOCAL)}

    assert asyncio.run(run()) == set(range(5))


class Turns(selectors.DefaultSelector):
    """Counts how often an event loop looks for what is to be done."""

    count = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.count += 1
        return super().select(timeout)


@pytest.mark.slow
def test_no_processor_is_used_to_wait_until_there_is_room(
    image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture()

    async def slow(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return web.Response(body=data)

    urls = [image_server.behave(f"/{key}.jpg", slow) for key in range(4)]
    urls[2:] = [url.replace("127.0.0.1", "localhost") for url in urls[2:]]  # another host
    addresses = [Address(key, url) for key, url in enumerate(urls)]
    options = replace(LOCAL, concurrency=1)
    turns = Turns()

    async def run() -> set[int]:
        return {outcome.key async for outcome in fetch_batch(addresses, MemoryStore(), options)}

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(turns)) as runner:
        assert runner.run(run()) == set(range(4))
    assert turns.count < 500


INTERRUPTED = """
import signal
import sys
from tagatlas_fetching import Address, FetchOptions
from tagatlas_fetching.engine import fetch
from tagatlas.testing import MemoryStore

signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may have it ignored
options = FetchOptions(allow_private=True, timeout=600, time_limit=600, concurrency=4)
addresses = [Address(key, url) for key, url in enumerate(sys.argv[1:])]
try:
    for outcomes in fetch(addresses, MemoryStore(), options):
        print("begun", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.slow
def test_ctrl_c_ends_it_cleanly(image_server: ImageServer, picture: MakePicture) -> None:
    urls = [
        image_server.serve("/a.jpg", picture()),
        *(image_server.behave(f"/hang{number}", hang) for number in range(10)),
    ]
    command = [sys.executable, "-W", "error", "-c", INTERRUPTED, *urls]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (output, errors) == ("interrupted\n", "")
    assert process.returncode == 0
