"""Which origin gets the headers of a request that may be keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from yarl import URL

from tagatlas.errors import UsageError
from tagatlas.wording import count
from tagatlas_fetching.addresses import Addresses
from tagatlas_fetching.host_names import host_of
from tagatlas_fetching.hosts import HostPolicy, Hosts, is_confidential, secret_headers
from tagatlas_fetching.outcome import Address

_SHOWN = 3


def bind_headers(
    addresses: Addresses, collection: Iterable[Address], common: HostPolicy, host: str
) -> Addresses:
    """Bind the headers for all hosts that may be keys to one origin.

    Args:
        addresses: to be fetched, each with its own origin, ``headers_for``.
        collection: those of the whole collection likewise: what is still to be fetched may be of
            one origin by chance.
        common: has the headers.
        host: that gets them, ``HOST`` or ``HOST:PORT``; empty if the collection has but one.

    Returns:
        The addresses, whose ``headers_for`` are of that origin.

    Raises:
        UsageError: there are several origins and no host was named, or none is of that host.
    """
    names = ", ".join(secret_headers(common))
    if not names:
        return addresses
    origins = {origin for each in collection if (origin := _origin(each)) is not None}
    if not host and len(origins) < 2:
        return addresses
    listed = sorted(map(str, origins))
    shown = ", ".join(listed[:_SHOWN]) + ", ..." * (len(listed) > _SHOWN)
    if not host:
        raise UsageError(
            f"{names} may be a key, and the addresses are of {len(listed):,} places ({shown}): say "
            "with --header-host HOST which one gets it; [fetch.hosts] in atlas.toml can have "
            "headers of each host"
        )
    meant = {origin for origin in origins if _is_of(origin, host)}
    if not meant:
        raise UsageError(
            f"no address is of {host}, which --header-host names ({names} would go to no host): "
            f"they are of {shown or 'no host that a key is sent to'}"
        )
    elsewhere = f"https://{host}"
    return addresses.changed(
        lambda some: [
            each if _origin(each) in meant else replace(each, headers_for=elsewhere)
            for each in some
        ]
    )


def _origin(address: Address) -> URL | None:
    """The origin that headers of an address go to; None for none, as in plain text."""
    try:
        url = URL(address.headers_for or address.location)
        return None if address.local or not is_confidential(url) else url.origin()
    except (ValueError, IndexError):  # no address; fetching says so
        return None


def _is_of(origin: URL, host: str) -> bool:
    return host.lower() in (
        origin.raw_host,
        f"{origin.raw_host}:{origin.port}",
        origin.raw_authority,
    )


def unsent_lines(addresses: Iterable[Address], hosts: Hosts) -> list[str]:
    """A line for each set of headers that some addresses do not get, as others could read it."""
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
