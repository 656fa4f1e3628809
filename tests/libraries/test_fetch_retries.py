"""What follows from a try: another one, a pause, a copy elsewhere, a host left alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from aiohttp import web

from tagatlas.contracts import ImageStatus, Recovery
from tagatlas.testing import MemoryStore
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

ONCE = FetchOptions(
    allow_private=True, retries=0, timeout=20, host_rate=0, recover=(), time_limit=30
)
PATIENT = replace(ONCE, retries=1, host_patience=3)


class Elsewhere(Recovery):
    """Names the copies that it was given."""

    def __init__(self, *copies: str) -> None:
        self._copies = copies

    def copies(self, url: str) -> Sequence[str]:
        return self._copies


def outcomes(
    *urls: str, options: FetchOptions = ONCE, **recoveries: Recovery
) -> list[FetchOutcome]:
    addresses = [Address(key, url) for key, url in enumerate(urls)]
    found = chain.from_iterable(fetch(addresses, MemoryStore(), options, recoveries=recoveries))
    return sorted(found, key=lambda outcome: outcome.key)


def outcome(url: str, options: FetchOptions = ONCE, **recoveries: Recovery) -> FetchOutcome:
    [found] = outcomes(url, options=options, **recoveries)
    return found


def flapping(server: ImageServer, answer: int, failures: int, body: bytes, **headers: str) -> str:
    """A path that fails some times, and then is there."""

    async def behave(_: web.Request) -> web.StreamResponse:
        if server.requests["/flapping"] <= failures:
            return web.Response(status=answer, headers=headers)
        return web.Response(body=body)

    return server.behave("/flapping", behave)


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


@pytest.mark.parametrize("answer", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(
    image_server: ImageServer, picture: MakePicture, answer: int
) -> None:
    url = flapping(image_server, answer, 1, picture(), **{"Retry-After": "0"})
    found = outcome(url, PATIENT)
    assert (found.status, found.attempts) == (ImageStatus.OK, 2)


def test_tries_come_to_an_end(image_server: ImageServer) -> None:
    found = outcome(flapping(image_server, 500, 9, b""), PATIENT)
    assert found.attempts == image_server.requests["/flapping"] == 2
    assert (found.status, found.http_status) == (ImageStatus.FAILED, 500)


def test_without_retries_there_is_one_try(image_server: ImageServer) -> None:
    assert outcome(flapping(image_server, 500, 9, b"")).attempts == 1


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT", "9" * 400])
def test_a_host_that_wants_a_long_pause_gets_it(image_server: ImageServer, wait: str) -> None:
    url = flapping(image_server, 503, 1, b"", **{"Retry-After": wait})
    others = [image_server.url(f"/{number}") for number in range(20)]
    options = replace(PATIENT, retries=3, per_host=1)
    first, *rest = outcomes(url, *others, options=options)
    assert (first.status, first.http_status, first.attempts) == (ImageStatus.FAILED, 503, 1)
    assert {(each.status, each.attempts) for each in rest} == {(ImageStatus.FAILED, 0)}
    assert image_server.requests.total() == 1


@pytest.mark.parametrize("wait", ["Sat, 01 Jan 2000 00:00:00 GMT", "soon", "-5", "01 Jan 2000"])
def test_a_pause_that_is_over_or_unclear_is_none(
    image_server: ImageServer, picture: MakePicture, wait: str
) -> None:
    url = flapping(image_server, 503, 1, picture(), **{"Retry-After": wait})
    assert outcome(url, PATIENT).status == ImageStatus.OK


@pytest.mark.slow
def test_a_host_gets_the_pause_that_it_asks_for(
    image_server: ImageServer, picture: MakePicture
) -> None:
    moments: list[float] = []

    async def busy(_: web.Request) -> web.StreamResponse:
        moments.append(asyncio.get_running_loop().time())
        if len(moments) == 1:
            return web.Response(status=429, headers={"Retry-After": "2"})
        return web.Response(body=picture())

    urls = [image_server.behave(f"/{number}", busy) for number in range(3)]
    found = outcomes(*urls, options=replace(PATIENT, per_host=1))
    assert {each.status for each in found} == {ImageStatus.OK}
    assert moments[1] - moments[0] >= 2


@pytest.mark.slow
def test_a_host_that_is_down_is_not_hammered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    urls = [f"http://127.0.0.1:{port}/{number}.jpg" for number in range(500)]
    options = replace(PATIENT, per_host=4, host_patience=2)
    found = outcomes(*urls, options=options)
    assert {each.status for each in found} == {ImageStatus.FAILED}
    assert sum(each.attempts for each in found) <= 4 + 2 + 2
    assert sum(each.attempts == 0 for each in found) >= 490


def test_a_host_that_comes_back_is_fetched_to_its_end(
    image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture()

    async def wakes_up(_: web.Request) -> web.StreamResponse:
        if image_server.requests.total() <= 2:
            return web.Response(status=503)
        return web.Response(body=data)

    urls = [image_server.behave(f"/{number}", wakes_up) for number in range(40)]
    found = outcomes(*urls, options=replace(PATIENT, retries=3, per_host=2))
    assert {each.status for each in found} == {ImageStatus.OK}


def test_an_address_has_a_time_limit_over_all_tries(image_server: ImageServer) -> None:
    url = image_server.behave("/slow", hang)
    found = outcome(url, replace(PATIENT, time_limit=0.3, timeout=20, retries=5))
    assert found.status == ImageStatus.FAILED
    assert found.attempts == image_server.requests["/slow"] == 1


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_copy_elsewhere_is_found(
    image_server: ImageServer, picture: MakePicture, status: int
) -> None:
    gone = image_server.serve("/gone", status=status)
    copy = image_server.serve("/copy", picture())
    found = outcome(gone, archive=Elsewhere(image_server.url("/also gone"), copy))
    assert (found.status, found.way, found.final_url) == (ImageStatus.OK, "archive", copy)
    assert found.attempts == 3


def test_an_address_that_was_written_down_otherwise_is_found(
    image_server: ImageServer, picture: MakePicture
) -> None:
    data = picture()

    async def wants_both(request: web.Request) -> web.StreamResponse:
        return (
            web.Response(body=data)
            if set(request.query) == {"a", "b"}
            else web.Response(status=403)
        )

    url = image_server.behave("/a.php", wants_both)
    trailing = image_server.serve("/b.jpg", data)
    first, second = outcomes(f"{url}?a=1&amp;b=2", f"{trailing}).")
    assert (first.status, first.way, first.final_url) == (ImageStatus.OK, "", f"{url}?a=1&b=2")
    assert (second.status, second.attempts, second.final_url) == (ImageStatus.OK, 2, trailing)
    kept = outcome(f"{trailing}?a=1&amp;b=2")
    assert kept.final_url == f"{trailing}?a=1&amp;b=2"


def test_a_page_instead_of_a_picture_is_recovered(
    image_server: ImageServer, picture: MakePicture
) -> None:
    page = image_server.serve("/page", b"<html>log in</html>")
    copy = image_server.serve("/copy", picture())
    assert outcome(page, archive=Elsewhere(copy)).way == "archive"


class InPage(Recovery):
    """Takes what stands after ``picture:`` in a page."""

    def copies(self, url: str) -> Sequence[str]:
        return []

    def copies_in_page(self, url: str, page: str) -> Sequence[str]:
        return [urljoin(url, page.partition("picture:")[2].strip())] if "picture:" in page else []


def test_a_page_may_name_its_picture(image_server: ImageServer, picture: MakePicture) -> None:
    image_server.serve("/posts/copy", picture())
    page = image_server.serve("/posts/1", b"<html>picture: copy")
    found = outcome(page, inside=InPage())
    assert (found.status, found.way) == (ImageStatus.OK, "inside")
    assert found.final_url == image_server.url("/posts/copy")


def test_pages_that_name_no_picture_stay_blocked_and_are_not_kept(
    image_server: ImageServer,
) -> None:
    for body in (b"<html>none", b"<html>picture: file:///etc/passwd", b"<html>picture: again"):
        image_server.serve("/again", body)
        found = outcome(image_server.serve("/page", body), inside=InPage())
        assert (found.status, found.way, found.page) == (ImageStatus.BLOCKED, "", b"")


def test_where_no_copy_is_found_the_address_says_why(image_server: ImageServer) -> None:
    gone = image_server.serve("/gone", status=410)
    forbidden = image_server.serve("/copy", status=403)
    found = outcome(gone, archive=Elsewhere(forbidden), other=Elsewhere("file:///etc/passwd"))
    assert (found.status, found.http_status, found.way) == (ImageStatus.MISSING, 410, "")
    assert found.final_url == gone
    assert found.attempts == 2


def test_no_copy_is_looked_for_where_the_picture_is_there(
    image_server: ImageServer, picture: MakePicture
) -> None:
    url = image_server.serve("/there", picture())
    copy = image_server.serve("/copy", picture())
    assert outcome(url, archive=Elsewhere(copy)).way == ""
    assert image_server.requests["/copy"] == 0


def test_a_picture_that_is_refused_is_not_looked_for_elsewhere(
    image_server: ImageServer, picture: MakePicture
) -> None:
    url = image_server.serve("/large", picture())
    copy = image_server.serve("/copy", picture())
    options = replace(ONCE, max_pixels=10)
    assert outcome(url, options, archive=Elsewhere(copy)).status == ImageStatus.REFUSED
    assert image_server.requests["/copy"] == 0
