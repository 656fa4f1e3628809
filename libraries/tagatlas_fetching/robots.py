"""Whether a host allows robots to fetch: robots.txt (RFC 9309) and the header X-Robots-Tag."""

from __future__ import annotations

import asyncio

import aiohttp
from multidict import CIMultiDictProxy
from protego import Protego
from yarl import URL

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected
from tagatlas_fetching.encodings import NotDecoded, decoded
from tagatlas_fetching.safety import checked_url

LARGEST_FILE = 512 * 1024
"""Maximum bytes read of a robots.txt; RFC 9309, section 2.5 asks for at least 500 KiB."""

REDIRECTS = 5
"""Maximum redirects of a robots.txt (RFC 9309, section 2.3.1.2)."""

FORBIDDING = frozenset({"none", "noindex", "noimageindex", "noai", "noimageai"})
"""Directives of X-Robots-Tag that forbid keeping a picture."""


class Robots:
    """The robots.txt of each origin, read once. Used by one event loop."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        user_agent: str,
        *,
        allow_private: bool,
        timeout: float,
    ) -> None:
        """Set up.

        Args:
            session: makes the requests.
            user_agent: name that the rules are read for.
            allow_private: whether a redirect may lead to a private address.
            timeout: maximum seconds for one file with its redirects.
        """
        self._timeout = timeout
        self._session = session
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._rules: dict[URL, asyncio.Task[Protego | None]] = {}

    async def check(self, url: URL) -> None:
        """Check that robots may fetch a URL.

        Raises:
            ImageRejected: ``blocked``: they may not; ``failed``: the robots.txt is unavailable
                now, and until it is, nothing may be fetched (RFC 9309, section 2.3.1.4).
        """
        origin = url.origin()
        task = self._rules.get(origin)
        if task is None:
            task = self._rules[origin] = asyncio.create_task(self._read(origin))
        rules = await asyncio.shield(task)
        if rules is None:
            raise ImageRejected(
                ImageStatus.FAILED, "the host's robots.txt cannot be read now", setting="robots"
            )
        if not rules.can_fetch(str(url), self._user_agent):
            raise ImageRejected(ImageStatus.BLOCKED, "robots.txt forbids it", setting="robots")

    async def close(self) -> None:
        """Cancel the requests under way."""
        for task in self._rules.values():
            task.cancel()
        await asyncio.gather(*self._rules.values(), return_exceptions=True)

    async def _read(self, origin: URL) -> Protego | None:
        """The rules of an origin; None if they are unavailable."""
        url = origin.with_path("/robots.txt")
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(url)
        except (aiohttp.ClientError, OSError, ImageRejected, NotDecoded):
            return None

    async def _follow(self, url: URL) -> Protego | None:
        """The rules at a URL and its redirects; those of an empty file after too many."""
        for _ in range(REDIRECTS + 1):
            async with self._session.get(url, allow_redirects=False) as answer:
                if 300 <= answer.status < 400 and "Location" in answer.headers:
                    url = checked_url(
                        answer.headers["Location"], base=url, allow_private=self._allow_private
                    )
                    continue
                if answer.status >= 500:
                    return None
                found = 200 <= answer.status < 300
                return Protego.parse(await _text(answer) if found else "")
        return Protego.parse("")


async def _text(answer: aiohttp.ClientResponse) -> str:
    """The start of a robots.txt.

    Raises:
        NotDecoded: its compression is damaged or unknown.
    """
    body = bytearray()
    while len(body) < LARGEST_FILE and (chunk := await answer.content.readany()):
        body += chunk
    encoding = ",".join(answer.headers.getall("Content-Encoding", []))
    return decoded(bytes(body), encoding, LARGEST_FILE)[:LARGEST_FILE].decode("utf-8", "replace")


def forbidding_directive(headers: CIMultiDictProxy[str], user_agent: str) -> str:
    """The directive of X-Robots-Tag that forbids keeping a picture; empty if none does.

    A directive may name one robot, as in ``otherbot: noindex``.
    """
    for line in headers.getall("X-Robots-Tag", []):
        robot, colon, rest = line.partition(":")
        is_named = bool(colon) and robot.strip().lower() not in ("unavailable_after", "max-snippet")
        if is_named and robot.strip().lower() not in user_agent.lower():
            continue
        for directive in (rest if is_named else line).split(","):
            if directive.strip().lower() in FORBIDDING:
                return directive.strip().lower()
    return ""
