"""Calling a service over HTTP: the key, one call without retries, and errors by status.

A tagger of a service that takes JSON::

    class MyTagger(Tagger):
        local = False
        key_variable = "MY_KEY"

        def tag(self, images):
            answer = post_json(
                "https://api.example.org/v1/tags",
                {"image": base64_text(images[0].data)},
                service="My service",
                headers={"Authorization": f"Bearer {read_key('MY_KEY', 'My service')}"},
                timeout=self._options.answer_timeout,
            )

Failures of the call are raised as the tagging engine's errors; a failure of one image, such as
invalid bytes, is for the tagger to return with :meth:`tagatlas.TagResult.failed`.
:class:`tagatlas.toolkit.ServiceOptions` has the options for speed and price.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import ssl
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlsplit

from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    ServiceUnreachable,
    TaggerError,
)
from tagatlas.wording import one_line
from tagatlas_services.retry_after import retry_after

__all__ = ["base64_text", "http_call_error", "is_loopback", "post_json", "read_key", "retry_after"]

_LARGEST = 64 * 1024 * 1024
_USED_UP = ("per day", "insufficient_quota", "insufficient quota", "quota exhausted")
"""Words in services' messages, in lower case, for failures that waiting does not solve."""


def read_key(variable: str, service: str) -> str:
    """A service's key, from the environment.

    Args:
        variable: the name of the variable; the tagger's ``key_variable``.
        service: its name, for the text.

    Raises:
        AuthenticationFailed: it is not set, or blank.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        raise AuthenticationFailed(f"{service} needs a key: export {variable}=...")
    return key


def base64_text(data: bytes) -> str:
    """Bytes, such as those of a picture, for a JSON body: base64, in one line."""
    return b64encode(data).decode("ascii")


def post_json(
    url: str,
    body: object,
    *,
    service: str,
    headers: Mapping[str, str] | None = None,
    timeout: float = 60.0,
) -> bytes:
    """Send JSON to a service, once: without retries, and without following redirects.

    Everything is encrypted, except to a server on this machine. No proxy and no ``.netrc`` is
    used. May be called from several threads at once; each call has its own connection.

    Args:
        url: of the service.
        body: an object for :func:`json.dumps`.
        service: its name, for the texts of errors.
        headers: such as the key's; ``Content-Type`` and ``Accept`` are set.
        timeout: seconds to wait for the connection, and for each next part of the answer.

    Returns:
        The body of an answer of status 200 to 299.

    Raises:
        ServiceUnreachable: the service cannot be reached.
        CallRefused: it did no work.
        CallLost: the connection broke after the call was begun, or the answer exceeds 64 MiB.
        TaggerError: the address is not a URL, is not encrypted, or has an invalid certificate; or
            as :func:`http_call_error` gives for the answer's status.
    """
    data = json.dumps(body).encode()
    connection, path = _connection(url, service, timeout)
    sent = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
    try:
        _connect(connection, service)
        try:
            connection.request("POST", path, body=data, headers=sent)
            with connection.getresponse() as response:
                answer = response.read(_LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            why = one_line(str(error)) or type(error).__name__
            raise CallLost(f"{service}: no answer came ({why})") from error
    finally:
        connection.close()
    # http.client does not report a body that ends early if a number of bytes is given.
    if response.length and len(answer) <= _LARGEST:
        raise CallLost(f"{service}: the answer ended early")
    if not 200 <= response.status < 300:
        wait = retry_after(response.headers.get("Retry-After", ""))
        raise http_call_error(response.status, answer, service, wait=wait)
    if len(answer) > _LARGEST:
        raise CallLost(f"{service}: the answer is larger than {_LARGEST:,} bytes")
    return answer


def http_call_error(
    status: int, body: bytes, service: str, *, wait: float | None = None
) -> TaggerError:
    """The tagging engine's error for a failed HTTP call.

    For taggers with their own HTTP client; :func:`post_json` raises these errors.

    Args:
        status: of HTTP, not 200 to 299.
        body: of the answer; one line of it is in the error's text.
        service: its name, for the text.
        wait: seconds that the answer asks to wait, from :func:`retry_after` of its header
            ``Retry-After``; None if it does not say.

    Returns:
        * :class:`CallRefused` if the service did no work: the call exceeded the rate limit (429),
          or is to be retried later (``wait`` with 408, 409, 425 or 500 and above);
        * :class:`AuthenticationFailed` (401, 403) or :class:`QuotaExceeded` (402, or a 429 whose
          message says that the account's quota is used up) if the account is the reason;
        * :class:`CallLost` if the work may have been done: 408, 409, 425, and 500 and above;
        * :class:`TaggerError` if the call itself is invalid and would fail again.
    """
    said = one_line(body.decode("utf-8", "replace"))
    text = f"{service}: HTTP {status}, {said}" if said else f"{service}: HTTP {status}"
    if status in (401, 403):
        return AuthenticationFailed(f"{text}; check the key and its rights")
    if status == 402 or (
        status == 429 and wait is None and any(word in said.lower() for word in _USED_UP)
    ):
        return QuotaExceeded(f"{text}; go on when it is renewed")
    if status == 429:
        return CallRefused(text, wait)
    if status in (408, 409, 425) or status >= 500:
        return CallLost(text) if wait is None else CallRefused(text, wait)
    if 300 <= status < 400:
        return TaggerError(f"{text}; it answers from another address: check the endpoint")
    return TaggerError(text)


def is_loopback(endpoint: str) -> bool:
    """Whether an endpoint is this machine: ``localhost``, ``127.0.0.1``, ``[::1]``.

    Args:
        endpoint: ``host`` or ``host:port``.
    """
    host = endpoint
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connection(url: str, service: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    """A connection, not yet made, and the request target."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise TaggerError(f"{service}: {url!r} is no URL: check the endpoint") from error
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https" and host:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=context), path
    if parts.scheme == "http" and is_loopback(host):
        return http.client.HTTPConnection(host, port, timeout=timeout), path
    raise TaggerError(f"{service}: {url!r} is not encrypted: use an address with https://")


def _connect(connection: http.client.HTTPConnection, service: str) -> None:
    """Connect first, so that a failure is known to precede the request."""
    try:
        connection.connect()
    except ssl.SSLCertVerificationError as error:
        raise TaggerError(
            f"{service}: its certificate is not valid ({one_line(error.verify_message)}):"
            " check the endpoint"
        ) from error
    except OSError as error:
        why = one_line(error.strerror or str(error)) or type(error).__name__
        raise ServiceUnreachable(f"{service} cannot be reached: {why}") from error
