"""One try to get a URL over HTTP: bytes come out, or the reason why not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas.retry_after import retry_after
from tagatlas_fetching.encodings import NotDecoded, decoded
from tagatlas_fetching.hosts import HostManners, Hosts, for_other_origin
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.plain import LONGEST_ADDRESS, plain
from tagatlas_fetching.robots import Robots, forbidding_directive
from tagatlas_fetching.safety import CheckedResolver, checked_url

MAX_REDIRECTS = 10
CONNECT_SECONDS = 10.0
LONGEST_HEADER = 64 * 1024
GRACE_SECONDS = 5.0
"""Seconds of a body that are not counted in its speed."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
BUSY = frozenset({408, 425, 429})
HOST_FAILURES = frozenset({429, 500, 502, 503, 504})
"""Answers that may say something about the host, not just about one of its addresses."""

OVERLOADED = frozenset({429, 503})
"""Answers of a host that is asked too much, or of one of its addresses."""


@dataclass(frozen=True, slots=True)
class Download:
    """What a server answered.

    Attributes:
        data: the body, decompressed if the server compressed it.
        final_url: where the last redirect led.
        http_status: a success, 200 to 299.
        content_type: what the server calls the bytes; None if it does not say.
    """

    data: bytes
    final_url: str
    http_status: int
    content_type: str | None


class DownloadRejected(ImageRejected):
    """A URL that gave no bytes.

    Attributes:
        final_url: the URL that was asked last; None if none was.
        http_status: of the last answer; None without one.
        retry_in: seconds after which another try may do better; None if it would not.
        host: the host that may have failed as a whole; None if it is just the address.
    """

    def __init__(
        self,
        status: ImageStatus,
        reason: str,
        *,
        final_url: str | None = None,
        http_status: int | None = None,
        setting: str = "",
        retry_in: float | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(status, reason, setting=setting)
        self.final_url = final_url
        self.http_status = http_status
        self.retry_in = retry_in
        self.host = host


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
        auto_decompress=False,  # it would unpack a bomb before anybody sees how large it is
        trust_env=False,
    )


async def download(
    session: aiohttp.ClientSession,
    url: str,
    options: FetchOptions,
    *,
    hosts: Hosts | None = None,
    robots: Robots | None = None,
) -> Download:
    """Get the bytes at a URL, following redirects.

    Args:
        session: from :func:`open_session`, with the same options.
        url: any text; whether it may be fetched is decided here.
        options: limits; ``timeout`` is that of this one try.
        hosts: how each host is treated.
        robots: whether robots may fetch; None if that is not asked.

    Raises:
        ImageRejected: ``refused`` without a try: no URL, or a place that is not fetched from.
        DownloadRejected: ``missing`` (404, 410, no such host), ``blocked`` (other answers of
            the 400s, robots), ``refused`` (our limits, a redirect to a place that is not
            fetched from) or ``failed`` (timeouts, broken connections, 408, 425, 429, 5xx).
    """
    target = checked_url(url, allow_private=options.allow_private)
    hosts = hosts or Hosts()
    origin = target.origin()
    try:
        async with asyncio.timeout(options.timeout):
            for _ in range(MAX_REDIRECTS + 1):
                if robots is not None:
                    await robots.check(target)
                manners = hosts.of(target.raw_host or "")
                if target.origin() != origin and manners is hosts.common:
                    manners = for_other_origin(manners)
                headers = _headers(target, manners)
                async with session.get(target, headers=headers, allow_redirects=False) as answer:
                    if answer.status not in REDIRECTS:
                        return await _read(answer, options, obeys_robots=robots is not None)
                    target = _redirected(answer, allow_private=options.allow_private)
    except (aiohttp.ClientError, OSError) as error:
        raise _broken(error, target) from error
    except DownloadRejected:
        raise
    except ImageRejected as rejected:  # by the resolver, or by robots.txt
        raise DownloadRejected(
            rejected.status, rejected.reason, setting=rejected.setting, final_url=_text(target)
        ) from rejected
    raise DownloadRejected(
        ImageStatus.REFUSED, f"more than {MAX_REDIRECTS} redirects", final_url=_text(target)
    )


def _headers(url: URL, manners: HostManners) -> dict[str, str]:
    headers = dict(manners.headers)
    if manners.referer:
        headers["Referer"] = f"{url.origin()}/" if manners.referer == "host" else manners.referer
    return headers


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
        reason = f"a redirect that is not followed: {rejected.reason}"
        raise _rejected(answer, rejected.status, reason, setting=rejected.setting) from rejected


