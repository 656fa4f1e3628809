"""Robots: robots.txt and X-Robots-Tag."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from tagatlas.contracts import ImageStatus
from tagatlas.testing import MemoryStore
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch
from tagatlas_fetching.robots import forbidding_directive

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

POLITE = FetchOptions(allow_private=True, retries=0, host_rate=0, recover=(), robots=True)


def outcomes(*urls: str, options: FetchOptions = POLITE) -> list[FetchOutcome]:
    addresses = [Address(key, url) for key, url in enumerate(urls)]
    found = chain.from_iterable(fetch(addresses, MemoryStore(), options))
    return sorted(found, key=lambda outcome: outcome.key)


def robots(server: ImageServer, text: str) -> None:
    server.serve("/robots.txt", text.encode(), content_type="text/plain")


@pytest.mark.slow
def test_what_is_forbidden_is_not_asked_for(
    image_server: ImageServer, picture: MakePicture
) -> None:
    robots(image_server, "User-agent: *\nDisallow: /private/\nAllow: /private/open*.jpg$\n")
    urls = [
        image_server.serve(path, picture())
        for path in ("/free.jpg", "/private/a.jpg", "/private/open1.jpg")
    ]
    free, private, opened = outcomes(*urls)
    assert free.status == opened.status == ImageStatus.OK
    assert (private.status, private.reason) == (ImageStatus.BLOCKED, "robots.txt forbids it")
    assert image_server.requests["/private/a.jpg"] == 0
    assert image_server.requests["/robots.txt"] == 1


def test_rules_for_us_by_name_count(image_server: ImageServer, picture: MakePicture) -> None:
    robots(image_server, "User-agent: tagatlas\nDisallow: /\n\nUser-agent: *\nAllow: /\n")
    [ours] = outcomes(image_server.serve("/a.jpg", picture()))
    assert ours.status == ImageStatus.BLOCKED


def test_without_the_option_nobody_asks(image_server: ImageServer, picture: MakePicture) -> None:
    robots(image_server, "User-agent: *\nDisallow: /\n")
    url = image_server.serve("/a.jpg", picture(), headers={"X-Robots-Tag": "noindex"})
    [found] = outcomes(url, options=replace(POLITE, robots=False))
    assert found.status == ImageStatus.OK
    assert image_server.requests["/robots.txt"] == 0


@pytest.mark.parametrize("status", [404, 403])
def test_no_robots_txt_allows_all(
    image_server: ImageServer, picture: MakePicture, status: int
) -> None:
    image_server.serve("/robots.txt", b"Disallow: /", status=status)
    [found] = outcomes(image_server.serve("/a.jpg", picture()))
    assert found.status == ImageStatus.OK


def test_a_robots_txt_that_cannot_be_read_forbids_all_for_now(
    image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/robots.txt", status=500)
    [found] = outcomes(image_server.serve("/a.jpg", picture()))
    assert found.status == ImageStatus.FAILED
    assert "robots.txt" in found.reason
    assert image_server.requests["/a.jpg"] == 0


def test_a_robots_txt_may_redirect_but_not_for_ever(
    image_server: ImageServer, picture: MakePicture
) -> None:
    async def around(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/robots.txt"})

    image_server.behave("/robots.txt", around)
    [found] = outcomes(image_server.serve("/a.jpg", picture()))
    assert found.status == ImageStatus.OK
    assert image_server.requests["/robots.txt"] == 6


def test_a_header_forbids_it_too(image_server: ImageServer, picture: MakePicture) -> None:
    url = image_server.serve("/a.jpg", picture(), headers={"X-Robots-Tag": "noai, noimageai"})
    [found] = outcomes(url)
    assert (found.status, found.reason) == (ImageStatus.BLOCKED, "X-Robots-Tag: noai")


@pytest.mark.parametrize(
    ("lines", "directive"),
    [
        ([], ""),
        (["all"], ""),
        (["max-snippet: 20"], ""),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST"], ""),
        (["NoIndex"], "noindex"),
        (["all", "nofollow, none"], "none"),
        (["otherbot: noindex"], ""),
        (["tagatlas: noimageai"], "noimageai"),
    ],
)
def test_directives(lines: list[str], directive: str) -> None:
    headers = CIMultiDictProxy(CIMultiDict([("X-Robots-Tag", line) for line in lines]))
    assert forbidding_directive(headers, "tagatlas/1 (research)") == directive


def test_a_robots_txt_without_end_takes_no_longer_than_an_address_may(
    image_server: ImageServer, picture: MakePicture
) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while request.transport is not None:
            await answer.write(b"#")
            await asyncio.sleep(0.01)
        return answer

    image_server.behave("/robots.txt", drip)
    urls = [image_server.serve(f"/{number}.jpg", picture()) for number in range(3)]
    found = outcomes(*urls, options=replace(POLITE, timeout=0.3, concurrency=1))
    assert {each.status for each in found} == {ImageStatus.FAILED}
    assert {each.reason for each in found} <= {
        "no answer in time",
        "the host's robots.txt cannot be read now",
    }
    assert image_server.requests["/robots.txt"] == 1
