"""One download over HTTP: a URL in, bytes out, or the reason why not."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas.fetch.options import FetchOptions
from tagatlas.fetch.safety import CheckedResolver, checked_url

MAX_REDIRECTS = 10
CONNECT_SECONDS = 10.0
LONGEST_HEADER = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
BUSY = frozenset({408, 425, 429})

_back_off = wait_random_exponential(multiplier=1.0, max=10.0)
"""Full jitter: hosts that broke down together are not asked again together."""


@dataclass(frozen=True, slots=True)
class Download:
    """What a server answered.

    Attributes:
        data: the body, decompressed if the server compressed it.
        final_url: where the last redirect led.
        http_status: a success, 200 to 299.
        content_type: what the server calls the bytes; None if it does not say.
        attempts: how often it was tried.
    """

    data: bytes
    final_url: str
    http_status: int
    content_type: str | None
    attempts: int = 1


class DownloadRejected(ImageRejected):
    """A URL that gave no bytes.

    Attributes:
        final_url: the URL that was asked last; None if none was.
        http_status: of the last answer; None without one.
        retry_in: seconds after which another try may do better; None if it would not soon.
        attempts: how often it was tried.
    """

    def __init__(
        self,
        status: ImageStatus,
        reason: str,
        *,
        final_url: str | None = None,
        http_status: int | None = None,
        retry_in: float | None = None,
        attempts: int = 1,
    ) -> None:
        super().__init__(status, reason)
        self.final_url = final_url
        self.http_status = http_status
        self.retry_in = retry_in
        self.attempts = attempts


def open_session(options: FetchOptions) -> aiohttp.ClientSession:
    """A session for :func:`download`; to be closed by the caller.

    It keeps no cookies, takes nothing from the environment (no proxy, no ``.netrc``), and
    reaches public addresses alone unless the options allow others.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=0,  # the caller decides how much runs at once
            resolver=CheckedResolver(allow_private=options.allow_private),
            ttl_dns_cache=300,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={
            "User-Agent": options.identity(),
            "Accept": "image/*,*/*;q=0.5",
            "Accept-Encoding": "identity",  # pictures are compressed already
        },
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        max_field_size=LONGEST_HEADER,
        trust_env=False,
    )


async def download(session: aiohttp.ClientSession, url: str, options: FetchOptions) -> Download:
    """Get the bytes at a URL, following redirects, and trying again where that may help.

    Args:
        session: from :func:`open_session`, with the same options.
        url: any text; whether it may be fetched is decided here.
        options: limits and patience.

    Raises:
        ImageRejected: ``refused`` without a try: no URL, or a place that is not fetched from.
        DownloadRejected: ``missing`` (404, 410, no such host), ``blocked`` (other answers of
            the 400s), ``refused`` (our limits, a redirect to a place that is not fetched from)
            or ``failed`` (timeouts, broken connections, 408, 425, 429, 5xx, after all tries).
    """
    target = checked_url(url, allow_private=options.allow_private)
    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: _retry_in(error) <= options.longest_wait),
        stop=lambda state: state.attempt_number > options.retries,
        wait=_pause,
        reraise=True,
    )
    attempts = 0

    async def attempt() -> Download:
        nonlocal attempts
        attempts += 1
        return await _attempt(session, target, options)

    try:
        async with asyncio.timeout(options.time_limit):
            answer: Download = await retrying(attempt)
    except TimeoutError as error:
        reason = f"given up after {options.time_limit:g} seconds"
        raise DownloadRejected(ImageStatus.FAILED, reason, attempts=attempts) from error
    except DownloadRejected as rejected:
        rejected.attempts = attempts
        raise
    return replace(answer, attempts=attempts)


