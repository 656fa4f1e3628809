"""One download, from servers that behave and from servers that do not."""

from __future__ import annotations

import asyncio
import gzip
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching import FetchOptions
from tagatlas_fetching.download import Download, DownloadRejected, download, open_session
from tagatlas_fetching.hosts import Hosts

if TYPE_CHECKING:
    from tests.conftest import ImageServer

LOCAL = FetchOptions(allow_private=True, retries=0, timeout=20, time_limit=20, max_bytes=100_000)


def get(url: str, options: FetchOptions = LOCAL) -> Download:
    async def run() -> Download:
        async with open_session(options) as session:
            return await download(session, url, options)

    return asyncio.run(run())


def rejection(url: str, options: FetchOptions = LOCAL) -> DownloadRejected:
    with pytest.raises(DownloadRejected) as caught:
        get(url, options)
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_bytes_and_where_they_came_from(image_server: ImageServer) -> None:
    url = image_server.serve("/a.jpg", b"bytes", content_type="image/x-odd")
    assert get(url) == Download(b"bytes", url, 200, "image/x-odd")


def test_who_asks_is_told(image_server: ImageServer) -> None:
    url = image_server.serve("/a.jpg", b"bytes")
    get(url, replace(LOCAL, contact="me@university.test"))
    sent = image_server.headers["/a.jpg"]["User-Agent"]
    assert sent.startswith("tagatlas")
    assert "me@university.test" in sent
    get(url, replace(LOCAL, user_agent="somebody else/1"))
    assert image_server.headers["/a.jpg"]["User-Agent"] == "somebody else/1"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (404, ImageStatus.MISSING),
        (410, ImageStatus.MISSING),
        (400, ImageStatus.BLOCKED),
        (401, ImageStatus.BLOCKED),
        (403, ImageStatus.BLOCKED),
        (451, ImageStatus.BLOCKED),
        (408, ImageStatus.FAILED),
        (425, ImageStatus.FAILED),
        (429, ImageStatus.FAILED),
        (500, ImageStatus.FAILED),
        (503, ImageStatus.FAILED),
        (304, ImageStatus.FAILED),
        (999, ImageStatus.FAILED),
    ],
)
def test_what_answers_mean(image_server: ImageServer, answer: int, status: ImageStatus) -> None:
    url = image_server.serve("/a.jpg", b"no", status=answer)
    rejected = rejection(url)
    assert rejected.status == status
    assert rejected.http_status == answer
    assert rejected.final_url == url


@pytest.mark.parametrize("answer", [404, 403, 400])
def test_a_final_answer_is_not_asked_for_twice(image_server: ImageServer, answer: int) -> None:
    rejection(image_server.serve("/a.jpg", status=answer), replace(LOCAL, retries=3))
    assert image_server.requests["/a.jpg"] == 1


def redirect(server: ImageServer, path: str, location: str, **headers: str) -> str:
    return server.serve(path, status=302, headers={"Location": location, **headers})


def test_redirects_are_followed(image_server: ImageServer) -> None:
    final = image_server.serve("/final.jpg", b"bytes")
    redirect(image_server, "/second", "final.jpg")
    answered = get(redirect(image_server, "/first", image_server.url("/second")))
    assert (answered.data, answered.final_url) == (b"bytes", final)


def test_ten_redirects_are_enough(image_server: ImageServer) -> None:
    for number in range(20):
        redirect(image_server, f"/{number}", f"/{number + 1}")
    image_server.serve("/20", b"bytes")
    assert get(image_server.url("/10")).data == b"bytes"
    rejected = rejection(image_server.url("/9"))
    assert rejected.status == ImageStatus.REFUSED
    assert image_server.requests["/20"] == 1


def test_a_redirect_loop_ends(image_server: ImageServer) -> None:
    redirect(image_server, "/a", "/b")
    redirect(image_server, "/b", "/a")
    assert rejection(image_server.url("/a")).status == ImageStatus.REFUSED
    assert image_server.requests.total() == 11


@pytest.mark.parametrize(
    ("location", "status"),
    [
        ("file:///etc/passwd", ImageStatus.REFUSED),
        ("ftp://127.0.0.1/a.jpg", ImageStatus.REFUSED),
        ("http://[", ImageStatus.REFUSED),
        ("", ImageStatus.FAILED),
    ],
)
def test_redirects_that_lead_nowhere(
    image_server: ImageServer, location: str, status: ImageStatus
) -> None:
    rejected = rejection(redirect(image_server, "/a", location))
    assert rejected.status == status
    assert rejected.http_status == 302


def test_neither_cookies_nor_credentials_travel(image_server: ImageServer) -> None:
    image_server.serve("/target", b"bytes")
    elsewhere = f"http://localhost:{image_server.port}/target"
    url = redirect(image_server, "/first", elsewhere, **{"Set-Cookie": "track=me; Path=/"})
    get(url.replace("http://", "http://me:secret@"))
    assert "Authorization" in image_server.headers["/first"]
    assert not {"Authorization", "Cookie", "Referer"} & image_server.headers["/target"].keys()


