"""A single try to download a URL over HTTP: gives the bytes, or the reason of the failure."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas.masking import as_shown
from tagatlas_fetching.encodings import NotDecoded, decoded
from tagatlas_fetching.hosts import HostPolicy, Hosts
from tagatlas_fetching.options import FetchOptions
from tagatlas_fetching.plain import LONGEST_ADDRESS, plain
from tagatlas_fetching.robots import Robots, forbidding_directive
from tagatlas_fetching.safety import CheckedResolver, checked_url
from tagatlas_services.retry_after import retry_after

MAX_REDIRECTS = 10
CONNECT_SECONDS = 10.0
LONGEST_HEADER = 64 * 1024
GRACE_SECONDS = 5.0
"""First seconds of a download, which do not count for its speed."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
BUSY = frozenset({408, 425, 429})
HOST_FAILURES = frozenset({429, 500, 502, 503, 504})
"""HTTP statuses that may concern the whole host, not just one address."""

OVERLOADED = frozenset({429, 503})
"""HTTP statuses of an overloaded host."""


@dataclass(frozen=True, slots=True)
class Download:
    """A server's successful answer.

    Attributes:
        data: the body, decompressed if the server compressed it.
        final_url: the URL after all redirects.
        http_status: a success, 200 to 299.
        content_type: the header; None if missing.
    """

    data: bytes
    final_url: str
    http_status: int
    content_type: str | None


class DownloadRejected(ImageRejected):
    """A URL that gave no bytes.

    Attributes:
        final_url: the URL requested last; None without a request.
        http_status: of the last answer; None without one.
        retry_in: seconds after which another try may succeed; None if it would not.
        host: the host that may have failed as a whole; None if only the address did.
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

    It keeps no cookies, ignores the environment (no proxy, no ``.netrc``), and connects to public
    addresses only, unless the options allow others.
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
    headers_for: str = "",
) -> Download:
    """Get the bytes at a URL, following redirects.

    Args:
        session: from :func:`open_session`, with the same options.
        url: any text; checked here.
        options: limits; ``timeout`` is that of this single try.
        hosts: policies of the hosts.
        robots: rules of robots.txt; None to ignore them.
        headers_for: see :class:`~tagatlas_fetching.Address`; by default ``url``.

    Raises:
        ImageRejected: ``refused`` without a request: not a URL, or a forbidden address.
        DownloadRejected: ``missing`` (404, 410, no such host), ``blocked`` (other answers of
            the 400s, robots), ``refused`` (our limits, a redirect to a forbidden address) or
            ``failed`` (timeouts, broken connections, 408, 425, 429, 5xx).
    """
    target = checked_url(url, allow_private=options.allow_private)
    hosts = hosts or Hosts()
    origin = _origin(headers_for) if headers_for else target.origin()
    try:
        async with asyncio.timeout(options.timeout):
            for _ in range(MAX_REDIRECTS + 1):
                if robots is not None:
                    await robots.check(target)
                headers = _headers(target, hosts.for_request(target, origin))
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


def _origin(location: str) -> URL | None:
    """The origin of an address; None if it is none, so that it is like no other."""
    try:
        return checked_url(location, allow_private=True).origin()
    except ImageRejected:
        return None


def _headers(url: URL, policy: HostPolicy) -> dict[str, str]:
    headers = dict(policy.headers)
    if url.user is not None:  # aiohttp refuses both; the address's own are nearer
        headers = {n: value for n, value in headers.items() if n.lower() != "authorization"}
    if policy.referer:
        headers["Referer"] = f"{url.origin()}/" if policy.referer == "host" else policy.referer
    return {
        name: as_shown(value) if name.lower() == "referer" else value
        for name, value in headers.items()
    }


def _redirected(answer: aiohttp.ClientResponse, *, allow_private: bool) -> URL:
    """The target of a redirect.

    Raises:
        DownloadRejected: it has no target, or a forbidden one.
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
        DownloadRejected: it is not a success, larger or slower than the options allow, or
            forbidden to robots.
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
    """The body as it was sent; read only until it is too large.

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
    """The rejection for an HTTP status that is not a success."""
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
    """A URL as text, for the outcome; without its user name and password."""
    return plain(str(url.with_user(None)), LONGEST_ADDRESS)


def _broken(error: aiohttp.ClientError | OSError, url: URL) -> DownloadRejected:
    """The rejection for a request without a proper answer."""
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
