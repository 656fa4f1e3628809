"""Checks of requests to the server, and security headers of its answers."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tagatlas_web.server.address import Address

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ANSWERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Answers 403 to requests that are not from the page itself or its address.

    Required are the token as the first part of the path; a ``Host`` that is this machine, against
    DNS rebinding; no foreign ``Origin``; and, if the browser sends ``Sec-Fetch-Site``, no page of
    another site.
    """

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._token = address.token.encode()
        self._hosts = {f"{name}:{address.port}" for name in ("127.0.0.1", "localhost")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ANSWERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if self._is_known(scope):
            await self._app(scope, receive, answer)
        else:
            refused = PlainTextResponse("open the address that tagatlas view shows", 403)
            await refused(scope, receive, answer)

    def _is_known(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        token = scope["path"].split("/")[1:2]
        return (
            bool(token)
            and secrets.compare_digest(token[0].encode("utf-8", "surrogatepass"), self._token)
            and _only(headers.getlist("host"), self._hosts)
            and _only(headers.getlist("origin"), self._origins, least=0)
            and "cross-site" not in headers.getlist("sec-fetch-site")
        )


def _only(values: list[str], accepted: set[str], *, least: int = 1) -> bool:
    """Whether a header occurs once, or is optional and missing, and has an accepted value."""
    return least <= len(values) <= 1 and accepted.issuperset(values)