async def _read(
    answer: aiohttp.ClientResponse, options: FetchOptions, *, obeys_robots: bool
) -> Download:
    """The body of a final answer.

    Raises:
        DownloadRejected: it is no success, larger or slower than the options allow, or not for
            robots.
    """
    if not 200 <= answer.status < 300:
        raise _unsuccessful(answer)
    if obeys_robots and (directive := forbidding_directive(answer.headers, options.identity())):
        reason = f"X-Robots-Tag: {directive}"
        raise _rejected(answer, ImageStatus.BLOCKED, reason, setting="robots")
    if (answer.content_length or 0) > options.max_bytes:
        raise _too_large(answer, options.max_bytes)
    data = await _read_body(answer, options)
    encoding = ",".join(answer.headers.getall("Content-Encoding", []))
    try:
        data = decoded(data, encoding, options.max_bytes)
    except NotDecoded as error:
        retry_in = 0.0 if error.is_cut else None
        raise _rejected(answer, ImageStatus.FAILED, error.reason, retry_in=retry_in) from error
    if len(data) > options.max_bytes:
        raise _too_large(answer, options.max_bytes)
    content_type = answer.headers.get("Content-Type")
    return Download(
        data=data,
        final_url=_text(answer.url),
        http_status=answer.status,
        content_type=None if content_type is None else plain(content_type),
    )


def _too_large(answer: aiohttp.ClientResponse, max_bytes: int) -> DownloadRejected:
    reason = f"larger than {max_bytes:,} bytes"
    return _rejected(answer, ImageStatus.REFUSED, reason, setting="max_bytes")


async def _read_body(answer: aiohttp.ClientResponse, options: FetchOptions) -> bytes:
    """The body as it is sent, or what comes of it until it is too large.

    Raises:
        DownloadRejected: it is slower than ``options.min_speed`` allows.
    """
    data = bytearray()
    begun = asyncio.get_running_loop().time()
    patience = asyncio.timeout(None)
    try:
        async with patience:
            while len(data) <= options.max_bytes:
                if options.min_speed:
                    due = len(data) / options.min_speed
                    patience.reschedule(begun + GRACE_SECONDS + due)
                chunk = await answer.content.readany()
                if not chunk:
                    break
                data += chunk
    except TimeoutError:
        if not patience.expired():
            raise
        reason = f"slower than {options.min_speed:,.0f} bytes/s"
        raise _rejected(
            answer, ImageStatus.FAILED, reason, setting="min_speed", retry_in=0.0
        ) from None
    return bytes(data)


def _unsuccessful(answer: aiohttp.ClientResponse) -> DownloadRejected:
    """What an answer means that is no success."""
    reason = f"the server answered {answer.status}"
    if answer.status in GONE:
        return _rejected(answer, ImageStatus.MISSING, reason)
    if answer.status in BUSY or 500 <= answer.status < 600:
        retry_in = retry_after(answer.headers.get("Retry-After", "")) or 0.0
        host = (answer.url.raw_host or "?") if answer.status in HOST_FAILURES else None
        return _rejected(answer, ImageStatus.FAILED, reason, retry_in=retry_in, host=host)
    if 400 <= answer.status < 500:
        return _rejected(answer, ImageStatus.BLOCKED, reason, setting="headers")
    return _rejected(answer, ImageStatus.FAILED, reason)


def _rejected(
    answer: aiohttp.ClientResponse,
    status: ImageStatus,
    reason: str,
    *,
    setting: str = "",
    retry_in: float | None = None,
    host: str | None = None,
) -> DownloadRejected:
    return DownloadRejected(
        status,
        reason,
        final_url=_text(answer.url),
        http_status=answer.status,
        setting=setting,
        retry_in=retry_in,
        host=host,
    )


def _text(url: URL) -> str:
    """A URL as it is kept."""
    return plain(str(url), LONGEST_ADDRESS)


def _broken(error: aiohttp.ClientError | OSError, url: URL) -> DownloadRejected:
    """What it means that there was no proper answer."""
    status, retry_in, setting = ImageStatus.FAILED, None, ""
    host = url.raw_host or "?"
    match error:
        case aiohttp.InvalidURL():
            status, reason, host = ImageStatus.REFUSED, "not a valid URL", ""
        case aiohttp.ClientConnectorCertificateError():
            reason = "the host's certificate is not valid"
        case aiohttp.ClientSSLError():
            reason = "no secure connection"
        case aiohttp.ClientResponseError():
            reason, host = "the answer is not proper HTTP", ""
        case aiohttp.ConnectionTimeoutError():
            reason, retry_in = f"no connection in {CONNECT_SECONDS:g} seconds", 0.0
        case TimeoutError():
            reason, retry_in, setting = "no answer in time", 0.0, "timeout"
        case aiohttp.ClientConnectorDNSError():
            reason, retry_in = "the host's name could not be looked up", 0.0
        case aiohttp.ClientConnectorError():
            reason, retry_in = f"no connection: {error.strerror or 'reason unknown'}", 0.0
        case _:
            reason, retry_in = "the connection broke off", 0.0
    return DownloadRejected(
        status,
        reason,
        final_url=_text(url),
        setting=setting,
        retry_in=retry_in,
        host=host or None,
    )
