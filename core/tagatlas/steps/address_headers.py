"""Which origin gets the headers of a request that may be keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from yarl import URL

from tagatlas.atlas import Atlas
from tagatlas.wording import count
from tagatlas_fetching import Address
from tagatlas_fetching.hosts import Hosts, is_confidential, secret_headers
from tagatlas_fetching.schedule import host_of


def address_headers(
    atlas: Atlas, addresses: list[Address], hosts: Hosts
) -> tuple[list[Address], list[str]]:
    """Bind the headers of addresses that a web document names to that document's origin.

    Args:
        atlas: with the addresses.
        addresses: to be fetched.
        hosts: with the headers.

    Returns:
        The addresses, and a line for each set of headers that is not sent to some of them,
        since everyone on the way could read it.
    """
    if not any(map(secret_headers, (hosts.common, *hosts.special.values()))):
        return addresses, []
    named = atlas.catalog.addresses.named_in_documents()
    bound = [replace(each, headers_for=named.get(each.key, "")) for each in addresses]
    return bound, _unsent(bound, hosts)


def _unsent(addresses: Sequence[Address], hosts: Hosts) -> list[str]:
    unsent: Counter[str] = Counter()
    for each in addresses:
        names = [] if each.local else secret_headers(hosts.for_host(host_of(each)))
        if names and each.location.lower().startswith("http:") and not _is_confidential(each):
            unsent[", ".join(names)] += 1
    return [
        f"{names} went with no request to {count(number, 'address')} of http://, where others can "
        "read it: use https:// addresses"
        for names, number in unsent.items()
    ]


def _is_confidential(address: Address) -> bool:
    try:
        return is_confidential(URL(address.location))
    except ValueError:  # no address; fetching says so
        return True
