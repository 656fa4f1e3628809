"""Dead addresses of a host that is alive, and hosts that are down: a real server, short pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tagatlas.contracts import ImageStatus
from tagatlas.testing import MemoryStore
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_fetching.engine import fetch

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

QUICK = FetchOptions(allow_private=True, host_rate=0, recover=(), timeout=20, pause=0.01)
AT_MOST = 2
"""Requests of one try: aiohttp itself repeats one whose connection was closed."""

OK, FAILED = ImageStatus.OK, ImageStatus.FAILED

Answer = Callable[[], web.StreamResponse]


def answering(status: int, **headers: str) -> Answer:
    return lambda: web.Response(status=status, headers=headers)


def hangs_up() -> web.StreamResponse:
    raise ConnectionResetError


def fetched(
    server: ImageServer,
    picture: bytes,
    dead: Iterable[bool],
    answer: Answer,
    options: FetchOptions = QUICK,
) -> list[FetchOutcome]:
    """What becomes of addresses of one host, of which some are dead."""

    async def die(request: web.Request) -> web.StreamResponse:
        try:
            return answer()
        except ConnectionResetError:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

    urls = [
        server.behave(f"/{number}", die) if is_dead else server.serve(f"/{number}", picture)
        for number, is_dead in enumerate(dead)
    ]
    return outcomes(urls, options)


def outcomes(urls: Sequence[str], options: FetchOptions = QUICK) -> list[FetchOutcome]:
    addresses = [Address(key, url) for key, url in enumerate(urls)]
    found = chain.from_iterable(fetch(addresses, MemoryStore(), options))
    return sorted(found, key=lambda outcome: outcome.key)


TEN_FIRST = [True] * 10 + [False] * 60
ONE_IN_THREE = [number % 3 == 0 for number in range(90)]
NINE_IN_TEN = [number % 10 != 5 for number in range(100)]
HALF_AT_FIRST = [True] * 50 + [number % 2 == 0 for number in range(50)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dead", "answer"),
    [
        (TEN_FIRST, answering(502)),
        (TEN_FIRST, hangs_up),
        (TEN_FIRST[::-1], answering(500)),
        (ONE_IN_THREE, answering(504)),
        (ONE_IN_THREE, answering(429)),
        (NINE_IN_TEN, answering(503)),
        (NINE_IN_TEN, hangs_up),
        (HALF_AT_FIRST, answering(429)),
    ],
)
def test_dead_addresses_cost_the_sound_ones_nothing(
    image_server: ImageServer, picture: MakePicture, dead: Sequence[bool], answer: Answer
) -> None:
    found = fetched(image_server, picture(), dead, answer)
    assert [outcome.status for outcome in found] == [FAILED if each else OK for each in dead]
    assert all("left alone" not in outcome.reason for outcome in found)
    assert max(image_server.requests.values()) <= AT_MOST * (1 + QUICK.retries)


@pytest.mark.slow
def test_dead_addresses_that_ask_for_a_pause_get_it(
    image_server: ImageServer, picture: MakePicture
) -> None:
    dead = [True] * 2 + [False] * 20
    options = replace(QUICK, per_host=1, retries=0)
    started = monotonic()
    found = fetched(image_server, picture(), dead, answering(503, **{"Retry-After": "1"}), options)
    assert monotonic() - started >= 2
    assert [outcome.status for outcome in found] == [FAILED if each else OK for each in dead]


@pytest.mark.slow
def test_tries_of_the_same_address_come_after_all_others(
    image_server: ImageServer, picture: MakePicture
) -> None:
    asked: list[int] = []
    data = picture()

    def behave(number: int) -> str:
        async def answer(_: web.Request) -> web.StreamResponse:
            asked.append(number)
            return web.Response(status=502) if number < 5 else web.Response(body=data)

        return image_server.behave(f"/{number}", answer)

    outcomes([behave(number) for number in range(40)], replace(QUICK, per_host=1))
    assert set(asked[:40]) == set(range(40))
    assert sorted(asked[40:]) == sorted([*range(5)] * 2)


@pytest.mark.parametrize("answer", [answering(503), answering(500), hangs_up])
def test_a_host_that_is_down_is_left_alone_soon(
    image_server: ImageServer, picture: MakePicture, answer: Answer
) -> None:
    found = fetched(image_server, picture(), [True] * 500, answer)
    assert {outcome.status for outcome in found} == {FAILED}
    assert image_server.requests.total() <= AT_MOST * 60
    left_alone = [outcome for outcome in found if "left alone" in outcome.reason]
    assert len(left_alone) >= 440
    assert {outcome.attempts for outcome in left_alone} == {0}


@pytest.mark.slow
def test_a_host_that_goes_down_half_way_is_left_alone_soon(
    image_server: ImageServer, picture: MakePicture
) -> None:
    dead = [False] * 50 + [True] * 450
    found = fetched(image_server, picture(), dead, answering(503))
    assert sum(outcome.status == OK for outcome in found) == 50
    assert image_server.requests.total() <= 50 + 120  # successes may be noted late


@pytest.mark.slow
def test_a_limit_of_requests_is_found_and_kept(
    image_server: ImageServer, picture: MakePicture
) -> None:
    """A host that lets 100 requests a second through, and says 429 to others, gives all it has."""
    data, moments = picture(), list[float]()

    async def answer(_: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        if moments and now - moments[-1] < 0.01:
            return web.Response(status=429)
        moments.append(now)
        return web.Response(body=data)

    urls = [image_server.behave(f"/{number}", answer) for number in range(150)]
    found = outcomes(urls, replace(QUICK, pause=0.1, retries=4))
    assert [outcome.status for outcome in found] == [OK] * 150
    assert image_server.requests.total() <= 300


@pytest.mark.slow
def test_a_dead_port_costs_another_port_of_the_same_host_nothing(
    image_server: ImageServer, picture: MakePicture
) -> None:
    closed = [f"http://127.0.0.1:9/{number}" for number in range(10)]
    sound = [image_server.serve(f"/{number}", picture()) for number in range(30)]
    found = outcomes([*closed, *sound])
    assert [outcome.status for outcome in found] == [FAILED] * 10 + [OK] * 30
