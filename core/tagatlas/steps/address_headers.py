"""Which origin gets the headers of a request that may be keys."""

from __future__ import annotations

from dataclasses import replace

from tagatlas.atlas import Atlas
from tagatlas.contracts import ImageStatus
from tagatlas_fetching import Address
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.headers import bind_headers, unsent_lines
from tagatlas_fetching.hosts import Hosts, secret_headers


def address_headers(
    atlas: Atlas, addresses: Addresses, hosts: Hosts, host: str
) -> tuple[Addresses, list[str]]:
    """Bind headers to one origin; of addresses that a web document names, to the document's.

    Args:
        atlas: with the addresses.
        addresses: to be fetched.
        hosts: with the headers.
        host: that gets the common ones; see :func:`tagatlas_fetching.headers.bind_headers`.

    Returns:
        The addresses, and a line for each set of headers that is not sent to some of them,
        since everyone on the way could read it.

    Raises:
        UsageError: see :func:`tagatlas_fetching.headers.bind_headers`.
    """
    if not any(map(secret_headers, (hosts.common, *hosts.special.values()))):
        return addresses, []

    def named(some: list[Address]) -> list[Address]:
        documents = atlas.catalog.addresses.named_in_documents(each.key for each in some)
        return [replace(each, headers_for=documents.get(each.key, "")) for each in some]

    every, bound = (
        some.changed(named)
        for some in (atlas.catalog.addresses.with_status(ImageStatus), addresses)
    )
    bound = bind_headers(bound, every, hosts.common, host)
    return bound, unsent_lines(bound, hosts)
