"""For sources: reading one file from the web, with the same checks as pictures."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tagatlas.errors import ImageRejected, InputError
from tagatlas_fetching.download import download, open_session
from tagatlas_fetching.options import FetchOptions

__all__ = ["read_web"]

LARGEST = 64 * 1024 * 1024


def read_web(url: str, *, allow_private: bool = False, contact: str = "") -> bytes:
    """The bytes at a URL; redirects are followed, private addresses are refused.

    It may be called within a running event loop, as in a notebook; the loop is blocked meanwhile.

    Args:
        url: ``http`` or ``https``.
        allow_private: whether addresses of private and local networks may be read from.
        contact: an e-mail address or page, sent to the host.

    Raises:
        InputError: it cannot be read; the message says why.
    """
    options = replace(
        FetchOptions(), allow_private=allow_private, contact=contact, max_bytes=LARGEST
    )

    async def read() -> bytes:
        async with open_session(options) as session:
            return (await download(session, url, options)).data

    try:
        with ThreadPoolExecutor(1, thread_name_prefix="read-web") as thread:
            return thread.submit(lambda: asyncio.run(read())).result()
    except ImageRejected as rejected:
        raise InputError(f"cannot read {url}: {rejected.reason}; check the address") from rejected