def test_an_address_with_credentials_of_its_own_gets_them_alone(image_server: ImageServer) -> None:
    async def run(url: str) -> None:
        async with open_session(LOCAL) as session:
            hosts = Hosts(LOCAL.host_policy({"authorization": "Bearer common"}))
            await download(session, url, LOCAL, hosts=hosts)

    url = image_server.serve("/a", b"bytes")
    asyncio.run(run(url))
    assert image_server.headers["/a"]["Authorization"] == "Bearer common"
    asyncio.run(run(url.replace("http://", "http://me:secret@")))
    assert image_server.headers["/a"]["Authorization"].startswith("Basic ")


class OneNameResolver(AbstractResolver):
    """Knows one public name, which stands for this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host != "public.test":
            raise OSError(f"unknown name {host}")
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "169.254.169.254"])
def test_a_redirect_to_a_private_address_is_not_followed(
    image_server: ImageServer, host: str
) -> None:
    image_server.serve("/secret", b"bytes")
    redirect(image_server, "/a", f"http://{host}:{image_server.port}/secret")
    options = replace(LOCAL, allow_private=False)

    async def run() -> None:
        connector = aiohttp.TCPConnector(resolver=OneNameResolver())
        async with aiohttp.ClientSession(connector=connector) as session:
            await download(session, f"http://public.test:{image_server.port}/a", options)

    with pytest.raises(DownloadRejected) as caught:
        asyncio.run(run())
    assert caught.value.status == ImageStatus.REFUSED
    assert caught.value.http_status == 302
    assert image_server.requests == {"/a": 1}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433"])
def test_this_machine_is_not_asked(image_server: ImageServer, host: str) -> None:
    image_server.serve("/secret", b"bytes")
    url = f"http://{host}:{image_server.port}/secret"
    with pytest.raises(ImageRejected) as caught:
        get(url, replace(LOCAL, allow_private=False))
    assert caught.value.status == ImageStatus.REFUSED
    assert not image_server.requests


def test_a_large_body_is_refused_by_its_announced_length(image_server: ImageServer) -> None:
    rejected = rejection(image_server.serve("/a.jpg", bytes(100_001)))
    assert rejected.status == ImageStatus.REFUSED
    assert get(image_server.serve("/b.jpg", bytes(100_000))).data == bytes(100_000)


def test_an_endless_body_is_refused(image_server: ImageServer) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(10_000))

    rejected = rejection(image_server.behave("/endless", endless))
    assert rejected.status == ImageStatus.REFUSED
    assert rejected.http_status == 200


def test_what_grows_when_unpacked_is_refused(image_server: ImageServer) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < LOCAL.max_bytes
    url = image_server.serve("/bomb", bomb, headers={"Content-Encoding": "gzip"})
    assert rejection(url).status == ImageStatus.REFUSED


def test_a_compressed_body_is_unpacked(image_server: ImageServer) -> None:
    packed = gzip.compress(b"bytes" * 100)
    url = image_server.serve("/a", packed, headers={"Content-Encoding": "gzip"})
    assert get(url).data == b"bytes" * 100


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b".")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("behaviour", [hang, drip])
def test_slow_answers_are_given_up(
    image_server: ImageServer,
    behaviour: Callable[[web.Request], asyncio.Future[web.StreamResponse]],
) -> None:
    url = image_server.behave("/slow", behaviour)
    rejected = rejection(url, replace(LOCAL, timeout=0.3, retries=1))
    assert rejected.status == ImageStatus.FAILED


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes], str]]:
    """Makes a server that answers with the very bytes it is given, and hangs up."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def serve(answer: bytes) -> str:
        class Answer(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while self.rfile.readline().strip():
                    pass
                self.wfile.write(answer)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nshort",
        b"hello\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_broken_answers_are_failures(raw_server: Callable[[bytes], str], answer: bytes) -> None:
    rejected = rejection(raw_server(answer))
    assert rejected.status == ImageStatus.FAILED
    assert rejected.reason


def test_a_body_without_length_ends_with_the_connection(
    raw_server: Callable[[bytes], str],
) -> None:
    assert get(raw_server(b"HTTP/1.0 200 OK\r\n\r\nbytes")).data == b"bytes"


def test_long_headers_are_borne(raw_server: Callable[[bytes], str]) -> None:
    long = b"x" * 30_000
    answer = b"HTTP/1.1 200 OK\r\nX: " + long + b"\r\nContent-Length: 5\r\n\r\nbytes"
    assert get(raw_server(answer)).data == b"bytes"


def test_a_closed_port_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    rejected = rejection(f"http://127.0.0.1:{port}/a.jpg", replace(LOCAL, retries=1))
    assert rejected.status == ImageStatus.FAILED


def test_https_without_tls_behind_it_is_a_failure(image_server: ImageServer) -> None:
    url = image_server.url("/a.jpg").replace("http:", "https:")
    rejected = rejection(url, replace(LOCAL, retries=3))
    assert rejected.status == ImageStatus.FAILED


def test_a_host_that_does_not_exist_is_missing() -> None:
    rejected = rejection(f"http://{'a' * 64}.test/a.jpg")
    assert rejected.status == ImageStatus.MISSING
    assert rejected.http_status is None


def test_what_is_no_url_is_refused_untried() -> None:
    with pytest.raises(ImageRejected) as caught:
        get("not a url")
    assert caught.value.status == ImageStatus.REFUSED
    assert not isinstance(caught.value, DownloadRejected)