def _retry_in(error: BaseException | None) -> float:
    """Seconds until another try makes sense; infinity if it does not."""
    if isinstance(error, DownloadRejected) and error.retry_in is not None:
        return error.retry_in
    return math.inf


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try: what the host asked for, and a random while on top."""
    error = None if state.outcome is None else state.outcome.exception()
    return _retry_in(error) + _back_off(state)


async def _attempt(session: aiohttp.ClientSession, url: URL, options: FetchOptions) -> Download:
    """One try, redirects included. Raises as :func:`download`, but without counting tries."""
    try:
        async with asyncio.timeout(options.timeout):
            for _ in range(MAX_REDIRECTS + 1):
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status not in REDIRECTS:
                        return await _read(answer, options.max_bytes)
                    url = _redirected(answer, allow_private=options.allow_private)
    except (aiohttp.ClientError, OSError) as error:
        raise _broken(error, url) from error
    except DownloadRejected:
        raise
    except ImageRejected as rejected:  # by the resolver
        raise DownloadRejected(rejected.status, rejected.reason, final_url=str(url)) from rejected
    raise DownloadRejected(
        ImageStatus.REFUSED, f"more than {MAX_REDIRECTS} redirects", final_url=str(url)
    )


def _redirected(answer: aiohttp.ClientResponse, *, allow_private: bool) -> URL:
    """Where a redirect leads.

    Raises:
        DownloadRejected: nowhere, or to a place that is not fetched from.
    """
    location = answer.headers.get("Location", "")
    if not location:
        raise _rejected(answer, ImageStatus.FAILED, "a redirect that leads nowhere")
    try:
        return checked_url(location, base=answer.url, allow_private=allow_private)
    except ImageRejected as rejected:
        raise _rejected(
            answer, rejected.status, f"a redirect that is not followed: {rejected.reason}"
        ) from rejected


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> Download:
    """The body of a final answer.

    Raises:
        DownloadRejected: it is no success, or larger than ``max_bytes``.
    """
    if not 200 <= answer.status < 300:
        raise _unsuccessful(answer)
    data = bytearray()
    if (answer.content_length or 0) <= max_bytes:
        async for chunk in answer.content.iter_any():
            data += chunk
            if len(data) > max_bytes:
                break
        else:
            return Download(
                bytes(data), str(answer.url), answer.status, answer.headers.get("Content-Type")
            )
    raise _rejected(answer, ImageStatus.REFUSED, f"larger than {max_bytes:,} bytes")


def _unsuccessful(answer: aiohttp.ClientResponse) -> DownloadRejected:
    """What an answer means that is no success."""
    reason = f"the server answered {answer.status}"
    if answer.status in GONE:
        return _rejected(answer, ImageStatus.MISSING, reason)
    if answer.status in BUSY or 500 <= answer.status < 600:
        retry_in = _retry_after(answer.headers.get("Retry-After", ""))
        return _rejected(answer, ImageStatus.FAILED, reason, retry_in=retry_in)
    if 400 <= answer.status < 500:
        return _rejected(answer, ImageStatus.BLOCKED, reason)
    return _rejected(answer, ImageStatus.FAILED, reason)


def _rejected(
    answer: aiohttp.ClientResponse,
    status: ImageStatus,
    reason: str,
    *,
    retry_in: float | None = None,
) -> DownloadRejected:
    url = str(answer.url)
    return DownloadRejected(
        status, reason, final_url=url, http_status=answer.status, retry_in=retry_in
    )


def _retry_after(value: str) -> float:
    """Seconds that a ``Retry-After`` header asks for, in either of its forms; 0 without one."""
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _broken(error: aiohttp.ClientError | OSError, url: URL) -> DownloadRejected:
    """What it means that there was no proper answer."""
    status, retry_in = ImageStatus.FAILED, None
    match error:
        case aiohttp.InvalidURL():
            status, reason = ImageStatus.REFUSED, "not a valid URL"
        case aiohttp.ClientConnectorCertificateError():
            reason = "the host's certificate is not valid"
        case aiohttp.ClientSSLError():
            reason = "no secure connection"
        case aiohttp.ClientResponseError():
            reason = "the answer is not proper HTTP"
        case TimeoutError():
            reason, retry_in = "no answer in time", 0.0
        case aiohttp.ClientConnectorDNSError():
            reason, retry_in = "the host's name could not be looked up", 0.0
        case aiohttp.ClientConnectorError():
            reason, retry_in = f"no connection: {error.strerror or 'reason unknown'}", 0.0
        case _:
            reason, retry_in = "the connection broke off", 0.0
    return DownloadRejected(status, reason, final_url=str(url), retry_in=retry_in)
