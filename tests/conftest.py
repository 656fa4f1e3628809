"""Shared fixtures: pictures in every format, and a web server on loopback that serves them."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import programs
import pytest
from aiohttp import web
from command import Starter
from hypothesis import settings
from PIL import Image

# How long an example takes says nothing: the first call compiles, and machines are busy. Examples
# are the same in each run, so that a change fails for its own faults alone; others are looked for
# with `make test PYTEST_FLAGS=--hypothesis-profile=explore`.
settings.register_profile("steady", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=400)
settings.load_profile("steady")

# Which atlases are trusted is kept here, and not in the home of whoever runs the tests; processes
# that the tests start take the variable over.
_DATA = TemporaryDirectory(prefix="tagatlas-data-")
os.environ["TAGATLAS_DATA"] = _DATA.name

# A shell ignores Ctrl-C for what it starts in the background, and so would commands of tests that
# are interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# These modules cannot even be read without PyTorch.
collect_ignore_glob = [] if find_spec("open_clip") else ["*/test_clip*.py"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class MakePicture(Protocol):
    """Draws a picture and encodes it."""

    def __call__(
        self,
        format: str = "JPEG",  # noqa: A002 - Pillow's word
        *,
        size: tuple[int, int] = (64, 48),
        seed: int = 0,
        mode: str = "RGB",
        **encoder: Any,
    ) -> bytes:
        """The bytes of a picture; the same arguments give the same bytes.

        Args:
            format: one of Pillow's, such as JPEG, PNG, GIF, WEBP.
            size: width and height.
            seed: other seeds give other pictures.
            mode: Pillow's pixel format.
            encoder: what ``Image.save`` takes for the format.
        """


def draw(size: tuple[int, int] = (64, 48), seed: int = 0) -> Image.Image:
    """A smooth picture of random colours, RGB: like a photograph, it survives compression."""
    colours = random.Random(seed).randbytes(4 * 4 * 3)  # noqa: S311 - no secret
    return Image.frombytes("RGB", (4, 4), colours).resize(size, Image.Resampling.BICUBIC)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test that needs a program is among the long ones: the others run anywhere."""
    if isinstance(item, pytest.Function) and "find_program" in item.fixturenames:
        item.add_marker("thorough")


def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: tests wait for servers, browsers and killed processes."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files and those with most slow tests first, so that processes end together."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    minutes = {item.path for item in items if item.get_closest_marker("minutes")}
    items.sort(key=lambda item: (item.path not in minutes, -slow[item.path]))


@pytest.fixture(scope="session")
def picture() -> MakePicture:
    """Makes the bytes of real pictures."""

    def make(
        format: str = "JPEG",  # noqa: A002
        *,
        size: tuple[int, int] = (64, 48),
        seed: int = 0,
        mode: str = "RGB",
        **encoder: Any,
    ) -> bytes:
        encoded = BytesIO()
        draw(size, seed).convert(mode).save(encoded, format, **encoder)
        return encoded.getvalue()

    return make


@pytest.fixture(scope="session")
def find_program() -> programs.FindProgram:
    """Finds programs beyond Python's packages, such as a browser."""
    return programs.find_program


@pytest.fixture(scope="session")
def chromium_path(find_program: programs.FindProgram) -> str:
    """The path of the browser; without it the test is skipped."""
    return find_program(programs.CHROMIUM, ["chromium"])


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """Starts commands without the time that their imports take."""
    with Starter() as starts:
        yield starts


@dataclass
class ImageServer:
    """A web server on 127.0.0.1. What it does is said by :meth:`serve` and :meth:`behave`.

    Attributes:
        port: where it listens.
        requests: how often each path was asked for.
        headers: of the last request to each path.
    """

    port: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    headers: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _handlers: dict[str, Handler] = field(default_factory=dict)

    def url(self, path: str) -> str:
        """The URL of a path, whether anything is there or not."""
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        content_type: str = "image/jpeg",
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Answer a path with these bytes from now on; returns its URL."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(
                body=body, status=status, headers={"Content-Type": content_type, **(headers or {})}
            )

        return self.behave(path, answer)

    def behave(self, path: str, handler: Handler) -> str:
        """Answer a path with a handler of one's own; returns its URL."""
        self._handlers[path] = handler
        return self.url(path)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request; 404 for any path that nothing was said about."""
        self.requests[request.path] += 1
        self.headers[request.path] = dict(request.headers)
        handler = self._handlers.get(request.path)
        if handler is None:
            return web.Response(status=404, text="not here")
        return await handler(request)


@pytest.fixture
def image_server() -> Iterator[ImageServer]:
    """A web server that runs, in a thread of its own, as long as the test."""
    server = ImageServer()
    stop: Future[Callable[[], object]] = Future()

    async def run() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        stop.set_result(lambda: loop.call_soon_threadsafe(stopped.set))
        await stopped.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="image-server")
    thread.start()
    stop_server = stop.result(timeout=30)
    yield server
    stop_server()
    thread.join()
